"""
The records in memory: what `adapters/` does with two databases, written once more with rows in dictionaries.

It exists to be fast, so that thousands of companies live in a minute. That it means the same as the databases is held
by a test in which the same seeds live on all three.
"""

from collections import abc
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Final, Literal, NamedTuple, cast

from pydantic import JsonValue

from adapters.catalogue import takes
from adapters.contact_hours import legal_hours, public_holidays
from adapters.database import AnyRow
from adapters.drafting import LAST_CALL
from adapters.inbox import Filed
from adapters.ledger import Evidence as Word
from adapters.letters import Letter, item_of, letter_of, said_in
from adapters.settings import Settings
from adapters.switches import Scope
from adapters.zones import Whereabouts, places
from engine.calendar.hours import Hours
from engine.errors import FollowupError
from engine.gate import GateFacts, Reviews
from engine.life import upcast
from engine.life.circumstances import ChannelState, Circumstances, FieldValue, SequencePause
from engine.life.effects import (
    ChangeOwner,
    CloseChannel,
    Effect,
    OpenChannel,
    OwnerAway,
    OwnerBack,
    effects_of,
    effects_of_command,
    scope_of,
)
from engine.life.events import Event
from engine.life.moves import CloseTask, EscalateTask, Inward, OpenTask, PostponeTask, ReassignTask, Send
from engine.life.passing import COMES_AGAIN
from engine.life.progress import Enrolment, PastEnrolment, Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Enrolled, Entry, Plan, Refused
from engine.ports.providers import Message
from engine.ports.records import Disposition, Draft, InboxItem, LeadBook, TouchRecord, Unreadable
from engine.reasons import SkipReason
from engine.sequence.compiled import Sequence
from engine.words import Act, Channel, EventKind, LeadId, TaskKey, TouchKey, TouchState, ZoneSource
from tests.simulation.company import FIELDS, OWNERS, Company, Home, Person, settings_of
from tests.simulation.store import OpenTask as Todo
from tests.simulation.store import Reached, Rows, Standing
from tests.simulation.tables import Table, Tables
from tests.support.evidence import InboxRow, TaskRow, TouchRow
from tests.support.strategies import PIPELINE

STORED: Final = 0.1
"""The share of saves whose Progress goes through its stored form: reading and writing it is dear."""
ABSENT_AT_MOST: Final = timedelta(days=30)
AN_HOUR: Final = timedelta(hours=1)
ON_PHONE: Final = (Channel.SMS, Channel.VOICE)
OURS_TO_CLAIM: Final = (TouchState.DEFERRED, TouchState.RETRYABLE)
DOUBTS: Final = (TouchState.UNCERTAIN, TouchState.NOT_FOUND, TouchState.LOST)
IN_DOUBT: Final = (TouchState.IN_FLIGHT, TouchState.UNCERTAIN, TouchState.NOT_FOUND)
WEIGHT: Final = {
    TouchState.ACCEPTED: 1,
    TouchState.SENT: 2,
    TouchState.UNDELIVERED: 3,
    TouchState.BOUNCED: 3,
    TouchState.CANCELED: 3,
    TouchState.DELIVERED: 4,
    TouchState.READ: 5,
}
"""A provider's words, and which of two counts."""

Refusal = Literal["bad_recipient", "opted_out", "bad_content"]


class Lead(NamedTuple):
    """A lead's row."""

    person: Person
    owner: str | None
    fields: tuple[FieldValue, ...]
    said_at: tuple[tuple[str, datetime], ...] = ()
    progress: Progress | str | None = None
    revision: int = 0
    open: bool = True
    stage: str = "capture"
    state: str = "waiting"
    due: datetime | None = None
    act: Act = Act.LOOK
    why: str = ""
    paused_sequence: str | None = None
    """It stands still for this sequence, which is paused."""
    switched_off: bool = False
    """It stands still for a kill switch."""
    rung_at: datetime | None = None
    failing: int = 0
    looked_at: datetime | None = None


