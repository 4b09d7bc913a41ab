"""The two ways to do nothing: wait for a moment, or for a person."""

from datetime import datetime

from engine.life.moves import Hold, Park, Wait
from engine.life.progress import Progress
from engine.life.sentences import HOLDS, REVIEWS, say_when, summary
from engine.reasons import HoldReason, ReviewReason
from engine.words import Act


def wait(progress: Progress, until: datetime, because: HoldReason, detail: str = "", act: Act = Act.LOOK) -> Wait:
    """A wait for one reason, said in the lead's zone."""
    zone = progress.circumstances.zone
    about = f"{detail}: " if detail else ""
    hold = Hold(because=because, until=until, detail=detail)
    why = f"{about}{HOLDS[because]}, until {say_when(until, zone)}"
    return Wait(until=until, because=because, why=summary(why), holds=(hold,), act=act)


def parked(progress: Progress, because: ReviewReason, detail: str = "") -> Park:
    """A park for one reason."""
    return Park(because=because, why=say_review(because, detail), detail=detail)


def say_review(because: ReviewReason, detail: str) -> str:
    """What a person is needed for."""
    return f"a person is needed: {REVIEWS[because]}" + (f" ({detail})" if detail else "")


def far(progress: Progress, now: datetime) -> datetime:
    """The horizon: no lead waits longer without being looked at."""
    return now + progress.circumstances.policy.horizon
