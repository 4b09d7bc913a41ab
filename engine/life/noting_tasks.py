"""A person closed a task: what its disposition means for the lead."""

from datetime import datetime

from engine.life.answers import given, owing
from engine.life.course import cursor_changed, gone_on, leaving, numbered, tried_anew, with_enrolment, with_outcome
from engine.life.events import Event
from engine.life.judging import received
from engine.life.progress import Approval, Enrolment, OpenTouch, Outcome, Progress, TaskState
from engine.life.proofs import tries, without_doubt
from engine.life.reactions import reaction_to
from engine.life.touches import counted, open_touch, stopped_if_unreachable
from engine.reasons import CallDisposition, StopReason
from engine.sequence.compiled import CarryOn, Finish
from engine.sequence.outcomes import APPROVED, SENT
from engine.sequence.structure import mentions_outcome
from engine.sequence.wording import say_words
from engine.words import EventKind

TALKED = frozenset(
    {
        CallDisposition.CONNECTED_POSITIVE,
        CallDisposition.CONNECTED_NEUTRAL,
        CallDisposition.CONNECTED_NEGATIVE,
        CallDisposition.CALLBACK_REQUESTED,
        CallDisposition.DO_NOT_CALL,
    }
)
WELCOMED = TALKED - {CallDisposition.CONNECTED_NEGATIVE, CallDisposition.DO_NOT_CALL}
"""Talks that are what `on("call_connected", …)` waits for; a no is none."""

HUMAN_TOUCHES = TALKED | {CallDisposition.VOICEMAIL}

ENDS = {
    CallDisposition.CONNECTED_POSITIVE: StopReason.CALL_CONNECTED,
    CallDisposition.CONNECTED_NEGATIVE: StopReason.NOT_INTERESTED,
}
"""Dispositions that end the enrolment, unless the sequence says what follows them."""

CLOSES = frozenset({CallDisposition.DO_NOT_CALL, CallDisposition.WRONG_NUMBER, CallDisposition.NUMBER_DEAD})
"""Dispositions that close a way to reach the lead."""

PROVES = frozenset({"proof", "problem"})


def task_done(progress: Progress, event: Event, now: datetime) -> Progress:
    """The task is closed with its disposition, which picks what follows."""
    state = next((state for state in progress.tasks if state.task.task_key == event.data.task_key), None)
    if state is None:
        return _talked(progress, event, CallDisposition.CONNECTED_POSITIVE, now, written=False)
    progress = _without(progress, state)
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    if state.task.task_kind in PROVES:
        return _proven(progress, state, event.data.disposition or "", now)
    if state.task.task_kind == "answer":
        return given(progress, at)
    if state.task.task_kind == "approval":
        return _judged(progress, state, given=event.data.disposition == APPROVED, at=at)
    return _step_done(progress, state, event, at, now)


def task_ended(progress: Progress, state: TaskState, outcome: str, now: datetime) -> Progress:
    """The step of a closed task has ended in this way, in whichever enrolment it belongs to."""
    enrolment, task = numbered(progress, state.task.enrolment), state.task
    if enrolment is None or task.step is None or task.visit is None:
        return progress
    if task.task_kind == "approval":
        return _judged(progress, state, given=False, at=now)
    if enrolment.cursor.task == task.task_key:
        return with_enrolment(progress, gone_on(enrolment, outcome, now))
    done = Outcome(step=task.step, outcome=outcome, at=now, visit=task.visit)
    return with_enrolment(progress, with_outcome(enrolment, done))


def _judged(progress: Progress, state: TaskState, *, given: bool, at: datetime) -> Progress:
    """A person has said whether the message may leave, or nobody has in time; the step goes on from there."""
    enrolment = numbered(progress, state.task.enrolment)
    if enrolment is None or enrolment.cursor.task != state.task.task_key:
        return progress
    approval = Approval(given=given, at=at, task=state.task.task_key)
    return with_enrolment(progress, cursor_changed(enrolment, task=None, approval=approval))


