"""Facts that come from outside: what happened to a lead, and what a person of ours commands."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from engine.frozen import Tolerant
from engine.hearsay import SaidMoment, SaidText, storable
from engine.reasons import ReplyClass, SkipReason
from engine.words import Channel, EventKind, LeadId, Stage, TaskKey, TouchKey, Verb


class EventData(Tolerant):
    """What an event may say about itself; each kind uses a few of these, and unknown fields are ignored."""

    channel: Channel | None = None
    """replied, opted_out, opted_in, bounced, delivery_failed; None of an opt-out means every channel."""
    address_hash: SaidText | None = None
    """opted_out, bounced: which address, when it is not the lead's first on the channel."""
    reply: ReplyClass | None = None
    from_other: Literal["thread", "account"] | None = None
    """replied: by another person in the thread, or by a colleague at the same account."""
    text: SaidText | None = None
    """replied: the lead's own words, without quotes and footers; read once, when the event is noted, and not kept."""
    returns_at: SaidMoment | None = None
    """replied with out_of_office: the return date named in it."""
    pipeline_stage: SaidText | None = None
    """stage_changed: the CRM's own name."""
    version: int | None = None
    """stage_changed: the CRM's version of the record, when it has one."""
    reason: SaidText | None = None
    """lost, deleted, note_added: in the CRM's words."""
    name: SaidText | None = None
    """by_hand: which button; moment_reached: which date field."""
    touch_key: Annotated[TouchKey, AfterValidator(storable)] | None = None
    """delivery_failed, bounced, replied: the touch it refers to."""
    task_key: Annotated[TaskKey, AfterValidator(storable)] | None = None
    """task_done."""
    disposition: SaidText | None = None
    """task_done: a CallDisposition, `done`, of a proof `sent` or `not_sent`, of an approval `approved` or `rejected`.

    The words that were approved stay in the Inbox row: what a lead remembers holds none."""
    callback_at: SaidMoment | None = None
    owner: SaidText | None = None
    """owner_changed: the new one's opaque id."""
    until: SaidMoment | None = None
    """owner_absent."""
    survivor: Annotated[LeadId, AfterValidator(storable)] | None = None
    """merged."""
    sequence: SaidText | None = None
    """moment_reached: whose start it is."""


class Event(Tolerant):
    """One thing that happened, in its Inbox envelope."""

    v: int = 1
    number: int = Field(ge=0, description="its place in the lead's Inbox")
    id: str
    """Unique with `source`."""
    kind: EventKind
    occurred_at: SaidMoment
    source: str
    data: EventData = EventData()
    unread: str = Field(default="", exclude=True)
    """What nobody could read of it, told when it is noted and remembered nowhere."""


class Rename(Tolerant):
    """A step that is the same under another name."""

    old: SaidText
    new: SaidText


class CommandData(Tolerant):
    """What a command may say; each verb uses a few of these."""

    reason: SaidText = ""
    sequence: SaidText | None = None
    """enroll, retire."""
    version: SaidText | None = None
    """migrate: `name@hash12`."""
    from_version: SaidText | None = None
    """migrate: the only version that is left for it; None: whatever version the lead is on."""
    renames: tuple[Rename, ...] = ()
    """migrate: steps that have other names in the version it goes to."""
    stage: Stage | None = None
    """jump."""
    step: SaidText | None = None
    """jump; skip names the step it means, so that a repeated skip skips once."""
    until: SaidMoment | None = None
    """pause; enroll: from then on, since so many are enrolled a day."""
    owner: SaidText | None = None
    """reassign."""


class Command(Tolerant):
    """What a person of ours wants for one lead."""

    v: int = 1
    number: int = Field(ge=0)
    id: str
    verb: Verb
    by: SaidText
    """Opaque id of the person."""
    occurred_at: SaidMoment
    data: CommandData = CommandData()
    unread: str = Field(default="", exclude=True)
    """As of an Event."""


UNUSABLE_BECAUSE = (
    SkipReason.CHANNEL_SUPPRESSED,
    SkipReason.ADDRESS_BOUNCED,
    SkipReason.NO_ADDRESS,
    SkipReason.NO_CONSENT,
)
