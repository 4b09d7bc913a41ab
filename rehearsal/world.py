"""The clock of a simulated company: what is due is looked at, what happens is filed, in the order of time."""

from collections import abc
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Final, Protocol

from activities.look import Look
from engine.life.decide import decide
from engine.life.moves import Wait
from engine.life.turn import Glance, Turn
from engine.ports.providers import Message, Receipt
from engine.reasons import HoldReason
from engine.words import Act, Channel, LeadId, TouchKey
from rehearsal.company import Company
from rehearsal.journal import Entry, Journal
from rehearsal.people import Coming, Surroundings
from rehearsal.records import MemoryRecords, Row

SENDS: Final = (Act.SEND_EMAIL, Act.SEND_SMS)
NO_TIME: Final = timedelta(0)


class Reacts(Protocol):
    """Whoever does something because something happened."""

    def after(self, entry: Entry, world: Surroundings) -> abc.Iterable[Coming]:
        """What follows."""
        ...


class Nobody:
    """Nobody does anything."""

    def after(self, entry: Entry, world: Surroundings) -> abc.Iterable[Coming]:
        """Nothing follows."""
        return ()


class Everything:
    """A provider that takes every message."""

    def send(self, message: Message) -> Receipt:
        """The receipt."""
        return Receipt(provider_id=message.touch_key)

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """The receipt once more."""
        return Receipt(provider_id=touch_key)


class World:
    """One company, from its first event on; nothing happens twice for the same input."""

    def __init__(self, company: Company, people: Reacts | None = None) -> None:
        self.records = MemoryRecords(company)
        self._people = people or Nobody()
        self._look = Look(self.records, dict.fromkeys(Channel, Everything()), stopwatch=lambda: 0.0)
        self._agenda: list[tuple[datetime, int, LeadId, Coming | None]] = []
        self._order = count()
        self._turns: dict[LeadId, Turn] = {}
        self._told: set[tuple[LeadId, str, HoldReason, datetime]] = set()

    @property
    def journal(self) -> Journal:
        """What happened so far."""
        return self.records.journal

    def expect(self, coming: abc.Iterable[Coming]) -> None:
        """These things will happen."""
        for one in coming:
            heappush(self._agenda, (one.at, next(self._order), one.lead, one))

    def run(self, until: datetime) -> None:
        """Let time pass, up to that moment and with it."""
        while self._agenda and self._agenda[0][0] <= until:
            at, _, lead, coming = heappop(self._agenda)
            if coming is not None:
                self._happens(coming)
                self._looks(lead, Act.LOOK, at)
            elif (turn := self._turns[lead]).due == at and not turn.over:
                self._looks(lead, turn.act, at)

    def row(self, lead: LeadId) -> Row:
        """The lead's row."""
        return self.records.rows[lead]

    def _happens(self, coming: Coming) -> None:
        if coming.person is not None:
            self.records.comes(coming.person, coming.at)
        self.records.receives(coming.lead, coming.item, coming.at)

    def _looks(self, lead: LeadId, act: Act, now: datetime) -> None:
        """Looks until nothing is due, and what people make of it."""
        before = len(self.journal)
        known = self._turns.get(lead)
        revision = 0 if known is None else known.revision
        turn = self._look.at(Glance(lead_id=lead, revision=revision), act, now, NO_TIME)
        while turn.due <= now and not turn.over:
            turn = self._look.at(Glance(lead_id=lead, revision=turn.revision), turn.act, now, NO_TIME)
        self._turns[lead] = turn
        if not turn.over:
            heappush(self._agenda, (turn.due, next(self._order), lead, None))
            if turn.act in SENDS:
                self._tells_holds(lead, now)
        world = self.row(lead).world
        for entry in self.journal[before:]:
            self.expect(self._people.after(entry, Surroundings(world.zone, world.owner_hours)))

    def _tells_holds(self, lead: LeadId, now: datetime) -> None:
        """What keeps the next message, each reason once."""
        progress = self.row(lead).progress
        if progress is None or progress.enrolment is None:
            return
        move = decide(progress, now)
        if not isinstance(move, Wait):
            return
        step = progress.enrolment.cursor.step or ""
        for hold in move.holds:
            known = (lead, step, hold.because, hold.until)
            if hold.because is not HoldReason.STEP_DELAY and known not in self._told:
                self._told.add(known)
                name = progress.enrolment.plan.sequence.name
                self.journal.append(
                    Entry(now, lead, "held", step, hold.because, name, progress.stage, until=hold.until, why=move.why)
                )
