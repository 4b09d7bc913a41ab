"""One sequence comes between and gives back: what stood interrupted goes on as if it had only been away."""

from datetime import timedelta

from engine.life.receipts import Accepted, NotSent, Rejected
from engine.reasons import HoldReason, ReviewReason
from engine.sequence.compiled import CarryOn, OnByHand
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, uncertain
from tests.support.sequences import call, days, email, goto, minutes, on, sequence, stage, start

MONDAY = at("2026-11-23 09:00")
URGENT = sequence(
    stage("as_is", call("ring-back")),
    name="urgent",
    starts=(OnByHand(name="urgent"),),
    gives_back=True,
    hours=ALWAYS,
)


def interrupted(*steps, urgent=URGENT, provider=None, **more) -> Life:
    """A lead whose sequence was interrupted at its first step."""
    ordinary = sequence(stage("nurture", *steps), hours=ALWAYS, after_human=minutes(0), **more)
    rosa = Life(urgent, ordinary, now=MONDAY)
    rosa.provider = provider or rosa.provider
    rosa.happens(EventKind.CAPTURED)
    rosa.happens(EventKind.BY_HAND, name="urgent")
    return rosa


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return None if rosa.progress.review is None else rosa.progress.review.because


def test_evidence_for_a_touch_of_the_interrupted_sequence_is_not_lost():
    """A mail in doubt that turns out to have been sent must not be sent again when the sequence resumes."""
    rosa = interrupted(email("one"), email("two", after=days(2)), provider=uncertain)
    rosa.note(Accepted(touch_key=rosa.progress.open_touches[0].touch_key))
    rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
    rosa.closes("no_answer", "ring-back")
    rosa.let_pass(days=3)
    assert rosa.sent == ["one", "two"]


def test_a_refused_touch_of_the_interrupted_sequence_waits_for_a_person_there():
    """The text-back goes its way; the refused mail is decided when its own sequence has the lead again."""
    rosa = interrupted(email("one"), provider=uncertain)
    rosa.note(Rejected(touch_key=rosa.progress.open_touches[0].touch_key, effect="bad_content", detail="spam words"))
    rosa.look()
    assert review_of(rosa) is None
    rosa.closes("no_answer", "ring-back")
    assert review_of(rosa) is ReviewReason.PROVIDER_REJECTED
    assert rosa.sent == ["one"]


def test_a_touch_of_the_interrupted_sequence_that_was_not_sent_is_tried_again_there():
    """What certainly did not leave still has to."""
    rosa = interrupted(email("one"), provider=uncertain)
    rosa.note(NotSent(touch_key=rosa.progress.open_touches[0].touch_key, again_in=timedelta(hours=1)))
    rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
    rosa.closes("no_answer", "ring-back")
    rosa.let_pass(hours=2)
    assert rosa.sent == ["one", "one"]


def test_a_call_of_the_interrupted_sequence_may_be_closed_meanwhile():
    """A person does not wait for a sequence to have its turn; the path goes on from that call."""
    rosa = interrupted(call("first-call"), email("after-call", after=days(1)))
    rosa.closes("no_answer", "first-call")
    rosa.closes("no_answer", "ring-back")
    rosa.let_pass(days=2)
    assert rosa.sent == ["after-call"]


def test_a_call_of_the_interrupted_sequence_may_be_given_up_meanwhile():
    """Its time runs on; the lead must not stand before a task that nobody has any more."""
    rosa = interrupted(call("first-call", give_up=minutes(30)), email("after-call"))
    rosa.let_pass(hours=1)
    assert rosa.tasks == ["ring-back"]
    rosa.closes("no_answer", "ring-back")
    assert rosa.sent == ["after-call"]


def test_an_answer_given_during_the_interruption_lets_the_interrupted_sequence_go_on():
    """`carry_on()` waits for the answer, whoever runs when it is given."""
    rosa = interrupted(email("one"), email("two", after=days(2)), when=(on("replied", CarryOn()),))
    assert rosa.progress.enrolment is not None
    rosa.closes("no_answer", "ring-back")
    rosa.happens(EventKind.REPLIED, reply="question")
    assert rosa.waits_because is HoldReason.ANSWER_OPEN
    rosa.happens(EventKind.BY_HAND, name="urgent")
    answer = next(state for state in rosa.progress.tasks if state.task.task_kind == "answer")
    rosa.happens(EventKind.TASK_DONE, task_key=answer.task.task_key, disposition="done")
    rosa.closes("no_answer", "ring-back")
    rosa.let_pass(days=3)
    assert rosa.sent == ["one", "two"]


def test_a_handover_to_the_sequence_that_stands_interrupted_is_no_loss():
    """It takes the lead over by resuming; nobody has to be asked."""
    hands_over = sequence(
        stage("as_is", email("urgent-1"), otherwise=start("life")),
        name="urgent",
        starts=(OnByHand(name="urgent"),),
        gives_back=True,
        hours=ALWAYS,
    )
    rosa = interrupted(email("one"), email("two", after=days(2)), urgent=hands_over)
    assert rosa.tasks == []
    rosa.let_pass(days=3)
    assert rosa.sent == ["one", "urgent-1", "two"]


def test_a_stage_that_neither_sequence_knows_ends_both():
    """A deal that is won needs neither the text-back nor the mails it interrupted."""
    rosa = interrupted(email("one"), email("two", after=days(9)))
    rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Won")
    assert rosa.ended == ["stage_changed", "stage_changed"]


def test_an_exit_decided_while_the_clock_stands_waits_its_whole_delay_after_that():
    """The clock stood before the exit was decided too; that time must not be added to it."""
    goes = (on("call_connected", goto("convert", after=days(1))),)
    plan = sequence(stage("nurture", email("one", after=days(9)), when=goes), stage("convert", email("offer")))
    rosa = Life(plan, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    rosa.commands(Verb.PAUSE)
    rosa.let_pass(days=2)
    rosa.happens(EventKind.CALL_CONNECTED)
    rosa.let_pass(days=3)
    rosa.commands(Verb.RESUME)
    rosa.let_pass(hours=23)
    assert rosa.progress.stage == "nurture"
    rosa.let_pass(hours=2)
    assert rosa.progress.stage == "convert"
