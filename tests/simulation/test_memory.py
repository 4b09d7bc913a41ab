"""The records in memory mean what the databases mean: the same seeds live the same lives on all of them."""

from datetime import timedelta

import pytest

from engine.life.turn import Glance
from engine.words import Act, LeadId
from tests.simulation.databases import database_store
from tests.simulation.memory import MemoryStore
from tests.simulation.tables import Locked, Table, Tables
from tests.simulation.weather import Killed
from tests.simulation.world import World
from tests.support.evidence import Evidence

SEEDS = range(700, 716)


def lived(world: World) -> tuple[Evidence, list[tuple[object, str]]]:
    """What became of everybody, rows in an order of their own, and the whole story on the way there."""
    return world.lives().in_order(), [*world.story]


def test_the_same_seeds_live_the_same_lives_on_every_store(database_url):
    """Turn for turn, row for row, task for task: else a zero in memory would say nothing about production."""
    with database_store(database_url) as store:
        for seed in SEEDS:
            told = lived(World(seed, store, telling=True))
            assert told == lived(World(seed, MemoryStore(), telling=True)), seed


def test_a_seed_lives_the_same_life_twice():
    """A failing seed is worth nothing unless it fails again."""
    assert lived(World(3, MemoryStore(), telling=True)) == lived(World(3, MemoryStore(), telling=True))


def test_a_killed_process_commits_nothing():
    """Whatever a transaction had written until then is as it was: new rows, changed ones and removed ones."""
    tables = Tables()
    table: Table[str, int] = Table(tables)
    with tables.transaction():
        table.put("changed", 1)
        table.put("removed", 2)
    with pytest.raises(Killed), tables.transaction():
        table.put("changed", 5)
        table.put("new", 6)
        table.drop("removed")
        raise Killed
    assert (table.get("changed"), table.get("removed"), table.get("new")) == (1, 2, None)


def test_nobody_writes_without_a_transaction_or_into_somebody_elses():
    """A world that did so would be kinder than a database."""
    tables = Tables()
    table: Table[str, int] = Table(tables)
    with pytest.raises(RuntimeError, match="outside a transaction"):
        table.put("row", 1)
    with tables.transaction(), pytest.raises(Locked), tables.transaction():
        pass


def test_a_lead_nobody_knows_has_no_book():
    """Its run ends, as on a database."""
    world = World(3, MemoryStore())
    turn = world.temporal.look.at(Glance(lead_id=LeadId("nobody")), Act.LOOK, world.agenda.now, timedelta(0))
    assert turn.over
