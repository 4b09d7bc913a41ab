"""`approve=True`: a person reads a message before it leaves, releases it or leaves it out."""

from datetime import datetime, timedelta

import pytest

from engine.life.explain import explain
from engine.life.moves import CloseTask, OpenTask, Record, Send, Wait
from engine.life.progress import Progress
from engine.life.receipts import NotSent
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import FieldKnown, Goto, OnEvent, Reaction, Step
from engine.sequence.outcomes import APPROVED
from engine.words import Channel, EventKind, Stage, Verb
from tests.support.life import Life, at, circumstances
from tests.support.sequences import branch, case, days, email, minutes, sequence, sms, stage

MONDAY = at("2026-11-23 09:00")
OFFER = email("offer", approve=True)
NEWS = email("news", after=days(1))


def asked(*steps: Step, name: str = "nurture", now: datetime = MONDAY) -> Life:
    """A lead whose offer waits for its release, with a mail after it."""
    rosa = Life(sequence(stage(name, *(steps or (OFFER, NEWS)))), now=now)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def approvals(rosa: Life) -> list[OpenTask]:
    """Every release that was ever asked for."""
    return [move for _, move in rosa.moves if isinstance(move, OpenTask) and move.task_kind == "approval"]


def skips(rosa: Life) -> list[tuple[str, SkipReason]]:
    """Every step that was left out, and why."""
    changes = [move.change for _, move in rosa.moves if isinstance(move, Record)]
    return [(change.step, change.because) for change in changes if change.kind == "step_skipped"]


def test_a_message_waits_until_its_owner_has_released_it():
    """A price that nobody read is a price somebody has to honour."""
    rosa = asked()
    assert (rosa.sent, rosa.waits_because) == ([], HoldReason.AWAITING_APPROVAL)
    rosa.let_pass(hours=3)
    rosa.closes(APPROVED)
    assert rosa.sent_at("offer") == [MONDAY + timedelta(hours=3)]
    assert [move.approved for _, move in rosa.moves if isinstance(move, Send)] == [True]
    rosa.let_pass(days=2)
    assert rosa.sent_at("news") == [MONDAY + timedelta(hours=27)], "the next delay counts from the real sending"


def test_other_messages_leave_unasked():
    """Only what is written so waits for a person."""
    rosa = asked(email("hello"))
    assert (rosa.sent, approvals(rosa)) == (["hello"], [])
    assert not any(move.approved for _, move in rosa.moves if isinstance(move, Send))


@pytest.mark.parametrize("ending", ["rejected", "done"])
def test_what_is_not_approved_is_left_out(ending: str):
    """Whatever a system may close the task with: only one word lets a message leave."""
    rosa = asked()
    rosa.closes(ending)
    assert skips(rosa) == [("offer", SkipReason.NOT_APPROVED)]
    rosa.let_pass(days=2)
    assert rosa.sent == ["news"]


@pytest.mark.parametrize(
    ("name", "due", "given_up"),
    [
        ("nurture", "2026-11-24 09:00", "2026-11-27 09:00"),
        ("response", "2026-11-23 10:00", "2026-11-26 10:00"),
    ],
)
def test_nobody_waits_for_a_release_for_ever(name: str, due: str, given_up: str):
    """Due in a working hour where somebody waits for us, else in a day; given up three business days later."""
    rosa = asked(name=name)
    (task,) = approvals(rosa)
    assert (task.due, task.give_up_at) == (at(due), at(given_up))
    rosa.let_pass(days=8)
    closed = [(when, move.because) for when, move in rosa.moves if isinstance(move, CloseTask)]
    assert closed == [(at(given_up), SkipReason.NOT_APPROVED)]
    assert (skips(rosa), rosa.sent) == ([("offer", SkipReason.NOT_APPROVED)], ["news"])


def test_the_owner_is_asked_when_the_message_has_its_moment_and_its_condition_holds():
    """A release asked for too early is a release of yesterday's words."""
    rosa = asked(email("offer", approve=True, after=days(2), only_if=FieldKnown(field="budget")))
    move = rosa.look()
    assert isinstance(move, Wait)
    assert (move.act.value, move.then) == ("create_task", "the approval of email offer is asked for")
    assert move.why.startswith("the approval of email offer is asked for on Wed 25 Nov 2026 09:00")
    rosa.let_pass(days=3)
    assert (approvals(rosa), skips(rosa)) == ([], [("offer", SkipReason.STEP_GUARD_FALSE)])


