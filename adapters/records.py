"""
The records the look works on: one lead's book, open in one transaction, its row held until the end.

Implements `engine.ports.records` for SQLite and PostgreSQL alike.
"""

from collections import abc
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final, Literal, assert_never

from sqlalchemy import bindparam, insert, update

from adapters import approvals, audit, inbox, ledger, places, suppression, tasks
from adapters import leads as people
from adapters.addresses import KIND_OF, domain_of
from adapters.catalogue import Catalogue, NeverPublished
from adapters.circumstances import Known, circumstances_of, known
from adapters.database import AnyRow, Database, Transaction
from adapters.drafting import Drafting
from adapters.effects import keep_answer
from adapters.faults import Reached, nothing
from adapters.inbox import Inbox
from adapters.leads import People
from adapters.ledger import Letterhead
from adapters.letters import said_in
from adapters.settings import Settings
from adapters.tables import enrolments, leads, stage_changes
from engine.errors import FollowupError
from engine.gate import GateFacts, Reviews
from engine.life import upcast
from engine.life.circumstances import Circumstances
from engine.life.effects import scope_of
from engine.life.events import Event, EventData
from engine.life.moves import (
    AnswerGiven,
    CloseTask,
    EscalateTask,
    Finish,
    Inward,
    OpenTask,
    Park,
    PostponeTask,
    ReassignTask,
    Record,
    Send,
    StageEntered,
    StepSkipped,
)
from engine.life.progress import Enrolment, PastEnrolment, Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Enrolled, Entry, NothingStarts, Plan, Queued, Refused
from engine.ports.providers import Message
from engine.ports.records import Disposition, Draft, InboxItem, LeadBook, TouchRecord
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import AS_IS, Sequence
from engine.sequence.outcomes import APPROVED
from engine.words import Act, Channel, EventKind, LeadId, Stage, TouchKey, TouchState

Effect = Literal["bad_recipient", "opted_out", "bad_content"]

NEWER: Final = update(leads).where(leads.c.id == bindparam("who"), leads.c.revision < bindparam("than"))
"""Writes a row over an older one, and over no other."""

CLOSED_BY: dict[Effect, SkipReason] = {
    "bad_recipient": SkipReason.ADDRESS_BOUNCED,
    "opted_out": SkipReason.CHANNEL_SUPPRESSED,
}

CHANNELS: dict[Act, Channel] = {Act.SEND_EMAIL: Channel.EMAIL, Act.SEND_SMS: Channel.SMS, Act.PLACE_CALL: Channel.VOICE}


class DatabaseRecords:
    """Where the records are."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        drafting: Drafting | None = None,
        reached: Reached = nothing,
    ) -> None:
        book = People(settings.address_key, settings.org_country)
        self._database = database
        ring_every = timedelta(milliseconds=settings.ring_milliseconds)
        inbox = Inbox(database, book, ring_every=ring_every, reached=reached)
        self._desk = Desk(settings, book, inbox, Catalogue(), drafting, reached)

    @contextmanager
    def lead(self, lead_id: LeadId) -> abc.Iterator[LeadBook | None]:
        """The lead's book, its row held until the block ends. Raises: DatabaseUnavailable."""
        with self._database.transaction() as transaction:
            row = people.lock(transaction, lead_id)
            yield None if row is None else DatabaseBook(transaction, row, self._desk)

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """Flag the lead for `stuck`: its look keeps failing."""
        with self._database.transaction() as transaction:
            row = people.lock(transaction, lead_id)
            if row is None:
                return
            transaction.execute(
                update(leads)
                .where(leads.c.id == lead_id)
                .values(
                    flagged_since=row.flagged_since or now,
                    flag_detail=detail,
                    failing_attempts=row.failing_attempts + 1,
                )
            )


class Desk:
    """What every book is worked on with."""

    def __init__(
        self,
        settings: Settings,
        book: People,
        inbox: Inbox,
        catalogue: Catalogue,
        drafting: Drafting | None,
        reached: Reached,
    ) -> None:
        self.settings = settings
        self.people = book
        self.inbox = inbox
        self.catalogue = catalogue
        self.drafting = drafting or Drafting(settings, catalogue, book)
        self.reached = reached


