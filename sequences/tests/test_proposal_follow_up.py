"""What proposal-follow-up promises to somebody who has a proposal of ours."""

import pytest


def test_four_mails_and_a_call_in_three_weeks_and_then_its_author_settles_it(follow_up):
    """As often as people decide, and no oftener; Thanksgiving is no working day."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-03 12:00")
    rosa.is_called("no_answer")
    follow_up.wait_until("2026-12-18 12:00")
    assert rosa.touches == [
        "Wed 25 Nov 2026 09:30  email how-to-read",
        "Tue 1 Dec 2026 14:00  email similar-job",
        "Thu 3 Dec 2026 10:00  call proposal-call",
        "Mon 7 Dec 2026 11:00  email other-options",
        "Fri 11 Dec 2026 09:30  email before-it-expires",
        "Thu 17 Dec 2026 09:30  task settle",
    ]
    rosa.does("settle")
    assert rosa.ended == ["completed"]


def test_a_proposal_that_leaves_on_a_friday_is_explained_on_tuesday(follow_up):
    """Two working days to open it; the weekend counts for nothing."""
    follow_up.wait_until("2026-12-04 16:00")
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=5)
    assert rosa.touches == ["Tue 8 Dec 2026 09:30  email how-to-read"]


def test_a_call_that_nobody_makes_is_given_up_after_two_days_and_the_mails_go_on(follow_up):
    """One forgotten call must not cost the deal its other four touches."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-09 18:00")
    assert rosa.tasks == []
    assert rosa.steps_done[-1] == "other-options"


def test_without_an_answer_nobody_but_a_person_gives_the_deal_up(follow_up):
    """The engine asks, and never moves a deal to Lost by itself."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=90)
    assert "settle is given up" in rosa.timeline
    assert (rosa.stage, rosa.ended) == ("convert", ["completed"])


def test_every_proposal_takes_the_lead_out_of_the_plan_it_was_in(follow_up):
    """A case study is no news to somebody who has our price."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=1)
    rosa.happens("proposal_sent")
    assert (rosa.sequence, rosa.ended) == ("proposal-follow-up", ["superseded"])
    assert rosa.tasks == []


def test_a_card_that_is_moved_to_proposal_pending_begins_it_as_well(follow_up):
    """Not every CRM tells us of the proposal itself."""
    rosa = follow_up.capture("Rosa", source="web_form")
    rosa.moves_to("Proposal Pending")
    assert (rosa.sequence, rosa.stage) == ("proposal-follow-up", "convert")


def test_the_card_that_follows_the_proposal_does_not_begin_it_twice(follow_up):
    """Both are told of the same thing, in the same minute."""
    rosa = follow_up.capture("Rosa", source="web_form")
    rosa.happens("proposal_sent")
    rosa.moves_to("Proposal Pending")
    follow_up.wait_until("2026-11-26 09:00")
    assert rosa.steps_done == ["got-it", "how-to-read"]
    assert rosa.ended == ["superseded"]


def test_a_second_proposal_is_followed_up_from_the_beginning(follow_up):
    """A new price is a new decision."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=90)
    rosa.happens("proposal_sent")
    follow_up.let_pass(days=3)
    assert rosa.steps_done[-1] == "how-to-read"
    assert rosa.steps_done.count("how-to-read") == 2


@pytest.mark.parametrize("sense", ["wants_meeting", "positive", "question", "not_interested"])
def test_an_answer_ends_the_mails_and_asks_the_author(follow_up, sense):
    """Whatever they wrote, a person reads it and writes back."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    rosa.replies(sense)
    follow_up.let_pass(days=30)
    assert rosa.steps_done == ["how-to-read"]
    assert (rosa.sequence, rosa.tasks) == (None, ["answer"])


