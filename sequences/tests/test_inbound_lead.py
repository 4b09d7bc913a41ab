"""What inbound-lead promises to somebody who asks us for something, from the first second to the renewal."""

import pytest

# --- the first hours --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "acknowledged", "answered"),
    [
        ("2026-11-23 09:00", "Mon 23 Nov 2026 09:00", "Mon 23 Nov 2026 09:01"),
        ("2026-11-26 12:00", "Thu 26 Nov 2026 12:00", "Thu 26 Nov 2026 12:01"),  # Thanksgiving
        ("2026-11-27 19:45", "Fri 27 Nov 2026 19:45", "Fri 27 Nov 2026 19:46"),
        ("2026-11-29 02:10", "Sun 29 Nov 2026 02:10", "Sun 29 Nov 2026 02:11"),
    ],
)
def test_every_enquiry_is_acknowledged_in_seconds_and_answered_in_a_minute(follow_up, moment, acknowledged, answered):
    """The first to answer has the edge, and nobody of ours need be awake."""
    follow_up.wait_until(moment)
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=5)
    assert rosa.touches[:2] == [f"{acknowledged}  email got-it", f"{answered}  email price-guide"]


def test_on_a_friday_evening_the_call_is_for_monday_morning(follow_up):
    """A quarter of an hour means one in which somebody is at work."""
    follow_up.wait_until("2026-11-27 19:45")
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=5)
    assert "call first-call for rep-1, due Mon 30 Nov 2026 09:15" in rosa.timeline


def test_a_call_that_nobody_makes_is_told_to_the_manager_and_given_up_after_four_hours(follow_up):
    """Whoever waits longer than a morning has asked somebody else."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-11-23 12:00")
    assert "Mon 23 Nov 2026 09:46  manager is told that first-call is still open" in rosa.timeline
    assert rosa.tasks == ["first-call"]
    follow_up.wait_until("2026-11-23 13:05")
    assert rosa.tasks == []


def test_nobody_is_texted_about_a_call_that_was_never_made(follow_up):
    """A lead whose call was forgotten is not told that we tried; the second call is asked for all the same."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-11-24 11:00")
    assert rosa.steps_done == ["got-it", "price-guide"]
    assert rosa.tasks == ["second-call"]


def test_a_call_that_nobody_picks_up_is_followed_by_a_text_and_a_second_call_tomorrow(follow_up):
    """Most people do not answer numbers they do not know; the text says who it was."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("voicemail")
    follow_up.wait_until("2026-11-24 10:30")
    assert rosa.touches[2:] == [
        "Mon 23 Nov 2026 11:01  call first-call",
        "Mon 23 Nov 2026 11:11  sms tried-to-call",
        "Tue 24 Nov 2026 10:30  call second-call",
    ]


@pytest.mark.parametrize("outcome", ["connected_positive", "connected_neutral", "callback_requested"])
def test_whoever_is_reached_is_not_called_again_as_if_they_were_not(follow_up, outcome):
    """We are talking; from here on the plan speaks only when it has been quiet."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called(outcome)
    assert (rosa.stage, rosa.tasks) == ("convert", ["qualify"])
    follow_up.wait_until("2026-11-27 08:00")
    assert rosa.steps_done == ["got-it", "price-guide"]


def test_a_talk_on_the_second_call_counts_like_one_on_the_first(follow_up):
    """The second try is the one that reaches people."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-11-24 11:00")
    rosa.is_called("connected_neutral")
    assert (rosa.stage, rosa.tasks) == ("convert", ["qualify"])


def test_a_wrong_number_is_not_dialled_again(follow_up):
    """Whoever sits there has never heard of us; the mails are right, and go on."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("wrong_number")
    follow_up.wait_until("2026-11-25 10:00")
    assert (rosa.steps_done, rosa.tasks) == (["got-it", "price-guide", "questions-to-ask"], [])


