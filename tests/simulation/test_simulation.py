"""
Thousands of leads in companies of a few, with everything that can happen to them and everything that can go wrong.

0 breaks in n worlds means, at 95 %, fewer than 3/n; the lives of one world are not independent of one another. The
first chunks are the seeds that our code was mended against: they hold what was won, and prove nothing. The others are
fresh at every commit, and differ from store to store. A release run lives more: `python -m tests.simulation --lives
1000000`.
"""

from collections import Counter, abc

import pytest

from tests.simulation.disasters import RESTORED
from tests.simulation.memory import MemoryStore
from tests.simulation.running import KINDS, Figures, Kind, fresh_seeds_of, run, seeds_of, store_of
from tests.simulation.weather import EVERY_FAULT

SEEDS_APART = 10_000
"""Each chunk has seeds of its own, so that processes may share them."""
FIXED = {"memory": 2, "sqlite": 2, "postgresql": 1}
"""How many chunks have the same seeds for ever."""
A_CHUNK = 1000
A_SQLITE_CHUNK = 250
A_POSTGRESQL_CHUNK = 50
AT_LEAST = 5
"""How often each fault must have struck in a chunk: a dead injector proves nothing."""
STORM = 0.5
"""The share of all faults there are in a storm; in all of them at once no ring would ever be lost."""
MOST_STORMS = 100
"""Worlds in which each fault must have struck once."""


def seeds(kind: Kind, chunk: int) -> abc.Iterable[int]:
    """The seeds of a chunk."""
    fresh = chunk - FIXED[kind]
    first = seeds_of(kind) + chunk * SEEDS_APART if fresh < 0 else fresh_seeds_of(kind) + fresh * SEEDS_APART
    return range(first, first + SEEDS_APART)


def kept_every_promise(figures: Figures, lives: int) -> None:
    """No break, over something."""
    assert not figures.broken, "\n\n".join(map(str, figures.broken))
    assert figures.lives >= lives
    assert figures.due > figures.lives / 2
    assert figures.became.total() == figures.due
    assert "nowhere" not in figures.became
    assert figures.deliveries > figures.lives / 4
    assert figures.letters > 2 * figures.lives
    assert figures.barriers > figures.lives / 4


def seldom(struck: Counter[str], often: int) -> dict[str, int]:
    """Faults that struck less often."""
    return {fault: struck[fault] for fault in (*EVERY_FAULT, RESTORED) if struck[fault] < often}


@pytest.mark.chunks(2, full=20)
def test_every_promise_is_kept_whatever_goes_wrong(chunk, record_property):
    """No touch lost or doubled, no message after a stop or outside the hours, no lead trapped, no event forgotten."""
    with store_of("memory") as store:
        figures = run(store, seeds("memory", chunk), A_CHUNK)
    record_property("worlds", figures.worlds)
    kept_every_promise(figures, A_CHUNK)
    assert not seldom(figures.faults, AT_LEAST)


@pytest.mark.chunks(2, full=20)
def test_every_promise_is_kept_on_sqlite(chunk, record_property):
    """Other worlds, on the records that a small company really has; in memory each of them comes to the same end."""
    with store_of("sqlite") as store:
        figures = run(store, seeds("sqlite", chunk), A_SQLITE_CHUNK, beside=MemoryStore())
    record_property("worlds", figures.worlds)
    kept_every_promise(figures, A_SQLITE_CHUNK)


@pytest.mark.chunks(1, full=10)
def test_every_promise_is_kept_on_postgresql(chunk, postgres_url, record_property):
    """Other worlds, on the records of production; in memory each of them comes to the same end."""
    with store_of("postgresql", postgres_url) as store:
        figures = run(store, seeds("postgresql", chunk), A_POSTGRESQL_CHUNK, beside=MemoryStore())
    record_property("worlds", figures.worlds)
    kept_every_promise(figures, A_POSTGRESQL_CHUNK)


@pytest.mark.chunks(1, full=len(KINDS))
def test_every_fault_strikes_on_every_store(chunk, postgres_url):
    """What never goes wrong on a store is not proven there; and in a storm of faults every promise is kept as well."""
    struck: Counter[str] = Counter()
    kind = KINDS[chunk]
    first = seeds_of(kind)
    with store_of(kind, postgres_url) as store:
        for seed in range(first, first + MOST_STORMS):
            figures = run(store, [seed], 1, share=STORM)
            assert not figures.broken, "\n\n".join(map(str, figures.broken))
            struck += figures.faults
            if not seldom(struck, 1):
                return
    raise AssertionError(f"never seen: {seldom(struck, 1)}")
