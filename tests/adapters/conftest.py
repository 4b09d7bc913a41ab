"""Databases with our tables in them, of either kind."""

from collections import abc

import pytest

from adapters import schema
from adapters.database import Database


@pytest.fixture
def empty_database(database_url: str) -> abc.Iterator[Database]:
    """A database without tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with all tables of ours and no rows."""
    schema.upgrade(empty_database)
    return empty_database