class DatabaseBook:
    """One lead's records."""

    def __init__(self, transaction: Transaction, row: AnyRow, desk: Desk) -> None:
        self._transaction = transaction
        self._row = row
        self._desk = desk
        self._stage = Stage(row.stage)
        self._items: dict[int, InboxItem] = {}
        self._slots: dict[TouchKey, datetime] = {}
        self._heads: dict[TouchKey, Letterhead] = {}

    @property
    def lead_id(self) -> LeadId:
        """Whose book it is."""
        return LeadId(self._row.id)

    # --- what is known

    def progress(self) -> Progress | None:
        """The lead's memory. Raises: FollowupError DBS004: a newer engine wrote it; DBS006: its sequence is gone."""
        if self._row.progress is None:
            return None
        return upcast.load(self._row.progress, partial(self._desk.catalogue.plan, self._transaction))

    def was_to_send_at(self) -> datetime | None:
        """When the last look wanted a message to leave next; None when it wanted something else."""
        due: datetime | None = self._row.next_due
        return due if self._row.act in CHANNELS else None

    @cached_property
    def _known(self) -> Known:
        return known(self._transaction, self._row)

    def circumstances(self, now: datetime) -> Circumstances:
        """The lead's world as it is now."""
        published = self._desk.catalogue.published(self._transaction)
        return circumstances_of(self._transaction, self._known, published, self._desk.settings, now)

    def catalogue(self) -> tuple[Plan, ...]:
        """The published sequences, highest first."""
        return self._desk.catalogue.published(self._transaction).plans

    def plan(self, version: str) -> Plan | None:
        """The sequence version of this name; None when it was never published."""
        try:
            return self._desk.catalogue.plan(self._transaction, version)
        except NeverPublished:
            return None

    # --- the Inbox

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """File what was signalled to Temporal directly."""
        self._desk.inbox.file_scraps(self._transaction, self.lead_id, scraps, now)
        self._reread()  # one of them may have changed the owner or an address

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """The first so many Inbox rows not yet applied, in number order."""
        items = inbox.unapplied(self._transaction, self.lead_id, limit)
        self._items = {item.number: item for item in items}
        return items

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """Write what became of the row, and of the task it closed."""
        inbox.mark(self._transaction, self.lead_id, number, disposition, now)
        item = self._items.get(number)
        if disposition.kind == "applied" and isinstance(item, Event) and item.kind is EventKind.TASK_DONE:
            self._task_done(number, item.data, now)

    def _task_done(self, number: int, data: EventData, now: datetime) -> None:
        if data.task_key is None:
            return
        if data.disposition == APPROVED:
            said = said_in(inbox.body_of(self._transaction, self.lead_id, number))
            approvals.edit(self._transaction, data.task_key, approvals.edits_in(said))
        tasks.done(self._transaction, data.task_key, data.disposition, now)

    def entry(self, sequence: Sequence, now: datetime) -> Entry:
        """Whether the sequence has room for the lead; one that is full has a place for it from here on."""
        account = self._known.row.account
        return places.entry(self._transaction, self._desk.catalogue, self.lead_id, account, sequence, now)

    def leave_line(self, sequence: str) -> None:
        """The lead's place in a sequence that was full is taken or given up."""
        places.leave(self._transaction, self.lead_id, sequence)

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """Write an enrolment that began, or on the row of the wish why none did, or when it will."""
        match answer:
            case Enrolled():
                self._begun(answer, enrolment or 0, now)
                self._answer_wish(answer, None, f"started {answer.plan.version}: {answer.why}")
            case Queued():
                self._answer_wish(answer, None, answer.why)
            case Refused():
                self._answer_wish(answer, answer.because.value, answer.why)
            case NothingStarts():
                pass
            case _:
                assert_never(answer)

    def _begun(self, answer: Enrolled, number: int, now: datetime) -> None:
        self._transaction.execute(
            insert(enrolments).values(
                lead=self.lead_id,
                number=number,
                sequence=answer.plan.sequence.name,
                version=answer.plan.version,
                started_at=now,
                why=answer.why,
                held_out=answer.held_out,
            )
        )
        first = answer.plan.sequence.stages[0].name
        if first != AS_IS:
            self._stage_entered(Stage(first), number, answer.why, now)

    def ended(self, past: PastEnrolment) -> None:
        """Write how an enrolment ended; what it still waited to send keeps nobody waiting."""
        ledger.leave_line(self._transaction, self.lead_id)
        this = (enrolments.c.lead == self.lead_id) & (enrolments.c.number == past.number)
        ending = {"ended_at": past.ended_at, "because": past.because.value}
        self._transaction.execute(update(enrolments).where(this).values(ending))

    def migrated(self, enrolment: Enrolment) -> None:
        """Write the version that an enrolment has moved to."""
        this = (enrolments.c.lead == self.lead_id) & (enrolments.c.number == enrolment.number)
        self._transaction.execute(update(enrolments).where(this).values(version=enrolment.plan.version))

    def _answer_wish(self, answer: Enrolled | Queued | Refused, reason: str | None, detail: str) -> None:
        wish = answer.wish
        number = wish.request if wish.request is not None else wish.event.number if wish.event else None
        if number is not None:
            inbox.answer_row(self._transaction, self.lead_id, number, reason, detail)

    # --- moves

    def carry_out(self, move: Inward, progress: Progress, now: datetime) -> None:
        """Write a task, a stage change, an end, a skip, a review."""
        match move:
            case OpenTask():
                tasks.open_task(self._transaction, self.lead_id, progress.circumstances.owner, move, now)
            case CloseTask():
                tasks.close(self._transaction, move, now)
            case EscalateTask():
                tasks.escalate(self._transaction, move)
            case ReassignTask():
                tasks.reassign(self._transaction, move)
            case PostponeTask():
                tasks.postpone(self._transaction, move)
            case Record():
                self._record(move, progress, now)
            case Park():
                self._note("parked", f"{move.because.value}: {move.why}", now)
            case Finish():
                pass  # noting it ends the enrolment, and every end is written by `ended`
            case _:
                assert_never(move)

    def _record(self, move: Record, progress: Progress, now: datetime) -> None:
        match move.change:
            case StageEntered():
                number = None if progress.enrolment is None else progress.enrolment.number
                self._stage_entered(move.change.stage, number, move.why, now)
            case StepSkipped():
                ledger.leave_line(self._transaction, self.lead_id)
                self._note("step_skipped", f"{move.change.step}, {move.change.because.value}: {move.why}", now)
            case AnswerGiven():
                self._answered(move.change)
            case _:
                pass  # it stands in Progress, and nobody asks the database for it

    def _answered(self, answer: AnswerGiven) -> None:
        keep_answer(self._transaction, self._desk.people, self.lead_id, answer)
        self._reread()

    def _reread(self) -> None:
        """The lead's row, and what is known by it, after something else has written there."""
        self._row = people.lock(self._transaction, self.lead_id) or self._row
        self.__dict__.pop("_known", None)

    def _stage_entered(self, stage: Stage, enrolment: int | None, why: str, now: datetime) -> None:
        if stage is self._stage:
            return
        changed = {"from_stage": self._stage.value, "to_stage": stage.value, "at": now, "why": why}
        self._transaction.execute(insert(stage_changes).values(lead=self.lead_id, enrolment=enrolment, **changed))
        self._stage = stage

    def _note(self, action: str, reason: str, now: datetime) -> None:
        audit.write(self._transaction, audit.ENGINE, action, f"lead:{self.lead_id}", reason, now)

    def propose(self, task: OpenTask, send: Send, progress: Progress, now: datetime) -> Reviews | None:
        """Open the task to release a message, with its words; why nobody can write them, instead."""
        words = self._desk.drafting.words(self._transaction, self._known, send)
        if words.missing:
            return Reviews(because=ReviewReason.MISSING_TOKEN, detail=", ".join(words.missing))
        if words.error is not None:
            return Reviews(because=ReviewReason.RENDER_FAILED, detail=words.error)
        self.carry_out(task, progress, now)
        approvals.propose(self._transaction, task.task_key, words)
        return None

    # --- touches

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """Render the touch and add what only the database knows."""
        draft = self._desk.drafting.draft(self._transaction, self._known, send, facts, now)
        if draft.message is not None:
            self._heads[send.touch_key] = self._head(send, draft.message)
        if draft.facts.sender_free_at is not None and draft.facts.sender_free_at > now:
            self._slots[send.touch_key] = draft.facts.sender_free_at
        return draft

    def touch(self, touch_key: TouchKey) -> TouchRecord | None:
        """The touch's row in the ledger."""
        return ledger.touch(self._transaction, touch_key)

    def suppressed(self, send: Send, state: TouchState, detail: str, now: datetime) -> None:
        """Write that the gate did not let a touch leave, and the place it keeps in its sender's queue."""
        waits = state is TouchState.DEFERRED
        ledger.keep_back(
            self._transaction,
            self.lead_id,
            send,
            state,
            detail,
            now,
            head=self._heads.get(send.touch_key),
            slot_at=self._slots.get(send.touch_key) if waits else None,
        )

    def left_out(self, task: OpenTask, because: str, now: datetime) -> None:
        """Write that a person will not be asked for this."""
        tasks.leave_out(self._transaction, self.lead_id, task, because, now)

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """Take the touch; None when it is claimed or settled already."""
        self._desk.reached("before_write")
        head = self._head(send, message)
        return ledger.claim(self._transaction, self.lead_id, send, message, head, now)

    def settle(
        self,
        touch_key: TouchKey,
        fence: int,
        state: TouchState,
        detail: str,
        now: datetime,
        *,
        effect: Effect | None = None,
    ) -> bool:
        """Write an outcome under its fence; False when a newer claim exists."""
        if effect in CLOSED_BY:
            self._close_address(touch_key, CLOSED_BY[effect], now)
        return ledger.settle(self._transaction, touch_key, fence, state, detail, now)

    def _close_address(self, touch_key: TouchKey, because: SkipReason, now: datetime) -> None:
        known = ledger.addressed_to(self._transaction, touch_key)
        if known is None:
            return
        channel, to_hash = known
        mine = {a.address_hash: a.address for a in self._known.addresses if a.kind is KIND_OF[channel]}
        # A refusal is the person's, wherever it was made; a dead address is dead alone.
        meant = {to_hash, *mine} if because is SkipReason.CHANNEL_SUPPRESSED else {to_hash}
        people.lock_addresses(self._transaction, meant)
        for address_hash in sorted(meant):
            for closed in _closed_with(channel, because):
                address = mine.get(address_hash)
                suppression.close(self._transaction, address_hash, address, closed, because, "provider", now)

    def _head(self, send: Send, message: Message) -> Letterhead:
        words = approvals.released(self._transaction, self.lead_id, send) if send.approved else None
        return Letterhead(
            sender=message.sender,
            to_hash=self._desk.people.hash(message.to),
            domain=domain_of(message.to),
            template_digest=self._desk.drafting.digest(self._transaction, self._known, send),
            approved_sha256=None if words is None else words.digest,
            edited=None if words is None else words.edited,
        )

    # --- the end of a look

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """
        Write Progress as it is, with stage, state, next due and why as columns.

        Raises: FollowupError DBS005 when the row has that revision already.
        """
        running = progress.enrolment
        flag = min(progress.flags, key=lambda flag: flag.since, default=None)
        saved = self._transaction.execute(
            NEWER,
            {
                "who": self.lead_id,
                "than": progress.revision,
                "progress": upcast.text_of(progress),
                "schema_version": progress.schema_version,
                "revision": progress.revision,
                "open": not turn.over,
                "stage": progress.stage.value,
                "lead_state": turn.state,
                "looked_at": now,
                "next_due": turn.due,
                "act": turn.act.value,
                "why": turn.why,
                "hold": _hold(progress, turn),
                "sequence": None if running is None else running.plan.sequence.name,
                "version": None if running is None else running.plan.version,
                "pipeline_stage": progress.pipeline_stage,
                "flagged_since": None if flag is None else flag.since,
                "flag_detail": None if flag is None else f"{flag.because.value}: {flag.detail}",
                "failing_attempts": 0,
            },
        )
        if saved.rowcount != 1:
            raise _went_back(self.lead_id, progress.revision)
        if turn.over:
            ledger.give_up(self._transaction, self.lead_id, turn.state.removeprefix("over."), now)


