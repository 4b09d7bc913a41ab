"""Databases with our tables in them, of either kind; migrated once and new for each test."""

import shutil
from collections import abc
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from adapters import schema
from adapters.database import Database
from adapters.tables import metadata
from tests.adapters.world import Company
from tests.support.postgres import fresh_database


@pytest.fixture
def empty_database(database_url: str) -> abc.Iterator[Database]:
    """A database without tables."""
    database = Database(database_url)
    database.create()
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> abc.Iterator[Database]:
    """A database with all tables of ours and no rows."""
    if request.param == "sqlite":
        copy = tmp_path / "followup.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), copy)
        yield from _open(f"sqlite:///{copy}")
        return
    url = request.getfixturevalue("migrated_postgres")
    _empty(url)
    yield from _open(url)


@pytest.fixture
def company(database: Database) -> Company:
    """A company that has published its sequence and knows nobody yet."""
    return Company(database).opens()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "followup.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> abc.Iterator[str]:
    """A database to be emptied; a copy for each test takes ten times as long."""
    with fresh_database(postgres_url) as url:
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


def _open(url: str) -> abc.Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _empty(url: str) -> None:
    """Take all rows away; as a replica, so that the audit trail does not object."""
    server = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, options="-c session_replication_role=replica") as connection:
        connection.execute(SQL(";").join(SQL("DELETE FROM {}").format(Identifier(name)) for name in metadata.tables))
