"""Bring a database to the shape this release needs, or back; ask which shape it has."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, inspect, select, table

from adapters.database import UPGRADE, Database, DatabaseUnusable, Transaction

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"

MARK: Final = table("alembic_version", column("version_num"))


def upgrade(database: Database, revision: str = "head") -> None:
    """
    Run the migrations up to a revision, all in one transaction; where SQLite has no file yet, it gets one.

    Raises: DatabaseUnusable DBS011 for tables that no release up to this one has left so; nothing is changed.
    """
    from alembic import command

    database.create()
    with database.transaction() as transaction:
        _require_ours(transaction)
        command.upgrade(_config(transaction), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo the migrations back to a revision (`base` removes every table), all in one transaction."""
    from alembic import command

    with database.transaction() as transaction:
        command.downgrade(_config(transaction), revision)


def head() -> str:
    """The revision this release needs."""
    return _revisions()[-1]


def current(database: Database) -> str | None:
    """The revision the database has; None when it is empty."""
    with database.reading() as transaction:
        return _marked(transaction)


def require_current(database: Database) -> None:
    """Raises: DatabaseUnusable DBS002 unless the database has exactly the shape this release needs."""
    found = current(database)
    if found != head():
        raise DatabaseUnusable(
            code="DBS002",
            what=f"the database is at revision {found or 'none'}; this release needs {head()}",
            where=f"{database.place} (FOLLOWUP_DATABASE_URL)",
            why="its migrations have not been run, or a newer release has run its own",
            next=UPGRADE,
        )


def _require_ours(transaction: Transaction) -> None:
    found = _marked(transaction)
    if found is None and set(inspect(transaction).get_table_names()) - {MARK.name}:
        raise _not_upgradable(
            "the database has tables, and no mark of the release that made them",
            "`alembic_version` is missing or empty, or the tables are somebody else's",
            "name an empty database, or put the last backup in its place",
        )
    if found is not None and found not in _revisions():
        raise _not_upgradable(
            f"the database is at revision {found}, which this release does not know; its own is {head()}",
            "a newer release has run its migrations",
            "run the newest release in use",
        )


def _not_upgradable(what: str, why: str, cure: str) -> DatabaseUnusable:
    return DatabaseUnusable(code="DBS011", what=what, where="FOLLOWUP_DATABASE_URL", why=why, next=cure)


def _marked(transaction: Transaction) -> str | None:
    if not inspect(transaction).has_table(MARK.name):
        return None
    found: str | None = transaction.execute(select(MARK.c.version_num)).scalar()
    return found


def _revisions() -> list[str]:
    """Every revision of this release, the first one first: the names of the migrations begin with them."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _config(transaction: Transaction) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = transaction
    return config
