"""What the shipped sequences do to a lead, told by leads that live on them."""

from datetime import timedelta

import pytest

from engine.words import Channel, EventKind, Stage
from tests.sequences.shipped import (
    ACKNOWLEDGEMENT,
    MONDAY_MORNING,
    day_from,
    days_after,
    lead,
    learn,
    template_of,
    touches,
    wait,
)


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(MONDAY_MORNING, id="a Monday morning"),
        pytest.param("2027-03-05 19:45", id="a Friday evening"),
        pytest.param("2027-03-07 02:10", id="a Sunday night"),
    ],
)
def test_every_enquiry_is_acknowledged_in_seconds_and_answered_within_five_minutes(when: str):
    """The first to answer has the edge, and nobody of ours need be awake."""
    life = lead(when)
    asked = life.now
    life.let_pass(minutes=5)
    assert life.sent_at("got-it") == [asked]
    assert life.sent_at("price-guide") == [asked + timedelta(minutes=1)]


def test_a_lead_that_never_answers_hears_twelve_useful_things_in_ten_weeks():
    """Silence alone ends nothing early, and nothing ends in a burst."""
    life = lead()
    wait(life, "no_answer", days=80)
    told = [
        (days_after(MONDAY_MORNING, when), channel, step, template_of(step).template.front.value)
        for when, channel, step in touches(life)
    ]
    assert told == [
        (0, "email", "got-it", "acknowledgement"),
        (0, "email", "price-guide", "answer"),
        (0, "call", "first-call", "answer"),
        (0, "sms", "tried-to-call", "invitation"),
        (1, "call", "second-call", "answer"),
        (2, "email", "questions-to-ask", "guide"),
        (7, "email", "case-study", "case"),
        (11, "email", "paying-for-it", "answer"),
        (18, "email", "buy-time", "guide"),
        (25, "email", "second-opinion", "offer"),
        (38, "email", "three-ways", "invitation"),
        (51, "email", "before-the-season", "guide"),
        (64, "email", "closing-file", "reminder"),
    ]
    assert sum(value != ACKNOWLEDGEMENT for *_, value in told) == 12
    assert life.ended == ["completed"]


def test_a_lead_without_a_phone_gets_every_mail_and_no_call():
    """Half of what we know of people is missing."""
    life = lead(channels=(Channel.EMAIL,))
    wait(life, days=80)
    assert {channel for _, channel, _ in touches(life)} == {"email"}
    assert len(life.sent) == 10


def test_a_lead_without_mail_is_acknowledged_by_text():
    """The acknowledgement must not hang on one channel."""
    life = lead(channels=(Channel.SMS, Channel.VOICE))
    assert life.sent == ["got-it-text"]


def test_a_lead_out_of_our_area_is_told_so_and_left_alone():
    """An honest no on the first day is worth more than ten mails."""
    life = lead(outside_area=True)
    wait(life, days=10)
    assert life.sent == ["out-of-area"]
    assert life.ended == ["disqualified"]


def test_nobody_is_texted_about_a_call_that_was_never_made():
    """A lead whose call was forgotten is not told that we tried."""
    life = lead()
    wait(life, "none", days=6)
    assert life.opened[:2] == ["first-call", "second-call"]
    assert life.sent == ["got-it", "price-guide", "questions-to-ask"]


@pytest.mark.parametrize("reply", ["wants_meeting", "positive", "question"])
def test_whoever_answers_talks_to_a_person_and_hears_no_more_from_the_plan(reply: str):
    """From then on the sequence speaks only when it has been quiet."""
    life = lead()
    wait(life, days=9)
    sent = life.sent
    life.happens(EventKind.REPLIED, reply=reply, channel="email")
    wait(life, "none", days=3)
    assert life.progress.stage is Stage.CONVERT
    assert set(life.tasks) == {"answer", "qualify"}
    assert life.sent == sent


def test_a_conversation_that_falls_silent_is_taken_up_again():
    """A lead that answered once must not be lost to a busy week."""
    life = lead()
    wait(life, hours=2)
    life.happens(EventKind.REPLIED, reply="question", channel="email")
    wait(life, "no_answer", days=90)
    assert life.sent[-5:] == ["what-we-promise", "your-options", "three-ways", "before-the-season", "closing-file"]
    assert "decision-call" in life.opened