class Filing(NamedTuple):
    """An Inbox row, with the names a database gives it."""

    source: str
    event_id: str
    lead: LeadId
    number: int
    kind: str
    by: str | None
    occurred_at: datetime
    received_at: datetime
    body: str
    digest: str
    detail: str | None = None
    disposition: str | None = None
    reason: str = ""
    copies: int = 1


class Touch(NamedTuple):
    """A row of the ledger."""

    send: Send
    lead: LeadId
    state: TouchState
    fence: int = 0
    detail: str = ""
    to: str | None = None
    claimed_at: datetime | None = None
    refused_for: str = ""


class Task(NamedTuple):
    """A human task."""

    task: OpenTask
    lead: LeadId
    owner: str | None
    state: str = "open"
    told: tuple[str, ...] = ()


class Closed(NamedTuple):
    """An address that must not be used on a channel, and why."""

    address: str
    channel: Channel
    because: SkipReason
    at: datetime


class MemoryStore:
    """The records of one company, and of one after the other."""

    def opens(self, company: Company, clock: abc.Callable[[], datetime], reached: Reached) -> None:
        """Begin with this company and nothing else."""
        self.company = company
        self.clock = clock
        self.reached = reached
        self.dice = Random(0)
        self.tables = Tables()
        self.leads: Table[LeadId, Lead] = Table(self.tables)
        self.inbox: Table[tuple[str, str], Filing] = Table(self.tables)
        self.numbers: Table[LeadId, int] = Table(self.tables)
        self.waiting: Table[LeadId, tuple[tuple[str, str], ...]] = Table(self.tables)
        self.named: Table[tuple[LeadId, int], tuple[str, str]] = Table(self.tables)
        self.ledger: Table[TouchKey, Touch] = Table(self.tables)
        self.tasks: Table[TaskKey, Task] = Table(self.tables)
        self.enrolments: Table[tuple[LeadId, int], str] = Table(self.tables)
        self.closed: Table[tuple[str, Channel, SkipReason], Closed] = Table(self.tables)
        self.agreed: Table[tuple[str, Channel], bool] = Table(self.tables)
        self.asked: Table[tuple[str, Channel], datetime] = Table(self.tables)
        self.absent: Table[str, datetime] = Table(self.tables)
        self.switches: Table[tuple[Scope, str], str] = Table(self.tables)
        self.pauses: Table[tuple[str, datetime], SequencePause] = Table(self.tables)

    @property
    def records(self) -> "MemoryStore":
        """It is the records itself."""
        return self

    @property
    def settings(self) -> Settings:
        """The company's."""
        return self.company.settings

    # --- the port of the look

    @contextmanager
    def lead(self, lead_id: LeadId) -> abc.Iterator[LeadBook | None]:
        """The lead's book."""
        with self.tables.transaction():
            yield MemoryBook(self, lead_id) if self.leads.get(lead_id) is not None else None

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """Flag the lead for `stuck`."""
        with self.tables.transaction():
            row = self.row(lead_id)
            self.leads.put(lead_id, row._replace(failing=row.failing + 1))

    def row(self, lead: LeadId) -> Lead:
        """The lead's row, which is there."""
        found = self.leads.get(lead)
        if found is None:
            raise LookupError(lead)
        return found

    # --- the ways in

    def capture(self, person: Person, letter: Letter, now: datetime) -> Filed:
        """Write down who asks, and file the letter that says so."""
        with self.tables.transaction():
            if self.leads.get(person.lead) is None:
                self.leads.put(person.lead, Lead(person=person, owner=person.owner, fields=person.fields, due=now))
                for channel in person.agrees_to:
                    self.agreed.put((self.address(person, channel), channel), True)
            filed = self.file(letter, person.lead, now)
        self.reached("after_inbox_commit")
        return filed

    def receive(self, letter: Letter, lead: LeadId, now: datetime) -> Filed:
        """File a letter."""
        with self.tables.transaction():
            filed = self.file(letter, lead, now)
        self.reached("after_inbox_commit")
        return filed

    def file(self, letter: Letter, lead: LeadId, now: datetime) -> Filed:
        """File a letter once, and write what it changes around the lead."""
        self.reached("before_inbox_insert")
        key = (letter.source, letter.id)
        known = self.inbox.get(key)
        if known is not None:
            self.inbox.put(key, known._replace(copies=known.copies + 1))
            ring = known.lead == lead and known.disposition is None and self._rings(lead, True, now)
            return Filed(lead_id=known.lead, number=known.number, duplicate=True, ring=ring)
        waiting = self.waiting.get(lead) or ()
        number = (self.numbers.get(lead) or 0) + 1
        filing = Filing(
            source=letter.source,
            event_id=letter.id,
            lead=lead,
            number=number,
            kind=letter.kind,
            by=letter.by,
            occurred_at=letter.occurred_at,
            received_at=now,
            body=letter.kept_body,
            digest=letter.digest,
            detail=letter.unread or None,
        )
        self.inbox.put(key, filing)
        self.numbers.put(lead, number)
        self.named.put((lead, number), key)
        self.waiting.put(lead, (*waiting, key))
        self._apply(filing, item_of(cast(AnyRow, filing)))
        return Filed(lead_id=lead, number=number, ring=self._rings(lead, bool(waiting), now))

    def _rings(self, lead: LeadId, waiting: bool, now: datetime) -> bool:
        row = self.row(lead)
        if waiting and row.rung_at is not None and abs(now - row.rung_at) < timedelta(milliseconds=200):
            return False
        self.leads.put(lead, row._replace(rung_at=now))
        return True

    def record(self, word: Word) -> None:
        """A provider's word never lowers what another said."""
        with self.tables.transaction():
            row = self.ledger.get(word.touch_key)
            if row is not None:
                self.ledger.put(word.touch_key, row._replace(state=heavier(row.state, word.state)))

    def switch(self, scope: Scope, name: str, *, on: bool, now: datetime) -> None:
        """Turn a kill switch."""
        with self.tables.transaction():
            if scope is Scope.SEQUENCE and self.is_off(scope, name) is on:
                self._pause(name, now, over=on)
            if on:
                self.switches.drop((scope, name))
            else:
                self.switches.put((scope, name), name)

    def _pause(self, sequence: str, now: datetime, *, over: bool) -> None:
        """An interval begins, or the one that lasts ends."""
        if not over:
            self.pauses.put((sequence, now), SequencePause(sequence=sequence, since=now))
            return
        lasts = next(one for one in self.pauses.all() if one.sequence == sequence and one.until is None)
        self.pauses.put((sequence, lasts.since), lasts.model_copy(update={"until": now}))

    def unheard(self, now: datetime) -> tuple[LeadId, ...]:
        """Leads with a row that waits, that are overdue, or whose switch is on again."""
        minute = timedelta(seconds=self.settings.sweep_seconds)
        with self.tables.transaction():
            found = [row for row in self.leads.all() if self._is_unheard(row, now, minute)]
            for row in found:
                self.leads.put(row.person.lead, row._replace(rung_at=now))
        return tuple(sorted(row.person.lead for row in found))

    def _is_unheard(self, row: Lead, now: datetime, minute: timedelta) -> bool:
        never = row.rung_at is None or row.rung_at > now
        silent = never or (row.rung_at is not None and row.rung_at < now - minute)
        first = next(iter(self.waiting.get(row.person.lead) or ()), None)
        filing = None if first is None else self.inbox.get(first)
        if silent and filing is not None and filing.received_at < now - minute:
            return True
        if silent and row.open and self._is_released(row):
            return True
        if not row.open or row.due is None or row.due >= now - 3 * minute:
            return False
        return row.rung_at is None or never or row.rung_at < row.due or row.rung_at < now - _pause(row, now, 3 * minute)

    def _is_released(self, row: Lead) -> bool:
        if row.paused_sequence is not None:
            return not self.is_off(Scope.SEQUENCE, row.paused_sequence)
        return row.switched_off and not self._is_kept_back(row.act)

    def _is_kept_back(self, act: Act) -> bool:
        return self.is_off(Scope.ALL, "") or (act in CHANNELS and self.is_off(Scope.CHANNEL, CHANNELS[act].value))

    def is_off(self, scope: Scope, name: str) -> bool:
        """Whether that switch is off."""
        return self.switches.get((scope, name)) is not None

    # --- what a letter changes around a lead

    def _apply(self, filing: Filing, item: InboxItem) -> None:
        if isinstance(item, Unreadable):
            return
        if isinstance(item, Event):
            effects = effects_of(item.kind, item.data)
            if item.kind is EventKind.FIELDS_CHANGED:
                self._tell(filing.lead, said_in(filing.body), item.occurred_at)
        else:
            effects = effects_of_command(item.verb, item.data)
        for effect in effects:
            self._carry_out(filing.lead, effect, item.occurred_at)

    def _carry_out(self, lead: LeadId, effect: Effect, at: datetime) -> None:
        row = self.row(lead)
        match effect:
            case CloseChannel():
                self.close(self.address(row.person, effect.channel), effect.channel, effect.because, at)
            case OpenChannel():
                self._open(self.address(row.person, effect.channel), effect.channel, at)
            case ChangeOwner():
                if self._is_news(row, "owner", at):
                    self.leads.put(lead, _saying(row, "owner", at)._replace(owner=effect.owner))
            case OwnerAway() if row.owner in OWNERS:
                self.absent.put(row.owner, effect.until or at + ABSENT_AT_MOST)
            case OwnerBack() if row.owner in OWNERS:
                self.absent.drop(row.owner)
            case _:
                pass

    def close(self, address: str, channel: Channel, because: SkipReason, at: datetime) -> None:
        """Suppress the address, unless the person asked for us after that moment."""
        asked = self.asked.get((address, channel))
        if because is SkipReason.CHANNEL_SUPPRESSED and asked is not None and asked > at:
            return
        if self.closed.get((address, channel, because)) is None:
            self.closed.put((address, channel, because), Closed(address, channel, because, at))

    def _open(self, address: str, channel: Channel, at: datetime) -> None:
        refused = self.closed.get((address, channel, SkipReason.CHANNEL_SUPPRESSED))
        if refused is not None and refused.at <= at:
            self.closed.drop((address, channel, SkipReason.CHANNEL_SUPPRESSED))
        asked = self.asked.get((address, channel))
        self.asked.put((address, channel), at if asked is None else max(at, asked))
        self.agreed.put((address, channel), True)

    def _tell(self, lead: LeadId, said: abc.Mapping[str, JsonValue], at: datetime) -> None:
        fields = said.get("fields")
        for name, value in fields.items() if isinstance(fields, dict) else ():
            row = self.row(lead)
            declared = any(field.name == name and takes(field, value) for field in FIELDS)
            if declared and isinstance(value, str | int | float | bool) and self._is_news(row, f"fields.{name}", at):
                others = [field for field in row.fields if field.name != name]
                told = sorted((*others, FieldValue(name=name, value=value)), key=lambda field: field.name)
                self.leads.put(lead, _saying(row, f"fields.{name}", at)._replace(fields=tuple(told)))

    def _is_news(self, row: Lead, name: str, at: datetime) -> bool:
        last = dict(row.said_at).get(name)
        return last is None or last <= at

    # --- the world of a lead

    def circumstances(self, lead: LeadId, now: datetime) -> Circumstances:
        """The lead's world as it is now."""
        row = self.row(lead)
        absent = None if row.owner is None else self.absent.get(row.owner)
        update: dict[str, object] = {
            "channels": tuple(_channel(channel, self.why_not(row.person, channel)) for channel in Channel),
            "fields": row.fields,
            "owner": row.owner,
            "owner_absent_until": absent if absent is not None and absent > now else None,
            "switched_off": tuple(c for c in sorted(Channel) if self.is_off(Scope.CHANNEL, c.value)),
            "all_switched_off": self.is_off(Scope.ALL, ""),
            "pauses": tuple(sorted(self._pauses_of(lead, row.looked_at), key=lambda pause: pause.since)),
        }
        return _world(row.person.home, row.person.phone, now.year, self.company.deployment).model_copy(update=update)

    def _pauses_of(self, lead: LeadId, looked_at: datetime | None) -> abc.Iterator[SequencePause]:
        """Those that last, and of the sequences it is in those that it may have slept through."""
        for pause in self.pauses.all():
            slept = pause.until is not None and looked_at is not None and pause.until > looked_at - AN_HOUR
            if pause.until is None or (slept and self._is_in(lead, pause.sequence)):
                yield pause

    def _is_in(self, lead: LeadId, sequence: str) -> bool:
        mine = (version for (who, _), version in self.enrolments.items() if who == lead)
        return any(version.startswith(f"{sequence}@") for version in mine)  # of one that ended it is the reason

    def why_not(self, person: Person, channel: Channel) -> SkipReason | None:
        """Why nobody may write there."""
        address = self.address(person, channel)
        for because in (SkipReason.ADDRESS_BOUNCED, SkipReason.CHANNEL_SUPPRESSED):
            if self.closed.get((address, channel, because)) is not None:
                return because
        agreed = self.agreed.get((address, channel))
        needed = channel in self.settings.consent_required
        return SkipReason.NO_CONSENT if agreed is None and needed else None

    def address(self, person: Person, channel: Channel) -> str:
        """The address of a channel."""
        return person.phone if channel in ON_PHONE else person.email

    # --- what is there

    def standing(self, lead: LeadId) -> Standing | None:
        """Where the lead stands."""
        row = self.leads.get(lead)
        if row is None:
            return None
        return Standing(lead, row.revision, row.open, row.stage, row.state, row.due, row.why)

    def open_tasks(self, lead: LeadId) -> tuple[Todo, ...]:
        """What people have to do for the lead."""
        mine = (task.task for task in self.tasks.all() if task.lead == lead and task.state == "open")
        return tuple(sorted(Todo(task.task_key, task.task_kind, task.touch_key) for task in mine))

    def backup(self) -> object:
        """Everything as it is committed now."""
        return self.tables.copy()

    def restore(self, backup: object) -> None:
        """Everything as it was then."""
        self.tables.put_back(cast("list[dict[abc.Hashable, object]]", backup))

    def rows(self) -> Rows:
        """What the records say."""
        return Rows(
            touches=tuple(
                TouchRow(
                    touch_key=row.send.touch_key,
                    lead=row.lead,
                    channel=row.send.channel.value,
                    step=row.send.step,
                    state=row.state.value,
                    reason=row.detail,
                )
                for row in self.ledger.all()
            ),
            inbox=tuple(
                InboxRow(
                    source=row.source,
                    event_id=row.event_id,
                    lead=row.lead,
                    number=row.number,
                    disposition=row.disposition,
                    reason=row.reason,
                    copies=row.copies,
                )
                for row in self.inbox.all()
            ),
            tasks=tuple(
                TaskRow(lead=row.lead, kind=row.task.task_kind, state=row.state, touch_key=row.task.touch_key)
                for row in self.tasks.all()
            ),
        )

    def leaves(self) -> None:
        """Nothing stays in memory that the next company could find."""


