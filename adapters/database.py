"""
One database for all records: SQLite in a file, or PostgreSQL. Every statement runs inside a transaction opened here.

    database = Database(settings.database_url.get_secret_value())
    with database.transaction() as transaction:
        transaction.execute(select(leads.c.id))

* FollowupError
  - DatabaseUnusable        DBS002, DBS008, DBS011: it has not our tables, or its file is damaged
    - DatabaseUnavailable   DBS001, DBS009: it cannot be reached or written now, or its file is not there; try again
  - DBS003                  the URL means nothing
"""

import os
import sqlite3
from collections import abc
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Executable, Row, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import FollowupError

Transaction = Connection
AnyRow = Row[tuple[object, ...]]

UPGRADE: Final = "is this the right database? If so, run `followup database upgrade` with the newest release in use"

READ_ONLY: Final = {"followup_read_only": True}

HOLD_IN_ORDER: Final = (
    "SELECT pg_advisory_xact_lock(key) FROM "
    "(SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) AS name ORDER BY key) AS keys"
)

QUIET: Final = {"hide_parameters": True}
"""Errors never show what was written: it may be a person's."""


class DatabaseUnusable(FollowupError):
    """The database fails, whatever is asked of it."""


class DatabaseUnavailable(DatabaseUnusable):
    """The database cannot be reached, or cannot be written: nothing was committed, and a later attempt may succeed."""


class Database:
    """Opens transactions. Nothing is connected before the first one, and only `create` makes a file."""

    def __init__(self, url: str, *, pool: int = 8, lock_seconds: float = 10, idle_seconds: float = 15) -> None:
        self._url = _checked(url)
        self._engine = _engine(self._url, pool, lock_seconds, idle_seconds)
        self._lock_seconds = lock_seconds
        self._writer = Lock()

    @property
    def kind(self) -> str:
        """sqlite or postgresql."""
        return self._engine.dialect.name

    @property
    def place(self) -> str:
        """Which one it is, for people: SQLite's file with its whole path, or PostgreSQL's server and database."""
        if self.kind == "sqlite":
            return str(_file_of(self._url) or self._url.database)
        return f"{self._url.host or 'localhost'}/{self._url.database}"

    def create(self) -> None:
        """Make SQLite's file where there is none; PostgreSQL's databases are made elsewhere. Raises: DBS001."""
        file = _file_of(self._url)
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:  # the directory of the file can be none
            raise _unavailable(error.strerror or str(error)) from error

    @contextmanager
    def transaction(self) -> abc.Iterator[Transaction]:
        """
        A transaction that commits at the end of the block and rolls back on an exception.

        Raises: DatabaseUnavailable.
        """
        with self._in_turn(), translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> abc.Iterator[Transaction]:
        """A transaction that only reads: on SQLite it waits for no writer. Raises: DatabaseUnavailable."""
        with translated(), self._engine.connect() as connection:
            with connection.execution_options(**READ_ONLY).begin():
                yield connection

    @contextmanager
    def _in_turn(self) -> abc.Iterator[None]:
        """
        SQLite has one writer, and of those who wait the luckiest is next; so threads of one process wait here instead.

        Raises: DatabaseUnavailable.
        """
        if self.kind != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=self._lock_seconds):
            raise _unavailable(f"another transaction of this process has held it for {self._lock_seconds:g} seconds")
        try:
            yield
        finally:
            self._writer.release()

    def watch(self, name: str, listener: abc.Callable[..., None]) -> None:
        """Call the listener on an event of SQLAlchemy's engine, for counting statements."""
        event.listen(self._engine, name, listener)

    def unwatch(self, name: str, listener: abc.Callable[..., None]) -> None:
        """Stop calling it."""
        event.remove(self._engine, name, listener)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()


def insert_once(transaction: Transaction, table: Table, **values: object) -> bool:
    """Insert the row unless a unique key of it is taken; whether it was inserted."""
    return transaction.execute(_once(transaction.dialect.name, table), values).first() is not None


@cache
def _once(kind: str, table: Table) -> Executable:
    dialect = postgresql if kind == "postgresql" else sqlite
    once: Executable = dialect.insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return once


def serialised(transaction: Transaction, *names: str) -> None:
    """Wait until no other transaction holds any of these names; they are let go at the end of this one."""
    if transaction.dialect.name != "postgresql":
        return  # SQLite has one writer
    transaction.exec_driver_sql(HOLD_IN_ORDER, (list(names),))


# --- opening ----------------------------------------------------------------------------------------------------------


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise _wrong_url() from error
    # What SQLite keeps in memory is gone with the connection, and every connection has its own.
    if parsed.get_backend_name() not in ("sqlite", "postgresql") or parsed.database in (None, "", ":memory:"):
        raise _wrong_url()
    return parsed


def _engine(url: URL, pool: int, lock_seconds: float, idle_seconds: float) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, pool, lock_seconds)
        return _postgresql(url, pool, lock_seconds, idle_seconds)
    except (NoSuchModuleError, ImportError, ValueError, TypeError) as error:
        raise _wrong_url() from error


