"""A practice on an empty database of either kind, with a provider that does what it is told."""

from collections import abc

import pytest

from adapters.database import Database
from tests.activities.practice import Practice
from tests.adapters.conftest import database, migrated_postgres, migrated_sqlite
from tests.support.provider import ScriptedProvider

__all__ = ["database", "migrated_postgres", "migrated_sqlite"]  # fixtures


@pytest.fixture
def provider() -> abc.Iterator[ScriptedProvider]:
    """A provider that does what it is told."""
    with ScriptedProvider() as server:
        yield server


@pytest.fixture
def practice(database: Database, provider: ScriptedProvider) -> Practice:
    """Leads to look at, by hand."""
    return Practice(database, provider)
