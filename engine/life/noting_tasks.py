"""A person closed a task: what its disposition means for the lead."""

from datetime import datetime

from engine.life.course import leaving, settled, with_cursor, with_enrolment, with_outcome
from engine.life.events import Event
from engine.life.judging import received
from engine.life.keys import touch_key
from engine.life.progress import Enrolment, Outcome, Progress, TaskState
from engine.life.reactions import reaction_to
from engine.reasons import CallDisposition, ReviewReason, StopReason
from engine.sequence.compiled import Finish
from engine.sequence.structure import mentions_outcome
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
HUMAN_TOUCHES = TALKED | {CallDisposition.VOICEMAIL}

ENDS = {
    CallDisposition.CONNECTED_POSITIVE: StopReason.CALL_CONNECTED,
    CallDisposition.CONNECTED_NEGATIVE: StopReason.NOT_INTERESTED,
}
"""Dispositions that end the enrolment, unless the sequence says what follows them."""

PROVES = frozenset({"proof", "problem"})


def task_done(progress: Progress, event: Event, now: datetime) -> Progress:
    """The task is closed with its disposition, which picks what follows."""
    state = next((state for state in progress.tasks if state.task.task_key == event.data.task_key), None)
    if state is None:
        return _ending(progress, event, CallDisposition.CONNECTED_POSITIVE, None, now)
    progress = _without(progress, state)
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    if state.task.task_kind in PROVES:
        return _proven(progress, state, event.data.disposition or "", now)
    if state.task.task_kind == "answer":
        return _answered(progress, at)
    return _step_done(progress, state, event, at, now)


def _step_done(progress: Progress, state: TaskState, event: Event, at: datetime, now: datetime) -> Progress:
    disposition = event.data.disposition or "done"
    if disposition in HUMAN_TOUCHES:
        progress = progress.model_copy(update={"last_human_at": max(at, progress.last_human_at or at)})
    running = progress.enrolment
    if running is None or state.task.enrolment != running.number or state.task.step is None:
        return progress
    if running.cursor.task == state.task.task_key:
        if disposition == CallDisposition.CALLBACK_REQUESTED and event.data.callback_at is not None:
            return _called_back(progress, running, event.data.callback_at)
        progress = settled(progress, disposition, now)
    else:
        done = Outcome(step=state.task.step, outcome=disposition, at=now, visit=running.visit)
        progress = with_enrolment(progress, with_outcome(running, done))
    return _ending(progress, event, disposition, state.task.step, now)


def _called_back(progress: Progress, running: Enrolment, at: datetime) -> Progress:
    """The same call once more, at the moment the lead agreed to."""
    occurrence = running.cursor.occurrence + 1
    return with_cursor(progress, task=None, occurrence=occurrence, anchor=at, guard_passed=True)


def _ending(progress: Progress, event: Event, disposition: str, step: str | None, now: datetime) -> Progress:
    """A good or a final talk ends the enrolment, unless the sequence wrote another path."""
    running = progress.enrolment
    if running is None:
        return progress
    if disposition in TALKED:
        reaction = reaction_to(event.model_copy(update={"kind": EventKind.CALL_CONNECTED}), running)
        if reaction is not None and reaction.kind != "carry_on":
            return with_enrolment(progress, leaving(running, reaction, f"the call ended {disposition}", now))
    because = next((stop for end, stop in ENDS.items() if end == disposition), None)
    if because is None or (step is not None and mentions_outcome(running.plan.sequence, step, disposition)):
        return progress
    return with_enrolment(progress, leaving(running, Finish(), f"the call ended {disposition}", now, because=because))


def _answered(progress: Progress, at: datetime) -> Progress:
    """The lead has its answer; a sequence that carries on goes on."""
    progress = progress.model_copy(update={"last_human_at": max(at, progress.last_human_at or at)})
    if progress.enrolment is None:
        return progress
    return with_enrolment(progress, progress.enrolment.model_copy(update={"answer_open": False}))


def _proven(progress: Progress, state: TaskState, disposition: str, now: datetime) -> Progress:
    """A person says whether the touch went out, or that what stopped it is mended."""
    touch = state.task.touch_key
    progress = progress.model_copy(
        update={"open_touches": tuple(t for t in progress.open_touches if t.touch_key != touch)}
    )
    running = progress.enrolment
    if running is None or not _stands_at(progress, running, touch):
        return progress
    progress = _unparked(progress)
    if disposition == "sent":
        return settled(progress, "sent", now, touch_key=touch)
    return with_cursor(progress, occurrence=running.cursor.occurrence + 1, held=None, late_ok=True)


def _stands_at(progress: Progress, running: Enrolment, touch: str | None) -> bool:
    """Whether the cursor still stands before this very touch, or before its next try."""
    step = running.cursor.step
    if step is None:
        return False
    keys = {
        touch_key(progress.lead_id, running.number, running.at_plan, running.visit, step, occurrence)
        for occurrence in (running.cursor.occurrence, running.cursor.occurrence - 1)
    }
    return touch in keys


def _unparked(progress: Progress) -> Progress:
    about_touch = (ReviewReason.OUTCOME_UNPROVEN, ReviewReason.PROVIDER_REJECTED, ReviewReason.DELIVERY_FAILING)
    if progress.review is None or progress.review.because not in about_touch:
        return progress
    return progress.model_copy(update={"review": None})


def _without(progress: Progress, state: TaskState) -> Progress:
    return progress.model_copy(update={"tasks": tuple(other for other in progress.tasks if other is not state)})