class MemoryBook:
    """One lead's records, inside a transaction."""

    def __init__(self, store: MemoryStore, lead: LeadId) -> None:
        self.store = store
        self.lead_id = lead
        self._items: dict[int, InboxItem] = {}

    def progress(self) -> Progress | None:
        """The lead's memory."""
        kept = self.store.row(self.lead_id).progress
        return upcast.load(kept, self._plan) if isinstance(kept, str) else kept

    def _plan(self, version: str) -> Plan:
        return next(plan for plan in self.store.company.release.plans if plan.version == version)

    def circumstances(self, now: datetime) -> Circumstances:
        """The lead's world as it is now."""
        return self.store.circumstances(self.lead_id, now)

    def was_to_send_at(self) -> datetime | None:
        """When the last look wanted a message to leave next."""
        row = self.store.row(self.lead_id)
        return row.due if row.act in CHANNELS else None

    def catalogue(self) -> tuple[Plan, ...]:
        """The published sequences."""
        return self.store.company.release.plans

    def plan(self, version: str) -> Plan | None:
        """The sequence version of this name."""
        return next((plan for plan in self.catalogue() if plan.version == version), None)

    def migrated(self, enrolment: Enrolment) -> None:
        """Nobody moves leads here."""

    # --- the Inbox

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """File what was signalled to Temporal directly."""
        for scrap in scraps:
            self.store.file(letter_of(scrap, self.lead_id, now), self.lead_id, now)

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """Rows not yet applied, in number order."""
        keys = (self.store.waiting.get(self.lead_id) or ())[:limit]
        rows = [row for row in map(self.store.inbox.get, keys) if row is not None]
        self._items = {row.number: item_of(cast(AnyRow, row)) for row in rows}
        return tuple(self._items.values())

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """Write what became of the row, and of the task it closed."""
        store, key = self.store, self._key(number)
        row = store.inbox.get(key)
        if row is None:
            return
        reason = row.reason if disposition.reason is None else disposition.reason.value
        detail = disposition.detail or row.detail
        store.inbox.put(key, row._replace(disposition=disposition.kind, reason=reason, detail=detail))
        left = tuple(other for other in store.waiting.get(self.lead_id) or () if other != key)
        store.waiting.put(self.lead_id, left)
        item = self._items.get(number)
        if disposition.kind == "applied" and isinstance(item, Event) and item.kind is EventKind.TASK_DONE:
            self._close_task(item.data.task_key, "done")

    def _key(self, number: int) -> tuple[str, str]:
        return self.store.named.get((self.lead_id, number)) or ("", "")

    def entry(self, sequence: Sequence, now: datetime) -> Entry:
        """Nobody here writes sequences that take only some."""
        return Entry(sequence=sequence.name)

    def leave_line(self, sequence: str) -> None:
        """So nobody waits in line."""

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """Write an enrolment that began, or the refusal on the row of the wish."""
        if isinstance(answer, Enrolled):
            key = (self.lead_id, enrolment or 0)
            if self.store.enrolments.get(key) is not None:
                raise RuntimeError(f"enrolment {key} began twice")
            self.store.enrolments.put(key, answer.plan.version)
        if isinstance(answer, Enrolled | Refused):
            self._answer_wish(answer)

    def _answer_wish(self, answer: Enrolled | Refused) -> None:
        wish = answer.wish
        number = wish.request if wish.request is not None else wish.event.number if wish.event else None
        row = None if number is None else self.store.inbox.get(self._key(number))
        if number is None or row is None:
            return
        reason = answer.because.value if isinstance(answer, Refused) else ""
        self.store.inbox.put(self._key(number), row._replace(reason=reason, detail=answer.why))

    def ended(self, past: PastEnrolment) -> None:
        """Write how an enrolment ended."""
        self.store.enrolments.put((self.lead_id, past.number), past.because.value)

    # --- moves

    def carry_out(self, move: Inward, progress: Progress, now: datetime) -> None:
        """Write what becomes of a task; everything else stands in Progress."""
        tasks = self.store.tasks
        match move:
            case OpenTask():
                owner = progress.circumstances.owner if move.to == "owner" else None
                if tasks.get(move.task_key) is None:
                    tasks.put(move.task_key, Task(task=move, lead=self.lead_id, owner=owner))
            case CloseTask():
                self._close_task(move.task_key, move.ended)
            case EscalateTask() if (row := tasks.get(move.task_key)) is not None:
                tasks.put(move.task_key, row._replace(told=(*row.told, move.role)))
            case ReassignTask() if (row := tasks.get(move.task_key)) is not None:
                tasks.put(move.task_key, row._replace(owner=move.owner))
            case PostponeTask() if (row := tasks.get(move.task_key)) is not None and row.state == "open":
                later = row.task.model_copy(update={"due": move.due, "give_up_at": move.give_up_at, "why": move.why})
                tasks.put(move.task_key, row._replace(task=later))
            case _:
                pass

    def propose(self, task: OpenTask, send: Send, progress: Progress, now: datetime) -> Reviews | None:
        """Ask for a release; here every message can be written."""
        self.carry_out(task, progress, now)
        return None

    def _close_task(self, key: TaskKey | None, ended: str) -> None:
        row = None if key is None else self.store.tasks.get(key)
        if key is not None and row is not None and row.state == "open":
            self.store.tasks.put(key, row._replace(state=ended))

    # --- touches

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """The touch as it would leave."""
        store, person = self.store, self.store.row(self.lead_id).person
        why_not = store.why_not(person, send.channel)
        if why_not is not None:
            return Draft(facts=facts.model_copy(update={"why_not": why_not}), message=None)
        soon = min(timedelta(seconds=store.settings.first_byte_seconds), send.send_by - LAST_CALL - now)
        message = Message(
            touch_key=send.touch_key,
            channel=send.channel,
            to=store.address(person, send.channel),
            sender=store.settings.sender_email,
            text=f"Hello, this is {send.step}.",
            in_reply_to=send.thread,
            send_by=store.clock() + soon,
            valid_until=send.send_by,
        )
        return Draft(facts=facts.model_copy(update={"why_not": None}), message=message)

    def touch(self, touch_key: TouchKey) -> TouchRecord | None:
        """The touch's row in the ledger."""
        row = self.store.ledger.get(touch_key)
        if row is None:
            return None
        return TouchRecord(touch_key=touch_key, state=row.state, fence=row.fence, detail=row.detail)

    def suppressed(self, send: Send, state: TouchState, detail: str, now: datetime) -> None:
        """Write that the gate did not let a touch leave; never over a claim."""
        row = self.store.ledger.get(send.touch_key)
        if row is None:
            self.store.ledger.put(send.touch_key, Touch(send=send, lead=self.lead_id, state=state, detail=detail))
        elif row.state in (*OURS_TO_CLAIM, TouchState.SUPPRESSED):
            self.store.ledger.put(send.touch_key, row._replace(state=state, detail=detail))

    def left_out(self, task: OpenTask, because: str, now: datetime) -> None:
        """Write that nobody is asked."""
        if self.store.tasks.get(task.task_key) is None:
            self.store.tasks.put(task.task_key, Task(task=task, lead=self.lead_id, owner=None, state="left_out"))

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """Take the touch; None when it is claimed or settled already."""
        self.store.reached("before_write")
        row = self.store.ledger.get(send.touch_key)
        if row is not None and row.state not in OURS_TO_CLAIM and not _comes_again(row):
            return None
        fence = 1 if row is None else row.fence + 1
        claimed = Touch(
            send=send,
            lead=self.lead_id,
            state=TouchState.IN_FLIGHT,
            fence=fence,
            detail="" if row is None else row.detail,
            to=message.to,
            claimed_at=now,
        )
        self.store.ledger.put(send.touch_key, claimed)
        return fence

    def settle(
        self,
        touch_key: TouchKey,
        fence: int,
        state: TouchState,
        detail: str,
        now: datetime,
        *,
        effect: Refusal | None = None,
    ) -> bool:
        """Write an outcome under its fence; evidence counts whatever the fence."""
        row = self.store.ledger.get(touch_key)
        if row is None:
            return False
        if row.to is not None and effect in ("bad_recipient", "opted_out"):
            self._close_address(row.to, row.send.channel, effect, now)
        if row.fence != fence and state not in WEIGHT:
            return False
        if state in WEIGHT:
            row = row._replace(state=heavier(row.state, state))
        elif row.state not in WEIGHT and (state not in DOUBTS or row.state in (*IN_DOUBT, state)):
            row = row._replace(state=state, detail=detail)
        self.store.ledger.put(touch_key, row)
        return row.fence == fence

    def _close_address(self, to: str, channel: Channel, effect: str, now: datetime) -> None:
        if effect == "bad_recipient":
            self.store.close(to, channel, SkipReason.ADDRESS_BOUNCED, now)
            return
        for refused in scope_of(channel):
            self.store.close(to, refused, SkipReason.CHANNEL_SUPPRESSED, now)

    # --- the end of a look

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """Write Progress. Raises: FollowupError DBS005 when the row has that revision already."""
        store = self.store
        row = store.row(self.lead_id)
        if row.revision >= progress.revision:
            raise FollowupError(code="DBS005", what="revision on its row already", where=self.lead_id, next="report")
        kept: Progress | str = upcast.text_of(progress) if store.dice.random() < STORED else progress
        paused_sequence, switched_off = _stands_still(progress, turn)
        store.leads.put(
            self.lead_id,
            row._replace(
                progress=kept,
                revision=progress.revision,
                open=not turn.over,
                stage=turn.stage,
                state=turn.state,
                due=turn.due,
                act=turn.act,
                why=turn.why,
                failing=0,
                looked_at=now,
                paused_sequence=paused_sequence,
                switched_off=switched_off,
            ),
        )
        if turn.over:
            self._give_up(turn.state.removeprefix("over."))

    def _give_up(self, because: str) -> None:
        """Of a lead that is over no touch waits any longer."""
        mine = [row for row in self.store.ledger.all() if row.lead == self.lead_id and row.state in OURS_TO_CLAIM]
        for row in mine:
            self.store.ledger.put(row.send.touch_key, row._replace(state=TouchState.SUPPRESSED, detail=because))


