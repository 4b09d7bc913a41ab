"""
`noting(progress, fact, now)`: the progress with one more fact in it. Pure and total.

A fact is an event, a command, a receipt of our own doing, the answer to a wish, or the circumstances as they are now.
The table at the foot says which function notes which fact.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from engine.life import noting_events, noting_receipts
from engine.life.circumstances import Circumstances
from engine.life.course import clock_started
from engine.life.enrolling import answered
from engine.life.events import Command, Event
from engine.life.noting_commands import commanded
from engine.life.progress import Enrolment, Progress
from engine.life.receipts import (
    Accepted,
    BadEvent,
    Claimed,
    Done,
    Held,
    NotSent,
    Questioned,
    Receipt,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
    WentBack,
)
from engine.life.wishes import Answer, Enrolled, NothingStarts, Refused

Fact = Event | Command | Receipt | Answer | Circumstances
Note = Callable[[Progress, Fact, datetime], Progress]
FactT = TypeVar("FactT", bound=Fact)


def noting(progress: Progress, fact: Fact, now: datetime) -> Progress:
    """The progress after the fact; an Event or Command that changes nothing leaves only its number."""
    return _with_clock(NOTES[type(fact)](progress, fact, now), now)


def _with_circumstances(progress: Progress, circumstances: Circumstances, now: datetime) -> Progress:
    return progress.model_copy(update={"circumstances": circumstances})


def _with_clock(progress: Progress, now: datetime) -> Progress:
    """The running enrolment's clock stands while something stops it, and only then."""
    running = progress.enrolment
    if running is None:
        return progress
    if _stands(progress, running):
        changed = running.model_copy(update={"stopped_since": running.stopped_since or now})
    else:
        changed = clock_started(running, now)
    return progress if changed is running else progress.model_copy(update={"enrolment": changed})


def _stands(progress: Progress, running: Enrolment) -> bool:
    paused_sequences = progress.circumstances.paused_sequences
    return progress.pause is not None or running.answer_open or running.plan.sequence.name in paused_sequences


def _note(kind: type[FactT], function: Callable[[Progress, FactT, datetime], Progress]) -> Note:
    """The function, for the table: its key is the type of the facts it is called with."""
    return cast(Note, function)


NOTES: dict[type[Fact], Note] = {
    Event: _note(Event, noting_events.happened),
    Command: _note(Command, commanded),
    Circumstances: _note(Circumstances, _with_circumstances),
    Enrolled: _note(Enrolled, answered),
    Refused: _note(Refused, answered),
    NothingStarts: _note(NothingStarts, answered),
    Done: _note(Done, noting_receipts.done),
    Claimed: _note(Claimed, noting_receipts.claimed),
    Accepted: _note(Accepted, noting_receipts.accepted),
    Rejected: _note(Rejected, noting_receipts.rejected),
    NotSent: _note(NotSent, noting_receipts.not_sent),
    Uncertain: _note(Uncertain, noting_receipts.uncertain),
    StillUnknown: _note(StillUnknown, noting_receipts.still_unknown),
    Held: _note(Held, noting_receipts.held),
    Skipped: _note(Skipped, noting_receipts.skipped),
    Stopped: _note(Stopped, noting_receipts.stopped),
    Questioned: _note(Questioned, noting_receipts.questioned),
    WentBack: _note(WentBack, noting_receipts.went_back),
    BadEvent: _note(BadEvent, noting_receipts.bad_event),
}
