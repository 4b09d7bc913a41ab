"""Between the look and its records: what is committed is told to the witness, and faults strike at transactions."""

from collections import abc
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from adapters.letters import letter_of
from engine.gate import GateFacts
from engine.life.events import Command, Event
from engine.life.moves import Inward, Record, Send, StepSkipped
from engine.life.progress import Progress
from engine.life.turn import Scrap, Turn
from engine.life.wishes import Answer, Enrolled
from engine.ports.providers import Message
from engine.ports.records import Disposition, Draft, InboxItem, LeadBook, Records
from engine.sequence.compiled import Message as MessageStep
from engine.words import LeadId, TouchState, Verb
from tests.simulation.witness import Drafted, Place, Witness
from workflows.pace import SENDS

Spoil = abc.Callable[[Send, Draft], Draft]
"""What may be wrong with a draft that only the records know."""


class WitnessedRecords:
    """Records that tell the witness what was committed."""

    def __init__(
        self,
        records: Records,
        witness: Witness,
        *,
        attempt: abc.Callable[[], abc.Hashable],
        before: abc.Callable[[], None],
        at_commit: abc.Callable[[], None],
        afterwards: abc.Callable[[], None],
        spoil: Spoil,
    ) -> None:
        self._records = records
        self._witness = witness
        self._attempt = attempt
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
            self._witness.is_written_down(self._attempt(), commit)
            book.tell(commit)
        self._afterwards()


