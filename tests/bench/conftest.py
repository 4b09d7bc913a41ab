"""A practice on an empty database of either kind, as tests of looks have it."""

from tests.activities.conftest import database, migrated_postgres, migrated_sqlite, practice, provider

__all__ = ["database", "migrated_postgres", "migrated_sqlite", "practice", "provider"]  # fixtures