def _sqlite(url: URL, pool: int, lock_seconds: float) -> Engine:
    made = create_engine(url, pool_size=pool, max_overflow=0, connect_args={"timeout": lock_seconds}, **QUIET)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    file = _file_of(url)
    if file is not None:
        _hold_to(file, made)
    return made


def _file_of(url: URL) -> Path | None:
    """SQLite's file; None for PostgreSQL, and where the URL speaks SQLite's own language of `file:` names."""
    name = url.database or ""
    return None if url.get_backend_name() != "sqlite" or name.startswith("file:") else Path(name).absolute()


def _hold_to(file: Path, engine: Engine) -> None:
    """
    Connect to the file that is there, and to no other.

    SQLite makes the file that it does not find, so a mistyped URL looks like a company without leads; and it goes on
    in a file that was deleted, so a process would write where nobody reads any more.
    """

    def must_be_there(*_: object) -> None:
        _which(file)

    def remember(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _which(file)

    def must_be_the_same(_: DBAPIConnection, record: ConnectionPoolEntry, __: object) -> None:
        if _which(file) != record.info["file"]:
            raise DisconnectionError("another file stands there by now")

    event.listen(engine, "do_connect", must_be_there)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", must_be_the_same)


def _which(file: Path) -> tuple[int, int]:
    """Which file that is, whatever its name. Raises: DatabaseUnavailable DBS009 when there is none."""
    try:
        found = os.stat(file)
    except FileNotFoundError as error:
        raise _no_file(file) from error
    except OSError as error:
        raise _unavailable(error.strerror or str(error)) from error
    return found.st_dev, found.st_ino


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin late and deferred: two looks would both read before one of them may write.
    setattr(connection, "isolation_level", None)  # noqa: B010 - the DBAPI's interface does not declare it
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("followup_read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _postgresql(url: URL, pool: int, lock_seconds: float, idle_seconds: float) -> Engine:
    options = {
        "lock_timeout": f"{lock_seconds * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{idle_seconds * 1000:.0f}",
        "timezone": "UTC",
        "default_transaction_isolation": "read\\ committed",
    }
    arguments = {"options": " ".join(f"-c {name}={value}" for name, value in options.items()), "connect_timeout": 5}
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_size=pool, max_overflow=0, connect_args=arguments, **QUIET
    )


# --- errors -----------------------------------------------------------------------------------------------------------


@contextmanager
def translated() -> abc.Iterator[None]:
    """The errors of a driver as ours, where they say that the database is away or cannot be used."""
    try:
        yield
    except (OperationalError, PoolExhausted) as error:
        if "no such table" in str(error) or "no such column" in str(error):
            raise _no_schema() from error
        if "ProgramLimitExceeded" in repr(getattr(error, "orig", None)):
            raise  # what was written is too long for an index, today and tomorrow
        raise _unavailable(_said(error)) from error
    except ProgrammingError as error:
        if "connection option" in str(error.orig):
            raise _wrong_url(_said(error)) from error
        if "UndefinedTable" in repr(error.orig) or "UndefinedColumn" in repr(error.orig):
            raise _no_schema() from error
        raise
    except DBAPIError as error:
        # A lost connection or a read-only server may surface under any class of the driver's.
        if error.connection_invalidated or "ReadOnly" in repr(error.orig):
            raise _unavailable(_said(error)) from error
        if type(error.orig) is sqlite3.DatabaseError:  # its subclasses speak of statements, itself of the file
            raise _no_database(_said(error)) from error
        raise


def _said(error: SQLAlchemyError) -> str:
    """The first line of what the driver says."""
    driver = getattr(error, "orig", None) or error
    return str(driver).strip().partition("\n")[0]


def _unavailable(why: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        code="DBS001",
        what="the database cannot be reached or written",
        where="FOLLOWUP_DATABASE_URL",
        why=why,
        next="start it, or mend the setting; whatever was under way is tried again by itself",
    )


def _no_schema() -> DatabaseUnusable:
    return DatabaseUnusable(
        code="DBS002",
        what="the database has not the tables and columns this release needs",
        where="FOLLOWUP_DATABASE_URL",
        why="its migrations have not been run",
        next=UPGRADE,
    )


def _no_file(file: Path) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        code="DBS009",
        what="there is no database",
        where=str(file),
        why="FOLLOWUP_DATABASE_URL names this file, and it does not exist",
        next="is this the right directory, and the right database? `followup database upgrade` makes a new, empty one",
    )


def _no_database(why: str) -> DatabaseUnusable:
    return DatabaseUnusable(
        code="DBS008",
        what="the file is no SQLite database, or it is damaged",
        where="FOLLOWUP_DATABASE_URL",
        why=why,
        next="name another file, or put the last backup in its place; nothing was written",
    )


def _wrong_url(why: str = "it must name SQLite with a file, or PostgreSQL with a database") -> FollowupError:
    return FollowupError(
        code="DBS003",
        what="the database URL cannot be used",
        where="FOLLOWUP_DATABASE_URL",
        why=why,
        next="write it like sqlite:///.followup/followup.sqlite or postgresql+psycopg://user:password@host/name",
    )