def test_a_no_on_the_phone_is_a_no(follow_up):
    """The lead said it to a person; no mail may follow."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("connected_negative")
    follow_up.let_pass(days=90)
    assert rosa.steps_done == ["got-it", "price-guide"]
    assert rosa.ended == ["not_interested"]


# --- who never answers ------------------------------------------------------------------------------------------------


def test_whoever_never_answers_hears_twelve_things_in_ten_weeks_and_is_let_go_in_peace(follow_up):
    """Silence alone ends nothing early, and nothing ends in a burst."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("no_answer")
    follow_up.wait_until("2026-11-24 11:00")
    rosa.is_called("voicemail")
    follow_up.let_pass(days=90)
    assert rosa.touches == [
        "Mon 23 Nov 2026 09:00  email got-it",
        "Mon 23 Nov 2026 09:01  email price-guide",
        "Mon 23 Nov 2026 09:01  call first-call",
        "Mon 23 Nov 2026 10:00  sms tried-to-call",
        "Tue 24 Nov 2026 10:30  call second-call",
        "Wed 25 Nov 2026 09:30  email questions-to-ask",
        "Tue 1 Dec 2026 10:31  email case-study",
        "Mon 7 Dec 2026 15:30  email paying-for-it",
        "Mon 14 Dec 2026 10:00  email buy-time",
        "Mon 21 Dec 2026 13:30  email second-opinion",
        "Tue 5 Jan 2027 10:31  email three-ways",
        "Tue 19 Jan 2027 15:00  email before-the-season",
        "Mon 1 Feb 2027 11:00  email closing-file",
    ]
    assert (rosa.stage, rosa.ended) == ("re_engage", ["completed"])


def test_a_word_of_ours_starts_the_nine_working_days_of_silence_anew(follow_up):
    """Whoever we wrote to last week has not gone quiet."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-12-28 14:00")
    rosa.happens("human_touch")
    follow_up.wait_until("2027-01-13 09:00")
    assert "Mon 11 Jan 2027 10:30  enters re_engage" in rosa.timeline


# --- what we do not have ----------------------------------------------------------------------------------------------


def test_a_lead_without_a_phone_gets_every_mail_and_no_call(follow_up):
    """Half of what we know of people is missing."""
    rosa = follow_up.capture("Rosa", source="web_form", phone=False)
    follow_up.let_pass(days=90)
    assert len(rosa.touches) == 10
    assert {sent.channel for sent in rosa.sent} == {"email"}


def test_a_lead_without_mail_is_acknowledged_by_text_and_called_three_times(follow_up):
    """The third call asks for another way to send what we have."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.capture("Rosa", source="web_form", email=False)
    follow_up.let_pass(days=14)
    assert rosa.touches == [
        "Mon 23 Nov 2026 11:00  sms got-it-text",
        "Mon 23 Nov 2026 11:01  call first-call",
        "Tue 24 Nov 2026 10:30  call second-call",
        "Wed 2 Dec 2026 10:30  call other-way",
    ]


def test_when_mail_bounces_a_person_asks_for_another_way(follow_up):
    """An address with a typing error must not cost the lead."""
    rosa = follow_up.capture("Rosa", source="web_form")
    rosa.bounces()
    follow_up.wait_until("2026-12-02 11:00")
    assert rosa.tasks == ["other-way"]
    assert rosa.left_out["questions-to-ask"] == "address_bounced"


def test_whoever_answers_stop_to_a_text_gets_no_more_texts_and_calls(follow_up):
    """Texts and calls are one scope; mail goes on until it is refused too."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("voicemail")
    follow_up.let_pass(hours=2)
    rosa.opts_out("sms")
    follow_up.let_pass(days=90)
    assert rosa.tasks == []
    assert rosa.left_out["second-call"] == "channel_suppressed"
    assert rosa.steps_done[-1] == "closing-file"


def test_whoever_wants_no_more_messages_at_all_gets_none(follow_up):
    """It ends at once, and nobody has to do anything."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=9)
    rosa.opts_out()
    follow_up.let_pass(days=90)
    assert (rosa.steps_done[-1], rosa.ended, rosa.tasks) == ("questions-to-ask", ["opted_out"], [])


