"""
The witness: it stands between the look and its records, and writes down what was committed, in the order of commits.

It judges nothing. What a stop is, and for how long it holds, it knows from the rules as they are written for people.
"""

from collections import abc
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import Final, NamedTuple, cast

from adapters.letters import letter_of
from engine.gate import GateFacts
from engine.life.events import Command, Event, EventData
from engine.life.moves import Send
from engine.life.progress import Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Enrolled
from engine.ports.providers import Message
from engine.ports.records import Disposition, Draft, InboxItem, LeadBook, Records
from engine.reasons import CallDisposition, ReplyClass
from engine.sequence.compiled import Window
from engine.words import Channel, EventKind, LeadId, TouchKey, Verb
from tests.engine.life.trial import ENDS_NOTHING, NOT_AN_ANSWER, SCOPES, written
from tests.simulation.agenda import Agenda
from tests.simulation.company import Company, Person
from tests.support.evidence import Barrier

ALL_CHANNELS: Final = tuple(channel.value for channel in Channel)
ENDS_FOR_GOOD: Final = (EventKind.MERGED, EventKind.DELETED, EventKind.ERASED)
UNTIL_ANOTHER_BEGINS: Final = frozenset({"answered", "lost", "stopped"})
LONGEST_PAUSE: Final = timedelta(days=30)
"""Then a person is asked, and whatever it decides ends the pause."""
UNPAUSE: Final = (Verb.STOP, Verb.PAUSE, Verb.RESUME)
"""Commands after which an earlier pause is none."""
STEERS: Final = (Verb.STOP, Verb.RETRY, Verb.SKIP, Verb.JUMP, Verb.ENROLL)


class Drafted(NamedTuple):
    """A touch as it was about to leave."""

    send: Send
    window: Window
    person: Person


class Seen:
    """Everything that was committed; it can be set back to what it was, as a database is."""

    def __init__(self) -> None:
        self.due: dict[TouchKey, None] = {}
        self.claims: dict[TouchKey, int] = {}
        self.barriers: tuple[Barrier, ...] = ()
        self.filed: dict[tuple[str, str], int] = {}
        self.asked_for: dict[tuple[str, Channel], datetime] = {}
        """When the person of an address asked to hear from us there."""

    def copied(self) -> "Seen":
        """As it is now."""
        then = copy(self)
        then.due, then.claims = dict(self.due), dict(self.claims)
        then.filed, then.asked_for = dict(self.filed), dict(self.asked_for)
        return then


class Witness:
    """Counts commits and remembers what each of them meant."""

    def __init__(self, company: Company, agenda: Agenda) -> None:
        self.company = company
        self._agenda = agenda
        self.commits = 0
        self.seen = Seen()
        self.drafted: dict[TouchKey, Drafted] = {}
        self.people = {person.lead: person for person in company.people}
        self.plans = {plan.version: plan.sequence for plan in company.release.plans}

    def committed(self) -> int:
        """One more transaction is committed; its number."""
        self.commits += 1
        return self.commits

    # --- letters

    def filed(self, item: Event | Command, lead: LeadId, commit: int) -> None:
        """A letter was filed, for the first time, in that commit."""
        if _name(item) in self.seen.filed:
            return
        self.seen.filed[_name(item)] = commit
        if isinstance(item, Event):
            self._forbid_by(item, lead, commit)

    def _forbid_by(self, event: Event, lead: LeadId, commit: int) -> None:
        if event.kind in ENDS_FOR_GOOD:
            self.forbid(lead, event.kind.value, commit, ALL_CHANNELS)
        for channel in _refused(event.kind, event.data):
            self.refuse(self._address(lead, channel), channel, event.occurred_at, commit)
        for channel in _dead(event.kind, event.data):
            self.bury(self._address(lead, channel), channel, commit)
        if event.kind is EventKind.OPTED_IN:
            for channel in SCOPES[event.data.channel]:
                self._asked(self._address(lead, channel), channel, event.occurred_at, commit)

    def refuse(self, address: str, channel: Channel, at: datetime, commit: int) -> None:
        """The person of an address says no, unless it has said yes since."""
        asked = self.seen.asked_for.get((address, channel))
        if asked is None or asked <= at:
            for lead in self._who_has(address):
                self.forbid(lead, "opted_out", commit, (channel.value,), at)

    def bury(self, address: str, channel: Channel, commit: int) -> None:
        """The address is dead."""
        for lead in self._who_has(address):
            self.forbid(lead, "bounced", commit, (channel.value,))

    def _asked(self, address: str, channel: Channel, at: datetime, commit: int) -> None:
        self.seen.asked_for[address, channel] = max(at, self.seen.asked_for.get((address, channel), at))
        mine = self._who_has(address)
        self.seen.barriers = tuple(
            barrier._replace(lifted_as=commit)
            if barrier.kind == "opted_out"
            and barrier.lead in mine
            and barrier.channels == (channel.value,)
            and barrier.lifted_as is None
            and barrier.committed_at is not None
            and barrier.committed_at <= at
            else barrier
            for barrier in self.seen.barriers
        )

    def _address(self, lead: LeadId, channel: Channel) -> str:
        person = self.people[lead]
        return person.email if channel is Channel.EMAIL else person.phone

    def _who_has(self, address: str) -> list[LeadId]:
        return [person.lead for person in self.company.people if address in (person.email, person.phone)]

    def forbid(
        self, lead: LeadId, kind: str, commit: int, channels: tuple[str, ...], at: datetime | None = None
    ) -> None:
        """From that commit on nothing is claimed there."""
        self.seen.barriers = (
            *self.seen.barriers,
            Barrier(lead, kind, commit, channels, committed_at=at or self._agenda.now),
        )

    def paused(self, lead: LeadId, commit: int, until: datetime | None) -> None:
        """Nothing leaves before the pause is over, which it may have been before anybody read of it."""
        until = until or self._agenda.now + LONGEST_PAUSE
        if until > self._agenda.now:
            self.forbid(lead, "paused", commit, ALL_CHANNELS)
            self._agenda.at(until, lambda: self.lift(lead, self.commits + 1, {"paused"}, made_as=commit))

    def lift(self, lead: LeadId, commit: int, kinds: abc.Collection[str], made_as: int | None = None) -> None:
        """From that commit on it is allowed again."""
        self.seen.barriers = tuple(
            barrier._replace(lifted_as=commit)
            if barrier.lead == lead
            and barrier.kind in kinds
            and barrier.lifted_as is None
            and barrier.committed_as < commit
            and made_as in (None, barrier.committed_as)
            else barrier
            for barrier in self.seen.barriers
        )