@pytest.mark.parametrize("disposition", ["connected_positive", "connected_neutral", "callback_requested"])
def test_a_talk_on_the_first_call_leads_to_convert(disposition: str):
    """Nobody who has just talked to us is called again as if we had not."""
    life = lead()
    life.let_pass(minutes=10)
    life.closes(disposition, "first-call")
    assert life.progress.stage is Stage.CONVERT


def test_a_no_on_the_phone_is_a_no():
    """The lead said it to a person; no mail may follow."""
    life = lead()
    life.let_pass(minutes=10)
    life.closes("connected_negative", "first-call")
    assert life.ended == ["not_interested"]


def test_not_now_means_a_guide_every_few_weeks_and_a_call_in_the_end():
    """Postponed is not lost."""
    life = lead()
    wait(life, days=9)
    sent = len(life.sent)
    life.happens(EventKind.REPLIED, reply="not_now", channel="email")
    wait(life, "connected_neutral", days=150)
    assert life.sent[sent:] == ["lower-bills", "repair-or-replace", "quiet-season"]
    assert life.opened[-1] == "good-time"
    assert life.ended == ["handed_over", "completed"]


def test_who_answers_stop_to_a_text_gets_no_more_texts_and_calls():
    """Texts and calls are one scope; mail goes on until it is refused too."""
    life = lead()
    life.let_pass(minutes=10)
    life.closes("voicemail", "first-call")
    life.let_pass(minutes=2)
    life.happens(EventKind.OPTED_OUT, channel="sms")
    wait(life, days=80)
    assert life.opened == ["first-call"]
    assert len(life.sent) == 11


def test_when_mail_bounces_a_person_asks_for_another_way():
    """An address with a typing error must not cost the lead."""
    life = lead()
    life.happens(EventKind.BOUNCED, channel="email")
    wait(life, "no_answer", days=12)
    assert life.opened == ["first-call", "second-call", "other-way"]


def test_a_visit_is_prepared_at_once_and_recalled_the_day_before():
    """People forget visits, and a visit they are prepared for takes half the time."""
    life = lead()
    wait(life, "voicemail", days=1, hours=6)
    learn(life, visit_on=day_from(life, 3))
    life.happens(EventKind.MEETING_BOOKED)
    wait(life, days=4)
    assert life.sent[-2:] == ["prepare-visit", "visit-tomorrow"]
    assert life.sent_at("visit-tomorrow")[0].date().isoformat() == "2027-03-04"


def test_a_rep_who_moves_a_card_to_qualifying_sends_no_prices_again():
    """The commonest move of all must not start the plan from the beginning."""
    life = lead()
    life.let_pass(minutes=10)
    life.closes("connected_neutral", "first-call")
    life.let_pass(hours=4)
    life.happens(EventKind.STAGE_CHANGED, pipeline_stage="Qualifying")
    life.let_pass(hours=2)
    assert life.sent == ["got-it", "price-guide"]
    assert life.opened == ["first-call", "qualify"]


# --- missed call ------------------------------------------------------------------------------------------------------


def test_a_missed_call_interrupts_and_gives_back():
    """Whoever rings us wants something now; the mails can wait, and are not lost."""
    life = lead()
    wait(life, days=8)
    before = life.sent
    life.happens(EventKind.CALL_MISSED)
    assert life.sent == [*before, "text-back"]
    wait(life, "voicemail", hours=2)
    wait(life, days=80)
    assert "paying-for-it" in life.sent
    assert life.ended == ["completed", "completed"]


def test_five_missed_calls_are_one_text_and_one_call_back():
    """Somebody who redials must not be answered five times."""
    life = lead()
    wait(life, days=8)
    for _ in range(5):
        life.happens(EventKind.CALL_MISSED)
        life.let_pass(minutes=2)
    assert life.sent.count("text-back") == 1
    assert life.opened.count("call-back") == 1


def test_a_caller_we_may_not_text_gets_a_mail_instead():
    """The promise to ring back must reach the caller on some channel."""
    life = lead(channels=(Channel.EMAIL, Channel.VOICE))
    wait(life, days=8)
    life.happens(EventKind.CALL_MISSED)
    life.let_pass(hours=2)
    assert life.sent[-1] == "mail-back"