def test_an_answer_that_nobody_understands_holds_the_mails_until_a_person_decides(follow_up):
    """It may be a yes, and it may be the end."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    rosa.replies("unclear")
    follow_up.wait_until("2026-12-08 10:00")
    assert (rosa.steps_done, rosa.review) == (["how-to-read"], "unclear_reply")
    rosa.does("answer")
    rosa.is_commanded("retry")
    assert rosa.review is None
    follow_up.let_pass(days=3)
    assert rosa.steps_done == ["how-to-read", "similar-job"]


def test_not_now_is_kept_in_touch_with(follow_up):
    """The first guide comes three weeks later, and the author still answers the mail."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    rosa.replies("not_now")
    assert (rosa.sequence, rosa.ended, rosa.tasks) == ("keep-in-touch", ["handed_over"], ["answer"])
    follow_up.let_pass(days=30)
    assert rosa.steps_done == ["how-to-read", "lower-bills"]


@pytest.mark.parametrize(
    ("event", "said", "ended"),
    [
        pytest.param("contract_signed", {}, "goal_met", id="a signature"),
        pytest.param("meeting_booked", {}, "meeting_booked", id="a meeting"),
        pytest.param("lost", {"reason": "too expensive"}, "stage_changed", id="lost"),
        pytest.param("opted_out", {}, "opted_out", id="no more messages"),
    ],
)
def test_the_mails_about_a_proposal_stop_at(follow_up, event, said, ended):
    """A mail about a proposal that is signed or dead does harm."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    rosa.happens(event, **said)
    follow_up.let_pass(days=30)
    assert rosa.steps_done == ["how-to-read"]
    assert (rosa.sequence, rosa.ended) == (None, [ended])


@pytest.mark.parametrize(
    ("card", "sequence", "ended"),
    [
        pytest.param("Negotiating", None, "goal_met", id="negotiations belong to people"),
        pytest.param("Lost", None, "not_interested", id="no is no"),
        pytest.param("Delayed", "keep-in-touch", "handed_over", id="put off"),
        pytest.param("Won", "customer-care", "stage_changed", id="bought"),
    ],
)
def test_where_the_crm_moves_the_card(follow_up, card, sequence, ended):
    """What the rep knows counts more than any plan."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    rosa.moves_to(card)
    assert (rosa.sequence, rosa.ended) == (sequence, [ended])


def test_who_buys_is_looked_after(follow_up):
    """The author's mails about the price are over; those about the installation begin."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-11-25 12:00")
    rosa.happens("won")
    follow_up.let_pass(hours=1)
    assert rosa.steps_done == ["how-to-read", "welcome"]
    assert (rosa.sequence, rosa.ended) == ("customer-care", ["handed_over"])


def test_a_yes_on_the_call_ends_the_mails(follow_up):
    """What comes next was agreed on the phone."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-03 12:00")
    rosa.is_called("connected_positive")
    follow_up.let_pass(days=30)
    assert rosa.steps_done == ["how-to-read", "similar-job"]
    assert rosa.ended == ["call_connected"]


def test_a_no_on_the_call_ends_everything(follow_up):
    """The lead said it to a person."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-03 12:00")
    rosa.is_called("connected_negative")
    assert rosa.ended == ["not_interested"]


def test_somebody_who_is_away_hears_from_us_when_back(follow_up):
    """The mails move; none is lost, and none arrives in a heap."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    rosa.is_away(days=10)
    follow_up.wait_until("2026-12-08 09:00")
    assert rosa.touches == ["Fri 4 Dec 2026 09:00  email how-to-read"]


def test_a_word_from_the_author_holds_the_mails_for_two_working_days(follow_up):
    """Nobody is written to by a machine an hour after a person wrote."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-01 13:00")
    rosa.happens("human_touch")
    assert [hold.because for hold in rosa.holds] == ["human_touch"]
    follow_up.wait_until("2026-12-03 18:00")
    assert rosa.touches[-1] == "Thu 3 Dec 2026 13:00  email similar-job"


def test_somebody_without_a_phone_gets_every_mail_and_no_call(follow_up):
    """Half of what we know of people is missing."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up", phone=False)
    follow_up.let_pass(days=30)
    assert rosa.steps_done == ["how-to-read", "similar-job", "other-options", "before-it-expires"]
    assert "proposal-call" in rosa.left_out
