"""Facts that come from our own doing: what was carried out, claimed, answered by the gate or by a provider."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from engine.frozen import Frozen
from engine.life.moves import Hold, Inward
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.words import Channel, TouchKey


class Done(Frozen):
    """A move that only the records needed was carried out."""

    kind: Literal["done"] = "done"
    move: Annotated[Inward, Field(discriminator="kind")]


class Claimed(Frozen):
    """The touch is claimed in the ledger: from here one request may leave."""

    kind: Literal["claimed"] = "claimed"
    touch_key: TouchKey


class Accepted(Frozen):
    """The provider has it."""

    kind: Literal["accepted"] = "accepted"
    touch_key: TouchKey


class Rejected(Frozen):
    """The provider refused it for good."""

    kind: Literal["rejected"] = "rejected"
    touch_key: TouchKey
    effect: Literal["bad_recipient", "opted_out", "bad_content"]
    detail: str = ""


class NotSent(Frozen):
    """Certainly not sent; the same claim may be taken again after a while."""

    kind: Literal["not_sent"] = "not_sent"
    touch_key: TouchKey
    again_in: timedelta
    detail: str = ""


class Uncertain(Frozen):
    """Sent or not, nobody knows; never sent again, asked about instead."""

    kind: Literal["uncertain"] = "uncertain"
    touch_key: TouchKey
    channel: Channel


class StillUnknown(Frozen):
    """The provider was asked and does not know the touch (yet)."""

    kind: Literal["still_unknown"] = "still_unknown"
    touch_key: TouchKey
    last: bool


class PerhapsForgotten(Frozen):
    """The message the lead stands before may have left already: the records may be older than its sending."""

    kind: Literal["perhaps_forgotten"] = "perhaps_forgotten"


class Held(Frozen):
    """The gate, or a provider, holds the touch."""

    kind: Literal["held"] = "held"
    touch_key: TouchKey
    hold: Hold


class Skipped(Frozen):
    """The gate leaves the touch out."""

    kind: Literal["skipped"] = "skipped"
    touch_key: TouchKey
    because: SkipReason


class Stopped(Frozen):
    """The gate ends the enrolment."""

    kind: Literal["stopped"] = "stopped"
    touch_key: TouchKey
    because: StopReason


class Questioned(Frozen):
    """The gate asks a person."""

    kind: Literal["questioned"] = "questioned"
    touch_key: TouchKey
    because: ReviewReason
    detail: str = ""


class WentBack(Frozen):
    """The row is older than what Temporal remembers: the database was restored."""

    kind: Literal["went_back"] = "went_back"
    expected: int
    found: int


class BadEvent(Frozen):
    """An Inbox row could not be read; the lead goes on with a flag."""

    kind: Literal["bad_event"] = "bad_event"
    number: int
    detail: str = ""


Receipt = (
    Done
    | Claimed
    | Accepted
    | Rejected
    | NotSent
    | Uncertain
    | StillUnknown
    | PerhapsForgotten
    | Held
    | Skipped
    | Stopped
    | Questioned
    | WentBack
    | BadEvent
)

PROVIDER_HOLDS = (HoldReason.PROVIDER_BACKOFF, HoldReason.DELIVERY_RETRY)
