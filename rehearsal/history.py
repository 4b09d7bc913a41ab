"""
Real leads in a rehearsal: what they did comes when it came, whatever they are sent; our people work as they worked.

Nobody knows what somebody would have made of another message. So it is no forecast of answers; it says whom the
sequence would have reached and when, what it would have stopped for, and how much work it would have been.
"""

from collections import abc
from datetime import timedelta
from typing import Final

from adapters.views.history import Remembered, Worked
from engine.life.events import Command, Event
from engine.words import EventKind, LeadId
from rehearsal.company import Home, Person
from rehearsal.journal import Entry
from rehearsal.people import Coming, People, Surroundings, coming, enrolment_by_hand

A_MOMENT: Final = timedelta(minutes=1)


class History:
    """Everybody, as the records remember them."""

    def __init__(self, remembered: abc.Sequence[Remembered], others: People, enrolls_in: str = "") -> None:
        self._remembered = remembered
        self._others = others
        """Who does the tasks that nobody was asked for then."""
        self._enrolls_in = enrolls_in
        self._worked: dict[tuple[LeadId, str], Worked] = {
            (one.lead, worked.step): worked for one in remembered for worked in one.worked
        }

    def arrivals(self) -> abc.Iterator[Coming]:
        """Everything that is known to have come from outside."""
        for one in self._remembered:
            for number, item in enumerate((*self._first(one), *one.items)):
                yield Coming(item.occurred_at, one.lead, item, None if number else person_of(one))

    def _first(self, one: Remembered) -> abc.Iterator[Event | Command]:
        """What the lead begins with, unless that is remembered."""
        if self._enrolls_in:
            yield enrolment_by_hand(self._enrolls_in, one.since)
        elif not any(isinstance(item, Event) and item.kind is EventKind.CAPTURED for item in one.items[:1]):
            yield coming(one.since, one.lead, EventKind.CAPTURED).item

    def after(self, entry: Entry, world: Surroundings) -> abc.Iterator[Coming]:
        """What follows: people of ours do their tasks; whatever leads do comes by itself."""
        if entry.what != "task_opened":
            return
        worked = self._worked.get((entry.lead, entry.about))
        if worked is None:
            yield from self._others.after(entry, world)
            return
        at = entry.at + max(worked.took, A_MOMENT)
        yield coming(at, entry.lead, EventKind.TASK_DONE, task_key=entry.key, disposition=worked.disposition)


def person_of(one: Remembered) -> Person:
    """The lead as a rehearsal knows people."""
    world = one.world
    return Person(
        lead=one.lead,
        home=Home(zone=world.zone, country=one.country, region=one.region),
        channels=tuple(state.channel for state in world.channels),
        refused=tuple(state.channel for state in world.channels if state.why_not is not None),
        fields=world.fields,
        owner=world.owner,
    )