class WitnessedBook:
    """A book whose reader is watched; what is seen counts when it is committed."""

    def __init__(self, book: LeadBook, witness: Witness, spoil: Spoil) -> None:
        self._book = book
        self._witness = witness
        self._spoil = spoil
        self._items: dict[int, InboxItem] = {}
        self._facts: list[abc.Callable[[int], None]] = []

    def __getattr__(self, name: str) -> object:
        """Everything else is the book's own."""
        return getattr(self._book, name)

    def tell(self, commit: int) -> None:
        """What was seen is true now."""
        for fact in self._facts:
            fact(commit)

    # --- the Inbox

    def file(self, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """Scraps become letters."""
        self._book.file(scraps, now)
        letters = {letter.id: letter for letter in (letter_of(scrap, self._book.lead_id, now) for scrap in scraps)}
        for item in self._book.unapplied(len(letters) + 1000):
            if isinstance(item, Event | Command) and item.id in letters:
                self._later(self._filing(item))

    def _filing(self, item: Event | Command) -> abc.Callable[[int], None]:
        return lambda commit: self._witness.filed(item, self._book.lead_id, commit)

    def unapplied(self, limit: int) -> tuple[InboxItem, ...]:
        """What is about to be noted."""
        items = self._book.unapplied(limit)
        self._items = {item.number: item for item in items}
        self._later(lambda _: self._witness.has_read(self._book.lead_id))
        return items

    def mark(self, number: int, disposition: Disposition, now: datetime) -> None:
        """A pause that the engine says it has heard holds for whatever begins as well, from the commit of its row."""
        self._book.mark(number, disposition, now)
        item = self._items.get(number)
        if disposition.kind == "applied" and isinstance(item, Command) and item.verb is Verb.PAUSE:
            self._later(lambda _: self._witness.pause_is_heard(item, self._book.lead_id))

    def answered(self, answer: Answer, enrolment: int | None, now: datetime) -> None:
        """Another enrolment begins."""
        self._book.answered(answer, enrolment, now)
        if isinstance(answer, Enrolled) and enrolment is not None:
            self._later(lambda _: self._witness.begun(self._book.lead_id, enrolment, answer.plan.version))

    # --- touches

    def draft(self, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """A touch is due; its text says in plain words which, so that nobody has to believe its key."""
        draft = self._spoil(send, self._book.draft(send, facts, now))
        lead = self._book.lead_id
        if not draft.facts.missing_tokens and draft.facts.render_error is None:
            self._later(lambda _: self._witness.comes_to(lead, place_of(send), send.touch_key))
        if draft.message is None:
            return draft
        window = self._witness.window(send.version, send.step)
        self._witness.drafted[send.touch_key] = Drafted(send, window, self._witness.people[lead])
        told = f"{marker(lead, send)}\n{draft.message.text}"
        return draft.model_copy(update={"message": draft.message.model_copy(update={"text": told})})

    def claim(self, send: Send, message: Message, now: datetime) -> int | None:
        """A claim counts from its commit on."""
        fence = self._book.claim(send, message, now)
        if fence is not None:
            self._later(lambda commit: self._claimed(send, commit))
        return fence

    def _claimed(self, send: Send, commit: int) -> None:
        self._witness.seen.claims[send.touch_key] = commit
        self._witness.begun(self._book.lead_id, send.enrolment, send.version)
        self._witness.comes_to(self._book.lead_id, place_of(send), send.touch_key)

    def suppressed(self, send: Send, state: TouchState, detail: str, now: datetime) -> None:
        """A touch that waits, or is left out for a reason."""
        self._book.suppressed(send, state, detail, now)
        left_out = str(detail) if state is TouchState.SUPPRESSED else ""
        self._later(lambda _: self._kept_back(send, left_out))

    def _kept_back(self, send: Send, left_out: str) -> None:
        lead = self._book.lead_id
        is_so = self._witness.may_be_left_out(lead, send.version, send.step, left_out) if left_out else None
        self._witness.comes_to(lead, place_of(send), send.touch_key, left_out=left_out, is_so=is_so)

    def carry_out(self, move: Inward, progress: Progress, now: datetime) -> None:
        """A step that is left out before anything is drafted."""
        self._book.carry_out(move, progress, now)
        if isinstance(move, Record) and isinstance(move.change, StepSkipped):
            self._left_out(move.change, progress)

    def _left_out(self, skip: StepSkipped, progress: Progress) -> None:
        place, version = stands_at(progress)
        if place is None or place.step != skip.step:
            return
        lead, because = self._book.lead_id, skip.because.value
        self._later(
            lambda _: self._witness.comes_to(
                lead,
                place,
                None,
                left_out=because,
                is_so=self._witness.may_be_left_out(lead, version, place.step, because),
            )
        )

    def save(self, progress: Progress, turn: Turn, now: datetime) -> None:
        """Saved as it is; what the lead's clock is told is heard by everybody."""
        self._book.save(progress, turn, now)
        place, version = stands_at(progress)
        if place is not None and not self._is_message(version, place.step):
            place = None
        told = turn.act in SENDS
        self._later(lambda commit: self._witness.seen.saved.update({self._book.lead_id: commit}))
        self._later(lambda _: self._witness.stands(self._book.lead_id, place, version, is_told=told))

    def _is_message(self, version: str, step: str) -> bool:
        return isinstance(self._witness.step(version, step)[1], MessageStep)

    def _later(self, fact: abc.Callable[[int], None]) -> None:
        self._facts.append(fact)


def place_of(send: Send) -> Place:
    """Where the lead stood when this was decided."""
    return Place(send.enrolment, send.plan, send.visit, send.step, send.occurrence)


def stands_at(progress: Progress) -> tuple[Place | None, str]:
    """Before which step a lead stands, and in which version of a sequence."""
    running = progress.enrolment
    if running is None or running.cursor.step is None:
        return None, ""
    cursor = running.cursor
    place = Place(running.number, running.at_plan, running.visit, running.cursor.step, cursor.occurrence)
    return place, running.plan.version


def marker(lead: LeadId, send: Send) -> str:
    """Lead, enrolment, stage, visit, step and occurrence in plain words."""
    return f"{lead}/{send.enrolment}/{send.plan}.{send.stage}/{send.visit}/{send.step}/{send.occurrence}"
