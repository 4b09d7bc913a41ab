"""The records of a simulated company: what the look asks of a database, in memory, and written into a journal."""

from collections import abc
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Final, Literal

from adapters.drafting import ANSWERING
from engine.gate import GateFacts, Reviews
from engine.life.circumstances import Circumstances, FieldValue
from engine.life.effects import applied, effects_of, effects_of_command
from engine.life.events import Command, Event
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
from engine.life.passing import COMES_AGAIN
from engine.life.progress import Enrolment, PastEnrolment, Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Enrolled, Plan, Refused
from engine.life.wishes import Entry as WishEntry
from engine.ports.providers import Message
from engine.ports.records import Disposition, Draft, InboxItem, LeadBook, TouchRecord
from engine.sequence.compiled import AS_IS, Sequence
from engine.words import Channel, EventKind, LeadId, Stage, TaskKey, TouchKey, TouchState
from rehearsal.company import Company, Person, month_of
from rehearsal.journal import Entry, Journal, What
from rehearsal.line import Line
from rehearsal.room import Room

OPEN: Final = (TouchState.DEFERRED, TouchState.RETRYABLE)

Ended = Literal["task_done", "task_given_up", "task_cancelled"]


class Row:
    """A lead's row, with everything that stands in other tables beside it."""

    def __init__(self, person: Person, world: Circumstances) -> None:
        self.person = person
        self.world = world
        self.month = ""
        self.progress: Progress | None = None
        self.waiting: list[Event | Command] = []
        self.received = 0
        self.touches: dict[TouchKey, TouchState] = {}
        self.tasks: dict[TaskKey, OpenTask] = {}
        self.places: dict[TouchKey, Line] = {}
        """The lines in which touches of the lead wait."""


class MemoryRecords:
    """The records of one company."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.journal: Journal = []
        self.lines: dict[str, Line] = {}
        self.rooms: dict[str, Room] = {}
        self.rows: dict[LeadId, Row] = {}

    def lead(self, lead_id: LeadId) -> AbstractContextManager[LeadBook | None]:
        """The lead's book."""
        row = self.rows.get(lead_id)
        return nullcontext(None if row is None else MemoryBook(self, row))

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """Nobody is flagged here: what the engine raises ends the rehearsal."""

    def comes(self, person: Person, now: datetime) -> None:
        """Somebody we did not know."""
        self.rows[person.lead] = Row(person, self.company.around(person, now))
        self.journal.append(Entry(now, person.lead, "captured"))

    def receives(self, lead: LeadId, item: Event | Command, now: datetime) -> None:
        """File what happened or was commanded; what it changes around the lead holds at once."""
        row = self.rows[lead]
        row.received += 1
        row.waiting.append(item.model_copy(update={"number": row.received}))
        if isinstance(item, Event):
            effects = effects_of(item.kind, item.data)
        else:
            effects = effects_of_command(item.verb, item.data)
        row.world = applied(row.world, effects, now)

    def tells(self, lead: LeadId, fields: abc.Mapping[str, str | float | bool]) -> None:
        """New values of fields, in place of the old ones."""
        row = self.rows[lead]
        others = (known for known in row.world.fields if known.name not in fields)
        told = (FieldValue(name=name, value=value) for name, value in fields.items())
        row.world = row.world.model_copy(update={"fields": (*others, *told)})

    def line_of(self, sender: str) -> Line:
        """The line of one sender."""
        if sender not in self.lines:
            self.lines[sender] = Line(self.company.per_minute, self.company.per_day)
        return self.lines[sender]

    def room_of(self, sequence: str) -> Room:
        """Who has begun in a sequence, and who waits."""
        return self.rooms.setdefault(sequence, Room())


