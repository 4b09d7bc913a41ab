"""When nothing runs, or nothing may: the end of a life, a Review, a pause."""

from datetime import datetime

from engine.life.deciding.tasks import task_name
from engine.life.deciding.unproven import reconciling
from engine.life.deciding.waiting import far, parked, say_review, wait
from engine.life.deciding.wakes import pausing, queueing
from engine.life.moves import Finish, Move, Park, PauseEnded, Record
from engine.life.progress import Enrolment, Progress
from engine.life.sentences import STOPS, say_when
from engine.life.standing import standing
from engine.reasons import HoldReason, ReviewReason, StopReason
from engine.sequence.wording import say_list, say_role


def at_rest(progress: Progress, now: datetime) -> Move | None:
    """No sequence runs: the lead waits for people or for a provider's answer, or its run is over."""
    if progress.enrolment is not None:
        return None
    if progress.over:
        last = max(progress.past, key=lambda past: past.ended_at, default=None)
        if last is None:
            return Finish(because=StopReason.COMPLETED, why="no sequence runs")
        return Finish(because=last.because, why=f"{last.sequence} is over: {STOPS[last.because]}")
    if progress.review is not None:
        return None
    if not progress.tasks:
        return reconciling(progress, now) or min(queueing(progress), key=lambda place: place.until, default=None)
    roles = say_list(dict.fromkeys(say_role(state.task.to) for state in progress.tasks), "and")
    names = ", ".join(task_name(state) for state in progress.tasks)
    return wait(far(progress, now), HoldReason.BLOCKING_TASK, f"waits for {roles}: {names}", detail=names)


def in_review(progress: Progress, now: datetime) -> Move | None:
    """A person is needed."""
    review = progress.review
    return None if review is None else Park(because=review.because, why=say_review(review.because, review.detail))


def paused(progress: Progress, now: datetime) -> Move | None:
    """A person paused the lead."""
    pause = progress.pause
    if pause is None:
        return None
    if pause.until > now:
        return pausing(progress, pause)
    if pause.open_ended:
        return parked(progress, ReviewReason.PAUSE_EXPIRED)
    return Record(change=PauseEnded(), why="the pause is over")


def clock_stands(progress: Progress, now: datetime) -> Move | None:
    """The sequence is paused, or an answer is open."""
    running = progress.enrolment
    if running is None or running.stopped_since is None:
        return None
    if running.answer_open:
        return wait(far(progress, now), HoldReason.ANSWER_OPEN, "waits until a person has answered the lead")
    return _sequence_paused(progress, running, now)


def _sequence_paused(progress: Progress, running: Enrolment, now: datetime) -> Move:
    name, stand = running.plan.sequence.name, standing(progress, running, now)
    if stand is not None and stand.until is not None:
        until = say_when(stand.until, progress.circumstances.zone)
        why = f"goes on {until}: the sequence {name} was paused, and its leads go on one after the other"
        return wait(min(stand.until, far(progress, now)), HoldReason.SEQUENCE_PAUSED, why, then=f"{name} goes on")
    if stand is None and name not in progress.circumstances.paused_sequences:
        return Record(change=PauseEnded(), why=f"the pause of the sequence {name} is over")
    since = "" if stand is None else f" since {say_when(stand.since, progress.circumstances.zone)}"
    why = f"waits until somebody lets the sequence {name} go on, which is paused{since}"
    return wait(far(progress, now), HoldReason.SEQUENCE_PAUSED, why)