def _step_done(progress: Progress, state: TaskState, event: Event, at: datetime, now: datetime) -> Progress:
    disposition = event.data.disposition or "done"
    if disposition in HUMAN_TOUCHES:
        progress = progress.model_copy(update={"last_human_at": max(at, progress.last_human_at or at)})
    enrolment, step = numbered(progress, state.task.enrolment), state.task.step
    if enrolment is None or step is None:
        return progress
    if disposition == CallDisposition.CALLBACK_REQUESTED and event.data.callback_at is not None:
        if enrolment.cursor.task == state.task.task_key:
            return with_enrolment(progress, _called_back(enrolment, event.data.callback_at))
        progress = owing(progress, event.number, "the lead asked to be called back", due=event.data.callback_at)
    progress = task_ended(progress, state, disposition, now)
    written = mentions_outcome(enrolment.plan.sequence, step, disposition)
    progress = _talked(progress, event, disposition, now, written=written)
    return stopped_if_unreachable(progress, now) if disposition in CLOSES else progress


def _called_back(enrolment: Enrolment, at: datetime) -> Enrolment:
    """The same call once more, at the moment the lead agreed to."""
    occurrence = enrolment.cursor.occurrence + 1
    return cursor_changed(enrolment, task=None, occurrence=occurrence, anchor=at, guard_passed=True)


def _talked(progress: Progress, event: Event, disposition: str, now: datetime, *, written: bool) -> Progress:
    """A good or a final talk ends the enrolment, unless the sequence wrote another path."""
    running = progress.enrolment
    if running is None:
        return progress
    why = f"the call ended: {say_words(disposition)}"
    talk = event.model_copy(update={"kind": EventKind.CALL_CONNECTED})
    reaction = reaction_to(talk, running) if disposition in WELCOMED else None
    match reaction:
        case CarryOn():
            return progress
        case None:
            because = next((stop for end, stop in ENDS.items() if end == disposition), None)
            if because is None or written:
                return progress
            return with_enrolment(progress, leaving(running, Finish(), why, now, because=because))
        case _:
            return with_enrolment(progress, leaving(running, reaction, why, now))


def _proven(progress: Progress, state: TaskState, disposition: str, now: datetime) -> Progress:
    """A person says whether the touch went out, or that what stopped it is mended."""
    key = state.task.touch_key
    touch = open_touch(progress, key)
    if touch is not None:
        progress = progress.model_copy(
            update={"open_touches": tuple(other for other in progress.open_touches if other is not touch)}
        )
        progress = counted(progress, touch) if disposition == "sent" else progress
    enrolment = next((e for e in progress.every_enrolment if key in tries(progress, e)[-2:]), None)
    if enrolment is None:
        return progress if touch is None else _proven_away(progress, touch, disposition, now)
    if enrolment is progress.enrolment:
        progress = without_doubt(progress)
    if disposition == "sent":
        return with_enrolment(progress, gone_on(enrolment, "sent", now, touch_key=key))
    return with_enrolment(progress, tried_anew(enrolment))


def _proven_away(progress: Progress, touch: OpenTouch, disposition: str, now: datetime) -> Progress:
    """A lead that has just left the step, perhaps by mistake, finds it decided when it returns."""
    enrolment = numbered(progress, touch.enrolment)
    left = None if enrolment is None else enrolment.left
    if enrolment is None or left is None:
        return progress
    before = (left.plan, left.visit, left.cursor.step, left.cursor.occurrence)
    if before != (touch.plan, touch.visit, touch.step, touch.occurrence):
        return progress
    if disposition == "sent":
        key, visit = touch.touch_key, touch.visit
        done = Outcome(step=touch.step, outcome=SENT, at=now, touch_key=key, occurrence=touch.occurrence, visit=visit)
        return with_enrolment(progress, with_outcome(enrolment, done))
    cursor = tried_anew(enrolment.model_copy(update={"cursor": left.cursor})).cursor
    left = left.model_copy(update={"cursor": cursor})
    return with_enrolment(progress, enrolment.model_copy(update={"left": left}))


def _without(progress: Progress, state: TaskState) -> Progress:
    return progress.model_copy(update={"tasks": tuple(other for other in progress.tasks if other is not state)})