def _name(item: Event | Command) -> tuple[str, str]:
    return (item.source if isinstance(item, Event) else "operator", item.id)


def _refused(kind: EventKind, data: EventData) -> abc.Collection[Channel]:
    """Channels on which the person says no by this."""
    said_no = kind is EventKind.REPLIED and data.reply is ReplyClass.OPT_OUT and data.from_other is None
    if kind is EventKind.OPTED_OUT or said_no:
        return SCOPES[data.channel]
    if kind is EventKind.TASK_DONE and data.disposition == CallDisposition.DO_NOT_CALL:
        return SCOPES[Channel.VOICE]
    return ()


def _dead(kind: EventKind, data: EventData) -> abc.Collection[Channel]:
    """Channels whose address is dead by this."""
    if kind is EventKind.BOUNCED and data.channel is not None:
        return (data.channel,)
    if kind is EventKind.TASK_DONE and data.disposition in (CallDisposition.WRONG_NUMBER, CallDisposition.NUMBER_DEAD):
        return SCOPES[Channel.VOICE]
    return ()


# --- between the look and its records ---------------------------------------------------------------------------------

Spoil = abc.Callable[[Send, Draft], Draft]
"""What may be wrong with a draft that only the records know."""


class WitnessedRecords:
    """Records that tell the witness what was committed."""

    def __init__(
        self,
        records: Records,
        witness: Witness,
        *,
        before: abc.Callable[[], None],
        at_commit: abc.Callable[[], None],
        afterwards: abc.Callable[[], None],
        spoil: Spoil,
    ) -> None:
        self._records = records
        self._witness = witness
        self._before = before
        self._at_commit = at_commit
        self._afterwards = afterwards
        self._spoil = spoil

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """As the records do."""
        self._records.flag_failing(lead_id, detail, now)

    @contextmanager
    def lead(self, lead_id: LeadId) -> abc.Iterator[LeadBook | None]:
        """The lead's book, watched; faults strike before the lock, at the commit, and after it."""
        self._before()
        book: WitnessedBook | None = None
        with self._records.lead(lead_id) as found:
            book = None if found is None else WitnessedBook(found, self._witness, self._spoil)
            yield cast(LeadBook, book)
            self._at_commit()
        commit = self._witness.committed()
        if book is not None:
            book.tell(commit)
        self._afterwards()


