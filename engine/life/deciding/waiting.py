"""The two ways to do nothing: wait for a moment, or for a person."""

from datetime import datetime

from engine.life.moves import Hold, Park, Wait
from engine.life.progress import Progress
from engine.life.sentences import REVIEWS
from engine.reasons import HoldReason, ReviewReason
from engine.words import Act

ROUTINE = "a routine look"
"""What is due when a lead has waited for the horizon and nothing has happened."""


def wait(
    until: datetime, because: HoldReason, why: str, *, then: str = ROUTINE, act: Act = Act.LOOK, detail: str = ""
) -> Wait:
    """A wait for one reason."""
    hold = Hold(because=because, until=until, detail=detail)
    return Wait(until=until, because=because, why=why, holds=(hold,), act=act, then=then)


def parked(progress: Progress, because: ReviewReason, detail: str = "") -> Park:
    """A park for one reason."""
    return Park(because=because, why=say_review(because, detail), detail=detail)


def say_review(because: ReviewReason, detail: str) -> str:
    """What a person is needed for."""
    return f"a person is needed: {REVIEWS[because]}" + (f" ({detail})" if detail else "")


def far(progress: Progress, now: datetime) -> datetime:
    """The horizon: no lead waits longer without being looked at."""
    return now + progress.circumstances.policy.horizon
