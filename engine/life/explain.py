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
from engine.life.deciding.unproven import touch_name
from engine.life.deciding.wakes import next_wake, other_wake, queueing
from engine.life.moves import Finish, Hold, Move, Park, Wait
from engine.life.progress import Enrolment, Outcome, Progress, TaskState
from engine.life.sentences import REFUSALS, REVIEWS, SKIPS, STOPS, WAKES, say_hold, say_wall, say_zone
from engine.reasons import SkipReason
from engine.sequence.wording import say_role, say_stage, sentence

SKIPPED = "skipped."
"""How the outcome of a step begins that was left out; its reason follows."""


class Explanation(Frozen):
    """What comes next for a lead, when, and why not sooner."""

    next_move: str
    """What will happen next, when and why not sooner: the sentence that the lead's timer shows."""
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
    holds = move.holds if isinstance(move, Wait) else ()
    wakes = tuple(_wakes(progress, move))
    lines = (
        *_standing(progress),
        sentence(f"next: {move.why}"),
        *_chain(progress, holds),
        *_paused(progress),
        *_parked(progress, move, now),
        *_queued(progress, move),
        *_asked(progress),
        *_doubts(progress),
        *(sentence(wake) for wake in wakes),
        *_left_out(progress),
        *_before(progress),
        sentence(f"all times are {say_zone(progress.circumstances.zone)}"),
    )
    return Explanation(next_move=move.why, at=_moment(progress, move, now), holds=holds, wakes=wakes, lines=lines)


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
    since = say_wall(enrolment.started_at, progress.circumstances.zone)
    return f"{enrolment.plan.version} since {since}, {enrolment.why}"


def _chain(progress: Progress, holds: tuple[Hold, ...]) -> Iterator[str]:
    """Every hold on the way; a single one is told by the next move."""
    if len(holds) > 1:
        yield from (sentence(f"held {say_hold(hold, progress.circumstances.zone)}") for hold in holds)


def _wakes(progress: Progress, move: Move) -> Iterator[str]:
    if progress.gone:
        yield WAKES["gone"]
        return
    if progress.review is not None:
        yield WAKES["review"]
    if progress.pause is not None:
        yield WAKES["paused"]
    if progress.tasks:
        yield WAKES["task"]
    yield WAKES["over" if isinstance(move, Finish) and progress.over else "open"]


def _paused(progress: Progress) -> Iterator[str]:
    pause, zone = progress.pause, progress.circumstances.zone
    if pause is not None:
        until = say_wall(pause.until, zone)
        end = f"without an end: a person is asked on {until}" if pause.open_ended else f"until {until}"
        yield sentence(f"paused by {pause.by} on {say_wall(pause.since, zone)}, {end}")


def _parked(progress: Progress, move: Move, now: datetime) -> Iterator[str]:
    review = progress.review
    if review is not None:
        detail = f" ({review.detail})" if review.detail else ""
        yield sentence(
            f"parked on {say_wall(review.since, progress.circumstances.zone)}: {REVIEWS[review.because]}{detail}"
        )
    soonest = other_wake(progress, now) if isinstance(move, Park) else None
    if soonest is not None:
        yield sentence(soonest.why)


def _queued(progress: Progress, move: Move) -> Iterator[str]:
    """Places for later; one that is waited for next is told already."""
    yield from (sentence(place.why) for place in queueing(progress) if place.why not in move.why)


def _asked(progress: Progress) -> Iterator[str]:
    for state in progress.tasks:
        yield _open_task(progress, state)
    for owed in progress.owed:
        yield sentence(f"about to be asked of {say_role(owed.to)}: {owed.why}")


def _open_task(progress: Progress, state: TaskState) -> str:
    zone = progress.circumstances.zone
    due = say_wall(state.task.due, zone)
    given_up = state.task.give_up_at
    ends = "" if given_up is None else f", given up on {say_wall(given_up, zone)}"
    return sentence(f"{say_role(state.task.to)} is asked for {task_name(state)}, due {due}{ends}")


def _doubts(progress: Progress) -> Iterator[str]:
    for touch in progress.open_touches:
        yield sentence(f"nobody knows yet whether {touch_name(touch)} went out; it is never sent again blindly")
    for flag in progress.flags:
        times = f", {flag.count} times" if flag.count > 1 else ""
        yield sentence(f"flagged: {REVIEWS[flag.because]} ({flag.detail}{times})")


def _left_out(progress: Progress) -> Iterator[str]:
    """The steps of the running sequence that were skipped, and why."""
    if progress.enrolment is not None:
        for done in progress.enrolment.outcomes:
            yield from _skipped(done, progress.circumstances.zone)


def _skipped(done: Outcome, zone: str) -> Iterator[str]:
    if done.outcome.startswith(SKIPPED):
        because = SkipReason(done.outcome.removeprefix(SKIPPED))
        yield sentence(f"{done.step} was left out on {say_wall(done.at, zone)}: {SKIPS[because]}")


def _before(progress: Progress) -> Iterator[str]:
    zone = progress.circumstances.zone
    for past in sorted(progress.past, key=lambda past: past.ended_at):
        yield sentence(f"the sequence {past.sequence} ended on {say_wall(past.ended_at, zone)}: {STOPS[past.because]}")
    refusal = progress.refusal
    if refusal is not None:
        detail = f" ({refusal.detail})" if refusal.detail else ""
        name = "a sequence" if refusal.sequence is None else f"the sequence {refusal.sequence}"
        yield sentence(f"{name} did not start on {say_wall(refusal.at, zone)}: {REFUSALS[refusal.because]}{detail}")
