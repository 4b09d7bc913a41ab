"""What the parts of a world share: its company, its clock, its weather, its records, and its crash points."""

from collections import Counter, abc
from datetime import datetime, timedelta
from random import Random
from typing import Final

from adapters.database import DatabaseUnavailable
from tests.simulation.agenda import Agenda
from tests.simulation.company import company
from tests.simulation.store import Store
from tests.simulation.temporal import Temporal
from tests.simulation.weather import STOPPABLE, Fault, Killed, Weather, killed, stopped
from tests.simulation.witness import Witness
from tests.support.strategies import Dice
from workflows.pace import Pace

PACE: Final = Pace()


class Setting:
    """Everything that the parts of one world share, and what goes wrong in the middle of anything."""

    def __init__(self, seed: int, store: Store, *, telling: bool, share: float) -> None:
        self.seed = seed
        dice = Dice(seed)
        self.company = company(seed, dice)
        self.dice = Random(seed)
        self.agenda = Agenda(self.company.opens_at)
        self.weather = Weather(self.dice, share)
        self.witness = Witness(self.company, self.agenda)
        self.temporal = Temporal(self.agenda, self.weather, self.dice, PACE)
        self.temporal.watch = self.tell
        self.store = store
        self.points: Counter[str] = Counter()
        self.hears_of: abc.Callable[[str], None] = lambda point: None
        """Who is told of crash points before anything goes wrong there."""
        self.story: list[tuple[datetime, str]] = []
        self._tells = telling

    def tell(self, what: str) -> None:
        """One line of the story, for whoever reads a failure."""
        if self._tells:
            self.story.append((self.agenda.now, what))

    def seconds(self) -> float:
        """What a stopwatch shows."""
        return self.agenda.now.timestamp()

    def reached(self, point: str) -> None:
        """A crash point: nothing happens, or the process dies, or it stands still for a while."""
        self.points[point] += 1
        self.hears_of(point)
        if self.weather.strikes(killed(point)):
            raise Killed(point)
        if point in STOPPABLE and self.temporal.is_stopped_in_time() and self.weather.strikes(stopped(point)):
            self.tell(f"stopped {point}")
            self.temporal.stop()
            self.tell(f"goes on {point}")

    def may_fail(self, fault: Fault) -> None:
        """The database as it fails. Raises: DatabaseUnavailable."""
        if self.weather.strikes(fault):
            self.tell(fault)
            raise DatabaseUnavailable(code="DBS001", what=str(fault), next="try again")


class Part:
    """A part of a world, with the things at hand that all of them share."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.company = setting.company
        self.dice = setting.dice
        self.agenda = setting.agenda
        self.weather = setting.weather
        self.witness = setting.witness
        self.temporal = setting.temporal
        self.store = setting.store

    def soon(self, *away: timedelta | None) -> datetime | None:
        """A moment so far from now, or none."""
        distance = self.dice.choice(away)
        return None if distance is None else self.agenda.now + distance