CHANNELS: Final = {Act.SEND_EMAIL: Channel.EMAIL, Act.SEND_SMS: Channel.SMS, Act.PLACE_CALL: Channel.VOICE}


def _comes_again(row: Touch) -> bool:
    """Whether the lead had gone past the touch, which is no more so once it wants to send it."""
    return row.state is TouchState.SUPPRESSED and row.detail in COMES_AGAIN


def heavier(known: TouchState, said: TouchState) -> TouchState:
    """Of two words about a touch the one that counts."""
    return said if WEIGHT.get(said, 0) > WEIGHT.get(known, 0) else known


def _stands_still(progress: Progress, turn: Turn) -> tuple[str | None, bool]:
    """For which paused sequence a lead stands still, and whether for a kill switch."""
    world, running = progress.circumstances, progress.enrolment
    free = progress.review is None and progress.pause is None and running is not None
    name = running.plan.sequence.name if running is not None else None
    paused = free and running is not None and running.stopped_since is not None and not running.answer_open
    off = turn.act in CHANNELS and (world.all_switched_off or CHANNELS[turn.act] in world.switched_off)
    return name if paused else None, free and not paused and off


def _saying(row: Lead, name: str, at: datetime) -> Lead:
    return row._replace(said_at=tuple({**dict(row.said_at), name: at}.items()))


