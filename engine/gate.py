"""
May this touch leave now? One gate for every channel and sequence.

`gate(facts, now)` is asked twice with the same rules: by `decide` to foresee when a touch will be released, and by the
look in the transaction that claims it, with what only the database knows added to the facts.
"""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from engine.calendar.hours import Hours
from engine.frozen import Frozen
from engine.life.moves import Hold
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.words import Channel, TouchKey


class GateFacts(Frozen):
    """Everything the gate asks about one touch."""

    touch_key: TouchKey
    channel: Channel
    why_not: SkipReason | None = None
    """Opt-out, consent, address: why this channel cannot be used."""
    no_channel_left: StopReason | None = None
    """Every channel is closed, and why."""
    missing_tokens: tuple[str, ...] = ()
    render_error: str | None = None
    switched_off: bool = False
    holds: tuple[Hold, ...] = ()
    """Not-befores that are already known: settling, out of office, human touch, owner absent, provider back-off."""
    recent_touches: tuple[AwareDatetime, ...] = ()
    lead_cap: int
    last_touch_at: AwareDatetime | None = None
    min_gap: timedelta = timedelta(0)
    contact_hours: tuple[Hours, ...] = ()
    """Legal hours: empty for email."""
    window: Hours
    sender_free_at: AwareDatetime | None = None
    domain_free_at: AwareDatetime | None = None
    jitter: timedelta = timedelta(0)
    recheck: timedelta = timedelta(days=1)
    """When to ask again while a kill switch is on."""


class Verdict(Frozen):
    """The gate's answer; exactly one of the reasons is set, unless it says send."""

    kind: Literal["send", "hold", "skip", "stop", "review"]
    hold: Hold | None = None
    skip: SkipReason | None = None
    stop: StopReason | None = None
    review: ReviewReason | None = None
    detail: str = ""
    send_by: AwareDatetime | None = None
    """With send: the end of the contact window."""


def gate(facts: GateFacts, now: datetime) -> Verdict:
    """
    The strongest verdict: stop, skip, review, hold, send; among holds the one that ends last.

    Source: semantics.md 1.6.
    """
    raise NotImplementedError


_ = HoldReason