def test_the_owner_is_asked_at_night_and_the_message_leaves_in_the_morning():
    """Closed hours keep messages back, not the people who prepare them."""
    rosa = asked(now=at("2026-11-23 20:00"))
    assert len(approvals(rosa)) == 1
    rosa.closes(APPROVED)
    assert (rosa.sent, rosa.waits_because) == ([], HoldReason.OUTSIDE_WINDOW)
    rosa.let_pass(days=1)
    assert rosa.sent_at("offer") == [at("2026-11-24 09:00")]
    assert len(approvals(rosa)) == 1, "what is held after its release is not asked for again"


def test_an_absent_owner_is_asked_when_back():
    """A task that lies before its due date begins is nobody's fault."""
    rosa = Life(sequence(stage("nurture", OFFER)), now=MONDAY)
    rosa.becomes(owner_absent_until=MONDAY + timedelta(days=2))
    rosa.happens(EventKind.CAPTURED)
    assert (approvals(rosa), rosa.waits_because) == ([], HoldReason.OWNER_ABSENT)
    rosa.becomes(owner_absent_until=None)
    rosa.look()
    assert len(approvals(rosa)) == 1


def test_nobody_is_asked_about_a_message_that_cannot_leave():
    """Work for nothing teaches people to release without reading."""
    rosa = Life(sequence(stage("nurture", sms("offer", approve=True), NEWS)), now=MONDAY)
    rosa.becomes(channels=tuple(c for c in circumstances().channels if c.channel is not Channel.SMS))
    rosa.happens(EventKind.CAPTURED)
    assert (approvals(rosa), skips(rosa)) == ([], [("offer", SkipReason.NO_ADDRESS)])


def test_a_release_that_took_long_does_not_make_the_message_late():
    """Whoever releases it on the fourth day wants it to leave on the fourth day."""
    rosa = asked(OFFER, name="response")
    rosa.let_pass(days=2)
    rosa.closes(APPROVED)
    assert (rosa.sent, rosa.progress.review) == (["offer"], None)


def test_what_was_released_long_ago_asks_what_to_do():
    """After an outage a released message is as late as any other."""
    rosa = asked(OFFER, name="response")
    rosa.becomes(all_switched_off=True)
    rosa.closes(APPROVED)
    rosa.let_pass(hours=30)
    rosa.becomes(all_switched_off=False)
    rosa.look()
    assert rosa.progress.review is not None
    assert rosa.progress.review.because is ReviewReason.TOO_LATE


@pytest.mark.parametrize(
    ("happening", "said"),
    [
        (EventKind.REPLIED, {"reply": "question", "channel": "email"}),
        (EventKind.MEETING_BOOKED, {}),
        (EventKind.ERASED, {}),
    ],
)
def test_what_ends_the_sequence_takes_the_question_back(happening: EventKind, said: dict[str, object]):
    """Nobody is to release an offer to somebody who has just answered."""
    rosa = asked()
    rosa.happens(happening, None, **said)
    assert "offer" not in rosa.tasks
    rosa.let_pass(days=9)
    assert (rosa.sent, skips(rosa)) == ([], [])


def test_an_opt_out_from_the_channel_takes_the_question_back():
    """The rest of the sequence goes on by what is left."""
    rosa = asked(OFFER, sms("text", after=minutes(60)))
    rosa.happens(EventKind.OPTED_OUT, channel="email")
    assert (rosa.tasks, skips(rosa)) == ([], [("offer", SkipReason.CHANNEL_SUPPRESSED)])
    rosa.let_pass(hours=2)
    assert rosa.sent == ["text"]


@pytest.mark.parametrize(
    ("verb", "said"),
    [(Verb.SKIP, {}), (Verb.JUMP, {"step": "news"}), (Verb.STOP, {})],
)
def test_whoever_steers_the_lead_past_the_message_takes_the_question_back(verb: Verb, said: dict[str, object]):
    """A release that comes afterwards must not bring the message back."""
    rosa = asked()
    key = rosa.progress.tasks[0].task.task_key
    rosa.commands(verb, **said)
    assert rosa.tasks == []
    rosa.happens(EventKind.TASK_DONE, task_key=key, disposition=APPROVED)
    rosa.let_pass(days=2)
    assert "offer" not in rosa.sent