class MemoryBook:
    """One lead's records."""

    def __init__(self, records: MemoryRecords, row: Row) -> None:
        self._records = records
        self._row = row
        self._slots: dict[TouchKey, datetime] = {}
        self._seen = row.progress
        """The memory as it is in the middle of a look."""

    @property
    def lead_id(self) -> LeadId:
        """Whose book it is."""
        return self._row.person.lead

    def progress(self) -> Progress | None:
        """The lead's memory."""
        return self._row.progress

    def circumstances(self, now: datetime) -> Circumstances:
        """The lead's world; holidays and the law's hours are those of the month."""
        row = self._row
        month = month_of(now)
        if month != row.month:
            law = self._records.company.calendar(row.person, now)
            row.month = month
            row.world = row.world.model_copy(
                update={
                    "closed_days": law.closed_days,
                    "contact_hours": law.contact_hours if row.world.contact_hours else (),
                    "owner_hours": row.world.owner_hours.model_copy(update={"closed_days": law.closed_days}),
                }
            )
        away = row.world.owner_absent_until
        if away is not None and away <= now:
            row.world = row.world.model_copy(update={"owner_absent_until": None})
        return row.world

    def was_to_send_at(self) -> None:
        """Nobody is late here, and nothing is forgotten."""

    def catalogue(self) -> tuple[Plan, ...]:
        """The published sequences."""
        return self._records.company.plans

    def plan(self, version: str) -> Plan | None:
        """A sequence version of the company's; there are no others here."""
        return next((plan for plan in self.catalogue() if plan.version == version), None)

    def migrated(self, enrolment: Enrolment) -> None:
        """It stands in Progress."""

    # --- the Inbox

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """Nobody signals a simulated lead."""

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """What came and was not noted yet."""
        return tuple(self._row.waiting[:limit])

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """What became of it; a task that was done is closed."""
        item = next(item for item in self._row.waiting if item.number == number)
        self._row.waiting.remove(item)
        if isinstance(item, Command):
            self._says(now, "command", item.verb, disposition.reason or "")
            return
        how = item.data.reply or item.data.disposition or item.data.channel or item.data.pipeline_stage or ""
        self._says(now, "event", item.kind, disposition.reason or how)
        key = item.data.task_key
        if item.kind is EventKind.TASK_DONE and disposition.kind == "applied" and key is not None:
            self._task_ends(key, "task_done", item.data.disposition or "", now)

    def entry(self, sequence: Sequence, now: datetime) -> WishEntry:
        """Whether the sequence has room for the lead; nobody here has a colleague."""
        if sequence.per_day is None:
            return WishEntry(sequence=sequence.name)
        free_at = self._records.room_of(sequence.name).free_at(self.lead_id, sequence.per_day, now)
        return WishEntry(sequence=sequence.name, free_at=free_at)

    def leave_line(self, sequence: str) -> None:
        """The lead's place is taken or given up."""
        self._records.room_of(sequence).leave(self.lead_id)

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """An enrolment that began, or a refusal."""
        match answer:
            case Enrolled():
                how = "held_out" if answer.held_out else ""
                sequence, known = answer.plan.sequence, self._seen
                self._records.room_of(sequence.name).begins(now)
                first = sequence.stages[0].name
                stage = first if first != AS_IS else Stage.CAPTURE if known is None else known.stage
                self._says(now, "enrolled", sequence.name, how, sequence=sequence.name, stage=stage, why=answer.why)
            case Refused():
                self._says(now, "refused", answer.sequence or "", answer.because, why=answer.why)
            case _:
                pass

    def ended(self, past: PastEnrolment) -> None:
        """How an enrolment ended."""
        self._says(past.ended_at, "ended", past.sequence, past.because, sequence=past.sequence)

    # --- moves

    def carry_out(self, move: Inward, progress: Progress, now: datetime) -> None:
        """Tasks are kept; everything else is told and stands in Progress."""
        self._seen = progress
        match move:
            case OpenTask():
                self._task_opens(move, progress, now)
            case CloseTask():
                ended: Ended = "task_given_up" if move.ended == "given_up" else "task_cancelled"
                self._task_ends(move.task_key, ended, move.because or "", now)
            case EscalateTask():
                task = self._row.tasks[move.task_key]
                self._says(now, "task_escalated", step_of(task), who=move.role, key=move.task_key, why=move.why)
            case PostponeTask():
                later = {"due": move.due, "give_up_at": move.give_up_at, "why": move.why}
                self._row.tasks[move.task_key] = self._row.tasks[move.task_key].model_copy(update=later)
            case Record(change=AnswerGiven(field=field, value=value)):
                self._records.tells(self.lead_id, {field: value})
            case Record(change=StageEntered(stage=stage)):
                self._says(now, "stage", stage, why=move.why)
            case Record(change=StepSkipped()):
                self._leave_lines()
            case Park():
                self._says(now, "review", move.because, why=move.why)
            case Finish() | Record() | ReassignTask():
                pass

    def propose(self, task: OpenTask, send: Send, progress: Progress, now: datetime) -> Reviews | None:
        """Ask for a release; nobody reads its words here."""
        self.carry_out(task, progress, now)
        return None

    def _task_opens(self, move: OpenTask, progress: Progress, now: datetime) -> None:
        self._row.tasks[move.task_key] = move
        who = progress.circumstances.owner or "nobody" if move.to == "owner" else move.to
        self._says(
            now, "task_opened", step_of(move), move.task_kind, who=who, until=move.due, key=move.task_key, why=move.why
        )

    def _task_ends(self, key: TaskKey, what: Ended, how: str, now: datetime) -> None:
        task = self._row.tasks.pop(key, None)
        if task is not None:
            who = self._row.world.owner or "nobody" if task.to == "owner" else task.to
            self._says(now, what, step_of(task), how, who=who, until=task.due, key=key)

    # --- touches

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """The touch as it would leave; nobody reads its words here."""
        why_not = self._row.world.why_not(send.channel)
        if why_not is not None:
            return Draft(facts=facts.model_copy(update={"why_not": why_not}), message=None)
        free = self._line(send).free_at(send.touch_key, now, waited_for=send.stage in ANSWERING)
        if free > now:
            self._slots[send.touch_key] = free
        facts = facts.model_copy(update={"why_not": None, "sender_free_at": free})
        return Draft(
            facts=facts,
            message=Message(
                touch_key=send.touch_key,
                channel=send.channel,
                to=self.lead_id,
                sender=self._sender(send),
                text=send.step,
                in_reply_to=send.thread,
                send_by=send.send_by,
                valid_until=send.send_by,
            ),
        )

    def _sender(self, send: Send) -> str:
        """Who writes; texts of all owners come from the company's one number."""
        if send.channel is not Channel.EMAIL:
            return "number"
        return self._row.world.owner or "company" if send.sender == "owner" else "company"

    def _line(self, send: Send) -> Line:
        return self._records.line_of(self._sender(send))

    def touch(self, touch_key: TouchKey) -> TouchRecord | None:
        """The touch's row."""
        state = self._row.touches.get(touch_key)
        return None if state is None else TouchRecord(touch_key=touch_key, state=state, fence=1)

    def suppressed(self, send: Send, state: TouchState, detail: str, now: datetime) -> None:
        """The gate did not let it leave; what waits for its sender keeps its place in the line."""
        if self._row.touches.get(send.touch_key, TouchState.DEFERRED) not in OPEN:
            return
        if state is TouchState.SUPPRESSED:
            self._says(now, "left_out", send.step, detail, stage=send.stage, variant=send.variant, why=send.why)
        self._row.touches[send.touch_key] = TouchState.DEFERRED if detail in COMES_AGAIN else state
        slot = self._slots.get(send.touch_key)
        if state is TouchState.DEFERRED and slot is not None:
            self._line(send).waits(send.touch_key, slot)
            self._row.places[send.touch_key] = self._line(send)

    def left_out(self, task: OpenTask, because: str, now: datetime) -> None:
        """Nobody is asked."""
        if task.task_key not in self._row.tasks:
            self._says(now, "left_out", step_of(task), because, why=task.why)

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """Take the touch."""
        if self._row.touches.get(send.touch_key, TouchState.DEFERRED) not in OPEN:
            return None
        self._row.touches[send.touch_key] = TouchState.IN_FLIGHT
        self._row.places.pop(send.touch_key, None)
        self._line(send).leaves(send.touch_key, now, waited_for=send.stage in ANSWERING)
        self._says(
            now,
            "message",
            send.step,
            send.channel,
            sequence=send.version.partition("@")[0],
            stage=send.stage,
            variant=send.variant,
            who=message.sender,
            key=send.touch_key,
            why=send.why,
        )
        return 1

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
        """What the provider said."""
        self._row.touches[touch_key] = state
        return True

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """Keep the memory; of a lead that is over no touch waits any longer."""
        self._row.progress = progress
        if turn.over:
            self._leave_lines()

    def _leave_lines(self) -> None:
        """Give back the places that the lead's touches keep in their senders' lines."""
        for touch, line in self._row.places.items():
            line.gives_up(touch)
        self._row.places.clear()

    # --- what is told

    def _says(
        self,
        at: datetime,
        what: What,
        about: str,
        how: str = "",
        *,
        sequence: str = "",
        stage: str = "",
        variant: str = "",
        who: str = "",
        until: datetime | None = None,
        key: str = "",
        why: str = "",
    ) -> None:
        seen = self._seen
        running = None if seen is None else seen.enrolment
        name = sequence or ("" if running is None else running.plan.sequence.name)
        where = stage or ("" if seen is None else seen.stage)
        entry = Entry(at, self.lead_id, what, about, how, name, where, variant, who, until, key, why)
        self._records.journal.append(entry)


def step_of(task: OpenTask) -> str:
    """The task as people speak of it."""
    return task.step or task.task_kind
