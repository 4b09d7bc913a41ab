"""From a decision to the turn that the lead's workflow waits with."""

from datetime import datetime

from engine.life.deciding.steps import ACTS
from engine.life.deciding.wakes import next_wake
from engine.life.moves import Finish, LookUp, Move, Park, Send, Wait
from engine.life.progress import Progress
from engine.life.sentences import say_zone, summary
from engine.life.turn import Turn
from engine.words import Act


def turn_of(progress: Progress, move: Move, now: datetime, story: str = "") -> Turn:
    """The turn that a look ends with, after the move it cannot or need not carry out."""
    due, act, then = _due(progress, move, now)
    return Turn(
        lead_id=progress.lead_id,
        revision=progress.revision,
        due=due,
        act=act,
        why=summary(move.why),
        then="" if then == move.why else summary(then),
        stage=progress.stage,
        state=state_of(progress, move),
        story=story,
        zone=say_zone(progress.circumstances.zone),
        over=isinstance(move, Finish) and progress.over,
    )


def state_of(progress: Progress, move: Move) -> str:
    """The search attribute `LeadState`: `waiting`, `task`, `paused`, `review.<reason>` or `over.<reason>`."""
    match move:
        case Finish():
            return f"over.{move.because}"
        case Park():
            return f"review.{move.because}"
        case _ if progress.pause is not None:
            return "paused"
        case Wait() if progress.tasks and (progress.enrolment is None or progress.enrolment.cursor.task is not None):
            return "task"
        case _:
            return "waiting"


def _due(progress: Progress, move: Move, now: datetime) -> tuple[datetime, Act, str]:
    """When to look next, as which activity, and what that says of itself."""
    match move:
        case Wait():
            return move.until, move.act, move.then
        case Send():
            return now, ACTS[move.channel], move.why
        case LookUp():
            return now, Act.RECONCILE, move.why
        case Park():
            wake = next_wake(progress, now)
            return wake.until, Act.LOOK, wake.then
        case _:
            return now, Act.LOOK, move.why
