"""
`noting(progress, fact, now)`: the progress with one more fact in it. Pure and total.

A fact is an event, a command, a receipt of our own doing, the answer to a wish, or the circumstances as they are now.
The table at the foot says which function notes which fact.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from engine.life import noting_events, noting_receipts
from engine.life.becoming import become
from engine.life.circumstances import Circumstances
from engine.life.enrolling import answered
from engine.life.events import Command, Event
from engine.life.migrating import Migration
from engine.life.noting_commands import commanded, commanded_to_migrate
from engine.life.progress import Progress
from engine.life.receipts import (
    Accepted,
    BadEvent,
    Claimed,
    Done,
    Held,
    NotSent,
    PerhapsForgotten,
    Questioned,
    Receipt,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
    WentBack,
)
from engine.life.standing import with_clocks
from engine.life.wishes import Answer, Enrolled, NothingStarts, Queued, Refused

Fact = Event | Command | Migration | Receipt | Answer | Circumstances
Note = Callable[[Progress, Fact, datetime], Progress]
FactT = TypeVar("FactT", bound=Fact)


def noting(progress: Progress, fact: Fact, now: datetime) -> Progress:
    """The progress after the fact; an Event or Command that changes nothing leaves only its number."""
    return with_clocks(NOTES[type(fact)](progress, fact, now), now)


def _note(kind: type[FactT], function: Callable[[Progress, FactT, datetime], Progress]) -> Note:
    """The function, for the table: its key is the type of the facts it is called with."""
    return cast(Note, function)


NOTES: dict[type[Fact], Note] = {
    Event: _note(Event, noting_events.happened),
    Command: _note(Command, commanded),
    Migration: _note(Migration, commanded_to_migrate),
    Circumstances: _note(Circumstances, become),
    Enrolled: _note(Enrolled, answered),
    Queued: _note(Queued, answered),
    Refused: _note(Refused, answered),
    NothingStarts: _note(NothingStarts, answered),
    Done: _note(Done, noting_receipts.done),
    Claimed: _note(Claimed, noting_receipts.claimed),
    Accepted: _note(Accepted, noting_receipts.accepted),
    Rejected: _note(Rejected, noting_receipts.rejected),
    NotSent: _note(NotSent, noting_receipts.not_sent),
    Uncertain: _note(Uncertain, noting_receipts.uncertain),
    StillUnknown: _note(StillUnknown, noting_receipts.still_unknown),
    PerhapsForgotten: _note(PerhapsForgotten, noting_receipts.perhaps_forgotten),
    Held: _note(Held, noting_receipts.held),
    Skipped: _note(Skipped, noting_receipts.skipped),
    Stopped: _note(Stopped, noting_receipts.stopped),
    Questioned: _note(Questioned, noting_receipts.questioned),
    WentBack: _note(WentBack, noting_receipts.went_back),
    BadEvent: _note(BadEvent, noting_receipts.bad_event),
}