def test_a_lead_out_of_our_area_is_told_so_and_left_alone(follow_up):
    """An honest no on the first day is worth more than ten mails."""
    rosa = follow_up.capture("Rosa", source="web_form", outside_area=True)
    follow_up.let_pass(days=10)
    assert rosa.touches == ["Mon 23 Nov 2026 09:00  email out-of-area"]
    assert rosa.ended == ["disqualified"]


def test_whoever_rang_us_is_not_thanked_for_filling_in_a_form(follow_up):
    """They get what they rang for."""
    rosa = follow_up.capture("Rosa", source="missed_call")
    assert (rosa.steps_done, rosa.tasks) == (["price-guide"], ["first-call"])


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sense", ["wants_meeting", "positive", "question"])
@pytest.mark.parametrize("days", [1, 9, 45])
def test_whoever_answers_talks_to_a_person_and_hears_no_more_from_the_plan(follow_up, sense, days):
    """In response, in nurture and in re-engage alike."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=days)
    before = rosa.steps_done
    rosa.replies(sense)
    assert (rosa.stage, rosa.tasks) == ("convert", ["answer", "qualify"])
    follow_up.let_pass(days=3)
    assert rosa.steps_done == before


@pytest.mark.parametrize("days", [1, 9, 45])
def test_not_now_is_kept_in_touch_with(follow_up, days):
    """Postponed is not lost."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=days)
    rosa.replies("not_now")
    assert (rosa.sequence, rosa.ended, rosa.tasks) == ("keep-in-touch", ["handed_over"], ["answer"])


def test_no_ends_it_and_a_person_says_goodbye(follow_up):
    """No is no, and deserves an answer."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.replies("not_interested")
    follow_up.let_pass(days=90)
    assert (rosa.steps_done, rosa.ended, rosa.tasks) == (["got-it", "price-guide"], ["not_interested"], ["answer"])


def test_an_answer_that_nobody_understands_waits_for_a_person(follow_up):
    """It may be a yes, and it may be the end."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=9)
    rosa.replies("unclear")
    follow_up.let_pass(days=9)
    assert (rosa.steps_done[-1], rosa.review) == ("questions-to-ask", "unclear_reply")


def test_somebody_who_is_away_hears_from_us_when_back(follow_up):
    """A machine's answer is none, and the mail does not go to an empty desk."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-12-03 09:00")
    rosa.is_away(days=10)
    follow_up.wait_until("2026-12-15 09:00")
    assert rosa.stage == "nurture"
    assert rosa.touches[-1] == "Mon 14 Dec 2026 09:00  email paying-for-it"


# --- convert ----------------------------------------------------------------------------------------------------------


def test_a_conversation_that_falls_silent_is_taken_up_again(follow_up):
    """A lead that answered once must not be lost to a busy week."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(hours=2)
    rosa.replies("question")
    follow_up.let_pass(hours=1)
    rosa.does("answer")
    rosa.does("qualify")
    follow_up.wait_until("2026-11-30 09:00")
    rosa.is_called("no_answer")
    follow_up.let_pass(days=90)
    assert rosa.touches[3:] == [
        "Mon 23 Nov 2026 11:00  answer",
        "Mon 23 Nov 2026 11:00  task qualify",
        "Fri 27 Nov 2026 12:00  call decision-call",
        "Thu 3 Dec 2026 09:00  email what-we-promise",
        "Thu 10 Dec 2026 09:00  email your-options",
        "Mon 4 Jan 2027 10:31  email three-ways",
        "Fri 15 Jan 2027 15:00  email before-the-season",
        "Fri 29 Jan 2027 11:00  email closing-file",
    ]
    assert rosa.ended == ["completed"]


