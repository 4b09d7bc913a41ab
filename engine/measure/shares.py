"""Shares and how sure they are."""

from math import sqrt
from typing import Final

from pydantic import Field

from engine.frozen import Frozen

SURE: Final = 1.959964
"""Standard deviations that hold 95 of a hundred cases."""


class Interval(Frozen):
    """Between which two shares the true one lies, in 95 of a hundred experiments."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    def apart_from(self, other: "Interval") -> bool:
        """Whether the two certainly differ; where they overlap nothing is proven."""
        return self.high < other.low or other.high < self.low


def interval_of(some: int, of: int) -> Interval:
    """
    The interval of a share of independent cases; everything is possible where there were none.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), which
    holds for few cases and for shares near 0 and 1, where the textbook's p ± 2 s does not.
    """
    if of == 0:
        return Interval(low=0, high=1)
    share, square = some / of, SURE**2
    middle = share + square / (2 * of)
    around = SURE * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return Interval(low=max(0.0, (middle - around) / scale), high=min(1.0, (middle + around) / scale))
