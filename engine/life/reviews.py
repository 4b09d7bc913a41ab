"""Reviews: a person is needed, and until somebody decides nothing leaves."""

from datetime import datetime

from engine.life.progress import Flag, Progress, Review
from engine.reasons import ReviewReason

GRAVEST_FIRST = (
    ReviewReason.STATE_WENT_BACK,
    ReviewReason.POSSIBLE_OPT_OUT,
    ReviewReason.CONTACT_CHANGED,
    ReviewReason.UNCLEAR_REPLY,
)
"""May we still write to this person? Whoever answers a lesser question has not answered that one."""


def reviewed(progress: Progress, because: ReviewReason, why: str, now: datetime, detail: str = "") -> Progress:
    """The lead parked. A Review that stands already stays, unless the new one is graver; the lesser is a flag."""
    review = Review(because=because, since=now, why=why, detail=detail)
    standing = progress.review
    if standing is None:
        return progress.model_copy(update={"review": review})
    if standing.because is because:
        return progress
    if _gravity(because) < _gravity(standing.because):
        progress = flagged(progress, standing.because, now, standing.detail)
        return progress.model_copy(update={"review": review})
    return flagged(progress, because, now, detail)


def unparked(progress: Progress) -> Progress:
    """A person has decided, and has seen the flags; a pause that had run out is over with it."""
    if progress.review is not None and progress.review.because is ReviewReason.PAUSE_EXPIRED:
        progress = unpaused(progress)
    return progress.model_copy(update={"review": None, "flags": ()})


def unpaused(progress: Progress) -> Progress:
    """The pause is over."""
    return progress.model_copy(update={"pause": None})


def flagged(progress: Progress, because: ReviewReason, now: datetime, detail: str) -> Progress:
    """The progress with something to look at that does not block; the same again is counted."""
    others = tuple(flag for flag in progress.flags if flag.because is not because)
    count = sum(flag.count for flag in progress.flags if flag.because is because) + 1
    flag = Flag(because=because, since=now, detail=detail, count=count)
    return progress.model_copy(update={"flags": (*others, flag)})


def _gravity(because: ReviewReason) -> int:
    return GRAVEST_FIRST.index(because) if because in GRAVEST_FIRST else len(GRAVEST_FIRST)
