"""
Why has this lead not been contacted? The answer, from its memory alone: one plain sentence per fact.

The UI, the command line and the simulator show this text and no other.
"""

from collections.abc import Iterator
from datetime import datetime

from pydantic import AwareDatetime

from engine.frozen import Frozen
from engine.life.decide import decide
from engine.life.deciding.tasks import task_name
from engine.life.deciding.wakes import next_wake
from engine.life.moves import Finish, Hold, Move, Park, Wait
from engine.life.progress import Enrolment, Progress, TaskState
from engine.life.sentences import REVIEWS, STOPS, say_hold, say_when
from engine.sequence.structure import step
from engine.sequence.wording import say_stage, say_step, sentence

WAYS_OUT = "retry, skip, jump, stop, reassign or enroll"


class Explanation(Frozen):
    """What comes next for a lead, when, and why not sooner."""

    next_move: str
    """What will happen next, in words."""
    at: AwareDatetime | None
    """When; None when nothing will happen by itself."""
    holds: tuple[Hold, ...] = ()
    """Everything on the way, in the order it ends."""
    wakes: tuple[str, ...] = ()
    """What would make it happen sooner, or otherwise."""
    lines: tuple[str, ...]
    """The whole answer, a sentence each."""

    def text(self) -> str:
        """The whole answer."""
        return "\n".join(self.lines)


def explain(progress: Progress, now: datetime) -> Explanation:
    """The explanation of any lead: running, held, parked, paused, refused, stopped or never enrolled."""
    move = decide(progress, now)
    at = _moment(progress, move, now)
    next_move = _next(progress, move)
    holds = move.holds if isinstance(move, Wait) else ()
    wakes = tuple(_wakes(progress, move))
    lines = (
        *_standing(progress),
        *_what_comes(progress, next_move, at),
        *(sentence(f"held {say_hold(hold, progress.circumstances.zone)}") for hold in holds),
        *(sentence(wake) for wake in wakes),
        *_asked(progress),
        *_doubts(progress),
        *_before(progress),
    )
    return Explanation(next_move=next_move, at=at, holds=holds, wakes=wakes, lines=lines)


def _moment(progress: Progress, move: Move, now: datetime) -> datetime | None:
    match move:
        case Wait():
            return move.until
        case Park():
            return next_wake(progress, now).until if progress.tasks or progress.open_touches else None
        case Finish() if progress.over:
            return None
        case _:
            return now


def _next(progress: Progress, move: Move) -> str:
    running = progress.enrolment
    if isinstance(move, Wait) and running is not None and running.cursor.step is not None and progress.pause is None:
        return say_step(step(running.plan.sequence, running.cursor.step))
    return move.why


def _standing(progress: Progress) -> Iterator[str]:
    stage = say_stage(progress.stage)
    running = progress.enrolment
    if running is None:
        yield f"The lead is in {stage}; no sequence runs."
    else:
        yield f"The lead is in {stage}, in {_run(progress, running)}."
    for enrolment in reversed(progress.interrupted):
        yield f"Interrupted until that is over: {_run(progress, enrolment)}."


def _run(progress: Progress, enrolment: Enrolment) -> str:
    since = say_when(enrolment.started_at, progress.circumstances.zone)
    return f"{enrolment.plan.version} since {since}, {enrolment.why}"


def _what_comes(progress: Progress, next_move: str, at: datetime | None) -> Iterator[str]:
    zone = progress.circumstances.zone
    when = "nothing happens by itself" if at is None else f"{say_when(at, zone)}, {zone} time"
    yield sentence(f"next, {next_move}: {when}")


def _wakes(progress: Progress, move: Move) -> Iterator[str]:
    if progress.gone:
        yield "nothing wakes this lead any more"
        return
    if progress.review is not None:
        yield f"a person decides with {WAYS_OUT}"
    if progress.pause is not None:
        yield "a person may resume it sooner"
    if progress.tasks:
        yield "closing an open task wakes it"
    if isinstance(move, Finish) and progress.over:
        yield "only something new from the lead or the CRM, or a person who enrolls it, wakes it"
    else:
        yield "a reply, a stage change in the CRM or any other event wakes it at once"


def _asked(progress: Progress) -> Iterator[str]:
    for state in progress.tasks:
        yield _open_task(progress, state)
    for owed in progress.owed:
        yield sentence(f"about to be asked of the {owed.to}: {owed.why}")


def _open_task(progress: Progress, state: TaskState) -> str:
    zone = progress.circumstances.owner_hours.zone
    due = say_when(state.task.due, zone)
    given_up = state.task.give_up_at
    ends = "" if given_up is None else f", and it is given up on {say_when(given_up, zone)}"
    return sentence(f"the {state.task.to} is asked for {task_name(state)}, due {due}, {zone} time{ends}")


def _doubts(progress: Progress) -> Iterator[str]:
    review = progress.review
    if review is not None:
        since = say_when(review.since, progress.circumstances.zone)
        detail = f" ({review.detail})" if review.detail else ""
        yield sentence(f"parked since {since}: {REVIEWS[review.because]}{detail}")
    for touch in progress.open_touches:
        yield sentence(
            f"nobody knows yet whether {touch.channel} {touch.step} went out; it is never sent again blindly"
        )
    for flag in progress.flags:
        times = f", {flag.count} times" if flag.count > 1 else ""
        yield sentence(f"flagged: {REVIEWS[flag.because]} ({flag.detail}{times})")


def _before(progress: Progress) -> Iterator[str]:
    zone = progress.circumstances.zone
    for past in sorted(progress.past, key=lambda past: past.ended_at):
        ended = say_when(past.ended_at, zone)
        yield sentence(f"{past.sequence} ended on {ended}: {STOPS[past.because]}")
    refusal = progress.refusal
    if refusal is not None:
        detail = f" ({refusal.detail})" if refusal.detail else ""
        words = refusal.because.value.replace("_", " ")
        at = say_when(refusal.at, zone)
        yield sentence(f"{refusal.sequence or 'a sequence'} did not start on {at}: {words}{detail}")
