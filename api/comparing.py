"""
What this engine decides otherwise than another one did, lead by lead.

    compared(verdicts_on_rows(office), total)                what each row waits for, decided once more
    compared(verdicts_on_forecasts(office, lines), total)    what another release foresaw, foreseen once more

Nothing is written, no lock is taken, and no transaction is open while anything is decided.
"""

from collections import Counter, abc
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from adapters.catalogue import NeverPublished, Published
from adapters.database import DatabaseUnusable
from adapters.views.memories import Memory, among
from api.forecasting import PAGE, Fault, Forecast, Library, fault_of, forecast_of, memories
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life import upcast
from engine.life.decide import decide
from engine.life.differences import Difference, Waiting, between, otherwise
from engine.life.progress import Progress
from engine.life.turning import turn_of
from engine.words import Act, LeadId

EXAMPLES = 3


class Outcome(StrEnum):
    """What came of comparing one lead."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"  # the engine fails on it
    MOVED_ON = "moved_on"  # looked at since the forecast
    OVER = "over"  # over since the forecast
    BUSY = "busy"  # in the middle of a look
    NOT_LOOKED_AT = "not_looked_at"  # since the database knows when leads are looked at


class LeadDifference(Frozen):
    """What is different for one lead."""

    lead_id: LeadId
    said: str
    """What changes first; the rest mostly follows from it."""
    by: timedelta | None = None
    """How much later or earlier that is."""
    differences: tuple[Difference, ...] = ()
    fault: Fault | None = None


class Verdict(NamedTuple):
    """What came of one lead, and the difference if there is one."""

    outcome: Outcome
    difference: LeadDifference | None = None


class Group(Frozen):
    """Leads for which the same changes first."""

    said: str
    leads: int
    least: timedelta | None = None
    most: timedelta | None = None
    """How much later or earlier at least and at most, where that is what changes."""
    examples: tuple[LeadId, ...]


class Comparison(Frozen):
    """The sums, what changes for how many, and what changes for whom."""

    open: int
    same: int
    different: int
    undecided: int
    moved_on: int
    over: int
    busy: int
    not_looked_at: int
    came: int
    """Open leads that the forecast does not know."""
    groups: tuple[Group, ...]
    """The greatest first."""
    leads: tuple[LeadDifference, ...]

    @property
    def changes(self) -> bool:
        """Whether anything is decided differently."""
        return bool(self.groups)


def compared(verdicts: abc.Iterable[Verdict], open_leads: int, *, complete: bool = True) -> Comparison:
    """All verdicts in one; with `complete` every lead that differs is in it, else the groups alone."""
    outcomes: Counter[Outcome] = Counter()
    groups: dict[str, Group] = {}
    found: list[LeadDifference] = []
    for outcome, difference in verdicts:
        outcomes[outcome] += 1
        if difference is not None:
            groups[difference.said] = _joined(groups.get(difference.said), difference)
            found += [difference] if complete else []
    return Comparison(
        open=open_leads,
        came=max(0, open_leads - outcomes.total() + outcomes[Outcome.OVER]),
        groups=tuple(sorted(groups.values(), key=lambda group: -group.leads)),
        leads=tuple(found),
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
    )


def _joined(group: Group | None, one: LeadDifference) -> Group:
    if group is None:
        return Group(said=one.said, leads=1, least=one.by, most=one.by, examples=(one.lead_id,))
    known = [by for by in (group.least, group.most, one.by) if by is not None]
    return Group(
        said=group.said,
        leads=group.leads + 1,
        least=min(known, default=None),
        most=max(known, default=None),
        examples=(*group.examples, one.lead_id)[:EXAMPLES],
    )


# --- with what each row waits for -------------------------------------------------------------------------------------


def verdicts_on_rows(office: Office) -> abc.Iterator[Verdict]:
    """Each open lead, decided once more as of its last look. Raises: DatabaseUnusable."""
    library = Library(office)
    return (_decided_again(memory, library) for memory in memories(office))


def _decided_again(memory: Memory, library: Library) -> Verdict:
    if memory.progress is None or memory.looked_at is None or memory.due is None:
        return Verdict(Outcome.NOT_LOOKED_AT)
    row = Waiting(
        due=memory.due, act=memory.act or Act.LOOK, why=memory.why or "", stage=memory.stage, state=memory.state
    )
    try:
        progress = upcast.load(memory.progress, library.plan)
        if _in_a_look(progress) or (row.act == Act.LOOK and row.due <= memory.looked_at):
            return Verdict(Outcome.BUSY)
        difference = otherwise(row, turn_of(progress, decide(progress, memory.looked_at), memory.looked_at))
    except DatabaseUnusable:
        raise
    except Exception as bug:  # noqa: BLE001 - an engine that fails on a lead is what people have to see before a deploy
        return _undecided(memory.lead_id, fault_of(bug))
    return _verdict(memory.lead_id, () if difference is None else (difference,))


def _in_a_look(progress: Progress) -> bool:
    """Whether a message is with its provider right now; what became of it is about to be noted."""
    return any(not touch.uncertain for touch in progress.open_touches)


# --- with a forecast --------------------------------------------------------------------------------------------------


def verdicts_on_forecasts(office: Office, forecasts: abc.Iterable[Forecast]) -> abc.Iterator[Verdict]:
    """
    Each lead foreseen once more, with the catalogue that was published then.

    Raises: FollowupError ENG003 for a forecast of another database, ENG004 for one of a release that did not say how
    far it foresees; DatabaseUnusable.
    """
    library = Library(office)
    lines = map(_checked, forecasts)
    while page := tuple(islice(lines, PAGE)):
        with office.database.reading() as transaction:
            open_now = among(transaction, [line.lead_id for line in page])
        for line in page:
            yield _foreseen_again(line, open_now.get(line.lead_id), library)


def _foreseen_again(line: Forecast, memory: Memory | None, library: Library) -> Verdict:
    published = _published(library, line.publication)
    if memory is None:
        return Verdict(Outcome.OVER)
    again = forecast_of(memory, published, library)
    if again.revision != line.revision:
        return Verdict(Outcome.MOVED_ON)
    if again.fault is not None:
        return _undecided(line.lead_id, again.fault)
    if line.fault is not None:
        healed = f"can be decided: {line.fault.kind} is mended"
        return Verdict(Outcome.DIFFERENT, LeadDifference(lead_id=line.lead_id, said=healed))
    if line.life is None or again.life is None:
        return Verdict(Outcome.NOT_LOOKED_AT)
    return _verdict(line.lead_id, between(line.life, again.life))


def _checked(line: Forecast) -> Forecast:
    if line.looked_at is not None and line.fault is None and line.until is None:
        raise FollowupError(
            code="ENG004",
            what="the forecast does not say how far it goes",
            where=f"lead {line.lead_id}",
            why="a release wrote it that did not know yet what moved out of its sight from what is gone",
            next="compare without it: `followup engine diff`",
        )
    return line


def _published(library: Library, number: int) -> Published:
    try:
        return library.publication(number)
    except NeverPublished as error:
        raise FollowupError(
            code="ENG003",
            what="the forecast was not made from this database",
            where=f"publication {number}",
            why="it was foreseen with a catalogue that was never published here",
            next="make it with `followup engine forecast` on the same database",
        ) from error


# --- what both say ----------------------------------------------------------------------------------------------------


def _verdict(lead_id: LeadId, differences: tuple[Difference, ...]) -> Verdict:
    if not differences:
        return Verdict(Outcome.SAME)
    first = differences[0]
    found = LeadDifference(lead_id=lead_id, said=first.said, by=first.by, differences=differences)
    return Verdict(Outcome.DIFFERENT, found)


def _undecided(lead_id: LeadId, fault: Fault) -> Verdict:
    said = f"cannot be decided: {fault.kind} in {fault.where}"
    return Verdict(Outcome.UNDECIDED, LeadDifference(lead_id=lead_id, said=said, fault=fault))