def test_a_caller_nobody_knew_is_texted_once_and_not_thanked_for_a_form():
    """A missed call captures the lead and starts both sequences; only one may speak."""
    life = lead(source="missed_call")
    life.happens(EventKind.CALL_MISSED)
    assert "got-it" not in life.sent
    assert life.sent.count("text-back") == 1


# --- proposal ---------------------------------------------------------------------------------------------------------


def test_a_proposal_is_followed_by_four_mails_and_a_call_over_two_to_three_weeks():
    """As often as people decide, and no oftener."""
    life = lead()
    wait(life, days=3)
    life.happens(EventKind.PROPOSAL_SENT)
    sent = life.now
    wait(life, "no_answer", days=40)
    told = [(channel, step) for when, channel, step in touches(life) if when > sent]
    assert told == [
        ("email", "how-to-read"),
        ("email", "similar-job"),
        ("call", "proposal-call"),
        ("email", "other-options"),
        ("email", "before-it-expires"),
    ]
    assert timedelta(days=14) <= life.sent_at("before-it-expires")[0] - sent <= timedelta(days=21)
    assert life.opened[-1] == "settle"
    assert life.ended == ["superseded", "completed"]


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        pytest.param(EventKind.REPLIED, {"reply": "question"}, "replied", id="an answer"),
        pytest.param(EventKind.CONTRACT_SIGNED, {}, "goal_met", id="a signature"),
        pytest.param(EventKind.LOST, {"reason": "too expensive"}, "stage_changed", id="lost"),
        pytest.param(EventKind.STAGE_CHANGED, {"pipeline_stage": "Lost"}, "not_interested", id="the stage Lost"),
        pytest.param(EventKind.STAGE_CHANGED, {"pipeline_stage": "Negotiating"}, "goal_met", id="negotiations"),
        pytest.param(EventKind.MEETING_BOOKED, {}, "meeting_booked", id="a meeting"),
    ],
)
def test_the_mails_about_a_proposal_stop_at(kind: EventKind, data: dict[str, str], reason: str):
    """A mail about a proposal that is answered, signed or dead does harm."""
    life = lead()
    life.happens(EventKind.PROPOSAL_SENT)
    wait(life, days=3)
    sent = life.sent
    life.happens(kind, None, **data)
    wait(life, days=30)
    assert life.sent == sent
    assert life.ended == ["superseded", reason]


# --- customers --------------------------------------------------------------------------------------------------------

CARE = ["welcome", "first-week", "first-month", "referral", "season-check", "renewal"]


def test_who_buys_in_the_middle_of_the_plan_is_looked_after_to_the_renewal():
    """The sale is where the second sale begins."""
    life = lead()
    wait(life, days=9)
    sent = len(life.sent)
    learn(life, renewal_on=day_from(life, 170))
    life.happens(EventKind.WON)
    wait(life, "connected_neutral", days=200)
    assert life.sent[sent:] == CARE
    assert life.opened[-2:] == ["handover", "renewal-call"]
    assert life.ended == ["completed"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param(EventKind.WON, {}, id="the deal is won"),
        pytest.param(EventKind.STAGE_CHANGED, {"pipeline_stage": "Won"}, id="the card is moved to Won"),
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        pytest.param(EventKind.PROPOSAL_SENT, id="while a proposal is followed up"),
        pytest.param(EventKind.LOST, id="after everything had ended"),
    ],
)
def test_who_buys_outside_of_the_plan_is_looked_after_as_well(before: EventKind, kind: EventKind, data: dict[str, str]):
    """No way to buy leads past the customer care."""
    life = lead()
    life.happens(before)
    wait(life, days=3)
    life.happens(kind, None, **data)
    wait(life, days=2)
    assert life.sent[-1] == "welcome"
    assert life.progress.stage is Stage.RETAIN


def test_a_customer_who_asks_something_is_answered_and_goes_on_being_looked_after():
    """A question is no reason to forget the renewal."""
    life = lead()
    life.happens(EventKind.WON)
    wait(life, days=20)
    life.happens(EventKind.REPLIED, reply="question", channel="email")
    assert life.tasks == ["answer"]
    wait(life, days=60)
    assert life.sent[-1] == "referral"