class WitnessedBook:
    """A book whose reader is watched; what is seen counts when it is committed."""

    def __init__(self, book: LeadBook, witness: Witness, spoil: Spoil) -> None:
        self._book = book
        self._witness = witness
        self._spoil = spoil
        self._before: Progress | None = None
        self._items: dict[int, InboxItem] = {}
        self._facts: list[abc.Callable[[int], None]] = []
        self._marked: list[Command] = []

    def __getattr__(self, name: str) -> object:
        """Everything else is the book's own."""
        return getattr(self._book, name)

    def tell(self, commit: int) -> None:
        """What was seen is true now."""
        if self._before is not None and len(self._items) == 1:
            self._tell_end(self._before, next(iter(self._items.values())))
        for fact in self._facts:
            fact(commit)

    def progress(self) -> Progress | None:
        """The lead's memory as the transaction found it."""
        found = self._book.progress()
        self._before = found
        return found

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """Scraps become letters."""
        self._book.file(scraps, now)
        letters = {letter.id: letter for letter in (letter_of(scrap, now) for scrap in scraps)}
        for item in self._book.unapplied(len(letters) + 1000):
            if isinstance(item, Event | Command) and item.id in letters:
                self._later(self._filing(item))

    def _filing(self, item: Event | Command) -> abc.Callable[[int], None]:
        return lambda commit: self._witness.filed(item, self._book.lead_id, commit)

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """What is about to be noted."""
        items = self._book.unapplied(limit)
        self._items = {item.number: item for item in items}
        return items

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """A command that was heard holds from the commit of its row on."""
        self._book.mark(number, disposition, now)
        item = self._items.get(number)
        if disposition.kind == "applied" and isinstance(item, Command):
            self._later(lambda commit: self._tell_command(item, commit))

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """Another enrolment begins."""
        self._book.answered(answer, enrolment, now)
        if isinstance(answer, Enrolled):
            self._later(lambda commit: self._witness.lift(self._book.lead_id, commit, UNTIL_ANOTHER_BEGINS))

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """A touch is due; its text says in plain words which, so that nobody has to believe its key."""
        draft = self._spoil(send, self._book.draft(send, facts, now))
        if not draft.facts.missing_tokens and draft.facts.render_error is None:
            self._later(lambda commit: self._witness.seen.due.update({send.touch_key: None}))
        if draft.message is None:
            return draft
        plan = self._witness.plans[send.version]
        person = self._witness.people[self._book.lead_id]
        window = plan.stages[send.plan].hours or plan.hours
        self._witness.drafted[send.touch_key] = Drafted(send, window, person)
        told = f"{marker(self._book.lead_id, send)}\n{draft.message.text}"
        return draft.model_copy(update={"message": draft.message.model_copy(update={"text": told})})

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """A claim counts from its commit on."""
        fence = self._book.claim(send, message, now)
        if fence is not None:
            self._later(lambda commit: self._witness.seen.claims.update({send.touch_key: commit}))
        return fence

    def settle(self, touch_key: TouchKey, fence: int, state: str, detail: str, now: datetime, **more: object) -> bool:
        """A provider's refusal may close an address."""
        settled: bool = self._book.settle(touch_key, fence, state, detail, now, **more)  # type: ignore[arg-type]  # handed on
        effect, drafted = more.get("effect"), self._witness.drafted.get(touch_key)
        if drafted is not None and effect is not None:
            self._later(lambda commit: self._tell_refusal(drafted, str(effect), now, commit))
        return settled

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """Saved as it is."""
        self._book.save(progress, turn, now)

    def _later(self, fact: abc.Callable[[int], None]) -> None:
        self._facts.append(fact)

    def _tell_command(self, command: Command, commit: int) -> None:
        lead, filed = self._book.lead_id, self._witness.seen.filed.get(_name(command), commit)
        if command.verb in STEERS:
            self._witness.lift(lead, filed, {"state_went_back"})
        if command.verb in UNPAUSE:
            self._witness.lift(lead, filed, {"paused"})
        match command.verb:
            case Verb.STOP:
                self._witness.forbid(lead, "stopped", filed, ALL_CHANNELS)
            case Verb.JUMP:  # a person's word is the last
                self._witness.lift(lead, filed, UNTIL_ANOTHER_BEGINS)
            case Verb.PAUSE:
                self._witness.paused(lead, filed, command.data.until)
            case _:
                pass

    def _tell_refusal(self, drafted: Drafted, effect: str, at: datetime, commit: int) -> None:
        channel, person = drafted.send.channel, drafted.person
        address = person.email if channel is Channel.EMAIL else person.phone
        if effect == "bad_recipient":
            self._witness.bury(address, channel, commit)
        elif effect == "opted_out":
            for refused in SCOPES[channel]:
                self._witness.refuse(address, refused, at, commit)

    def _tell_end(self, before: Progress, item: InboxItem) -> None:
        """An answer, or the loss of the deal, ends everything that runs, unless the sequence wrote something for it."""
        running = before.enrolment
        if running is None or before.gone or not isinstance(item, Event):
            return
        silent = written(running, item) is None
        if item.kind is EventKind.LOST and silent:
            kind = "lost"
        elif _answers(before, item) and (silent or item.data.reply is ReplyClass.COMPLAINT):
            kind = "answered"
        else:
            return
        filed = self._witness.seen.filed.get(_name(item))
        if filed is not None:
            self._witness.forbid(self._book.lead_id, kind, filed, ALL_CHANNELS)


def _answers(before: Progress, event: Event) -> bool:
    """Whether the lead itself answered what runs, in a sense that ends it."""
    began = min(enrolment.started_at for enrolment in before.every_enrolment)
    return (
        event.kind is EventKind.REPLIED
        and event.data.from_other is None
        and event.occurred_at >= began
        and event.data.reply not in (*NOT_AN_ANSWER, *ENDS_NOTHING)
    )


def marker(lead: LeadId, send: Send) -> str:
    """Lead, enrolment, stage, visit, step and occurrence in plain words."""
    return f"{lead}/{send.enrolment}/{send.plan}.{send.stage}/{send.visit}/{send.step}/{send.occurrence}"
