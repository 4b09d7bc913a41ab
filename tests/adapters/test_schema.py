"""Migrations lead to exactly the tables the code believes in, forwards and back, with rows in them."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, inspect, select, text, update

from adapters import schema
from adapters.database import Database
from adapters.tables import metadata
from engine.errors import FollowupError
from tests.adapters.rows import fill_every_table

OPTIONS = {"compare_type": True, "compare_server_default": True}


EVERY_TABLE = metadata.sorted_tables


def table_names(database: Database) -> set[str]:
    with database.reading() as transaction:
        return set(inspect(transaction).get_table_names())


def test_migrations_and_tables_agree(database):
    """A column that only one of the two knows breaks the first deployment, not the first test."""
    with database.reading() as transaction:
        assert compare_metadata(MigrationContext.configure(transaction, opts=OPTIONS), metadata) == []


def test_every_revision_goes_up_and_down_with_rows_in_every_table(database):
    """A migration that works on an empty database only is no migration."""
    with database.transaction() as transaction:
        fill_every_table(transaction)
    for revision in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions():
        schema.downgrade(database, str(revision.down_revision or "base"))
    assert table_names(database) == {"alembic_version"}
    schema.upgrade(database)
    assert table_names(database) == {"alembic_version", *metadata.tables}


def test_upgrading_twice_changes_nothing(database):
    """A worker that starts twice must not ask whether the other one migrated."""
    with database.transaction() as transaction:
        fill_every_table(transaction)
    schema.upgrade(database)
    with database.reading() as transaction:
        counts = {
            transaction.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    assert counts == {1}


def test_the_names_of_the_migrations_say_which_is_the_last():
    """Every command asks for it, and none has the time to read them all."""
    assert schema.head() == ScriptDirectory(str(schema.MIGRATIONS)).get_current_head()


def test_an_older_release_leaves_a_newer_database_alone(database):
    """Who types the command on the wrong machine must hear which release to take."""
    with database.transaction() as transaction:
        transaction.execute(update(schema.MARK).values(version_num="9999"))
    with pytest.raises(FollowupError) as refused:
        schema.upgrade(database)
    assert refused.value.code == "DBS011"
    assert "9999" in refused.value.what
    assert schema.current(database) == "9999"


@pytest.mark.parametrize("lost", ["its row", "the table"])
def test_tables_without_a_mark_are_not_taken_for_nothing(database, lost):
    """Half a restore, or the database of another product: making ours on top of it mends neither."""
    with database.transaction() as transaction:
        transaction.execute(delete(schema.MARK) if lost == "its row" else text("DROP TABLE alembic_version"))
    with pytest.raises(FollowupError) as refused:
        schema.upgrade(database)
    assert (refused.value.code, schema.current(database)) == ("DBS011", None)


def test_a_release_refuses_a_database_of_another_shape(empty_database):
    """Writing into tables of another shape loses data quietly."""
    with pytest.raises(FollowupError) as refused:
        schema.require_current(empty_database)
    assert refused.value.code == "DBS002"
    schema.upgrade(empty_database)
    schema.require_current(empty_database)
