"""
What an event or a command changes around a lead, whatever its course: channels, owner, absence.

One function for both sides: the Inbox applies the effects in the transaction that files the row, so that they hold from
its commit on; `noting` applies them to the circumstances it was given.
"""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from engine.frozen import Frozen
from engine.hearsay import SaidMoment
from engine.life.circumstances import Circumstances
from engine.life.events import CommandData, EventData
from engine.reasons import CallDisposition, ReplyClass, SkipReason
from engine.words import Channel, EventKind, Verb

EVERY_CHANNEL = (Channel.EMAIL, Channel.SMS, Channel.VOICE)
ROBOCALLS = (Channel.SMS, Channel.VOICE)
"""Texts and automated calls are one scope of consent (47 CFR 64.1200)."""

WEAKEST_FIRST = (
    None,
    SkipReason.NO_CONSENT,
    SkipReason.CHANNEL_SUPPRESSED,
    SkipReason.ADDRESS_BOUNCED,
    SkipReason.NO_ADDRESS,
)
"""Of two reasons against a channel the stronger stays, so that their order does not matter."""


class CloseChannel(Frozen):
    """The lead may or can no longer be reached there."""

    kind: Literal["close_channel"] = "close_channel"
    channel: Channel
    because: SkipReason
    address_hash: str | None = None
    """Which address, when it is not the lead's first on the channel."""


class OpenChannel(Frozen):
    """The person asked to hear from us there: a refusal is lifted, a dead address stays dead."""

    kind: Literal["open_channel"] = "open_channel"
    channel: Channel
    address_hash: str | None = None


class ChangeOwner(Frozen):
    """Somebody else is responsible for the lead."""

    kind: Literal["change_owner"] = "change_owner"
    owner: str


class OwnerAway(Frozen):
    """The owner is absent; without `until`, until we hear that the owner is back."""

    kind: Literal["owner_away"] = "owner_away"
    until: SaidMoment | None = None


class OwnerBack(Frozen):
    """The owner is back."""

    kind: Literal["owner_back"] = "owner_back"


Effect = Annotated[
    CloseChannel | OpenChannel | ChangeOwner | OwnerAway | OwnerBack,
    Field(discriminator="kind"),
]


def effects_of(kind: EventKind, data: EventData) -> tuple[Effect, ...]:
    """The effects of an event, at whatever age and in whatever order it arrives; most events have none."""
    match kind:
        case EventKind.OPTED_OUT:
            return _closed(scope_of(data.channel), SkipReason.CHANNEL_SUPPRESSED, data.address_hash)
        case EventKind.OPTED_IN:
            return tuple(OpenChannel(channel=c, address_hash=data.address_hash) for c in scope_of(data.channel))
        case EventKind.REPLIED:
            return _of_reply(data)
        case EventKind.BOUNCED:
            return _closed(_named(data.channel), SkipReason.ADDRESS_BOUNCED, data.address_hash)
        case EventKind.TASK_DONE:
            return _of_disposition(data.disposition)
        case EventKind.OWNER_CHANGED:
            return (ChangeOwner(owner=data.owner),) if data.owner else ()
        case EventKind.OWNER_ABSENT:
            return (OwnerAway(until=data.until),)
        case EventKind.OWNER_BACK:
            return (OwnerBack(),)
        case _:
            return ()


def effects_of_command(verb: Verb, data: CommandData) -> tuple[Effect, ...]:
    """The effects of a command: only `reassign` has one."""
    if verb == Verb.REASSIGN and data.owner:
        return (ChangeOwner(owner=data.owner),)
    return ()


def applied(circumstances: Circumstances, effects: tuple[Effect, ...], now: datetime) -> Circumstances:
    """The circumstances with the effects in them, as far as they concern the addresses the lead is written to."""
    for effect in effects:
        circumstances = _applied(circumstances, effect, now)
    return circumstances


def closed(circumstances: Circumstances, channel: Channel, because: SkipReason) -> Circumstances:
    """The circumstances with the channel closed, for this reason or the stronger one it was closed for already."""
    standing = circumstances.why_not(channel)
    if WEAKEST_FIRST.index(standing) >= WEAKEST_FIRST.index(because):
        return circumstances
    return _with_channel(circumstances, channel, because)


def scope_of(channel: Channel | None) -> tuple[Channel, ...]:
    """
    The channels an opt-out or opt-in made on this channel covers; all of them when it names none.

    Source: 47 CFR 64.1200(a)(10).
    """
    if channel is None:
        return EVERY_CHANNEL
    return ROBOCALLS if channel in ROBOCALLS else (channel,)


def _of_reply(data: EventData) -> tuple[Effect, ...]:
    # Somebody else in the thread can refuse for their own address only, and that is not this lead's.
    if data.reply != ReplyClass.OPT_OUT or data.from_other is not None:
        return ()
    return _closed(scope_of(data.channel), SkipReason.CHANNEL_SUPPRESSED, data.address_hash)


def _of_disposition(disposition: str | None) -> tuple[Effect, ...]:
    match disposition:
        case CallDisposition.DO_NOT_CALL:
            return _closed(ROBOCALLS, SkipReason.CHANNEL_SUPPRESSED)
        case CallDisposition.WRONG_NUMBER | CallDisposition.NUMBER_DEAD:
            return _closed(ROBOCALLS, SkipReason.ADDRESS_BOUNCED)
        case _:
            return ()


def _closed(channels: tuple[Channel, ...], because: SkipReason, address_hash: str | None = None) -> tuple[Effect, ...]:
    return tuple(CloseChannel(channel=c, because=because, address_hash=address_hash) for c in channels)


def _named(channel: Channel | None) -> tuple[Channel, ...]:
    return () if channel is None else (channel,)


def _applied(circumstances: Circumstances, effect: Effect, now: datetime) -> Circumstances:
    match effect:
        case CloseChannel():
            # A refusal is meant for the person, a dead address for itself alone.
            elsewhere = effect.address_hash is not None and effect.because is SkipReason.ADDRESS_BOUNCED
            return circumstances if elsewhere else closed(circumstances, effect.channel, effect.because)
        case OpenChannel():
            refused = circumstances.why_not(effect.channel) in (SkipReason.CHANNEL_SUPPRESSED, SkipReason.NO_CONSENT)
            return _with_channel(circumstances, effect.channel, None) if refused else circumstances
        case ChangeOwner():
            same = effect.owner == circumstances.owner
            away = circumstances.owner_absent_until if same else None
            return circumstances.model_copy(update={"owner": effect.owner, "owner_absent_until": away})
        case OwnerAway():
            until = effect.until or now + circumstances.policy.horizon
            return circumstances.model_copy(update={"owner_absent_until": until})
        case OwnerBack():
            return circumstances.model_copy(update={"owner_absent_until": None})
        case _:
            assert_never(effect)


def _with_channel(circumstances: Circumstances, channel: Channel, why_not: SkipReason | None) -> Circumstances:
    channels = tuple(
        state.model_copy(update={"why_not": why_not}) if state.channel is channel else state
        for state in circumstances.channels
    )
    return circumstances.model_copy(update={"channels": channels})
