"""Exits that are decided: to another stage, to another sequence, or to the end."""

from datetime import datetime
from typing import assert_never

from engine.life.course import plan_for, visits_of
from engine.life.deciding.waiting import parked, wait
from engine.life.moments import exit_moment
from engine.life.moves import Enroll, Finish, Move, Record, StageEntered
from engine.life.progress import Enrolment, PendingExit, Progress
from engine.life.sentences import HOLDS, STOPS, say_beginning, say_waiting, say_when
from engine.life.wishes import Wish
from engine.reasons import HoldReason, ReviewReason, StopReason
from engine.sequence import compiled
from engine.sequence.compiled import Exit
from engine.sequence.structure import plan_of_step
from engine.sequence.wording import SENDING_HOURS
from engine.words import Stage


def exit_due(progress: Progress, now: datetime) -> Move | None:
    """An exit whose delay is over; on a lead that is held, only one that an event or a person decided, at once."""
    running = progress.enrolment
    pending = None if running is None else running.way_out
    if running is None or pending is None or exit_moment(progress, running, pending) > now:
        return None
    held = running.stopped_since is not None or progress.review is not None
    if held and (running.exit is None or pending.exit.after is not None or pending.not_before is not None):
        return None
    match pending.exit:
        case compiled.Goto():
            return _entering(progress, running, pending, pending.exit.stage)
        case compiled.Start():
            wish = Wish(kind="handover", at=now, sequence=pending.exit.sequence)
            return Enroll(wish=wish, why=f"{pending.exit.sequence} takes over: {pending.why}")
        case compiled.Finish():
            because = pending.because or StopReason(pending.exit.reason)
            return Finish(because=because, why=_ending(running, because, pending.why))
        case _:
            assert_never(pending.exit)


def _ending(running: Enrolment, because: StopReason, why: str) -> str:
    said = f"{running.plan.sequence.name} ends: {STOPS[because]}"
    decided = running.exit is not None and why != STOPS[because]
    return f"{said} ({why})" if decided else said


def _entering(progress: Progress, running: Enrolment, pending: PendingExit, stage: Stage) -> Move | None:
    plan = plan_for(running, stage) if pending.step is None else plan_of_step(running.plan.sequence, pending.step)
    if plan is None:
        return Finish(because=StopReason.STAGE_CHANGED, why=pending.why)
    if _too_often(progress, running, plan):
        return None
    change = StageEntered(stage=stage, plan=plan, step=pending.step)
    return Record(change=change, why=f"{say_beginning(stage)}: {pending.why}")


def _too_often(progress: Progress, running: Enrolment, plan: int) -> bool:
    visits = visits_of(running, plan)
    return visits.count - visits.forgiven >= progress.circumstances.policy.visit_limit


def touched_enough(progress: Progress, now: datetime) -> Move | None:
    """The policy's maximum of touches."""
    running = progress.enrolment
    if running is None or running.touches < progress.circumstances.policy.touch_limit:
        return None
    return Finish(because=StopReason.TOUCH_LIMIT, why=STOPS[StopReason.TOUCH_LIMIT])


def exit_waiting(progress: Progress, now: datetime) -> Move | None:
    """An exit that waits for its delay, or for a person, because it leads round in circles."""
    running = progress.enrolment
    pending = None if running is None else running.way_out
    if running is None or pending is None:
        return None
    until = exit_moment(progress, running, pending)
    if until <= now:
        return parked(progress, ReviewReason.LOOP_LIMIT, pending.why)
    then = _leading(pending.exit)
    if until == pending.not_before:
        when = say_when(until, progress.circumstances.zone)
        why = f"{then} on {when}: {HOLDS[HoldReason.WAITING_CAPACITY]}"
        return wait(until, HoldReason.WAITING_CAPACITY, why, then=then)
    why = f"{then} on {say_when(until, progress.circumstances.zone)}: {pending.why}"
    why += f", and then it {say_waiting(pending.exit.after, SENDING_HOURS)}" if pending.exit.after is not None else ""
    return wait(until, HoldReason.STEP_DELAY, why, then=then)


def _leading(exit_: Exit) -> str:
    """Where the exit leads."""
    match exit_:
        case compiled.Goto():
            return say_beginning(exit_.stage)
        case compiled.Start():
            return f"{exit_.sequence} takes over"
        case compiled.Finish():
            return "the sequence ends"
        case _:
            assert_never(exit_)