def test_a_lead_that_comes_back_within_a_minute_is_asked_about_once_more_and_not_twice():
    """The first question was taken back when the stage was left."""
    back = Reaction(trigger=OnEvent(event=EventKind.PROPOSAL_SENT), response=Goto(stage=Stage.NURTURE))
    there = Reaction(trigger=OnEvent(event=EventKind.PROPOSAL_VIEWED), response=Goto(stage=Stage.CONVERT))
    plan = sequence(stage("nurture", OFFER), stage("convert", email("deal", after=days(1))), when=(there, back))
    rosa = Life(plan, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    rosa.happens(EventKind.PROPOSAL_VIEWED)
    assert rosa.tasks == []
    rosa.happens(EventKind.PROPOSAL_SENT)
    assert rosa.tasks == ["offer"]
    assert len({task.task_key for task in approvals(rosa)}) == 2
    rosa.closes(APPROVED)
    rosa.let_pass(hours=1)
    assert rosa.sent == ["offer"]


def test_a_message_that_did_not_leave_is_not_asked_for_again():
    """The provider was busy; what a person released is released."""
    rosa = asked()
    rosa.provider = lambda send: NotSent(touch_key=send.touch_key, again_in=timedelta(minutes=15))
    rosa.closes(APPROVED)
    rosa.provider = Life(now=MONDAY).provider
    rosa.let_pass(hours=1)
    assert (rosa.sent, len(approvals(rosa))) == (["offer", "offer"], 1)


def test_a_message_that_did_not_arrive_is_tried_anew_unasked():
    """A new touch, and the same words that a person released."""
    rosa = asked()
    rosa.closes(APPROVED)
    (key,) = [move.touch_key for _, move in rosa.moves if isinstance(move, Send)]
    rosa.happens(EventKind.DELIVERY_FAILED, touch_key=key, channel="email")
    rosa.let_pass(hours=5)
    sends = [move for _, move in rosa.moves if isinstance(move, Send)]
    assert [(send.step, send.approved) for send in sends] == [("offer", True)] * 2
    assert len(approvals(rosa)) == 1


def test_a_release_in_a_pause_is_kept_until_it_is_over():
    """The person who released it need not know that somebody else paused the lead."""
    rosa = asked()
    rosa.commands(Verb.PAUSE)
    rosa.closes(APPROVED)
    assert rosa.sent == []
    rosa.commands(Verb.RESUME)
    assert rosa.sent == ["offer"]


def test_whoever_asks_why_nothing_comes_is_told_that_nobody_has_released_it():
    """The commonest answer to "why has this lead heard nothing?" must name the person and the day."""
    rosa = asked()
    told = explain(rosa.progress, rosa.now).text()
    assert "Next: waits for the owner: approval of offer, due Tue 24 Nov 2026 09:00 New York time" in told
    assert "The owner is asked for approval of offer, due Tue 24 Nov 2026 09:00, given up on Fri 27 Nov" in told
    rosa.closes("rejected")
    assert "Offer was left out on Mon 23 Nov 2026 09:00: nobody approved it." in explain(rosa.progress, rosa.now).text()


def test_a_memory_without_an_approval_reads_as_it_always_did():
    """A release that knows no approvals reads every lead that has none."""
    rosa = asked(email("hello", after=days(1)))
    assert "approval" not in rosa.progress.model_dump_json(exclude={"enrolment": {"plan"}})
    rosa = asked()
    rosa.closes(APPROVED)
    rosa.becomes(all_switched_off=True)
    assert Progress.model_validate_json(rosa.progress.model_dump_json()) == rosa.progress


def test_an_approval_inside_a_branch_is_asked_like_any_other():
    """Where the message stands makes no difference."""
    rosa = asked(branch("size", case(FieldKnown(field="budget"), NEWS), otherwise=(OFFER,)))
    assert rosa.tasks == ["offer"]
