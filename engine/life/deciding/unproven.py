"""Touches of which nobody knows whether they went out."""

from datetime import datetime

from engine.life.deciding.waiting import wait
from engine.life.moves import LookUp, Move, Wait
from engine.life.progress import OpenTouch, Progress
from engine.life.sentences import say_when
from engine.reasons import HoldReason
from engine.words import Act


def unproven_touch(progress: Progress, now: datetime) -> Move | None:
    """The provider is asked when its time has come."""
    for touch in progress.open_touches:
        at = asked_at(progress, touch)
        if at is not None and at <= now:
            last = touch.asked + 1 >= len(progress.circumstances.policy.look_ups)
            why = f"the provider is asked whether {touch_name(touch)} went out"
            return LookUp(touch_key=touch.touch_key, channel=touch.channel, last=last, why=why)
    return None


def asked_at(progress: Progress, touch: OpenTouch) -> datetime | None:
    """When the provider is asked next; None when it was asked for the last time."""
    look_ups = progress.circumstances.policy.look_ups
    # Settings may have become shorter since: then it is asked once more, and for the last time.
    return None if touch.lost else touch.since + look_ups[min(touch.asked, len(look_ups) - 1)]


def reconciling(progress: Progress, now: datetime) -> Move | None:
    """Nothing leaves for an enrolment whose last touch is in doubt."""
    running = progress.enrolment
    for touch in progress.open_touches:
        at = asked_at(progress, touch)
        if at is not None and (running is None or touch.enrolment == running.number):
            return asking(progress, touch, at)
    return None


def asking(progress: Progress, touch: OpenTouch, at: datetime) -> Wait:
    """The wait for the moment at which the provider is asked."""
    asked = f"the provider is asked whether {touch_name(touch)} went out"
    why = f"on {say_when(at, progress.circumstances.zone)} {asked}"
    return wait(at, HoldReason.RECONCILING, why, then=asked, act=Act.RECONCILE, detail=touch_name(touch))


def touch_name(touch: OpenTouch) -> str:
    """The touch as people speak of it."""
    return f"{touch.channel} {touch.step}"
