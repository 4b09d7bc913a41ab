"""
Ours and the bare baseline in turns, and what comes of it: a row of the table.

Other programs slow a machine down for seconds; who measures ours first and the baseline later measures them. So the
two take turns, and each ratio is of two neighbours.
"""

from collections import abc
from math import ceil
from statistics import median
from typing import Literal, NamedTuple, Self, TypeVar

from pydantic import computed_field

from engine.frozen import Frozen

Measured = abc.Callable[[], float]
MeasuredSoon = abc.Callable[[], abc.Awaitable[float]]
Made = TypeVar("Made")


class Pair(NamedTuple):
    """One turn of each, in the row's unit."""

    ours: float
    bare: float


class Spread(Frozen):
    """A middle, and how far the turns lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: abc.Iterable[float]) -> Self:
        """The spread of these values, of which there is at least one."""
        ordered = sorted(values)
        return cls(median=median(ordered), low=ordered[0], high=ordered[-1])


class Goal(Frozen):
    """What the ratio has to be, or ours itself: one of the two."""

    at_least: float | None = None
    at_most: float | None = None
    of: Literal["ratio", "ours"] = "ratio"

    def met_by(self, value: float) -> bool:
        """Whether the value is good enough."""
        enough = self.at_least is None or value >= self.at_least
        return enough and (self.at_most is None or value <= self.at_most)


class Row(Frozen):
    """One line of the table."""

    name: str
    on: str
    """The server or database."""
    unit: str
    ours: Spread
    bare: Spread
    ratio: Spread
    """Ours divided by the baseline."""
    turns: int
    """How often each was measured."""
    of: str
    """What one turn is made of."""
    over: str
    """What the baseline is."""
    goal: Goal | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy does not support a decorated property, pydantic asks for it
    @property
    def met(self) -> bool | None:
        """Whether the median meets the goal; None without one."""
        if self.goal is None:
            return None
        return self.goal.met_by((self.ratio if self.goal.of == "ratio" else self.ours).median)


class Claim(NamedTuple):
    """What a row is about, before it is measured."""

    name: str
    unit: str
    over: str
    goal: Goal | None = None

    def row(self, on: str, pairs: abc.Sequence[Pair], of: str) -> Row:
        """The row that these turns make."""
        return Row(
            name=self.name,
            on=on,
            unit=self.unit,
            ours=Spread.of(pair.ours for pair in pairs),
            bare=Spread.of(pair.bare for pair in pairs),
            ratio=Spread.of(pair.ours / pair.bare for pair in pairs),
            turns=len(pairs),
            of=of,
            over=self.over,
            goal=self.goal,
        )


def in_turns(turns: int, ours: Measured, bare: Measured) -> tuple[Pair, ...]:
    """Measure both so often; who is first changes every time."""
    return tuple(Pair(*one_turn(turn, ours, bare)) for turn in range(turns))


def one_turn(turn: int, ours: abc.Callable[[], Made], bare: abc.Callable[[], Made]) -> tuple[Made, Made]:
    """What ours makes and what the baseline makes; who is first depends on the turn's number."""
    if turn % 2:
        after = bare()
        return ours(), after
    return ours(), bare()


async def in_turns_soon(turns: int, ours: MeasuredSoon, bare: MeasuredSoon) -> tuple[Pair, ...]:
    """As `in_turns`, for what has to be waited for."""
    return tuple(Pair(*both) for both in await made_in_turns(turns, ours, bare))


async def made_in_turns(
    turns: int, ours: abc.Callable[[], abc.Awaitable[Made]], bare: abc.Callable[[], abc.Awaitable[Made]]
) -> list[tuple[Made, Made]]:
    """As `in_turns_soon`, for turns in which more than one figure is measured."""
    both = []
    for turn in range(turns):
        if turn % 2:
            after = await bare()
            both.append((await ours(), after))
        else:
            both.append((await ours(), await bare()))
    return both


def percentile(values: abc.Sequence[float], share: float) -> float:
    """The least value that so large a share of all values does not exceed (nearest rank)."""
    return sorted(values)[ceil(share * len(values)) - 1]


def slope(points: abc.Sequence[tuple[float, float]]) -> float:
    """How much y grows with x, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    above = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return above / sum((x - middle_x) ** 2 for x, _ in points)
