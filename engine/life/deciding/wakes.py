"""What wakes a lead while it waits: whichever of its other business comes first."""

from collections.abc import Iterator
from datetime import datetime

from engine.life.deciding.dates import moments
from engine.life.deciding.tasks import task_name
from engine.life.deciding.unproven import asked_at, asking
from engine.life.deciding.waiting import ROUTINE, far, wait
from engine.life.moves import Wait
from engine.life.progress import Pause, Progress
from engine.life.sentences import HOLDS, say_both, say_when
from engine.reasons import HoldReason
from engine.sequence.wording import say_role
from engine.words import Act


def not_overslept(progress: Progress, wait: Wait, now: datetime) -> Wait:
    """The wait, ended by whatever of the lead's other business comes first, which is told beside it."""
    soonest = other_wake(progress, now) or wait
    until = min(wait.until, soonest.until, far(progress, now))
    if until == wait.until:
        return wait
    if until == soonest.until:
        why = say_both(wait.why, soonest.why, progress.circumstances.zone)
        return wait.model_copy(update={"until": until, "act": soonest.act, "then": soonest.then, "why": why})
    return wait.model_copy(update={"until": until, "act": Act.LOOK, "then": ROUTINE})


def other_wake(progress: Progress, now: datetime) -> Wait | None:
    """The soonest of the moments at which a lead is looked at whatever it waits for."""
    return min(_other_wakes(progress, now), key=lambda other: other.until, default=None)


def _other_wakes(progress: Progress, now: datetime) -> Iterator[Wait]:
    for state in progress.tasks:
        for escalation in state.task.escalations:
            if escalation.role not in state.told:
                told = f"{say_role(escalation.role)} is told of {task_name(state)}"
                yield _task_wake(progress, escalation.at, told)
        if state.task.give_up_at is not None:
            yield _task_wake(progress, state.task.give_up_at, f"{task_name(state)} is given up")
    for touch in progress.open_touches:
        at = asked_at(progress, touch)
        if at is not None:
            yield asking(progress, touch, at)
    yield from queueing(progress)
    running = progress.enrolment
    if running is None or progress.review is not None:
        return
    if progress.pause is not None:
        yield pausing(progress, progress.pause)
    if running.stopped_since is None:
        for _, at in moments(progress, running):
            yield _dated(progress, at)


def _task_wake(progress: Progress, at: datetime, then: str) -> Wait:
    why = f"on {say_when(at, progress.circumstances.zone)} {then}"
    return wait(at, HoldReason.BLOCKING_TASK, why, then=then, act=Act.CREATE_TASK)


def _dated(progress: Progress, at: datetime) -> Wait:
    why = f"a date the sequence waits for comes on {say_when(at, progress.circumstances.zone)}"
    return wait(at, HoldReason.AWAITING_EVENT, why, then="a date the sequence waits for is here")


def queueing(progress: Progress) -> Iterator[Wait]:
    """The waits for a place in sequences that are full."""
    for wish in progress.wishes:
        if wish.not_before is not None and wish.queued_for is not None:
            then = f"{wish.queued_for} has a place for the lead"
            when = say_when(wish.not_before, progress.circumstances.zone)
            why = f"{wish.queued_for} starts on {when}: {HOLDS[HoldReason.WAITING_CAPACITY]}"
            yield wait(wish.not_before, HoldReason.WAITING_CAPACITY, why, then=then, detail=wish.queued_for)


def pausing(progress: Progress, pause: Pause) -> Wait:
    """The wait for the end of a pause."""
    until = say_when(pause.until, progress.circumstances.zone)
    why = f"paused by {pause.by}"
    why += f"; a person is asked on {until}, unless it is resumed" if pause.open_ended else f" until {until}"
    return wait(pause.until, HoldReason.PAUSED, why, then=f"the pause by {pause.by} is over", detail=f"by {pause.by}")


def next_wake(progress: Progress, now: datetime) -> Wait:
    """When the lead is looked at again although nothing rings: for a parked lead too, whose tasks may come due."""
    because = HoldReason.BLOCKING_TASK if progress.tasks else HoldReason.AWAITING_EVENT
    return not_overslept(progress, wait(far(progress, now), because, "waits for a person"), now)
