"""
Thousands of leads in companies of a few, with everything that can happen to them and everything that can go wrong.

0 breaks in n lives means, at 95 %, fewer than 3/n: 0.015 % of 20,000. A release run lives more of them:
`python -m tests.simulation --lives 1000000`.
"""

import pytest

from tests.simulation.running import Figures, run, store_of
from tests.simulation.weather import EVERY_FAULT
from tests.simulation.world import RESTORED

SEEDS_APART = 10_000
"""Each chunk has seeds of its own, so that processes may share them."""
A_CHUNK = 1000
A_SQLITE_CHUNK = 250
A_POSTGRESQL_CHUNK = 50
AT_LEAST = 5
"""How often each fault must have struck in a chunk: a dead injector proves nothing."""


def kept_every_promise(figures: Figures, lives: int) -> None:
    """No break, over something."""
    assert not figures.broken, "\n\n".join(map(str, figures.broken))
    assert figures.lives >= lives
    assert figures.due > figures.lives / 2
    assert figures.deliveries > figures.lives / 4
    assert figures.letters > 2 * figures.lives
    assert figures.barriers > figures.lives / 4


@pytest.mark.chunks(2, full=20)
def test_every_promise_is_kept_whatever_goes_wrong(chunk):
    """No touch lost or doubled, no message after a stop or outside the hours, no lead trapped, no event forgotten."""
    with store_of("memory") as store:
        figures = run(store, range(chunk * SEEDS_APART, (chunk + 1) * SEEDS_APART), A_CHUNK)
    kept_every_promise(figures, A_CHUNK)
    seldom = {fault: figures.faults[fault] for fault in (*EVERY_FAULT, RESTORED) if figures.faults[fault] < AT_LEAST}
    assert not seldom


@pytest.mark.chunks(2, full=20)
def test_every_promise_is_kept_on_sqlite(chunk):
    """The same worlds on the records that a small company really has."""
    with store_of("sqlite") as store:
        figures = run(store, range(chunk * SEEDS_APART, (chunk + 1) * SEEDS_APART), A_SQLITE_CHUNK)
    kept_every_promise(figures, A_SQLITE_CHUNK)


@pytest.mark.chunks(1, full=10)
def test_every_promise_is_kept_on_postgresql(chunk, postgres_url):
    """The same worlds on the records of production."""
    with store_of("postgresql", postgres_url) as store:
        figures = run(store, range(chunk * SEEDS_APART, (chunk + 1) * SEEDS_APART), A_POSTGRESQL_CHUNK)
    kept_every_promise(figures, A_POSTGRESQL_CHUNK)
