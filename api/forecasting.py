"""
What this engine foresees for every open lead, a line each; the next release's engine is compared with it.

    library = Library(office)
    published = library.latest()
    for memory in memories(office):
        print(forecast_of(memory, published, library))

Whatever of the engine fails on a lead is part of its line; when the database fails, there is nothing to say.
"""

import traceback
from collections import abc
from pathlib import Path

from pydantic import AwareDatetime

import engine
from adapters.catalogue import Catalogue, Published
from adapters.database import DatabaseUnusable
from adapters.views.memories import Memory, after
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Tolerant
from engine.life import upcast
from engine.life.foresight import Foreseen, Foresight, foresee
from engine.life.wishes import Plan
from engine.words import LeadId

PAGE = 200
"""Leads that are read together, in a transaction that is over before anything is decided."""

HOUSE = Path(engine.__file__).parents[1]


class Fault(Tolerant):
    """The engine fails on a lead: what kind of error it is, and where; its own words may quote a person."""

    kind: str
    where: str


class Forecast(Tolerant):
    """What is foreseen for one lead, as long as nobody looks at it again."""

    lead_id: LeadId
    revision: int
    """Of the memory it was made from."""
    looked_at: AwareDatetime | None
    """When the lead was looked at last: the moment that is foreseen from; None where no look has written it down."""
    publication: int
    """The catalogue that was published then."""
    until: AwareDatetime | None = None
    """Whatever comes at this moment or before is in it; None where nothing could be foreseen."""
    foreseen: tuple[Foreseen, ...] = ()
    fault: Fault | None = None

    @property
    def life(self) -> Foresight | None:
        """What was foreseen; None where nothing could be."""
        if self.looked_at is None or self.until is None:
            return None
        return Foresight(self.looked_at, self.until, self.foreseen)


def memories(office: Office) -> abc.Iterator[Memory]:
    """Every open lead's memory, by id. Raises: FollowupError when the database does not answer."""
    last: LeadId | None = None
    while page := _page(office, last):
        yield from page
        last = page[-1].lead_id


class Library:
    """What was ever published: each version and publication is read once, in a transaction that is over at once."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._catalogue = Catalogue()
        self._plans: dict[str, Plan] = {}
        self._publications: dict[int, Published] = {}

    def latest(self) -> Published:
        """What runs now."""
        with self._office.database.reading() as transaction:
            return self._catalogue.published(transaction)

    def publication(self, number: int) -> Published:
        """
        What ran under this number.

        Raises: FollowupError DBS006 when nothing was ever published under it here; DatabaseUnusable.
        """
        if number not in self._publications:
            with self._office.database.reading() as transaction:
                self._publications[number] = self._catalogue.publication(transaction, number)
        return self._publications[number]

    def plan(self, version: str) -> Plan:
        """
        The sequence version of this name.

        Raises: FollowupError DBS006 when it was never published here; DatabaseUnusable.
        """
        if version not in self._plans:
            with self._office.database.reading() as transaction:
                self._plans[version] = self._catalogue.plan(transaction, version)
        return self._plans[version]


def forecast_of(memory: Memory, published: Published, library: Library) -> Forecast:
    """The forecast from a lead's memory, as of its last look. Raises: DatabaseUnusable."""
    blank = Forecast(
        lead_id=memory.lead_id, revision=memory.revision, looked_at=memory.looked_at, publication=published.number
    )
    if memory.progress is None or memory.looked_at is None:
        return blank
    try:
        life = foresee(upcast.load(memory.progress, library.plan), memory.looked_at, published.plans)
    except DatabaseUnusable:
        raise
    except Exception as bug:  # noqa: BLE001 - an engine that fails on a lead is what people have to see before a deploy
        return blank.model_copy(update={"fault": fault_of(bug)})
    return blank.model_copy(update={"until": life.until, "foreseen": life.coming})


def fault_of(bug: Exception) -> Fault:
    """The error without its words: its kind or code, and the last line of ours on the way to it."""
    frames = traceback.extract_tb(bug.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(HOUSE / "engine")]
    last = (ours or frames)[-1]
    path = Path(last.filename)
    name = path.relative_to(HOUSE) if path.is_relative_to(HOUSE) else Path(path.name)
    kind = bug.code if isinstance(bug, FollowupError) else type(bug).__name__
    return Fault(kind=kind, where=f"{name}, line {last.lineno}, in {last.name}")


def _page(office: Office, last: LeadId | None) -> tuple[Memory, ...]:
    with office.database.reading() as transaction:
        return after(transaction, last, PAGE)