def test_each_word_of_theirs_puts_the_reminders_off(follow_up):
    """Whoever is talking to us needs no reminder."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(hours=2)
    for _ in range(4):
        rosa.replies("question")
        rosa.does("answer")
        follow_up.let_pass(days=2)
    assert (rosa.sequence, rosa.stage) == ("inbound-lead", "convert")
    assert (rosa.steps_done, rosa.tasks) == (["got-it", "price-guide"], [])


def test_a_question_between_the_reminders_puts_the_next_one_off(follow_up):
    """Three days of silence are counted from the last word, whoever said it."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("connected_neutral")
    follow_up.wait_until("2026-11-27 12:00")
    rosa.is_called("no_answer")
    follow_up.wait_until("2026-12-01 15:00")
    rosa.replies("question")
    rosa.does("answer")
    follow_up.wait_until("2026-12-05 12:00")
    assert rosa.touches[-1] == "Fri 4 Dec 2026 15:00  email what-we-promise"


def test_not_now_in_the_middle_of_a_conversation_is_kept_in_touch_with(follow_up):
    """However far we had come, later means later."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("connected_positive")
    rosa.replies("not_now")
    assert (rosa.sequence, rosa.ended) == ("keep-in-touch", ["handed_over"])


def test_a_conversation_is_called_quiet_after_fifteen_working_days_without_a_word_of_either_side(follow_up):
    """Whoever we talked to last week has not gone quiet."""
    rosa = follow_up.capture("Rosa", source="web_form")
    rosa.moves_to("Qualifying")
    follow_up.wait_until("2026-12-18 14:00")
    rosa.happens("human_touch")
    follow_up.wait_until("2027-01-14 09:00")
    assert "Tue 12 Jan 2027 10:30  enters re_engage" in rosa.timeline


def test_after_a_good_talk_nobody_is_sent_a_list_of_options(follow_up):
    """They have just chosen one."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("connected_neutral")
    follow_up.wait_until("2026-11-27 12:00")
    rosa.is_called("connected_positive")
    follow_up.let_pass(days=30)
    assert "what-we-promise" in rosa.steps_done
    assert rosa.left_out["your-options"] == "step_guard_false"


def test_a_lead_that_comes_back_to_convert_is_not_qualified_twice(follow_up):
    """What we asked once we know."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(hours=2)
    rosa.replies("question")
    rosa.does("answer")
    rosa.does("qualify")
    rosa.moves_to("Unable to Contact")
    follow_up.let_pass(days=2)
    rosa.replies("question")
    assert (rosa.stage, rosa.tasks) == ("convert", ["answer"])


# --- visits -----------------------------------------------------------------------------------------------------------


def test_a_visit_is_prepared_at_once_and_recalled_the_day_before(follow_up):
    """People forget visits, and a visit they are prepared for takes half the time."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(hours=2)
    rosa.changes(visit_on="2026-12-02")
    rosa.books()
    assert (rosa.stage, rosa.tasks) == ("convert", ["qualify"])
    follow_up.wait_until("2026-12-02 12:00")
    assert [touch for touch in rosa.touches if "visit" in touch] == [
        "Mon 23 Nov 2026 11:01  email prepare-visit",
        "Tue 1 Dec 2026 10:00  sms visit-tomorrow",
    ]


def test_when_the_visit_moves_the_reminder_moves_with_it(follow_up):
    """A visit that is put off must not be announced for tomorrow."""
    rosa = follow_up.capture("Rosa", source="web_form", visit_on="2026-12-02")
    follow_up.let_pass(hours=2)
    rosa.books()
    follow_up.wait_until("2026-11-30 09:00")
    rosa.changes(visit_on="2026-12-09")
    follow_up.wait_until("2026-12-09 12:00")
    assert rosa.touches[-1] == "Tue 8 Dec 2026 10:00  sms visit-tomorrow"
    assert rosa.steps_done == ["got-it", "price-guide", "prepare-visit", "visit-tomorrow"]


def test_a_visit_on_sunday_is_recalled_on_saturday(follow_up):
    """Our visits have weekends, so our reminders have them too."""
    rosa = follow_up.capture("Rosa", source="web_form", visit_on="2026-12-06")
    follow_up.let_pass(hours=2)
    rosa.books()
    follow_up.wait_until("2026-12-06 09:00")
    assert rosa.touches[-1] == "Sat 5 Dec 2026 10:00  sms visit-tomorrow"


