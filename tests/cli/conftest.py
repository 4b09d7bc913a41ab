"""A shell in an empty directory, with a database that has our tables and a company in it."""

import shutil
from collections import abc
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters import schema
from adapters.database import Database
from cli.temporal_server import LocalServer
from engine.sequence.compiled import Sequence
from tests.adapters.world import Company
from tests.support.authors import Authors
from tests.support.desk import Desk, OpenDesk
from tests.support.house import House
from tests.support.shell import Shell, nowhere


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "followup.sqlite"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture
def records_url(migrated_file: Path, tmp_path: Path) -> str:
    """The URL of a database of this test's own."""
    return f"sqlite:///{shutil.copyfile(migrated_file, tmp_path / 'followup.sqlite')}"


@pytest.fixture
def company(records_url: str) -> abc.Iterator[Company]:
    """A company that has published its sequence."""
    database = Database(records_url)
    yield Company(database).opens()
    database.close()


@pytest.fixture
def shell(records_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell with this test's database, from which Temporal cannot be reached."""
    monkeypatch.chdir(tmp_path)  # a developer's .env stays out of it
    return Shell(**nowhere(records_url))


@pytest.fixture
def authors(shell: Shell, tmp_path: Path) -> Authors:
    """A team with two good sequences, in a directory of its own."""
    return Authors(tmp_path, shell, f"team_{tmp_path.name}")


@pytest.fixture
def desk(temporal_server: LocalServer, records_url: str, shell: Shell) -> OpenDesk:
    """Opens a house with workers at work, and a shell in it."""
    here = Shell(**shell.variables | {"TEMPORAL_ADDRESS": temporal_server.address})

    @asynccontextmanager
    async def opened(*sequences: Sequence) -> abc.AsyncIterator[Desk]:
        async with House.open(temporal_server, records_url, *sequences) as house:
            yield Desk(house, here)

    return opened
