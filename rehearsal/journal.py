"""What happened in a simulated company, in order: everything that is counted, told or drawn comes from here."""

from datetime import datetime
from typing import Literal, NamedTuple

from engine.words import LeadId

What = Literal[
    "captured",
    "event",
    "command",
    "message",
    "held",
    "left_out",
    "task_opened",
    "task_escalated",
    "task_done",
    "task_given_up",
    "task_cancelled",
    "stage",
    "enrolled",
    "refused",
    "review",
    "ended",
]
"""What people would notice."""


class Entry(NamedTuple):
    """One thing that happened to one lead."""

    at: datetime
    lead: LeadId
    what: What
    about: str = ""
    """Which step, task, stage, sequence or kind of event."""
    how: str = ""
    """A channel, a reason, a disposition, the sense of an answer."""
    sequence: str = ""
    stage: str = ""
    variant: str = ""
    """Which words of a test."""
    who: str = ""
    """Whose name a message bears, or who has a task to do."""
    until: datetime | None = None
    """When a hold ends, or a task is due."""
    key: str = ""
    """The touch or the task, so that its entries find each other."""
    why: str = ""


Journal = list[Entry]