def test_a_visit_on_the_same_day_is_prepared_and_not_announced_for_tomorrow(follow_up):
    """The reminder's moment is past; late, it would be a lie."""
    rosa = follow_up.capture("Rosa", source="web_form", visit_on="2026-11-23")
    follow_up.let_pass(hours=2)
    rosa.books()
    follow_up.let_pass(days=1)
    assert rosa.steps_done[-1] == "prepare-visit"
    assert rosa.left_out["visit-tomorrow"] == "too_late"


# --- what the CRM says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "sequence", "stage"),
    [
        ("New Opportunity", "inbound-lead", "response"),
        ("Qualifying", "inbound-lead", "convert"),
        ("Demo", "inbound-lead", "convert"),
        ("Proposal Pending", "proposal-follow-up", "convert"),
        ("Negotiating", "inbound-lead", "convert"),
        ("Unable to Contact", "inbound-lead", "re_engage"),
        ("Delayed", "keep-in-touch", "nurture"),
        ("Won", "inbound-lead", "retain"),
        ("Lost", None, "response"),
    ],
)
def test_where_a_card_takes_the_lead(follow_up, card, sequence, stage):
    """What the rep knows counts more than any plan; a lead is never sent back to be welcomed once more."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(hours=6)
    rosa.moves_to(card)
    assert (rosa.sequence, rosa.stage) == (sequence, stage)


def test_a_rep_who_moves_a_card_to_qualifying_sends_no_prices_again(follow_up):
    """The commonest move of all must not start the plan from the beginning."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("connected_neutral")
    follow_up.let_pass(hours=4)
    rosa.moves_to("Qualifying")
    follow_up.let_pass(hours=2)
    assert (rosa.steps_done, rosa.tasks) == (["got-it", "price-guide"], ["qualify"])


def test_a_stage_that_nobody_has_explained_waits_for_a_person(follow_up):
    """To guess would be to send the wrong mail."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=2)
    rosa.moves_to("On the Golf Course")
    follow_up.let_pass(days=9)
    assert (rosa.steps_done, rosa.review) == (["got-it", "price-guide"], "unmapped_stage")


def test_a_lost_deal_ends_it(follow_up):
    """Nobody is written to about what they have turned down."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=9)
    rosa.moves_to("Lost")
    follow_up.let_pass(days=90)
    assert (rosa.steps_done[-1], rosa.ended) == ("questions-to-ask", ["not_interested"])


def test_who_buys_in_the_middle_of_the_plan_is_looked_after_to_the_renewal(follow_up):
    """The last stage of the plan is that of customer-care; no second one starts beside it."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=9)
    rosa.changes(renewal_on="2027-05-13")
    rosa.happens("won")
    follow_up.let_pass(hours=1)
    rosa.does("handover")
    follow_up.wait_until("2027-05-03 11:00")
    assert rosa.steps_done[3:] == ["welcome", "first-week", "first-month", "referral", "season-check", "renewal"]
    assert (rosa.sequence, rosa.stage, rosa.tasks) == ("inbound-lead", "retain", ["renewal-call"])


# --- people of ours ---------------------------------------------------------------------------------------------------


def test_a_word_from_a_person_of_ours_holds_the_plan_for_four_hours(follow_up):
    """A mail from a machine an hour after one from a person spoils both."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-12-08 12:30")
    rosa.happens("human_touch")
    assert [hold.because for hold in rosa.holds] == ["human_touch"]
    follow_up.wait_until("2026-12-08 18:00")
    assert rosa.touches[-1] == "Tue 8 Dec 2026 16:30  email paying-for-it"


def test_a_second_enquiry_of_a_lead_that_is_in_it_starts_nothing_anew(follow_up):
    """Some people fill in the form twice."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=2)
    rosa.happens("captured")
    assert rosa.refused == ["already_enrolled"]
    follow_up.let_pass(days=3)
    assert rosa.steps_done == ["got-it", "price-guide", "questions-to-ask"]
