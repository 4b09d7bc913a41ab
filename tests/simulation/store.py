"""What the world asks of whatever keeps its records: memory, SQLite or PostgreSQL."""

from collections import abc
from datetime import datetime
from typing import NamedTuple, Protocol

from adapters.inbox import Filed
from adapters.ledger import Evidence as Word
from adapters.letters import Letter
from adapters.switches import Scope
from engine.ports.records import Records
from engine.words import LeadId, TaskKey, TouchKey
from tests.simulation.company import Company, Person
from tests.support.evidence import InboxRow, TaskRow, TouchRow

Reached = abc.Callable[[str], None]


class Standing(NamedTuple):
    """A lead's row, as far as it says where the lead stands."""

    lead: LeadId
    revision: int
    open: bool
    stage: str
    state: str
    due: datetime | None
    why: str


class OpenTask(NamedTuple):
    """A task somebody has to do."""

    task_key: TaskKey
    kind: str
    touch_key: TouchKey | None


class Rows(NamedTuple):
    """What the records say at the end."""

    touches: tuple[TouchRow, ...]
    inbox: tuple[InboxRow, ...]
    tasks: tuple[TaskRow, ...]


class Store(Protocol):
    """The records of one company."""

    @property
    def records(self) -> Records:
        """What its looks work on."""
        ...

    def opens(self, company: Company, clock: abc.Callable[[], datetime], reached: Reached) -> None:
        """Begin with this company and nothing else; moments are of this clock, crash points are told."""
        ...

    def capture(self, person: Person, letter: Letter, now: datetime) -> Filed:
        """Write down who asks, and file the letter that says so, in one transaction."""
        ...

    def receive(self, letter: Letter, lead: LeadId, now: datetime) -> Filed:
        """File a letter."""
        ...

    def record(self, word: Word) -> None:
        """Write down a provider's word about a touch."""
        ...

    def switch(self, scope: Scope, name: str, *, on: bool, now: datetime) -> None:
        """Turn a kill switch; `on` means messages leave."""
        ...

    def unheard(self, now: datetime) -> tuple[LeadId, ...]:
        """Whom the sweep rings now, and remembers to have rung."""
        ...

    def standing(self, lead: LeadId) -> Standing | None:
        """Where the lead stands; None when there is no such lead."""
        ...

    def open_tasks(self, lead: LeadId) -> tuple[OpenTask, ...]:
        """What people have to do for the lead."""
        ...

    def backup(self) -> object:
        """Everything as it is committed now."""
        ...

    def restore(self, backup: object) -> None:
        """Everything as it was then."""
        ...

    def rows(self) -> Rows:
        """What the records say."""
        ...

    def leaves(self) -> None:
        """The company is gone; the next one finds nothing of it."""
        ...
