"""Chance that can be repeated: a hash of the seed and of what is asked, so that one question never changes another."""

from collections import abc
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from typing import Final, TypeVar

T = TypeVar("T")

_NORMAL: Final = NormalDist()
_WIDE: Final = 0.9
"""How far waiting times of people scatter around their median: one in six waits more than 2.5 times as long."""


class Dice:
    """The dice of one rehearsal; every method is asked with words that say what for."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed)

    def share(self, *what: object) -> float:
        """A number from 0 to less than 1."""
        text = "/".join((self._seed, *map(str, what)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64

    def happens(self, chance: float, *what: object) -> bool:
        """Whether something happens that does so with this chance."""
        return self.share(*what) < chance

    def one_of(self, weights: abc.Mapping[T, float], *what: object) -> T:
        """One of several, as often as its weight says. Raises: ValueError when none weighs anything."""
        at = self.share(*what) * sum(weights.values())
        for name, weight in weights.items():
            at -= weight
            if at < 0 < weight:
                return name
        raise ValueError("nothing to choose from")

    def between(self, low: float, high: float, *what: object) -> float:
        """Anything between the two, all alike."""
        return low + (high - low) * self.share(*what)

    def around(self, median: float, *what: object) -> float:
        """A waiting time with this median: mostly near it, sometimes much longer."""
        share = min(max(self.share(*what), 1e-9), 1 - 1e-9)
        return exp(log(median) + _WIDE * _NORMAL.inv_cdf(share)) if median > 0 else 0.0
