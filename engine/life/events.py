"""Facts that come from outside: what happened to a lead, and what a person of ours commands."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from engine.frozen import Tolerant
from engine.hearsay import SaidMoment, SaidText, storable
from engine.reasons import CallDisposition, ReplyClass, SkipReason
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
    returns_at: SaidMoment | None = None
    """replied with out_of_office: the return date named in it."""
    pipeline_stage: SaidText | None = None
    """stage_changed: the CRM's own name."""
    version: int | None = None
    """stage_changed: the CRM's version of the record, when it has one."""
    reason: SaidText | None = None
    """lost, deleted, note_added: in the CRM's words."""
    name: SaidText | None = None
    """by_hand: which button."""
    touch_key: Annotated[TouchKey, AfterValidator(storable)] | None = None
    """delivery_failed, bounced, replied: the touch it refers to."""
    task_key: Annotated[TaskKey, AfterValidator(storable)] | None = None
    """task_done."""
    disposition: SaidText | None = None
    """task_done: a CallDisposition, `done`, or for a proof task `sent` or `not_sent`."""
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


class CommandData(Tolerant):
    """What a command may say; each verb uses a few of these."""

    reason: SaidText = ""
    sequence: SaidText | None = None
    """enroll."""
    stage: Stage | None = None
    """jump."""
    step: SaidText | None = None
    """jump; skip names the step it means, so that a repeated skip skips once."""
    until: SaidMoment | None = None
    """pause."""
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


TASK_OUTCOMES = ("done", "given_up")
"""Ends of a task that is no call; a call ends in a CallDisposition or given_up."""

CALL_OUTCOMES = (*(member.value for member in CallDisposition), "given_up")

PROOF_OUTCOMES = ("sent", "not_sent")
"""Ends of the task that asks a person whether an unproven touch went out."""

UNUSABLE_BECAUSE = (
    SkipReason.CHANNEL_SUPPRESSED,
    SkipReason.ADDRESS_BOUNCED,
    SkipReason.NO_ADDRESS,
    SkipReason.NO_CONSENT,
)