def _went_back(lead: LeadId, revision: int) -> FollowupError:
    return FollowupError(
        code="DBS005",
        what=f"revision {revision} of this lead is on its row already",
        where=f"lead {lead}",
        why="something saved an older memory over a newer one",
        next="report this; the attempt wrote nothing and is tried again",
    )


def _hold(progress: Progress, turn: Turn) -> str | None:
    """The precise reason a lead stands still, for `stuck`, the sweep and the pages; the sentence is in `why`."""
    running = progress.enrolment
    if progress.review is not None:
        return progress.review.because.value
    if progress.pause is not None:
        return HoldReason.PAUSED.value
    if running is None:
        return HoldReason.WAITING_CAPACITY.value if progress.queues else None
    if running.stopped_since is not None and not running.answer_open:
        return HoldReason.SEQUENCE_PAUSED.value
    if _is_switched_off(progress.circumstances, turn.act):
        return HoldReason.KILL_SWITCH.value
    if running.exit is not None and running.exit.not_before is not None:
        return HoldReason.WAITING_CAPACITY.value
    if _awaits_approval(progress):
        return HoldReason.AWAITING_APPROVAL.value
    return None if running.cursor.held is None else running.cursor.held.because.value


def _awaits_approval(progress: Progress) -> bool:
    at = None if progress.enrolment is None else progress.enrolment.cursor.task
    return any(state.task.task_key == at and state.task.task_kind == "approval" for state in progress.tasks)


def _is_switched_off(world: Circumstances, act: Act) -> bool:
    """Whether what comes next is a message that no switch lets out as things stand."""
    channel = CHANNELS.get(act)
    return channel is not None and (world.all_switched_off or channel in world.switched_off)


def _closed_with(channel: Channel, because: SkipReason) -> tuple[Channel, ...]:
    return scope_of(channel) if because is SkipReason.CHANNEL_SUPPRESSED else (channel,)
