"""The closed vocabulary of the business: what a lead, a step and an event can be (docs/glossary.md)."""

from enum import StrEnum
from typing import NewType

LeadId = NewType("LeadId", str)
"""Our own opaque id; a CRM's ids are in a table of their own."""

TouchKey = NewType("TouchKey", str)
"""One touch of one lead, the same in every attempt and every run."""

TaskKey = NewType("TaskKey", str)
"""One human task of one lead, the same in every attempt and every run."""


class Stage(StrEnum):
    """The six stages of a lead's life."""

    CAPTURE = "capture"
    RESPONSE = "response"
    NURTURE = "nurture"
    RE_ENGAGE = "re_engage"
    CONVERT = "convert"
    RETAIN = "retain"


class Channel(StrEnum):
    """How a person is reached. A call made by a person of ours is a task, on the channel voice."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"


class Act(StrEnum):
    """The activity types, as on-call reads them in the timeline of the Temporal UI."""

    SEND_EMAIL = "send_email"
    SEND_SMS = "send_sms"
    PLACE_CALL = "place_call"
    CREATE_TASK = "create_task"
    LOOK = "look"
    RECONCILE = "reconcile"


class EventKind(StrEnum):
    """What can happen to a lead from outside, in the past tense."""

    CAPTURED = "captured"
    REPLIED = "replied"
    FIELDS_CHANGED = "fields_changed"
    STAGE_CHANGED = "stage_changed"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    BOUNCED = "bounced"  # hard: the address is dead
    DELIVERY_FAILED = "delivery_failed"  # every other final failure
    CALL_MISSED = "call_missed"
    CALL_CONNECTED = "call_connected"
    MEETING_BOOKED = "meeting_booked"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_NO_SHOW = "meeting_no_show"
    PROPOSAL_SENT = "proposal_sent"
    PROPOSAL_VIEWED = "proposal_viewed"
    CONTRACT_SIGNED = "contract_signed"
    PAID = "paid"
    WON = "won"
    LOST = "lost"
    OWNER_CHANGED = "owner_changed"
    OWNER_ABSENT = "owner_absent"
    OWNER_BACK = "owner_back"
    TASK_DONE = "task_done"
    NOTE_ADDED = "note_added"
    HUMAN_TOUCH = "human_touch"
    BY_HAND = "by_hand"
    MOMENT_REACHED = "moment_reached"
    MERGED = "merged"
    DELETED = "deleted"  # by the CRM
    ERASED = "erased"  # the person's right


class ResumeMode(StrEnum):
    """What becomes of the hours that a sequence was paused."""

    SHIFT = "shift"
    """What was left of every delay is left still."""
    CATCH_UP = "catch_up"
    """Delays ran on: what came due meanwhile leaves when the pause ends."""
    DROP_OVERDUE = "drop_overdue"
    """Delays ran on, and what came due meanwhile is left out."""


class Verb(StrEnum):
    """What a person of ours may command for one lead."""

    ENROLL = "enroll"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    SKIP = "skip"
    JUMP = "jump"
    REASSIGN = "reassign"
    STOP = "stop"
    MIGRATE = "migrate"
    RETIRE = "retire"


class TouchState(StrEnum):
    """The states of a row in the ledger."""

    DEFERRED = "deferred"
    RETRYABLE = "retryable"
    SUPPRESSED = "suppressed"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    NOT_FOUND = "not_found"
    LOST = "lost"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    BOUNCED = "bounced"
    CANCELED = "canceled"
    READ = "read"


class ZoneSource(StrEnum):
    """Where the lead's time zone was taken from."""

    LEAD = "lead"
    OWNER = "owner"
    ORG = "org"


OPT_OUT_WORDS = frozenset({"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"})
"""A text that says one of these says no to all texts, whatever it was asked."""
