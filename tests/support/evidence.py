"""
What is known of a run once everything is healed and quiet, as plain data: the one input of the checker.

Whoever ran the leads gathers it, from memory, from a database or from a provider's journal. Nothing of the engine is
asked: states, kinds and reasons are the words that stand in the records. A figure that was not seen is None, and the
checker never assumes what it was.
"""

from datetime import datetime
from typing import NamedTuple


class Delivery(NamedTuple):
    """A request in the provider's own journal: what a person would have received, whatever we believe."""

    touch_key: str
    marker: str
    """Lead, enrolment, stage, visit, step and occurrence in plain words, as the body carried them."""
    lead: str
    channel: str
    began_at: datetime
    """By the provider's clock."""
    accepted_at: datetime | None
    """None when the provider did not take it."""
    valid_until: datetime | None = None
    """The latest moment at which the provider was allowed to release it."""
    claimed_after: int | None = None
    """How many commits there had been when its claim was committed, that one counted."""
    allowed: bool | None = None
    """Whether that wall clock is inside the hours of the lead, by a rule of the harness's own."""
    not_before: datetime | None = None
    """When its delay was over, counted from the moment at which the provider took the message before it."""
    forgotten: bool = False
    """Our database was restored to what it was before: the provider remembers, and we do not."""


class TouchRow(NamedTuple):
    """A row of the ledger."""

    touch_key: str
    lead: str
    channel: str
    step: str
    state: str
    reason: str = ""
    """Why it did not leave; of a refusal what was at fault: bad_recipient, opted_out or bad_content."""


class InboxRow(NamedTuple):
    """A row of the Inbox."""

    source: str
    event_id: str
    lead: str | None
    number: int
    disposition: str | None
    """None while nobody has read it."""
    reason: str = ""
    copies: int = 1
    """How often it was delivered."""
    is_so: bool | None = None
    """Whether the reason can be true, by what its sender knows of it."""


class Posted(NamedTuple):
    """An event that somebody delivered to us, by the sender's own count."""

    source: str
    event_id: str
    answered: int
    """How often we said that we have it."""
    tried: int
    """How often it was sent."""


class Barrier(NamedTuple):
    """A fact that forbids messages from the commit it was written in."""

    lead: str
    kind: str
    committed_as: int
    """Which commit it was; in the order of the database, not of clocks."""
    channels: tuple[str, ...]
    """What it forbids."""
    lifted_as: int | None = None
    """The commit of the person's own word, or of the decision, that allows messages again."""
    committed_at: datetime | None = None
    within: tuple[str, ...] = ()
    """What the markers of the messages begin with that it forbids; all messages where it names none."""


class Due(NamedTuple):
    """A touch that the lead's clock was told of, and what the records were told when its turn had come."""

    lead: str
    marker: str
    touch_key: str | None
    """Its row in the ledger; None when the records were told of none."""
    left_out: str = ""
    """Why it was left out, in the word that the records were told."""
    is_so: bool | None = None
    """Whether that reason can be true, by what the world around the lead knows."""
    excused: bool = False
    """Something had happened since that may have changed the lead's course."""


class TaskRow(NamedTuple):
    """A person's task."""

    lead: str
    kind: str
    state: str
    touch_key: str | None = None


class LeadRow(NamedTuple):
    """A lead as it stands at the end."""

    lead: str
    state: str
    """waiting, task, paused, review.<reason> or over.<reason>"""
    due: datetime | None
    why: str
    failing: bool = False
    """Its look fails, or its workflow task does."""


class Evidence(NamedTuple):
    """Everything of one run."""

    until: datetime
    """When it was gathered; healed and quiet."""
    deliveries: tuple[Delivery, ...] = ()
    touches: tuple[TouchRow, ...] = ()
    inbox: tuple[InboxRow, ...] = ()
    posted: tuple[Posted, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    leads: tuple[LeadRow, ...] = ()
    due: tuple[Due, ...] = ()
    earlier: tuple["Evidence", ...] = ()
    """What was known before the records forgot it."""

    def in_order(self) -> "Evidence":
        """The same, its rows in an order of their own: a database has none."""
        return self._replace(
            touches=tuple(sorted(self.touches)),
            inbox=tuple(sorted(self.inbox, key=lambda row: (row.source, row.event_id))),
            tasks=tuple(sorted(self.tasks, key=str)),
        )


class Break(NamedTuple):
    """A promise that was not kept."""

    letter: str
    """L, D, O, W, T or E (see docs/promises.md)."""
    lead: str
    what: str
