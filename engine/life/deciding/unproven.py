"""Touches of which nobody knows whether they went out."""

from datetime import datetime

from engine.life.deciding.waiting import wait
from engine.life.moves import LookUp, Move
from engine.life.progress import OpenTouch, Progress
from engine.reasons import HoldReason
from engine.words import Act


def unproven_touch(progress: Progress, now: datetime) -> Move | None:
    """The provider is asked when its time has come."""
    for touch in progress.open_touches:
        at = asked_at(progress, touch)
        if at is not None and at <= now:
            last = touch.asked + 1 >= len(progress.circumstances.policy.look_ups)
            why = f"did {touch.channel} {touch.step} go out? ask the provider"
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
            return wait(progress, at, HoldReason.RECONCILING, f"{touch.channel} {touch.step}", Act.RECONCILE)
    return None