@lru_cache(maxsize=64)
def _channel(channel: Channel, why_not: SkipReason | None) -> ChannelState:
    return ChannelState(channel=channel, why_not=why_not)


@lru_cache(maxsize=4096)
def _world(home: Home, phone: str, year: int, deployment: int) -> Circumstances:
    """What is true around everybody of one home, until something happens."""
    settings = settings_of(deployment)
    closed_days = public_holidays(settings.org_country, settings.org_region, year)
    known = Whereabouts(zone=home.zone, country=home.country, region=home.region, phone=phone)
    law = (legal_hours(place, datetime(year, 6, 1, tzinfo=UTC)) for place in places(known))
    return Circumstances(
        zone=home.zone,
        zone_source=ZoneSource.LEAD,
        closed_days=closed_days,
        contact_hours=tuple(dict.fromkeys(law)),
        owner_hours=Hours(zone=settings.org_zone, window=settings.owner_hours, closed_days=closed_days),
        pipeline=PIPELINE,
        policy=settings.policy(),
    )


def _pause(row: Lead, now: datetime, late: timedelta) -> timedelta:
    """How long a lead is left alone after a ring in vain: twice as long each time, up to an hour."""
    pause = late
    if row.failing:
        return pause
    while pause < AN_HOUR and row.due is not None:
        if now - row.due < 3 * pause:
            return pause
        pause *= 2
    return late + AN_HOUR
