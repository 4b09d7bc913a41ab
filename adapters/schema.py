"""Bring a database to the shape this release needs, or back; ask which shape it has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.database import Database, Transaction
from engine.errors import FollowupError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to a revision, all in one transaction."""
    with database.transaction() as transaction:
        command.upgrade(_config(transaction), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo the migrations back to a revision (`base` removes every table), all in one transaction."""
    with database.transaction() as transaction:
        command.downgrade(_config(transaction), revision)


def head() -> str:
    """The revision this release needs."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise RuntimeError("no migrations are packaged beside adapters/schema.py")
    return revision


def current(database: Database) -> str | None:
    """The revision the database has; None when it is empty."""
    with database.reading() as transaction:
        return MigrationContext.configure(transaction).get_current_revision()


def require_current(database: Database) -> None:
    """Raises: FollowupError DBS002 unless the database has exactly the shape this release needs."""
    found = current(database)
    if found != head():
        raise FollowupError(
            code="DBS002",
            what=f"the database is at revision {found or 'none'}; this release needs {head()}",
            where="FOLLOWUP_DATABASE_URL",
            why="its migrations have not been run, or a newer release has run its own",
            next="run `followup database upgrade` with the newest release in use",
        )


def _config(transaction: Transaction) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = transaction
    return config
