"""
What the look asks of the records: one transaction on one lead's row.

The database adapter implements this for SQLite and PostgreSQL; the simulation will for memory.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from pydantic import AwareDatetime

from engine.frozen import Frozen
from engine.gate import GateFacts, Reviews
from engine.life.circumstances import Circumstances
from engine.life.events import Command, Event
from engine.life.moves import Inward, OpenTask, Send
from engine.life.progress import Enrolment, PastEnrolment, Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Entry, Plan
from engine.ports.providers import Message
from engine.reasons import IgnoreReason
from engine.sequence.compiled import Sequence
from engine.words import LeadId, TouchKey, TouchState


class Unreadable(Frozen):
    """An Inbox row whose content cannot be read as an event or a command."""

    number: int
    detail: str


InboxItem = Event | Command | Unreadable


class Disposition(Frozen):
    """What became of an Inbox row; it stays on the row for ever."""

    kind: Literal["applied", "ignored", "dead_letter"]
    reason: IgnoreReason | None = None
    detail: str = ""
    """For the person who commanded: what it led to, in a sentence."""


class Draft(Frozen):
    """A touch as it would leave: the message, when it could be rendered, and the gate's facts made complete."""

    facts: GateFacts
    message: Message | None
    """None when there is no address or a token is missing; the facts then say why."""


class TouchRecord(Frozen):
    """A row of the ledger, as the look needs it."""

    touch_key: TouchKey
    state: TouchState
    fence: int
    attempt_started_at: AwareDatetime | None = None
    detail: str = ""


class LeadBook(Protocol):
    """One lead's records, locked, inside one transaction."""

    @property
    def lead_id(self) -> LeadId:
        """Whose book it is."""
        ...

    def progress(self) -> Progress | None:
        """
        The lead's memory, upcast to today's schema; None when the lead was never looked at.

        Raises: FollowupError DBS004 when a newer engine wrote it; then nothing is touched.
        """
        ...

    def circumstances(self, now: datetime) -> Circumstances:
        """The lead's world as it is now."""
        ...

    def was_to_send_at(self) -> datetime | None:
        """When the last look wanted a message to leave next; None when it wanted something else."""
        ...

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """File what was signalled to Temporal directly as Inbox rows; the same scrap twice is one row."""
        ...

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """The first so many committed Inbox rows not yet applied, in number order."""
        ...

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """Write what became of the row; it is never applied again."""
        ...

    def catalogue(self) -> tuple[Plan, ...]:
        """The published sequences, highest first."""
        ...

    def plan(self, version: str) -> Plan | None:
        """The sequence version of this name; None when it was never published."""
        ...

    def migrated(self, enrolment: Enrolment) -> None:
        """Write the version that an enrolment has moved to."""
        ...

    def entry(self, sequence: Sequence, now: datetime) -> Entry:
        """
        Whether the sequence has room for the lead, which no other look can take away before this one commits.

        One that is full has a place for the lead from here on, and keeps it until it is taken or given up.
        """
        ...

    def leave_line(self, sequence: str) -> None:
        """The lead's place in a sequence that was full is taken or given up."""
        ...

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """Write an enrolment that began; a refusal, or a place for later, is answered on the request's row."""
        ...

    def ended(self, past: PastEnrolment) -> None:
        """Write how an enrolment ended, whatever brought that about."""
        ...

    def carry_out(self, move: Inward, progress: Progress, now: datetime) -> None:
        """Write a task, a stage change, an end, a skip, a review; `progress` is the one before the move."""
        ...

    def propose(self, task: OpenTask, send: Send, progress: Progress, now: datetime) -> Reviews | None:
        """
        Open the task to release a message, its words beside it as they would leave now.

        Nothing is opened when nobody can write them; then the answer says why, for a person. `send` is the touch they
        are for, and `progress` the one before the task.
        """
        ...

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """Render the touch and add what only the database knows: suppression by address, sender and domain limits."""
        ...

    def touch(self, touch_key: TouchKey) -> TouchRecord | None:
        """The touch's row in the ledger."""
        ...

    def suppressed(self, send: Send, state: TouchState, detail: str, now: datetime) -> None:
        """Write that the gate did not let a touch leave: `deferred` or `suppressed`; never over a claim."""
        ...

    def left_out(self, task: OpenTask, because: str, now: datetime) -> None:
        """Write that a person will not be asked for this; of a task that was opened nothing changes."""
        ...

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """
        Take the touch: the row becomes `in_flight` under the next fence, which is returned.

        None when the touch is claimed or settled already; then nobody may call.
        """
        ...

    def settle(
        self,
        touch_key: TouchKey,
        fence: int,
        state: TouchState,
        detail: str,
        now: datetime,
        *,
        effect: Literal["bad_recipient", "opted_out", "bad_content"] | None = None,
    ) -> bool:
        """
        Write an outcome under its fence; False when a newer claim exists.

        `accepted` is evidence and is recorded whatever the fence; a rank a callback wrote is never lowered, and a doubt
        changes nothing that is settled.
        With `rejected`, an `effect` of bad_recipient marks the address as bounced, opted_out suppresses it.
        """
        ...

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """
        Write Progress as it is, its revision raised already, with stage, state, next due and why as columns.

        Clears the flag that `flag_failing` set: the look succeeded. Of a lead that is over no touch waits any longer.
        """
        ...


class Records(Protocol):
    """Where the records are."""

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """Flag the lead for `stuck`: its look keeps failing. Written in a transaction of its own."""
        ...

    def lead(self, lead_id: LeadId) -> AbstractContextManager[LeadBook | None]:
        """
        The lead's book, its row locked until the block ends; commits at the end, rolls back on an exception.

        None when there is no such lead.
        """
        ...
