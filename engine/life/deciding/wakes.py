"""What wakes a lead while it waits: whichever of its other business comes first."""

from collections.abc import Iterator
from datetime import datetime

from engine.life.deciding.dates import moments
from engine.life.deciding.tasks import task_name
from engine.life.deciding.unproven import asked_at
from engine.life.deciding.waiting import far, wait
from engine.life.moves import Hold, Wait
from engine.life.progress import Progress, TaskState
from engine.life.sentences import say_when, summary
from engine.reasons import HoldReason
from engine.words import Act


def not_overslept(progress: Progress, wait: Wait, now: datetime) -> Wait:
    """The wait, ended by whatever of the lead's other business comes first."""
    soonest = min(_other_wakes(progress, now), key=lambda other: other.until, default=wait)
    until = min(wait.until, soonest.until, far(progress, now))
    if until == wait.until:
        return wait
    if until == soonest.until:
        return soonest.model_copy(update={"because": wait.because, "holds": wait.holds})
    return wait.model_copy(update={"until": until, "act": Act.LOOK})


def _other_wakes(progress: Progress, now: datetime) -> Iterator[Wait]:
    for state in progress.tasks:
        for escalation in state.task.escalations:
            if escalation.role not in state.told:
                yield _task_wake(progress, state, escalation.at, f"then {escalation.role} is told")
        if state.task.give_up_at is not None:
            yield _task_wake(progress, state, state.task.give_up_at, "then it is given up")
    for touch in progress.open_touches:
        at = asked_at(progress, touch)
        if at is not None:
            yield wait(progress, at, HoldReason.RECONCILING, f"{touch.channel} {touch.step}", Act.RECONCILE)
    running = progress.enrolment
    if running is None or progress.review is not None:
        return
    if progress.pause is not None:
        yield wait(progress, progress.pause.until, HoldReason.PAUSED, f"by {progress.pause.by}")
    if running.stopped_since is None:
        for _, at in moments(progress, running):
            yield wait(progress, at, HoldReason.AWAITING_EVENT, "a date the sequence waits for")


def _task_wake(progress: Progress, state: TaskState, at: datetime, then: str) -> Wait:
    zone = progress.circumstances.zone
    why = f"waits for a person: {task_name(state)}, until {say_when(at, zone)}, {then}"
    hold = Hold(because=HoldReason.BLOCKING_TASK, until=at, detail=task_name(state))
    return Wait(until=at, because=HoldReason.BLOCKING_TASK, why=summary(why), holds=(hold,), act=Act.CREATE_TASK)


def next_wake(progress: Progress, now: datetime) -> Wait:
    """When the lead is looked at again although nothing rings: for a parked lead too, whose tasks may come due."""
    because = HoldReason.BLOCKING_TASK if progress.tasks else HoldReason.AWAITING_EVENT
    return not_overslept(progress, Wait(until=far(progress, now), because=because, why="waits for a person"), now)
