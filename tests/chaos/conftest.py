"""The servers that all drills of a run share, and a scene of its own for each."""

import asyncio
from collections import abc
from pathlib import Path

import pytest

from tests.chaos.scene import Scene
from tests.chaos.servers import Store, Temporal, store_of
from tests.conftest import terminate_everything
from tests.support.postgres import Postgres

SEED = 4
"""The same people, weather and moments in every run; `python -m tests.chaos` takes others."""


@pytest.fixture(scope="session")
def durable_temporal(tmp_path_factory: pytest.TempPathFactory) -> abc.Iterator[Temporal]:
    """A Temporal server that may be killed."""
    with Temporal(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
def temporal(durable_temporal: Temporal) -> abc.Iterator[Temporal]:
    """The server, on which no workflow of an earlier drill runs."""
    yield durable_temporal
    asyncio.run(terminate_everything(durable_temporal.address))


@pytest.fixture(scope="session")
def durable_postgres() -> abc.Iterator[Postgres]:
    """A PostgreSQL server that may be killed."""
    with Postgres(durable=True) as server:
        yield server


@pytest.fixture
def sqlite(tmp_path: Path) -> abc.Iterator[Store]:
    """An empty SQLite store."""
    with store_of("sqlite", tmp_path, None) as store:
        yield store


@pytest.fixture
def postgresql(tmp_path: Path, durable_postgres: Postgres) -> abc.Iterator[Store]:
    """An empty PostgreSQL store."""
    with store_of("postgresql", tmp_path, durable_postgres) as store:
        yield store


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """The store of this kind."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Store)
    return found


@pytest.fixture
async def scene(temporal: Temporal, store: Store, tmp_path: Path) -> abc.AsyncIterator[Scene]:
    """The stage, set and empty."""
    async with Scene.of(temporal, store, tmp_path, seed=SEED) as scene:
        yield scene
