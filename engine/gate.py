"""
May this touch leave now? One gate for every channel and sequence.

`gate(facts, now)` is asked twice with the same rules: by `decide` to foresee when a touch will be released, and by the
look in the transaction that claims it, with what only the database knows added to the facts.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, Field

from engine.calendar.hours import Hours, common_closing, is_closed_day, is_open, next_common_opening
from engine.frozen import Frozen
from engine.life.moves import Hold
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.words import Channel, TouchKey

ROLLING_DAY = timedelta(hours=24)

SEND_WINDOW_SEARCH = timedelta(days=21)
"""How far ahead an opening is looked for; longer than any run of holidays."""

LEAST_VALIDITY = timedelta(seconds=120)
"""A text handed over later than this before closing would expire at the provider (Twilio's error 30036)."""


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
    lead_cap: int = Field(ge=1)
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


class Sends(Frozen):
    """It may leave, up to the end of the contact window."""

    kind: Literal["send"] = "send"
    send_by: AwareDatetime


class Holds(Frozen):
    """It waits, and goes on by itself."""

    kind: Literal["hold"] = "hold"
    hold: Hold


class Skips(Frozen):
    """It is left out; the run goes on."""

    kind: Literal["skip"] = "skip"
    because: SkipReason


class Stops(Frozen):
    """It ends the enrolment."""

    kind: Literal["stop"] = "stop"
    because: StopReason


class Reviews(Frozen):
    """A person decides."""

    kind: Literal["review"] = "review"
    because: ReviewReason
    detail: str = ""


Verdict = Sends | Holds | Skips | Stops | Reviews


class Opening(NamedTuple):
    """A time in which everything that has a say is open."""

    at: datetime
    closes: datetime


class Forecast(Frozen):
    """When the gate would let a touch go, if nothing else happens."""

    release: AwareDatetime
    holds: tuple[Hold, ...]
    verdict: Verdict
    """What the gate says at the release."""


def gate(facts: GateFacts, now: datetime) -> Verdict:
    """The strongest verdict: stop, skip, review, hold, send; among holds the one that ends last."""
    if facts.no_channel_left is not None:
        return Stops(because=facts.no_channel_left)
    if facts.why_not is not None:
        return Skips(because=facts.why_not)
    if facts.missing_tokens:
        return Reviews(because=ReviewReason.MISSING_TOKEN, detail=", ".join(facts.missing_tokens))
    if facts.render_error is not None:
        return Reviews(because=ReviewReason.RENDER_FAILED, detail=facts.render_error)
    opening = _opening(facts, now)
    if opening is None:
        return Reviews(because=ReviewReason.NO_SEND_WINDOW)
    latest = max(_holds(facts, now, opening), key=lambda hold: hold.until, default=None)
    return Sends(send_by=opening.closes) if latest is None else Holds(hold=latest)


def forecast(facts: GateFacts, moment: datetime) -> Forecast:
    """The release of a touch whose moment is `moment`, with every hold on the way, in the order they end."""
    holds: list[Hold] = []
    at = moment
    verdict = gate(facts, at)
    while isinstance(verdict, Holds):
        holds.append(verdict.hold)
        at = verdict.hold.until
        if verdict.hold.because is HoldReason.KILL_SWITCH:
            break
        verdict = gate(facts, at)
    return Forecast(release=at, holds=tuple(holds), verdict=verdict)


def _holds(facts: GateFacts, now: datetime, opening: Opening) -> Iterator[Hold]:
    """Every hold, in the order in which one of several that end together is named."""
    if facts.switched_off:
        yield Hold(because=HoldReason.KILL_SWITCH, until=now + facts.recheck)
    yield from (hold for hold in facts.holds if hold.until > now)
    recent = sorted(at for at in facts.recent_touches if at + ROLLING_DAY > now)
    if len(recent) >= facts.lead_cap:
        yield Hold(because=HoldReason.LEAD_CAP, until=recent[-facts.lead_cap] + ROLLING_DAY)
    if facts.last_touch_at is not None and facts.last_touch_at + facts.min_gap > now:
        yield Hold(because=HoldReason.MIN_GAP, until=facts.last_touch_at + facts.min_gap)
    yield from _closed(facts, now, opening)
    for free_at, because in (
        (facts.domain_free_at, HoldReason.DOMAIN_LIMIT),
        (facts.sender_free_at, HoldReason.SENDER_LIMIT),
    ):
        if free_at is not None and free_at > now:
            yield Hold(because=because, until=free_at)


def _closed(facts: GateFacts, now: datetime, opening: Opening) -> Iterator[Hold]:
    """The hold for opening hours, spread after the opening so that not everybody is released at once."""
    if opening.at > now:
        yield Hold(because=_closed_because(facts, now), until=opening.at + _spread(facts, opening))


def _closed_because(facts: GateFacts, now: datetime) -> HoldReason:
    if is_open(facts.window, now):
        return HoldReason.QUIET_HOURS
    return HoldReason.CLOSED_DAY if is_closed_day(facts.window, now) else HoldReason.OUTSIDE_WINDOW


def _opening(facts: GateFacts, now: datetime) -> Opening | None:
    """The first time from `now` on at which the touch may leave and still arrive; None when there is none soon."""
    hours, last = (*facts.contact_hours, facts.window), now + SEND_WINDOW_SEARCH
    needed = LEAST_VALIDITY if facts.channel is Channel.SMS else timedelta(0)
    at = next_common_opening(hours, now, within=SEND_WINDOW_SEARCH)
    while at is not None:
        closes = common_closing(hours, at)
        if closes - at >= needed:
            return Opening(at, closes)
        at = next_common_opening(hours, closes, within=last - closes)
    return None


def _spread(facts: GateFacts, opening: Opening) -> timedelta:
    """A share of the jitter that only the touch decides, inside what is left of the window."""
    share = int.from_bytes(blake2b(facts.touch_key.encode(), digest_size=4).digest()) / 2**32
    room = opening.closes - opening.at - LEAST_VALIDITY
    return max(timedelta(0), min(facts.jitter, room)) * share
