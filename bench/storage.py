"""
What a look that sends costs a database, against the least that would do.

A look's own statements are remembered, and run again on copies of the database: by SQLAlchemy, which is what they
cost us, and by the bare driver. The same rows, the same keys, the same two transactions, and no engine between them.
"""

import sqlite3
import time
from collections import abc
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, Protocol

import psycopg
from sqlalchemy import Executable, make_url

from activities.look import Look
from adapters.database import Database, Transaction
from adapters.records import DatabaseRecords
from bench.measure import Claim, Goal, Pair, Row, one_turn
from bench.sizes import Size
from bench.stand import NO_TIME, Place, Stand
from engine.life.turn import Glance, Turn
from engine.ports.providers import Message, Receipt
from engine.words import Channel, TouchKey
from tests.support.postgres import conninfo, fresh_database

SINGLE = "CREATE TABLE single (id INTEGER PRIMARY KEY, body TEXT)"
BODY = "x" * 200

OVER_INSERT = Claim("a look's database time", "ms", "one insert in its own transaction")
OVER_DRIVER = Claim(
    "a look's database time, same SQL", "ms", "the same two transactions by the bare driver", Goal(at_most=1 / 0.7)
)
WHOLE = Claim("a look that sends, all of it", "ms", "the same two transactions by the bare driver")


class Statement(NamedTuple):
    """One thing that was asked, as SQLAlchemy was told and as the driver was."""

    core: Executable | str
    arguments: abc.Sequence[abc.Mapping[str, object]]
    text: str
    parameters: abc.Sequence[object]


class Accepting:
    """A provider that takes everything at once: its own time is not the database's."""

    def send(self, message: Message) -> Receipt:
        """Taken."""
        return Receipt(provider_id=f"m-{message.touch_key}")

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """Known."""
        return Receipt(provider_id=f"m-{touch_key}")


class Remembered:
    """The transactions of every look, in order."""

    def __init__(self) -> None:
        self.transactions: list[list[Statement]] = []
        self._told: tuple[Executable | str, abc.Sequence[abc.Mapping[str, object]]] = ("", ())

    @contextmanager
    def of(self, database: Database) -> abc.Iterator[None]:
        """Remember what happens inside the block."""
        listeners: dict[str, abc.Callable[..., None]] = {
            "begin": self._began,
            "before_execute": self._tells,
            "before_cursor_execute": self._asked,
        }
        for name, listener in listeners.items():
            database.watch(name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                database.unwatch(name, listener)

    def taken(self) -> list[list[Statement]]:
        """What was remembered since the last time."""
        taken, self.transactions = self.transactions, []
        return taken

    def _began(self, connection: object) -> None:
        self.transactions.append([])

    def _tells(
        self,
        connection: object,
        core: Executable | str,
        several: abc.Sequence[abc.Mapping[str, object]],
        one: abc.Mapping[str, object],
        options: object,
    ) -> None:
        self._told = core, [one] if one else several

    def _asked(
        self,
        connection: object,
        cursor: object,
        text: str,
        parameters: abc.Sequence[object],
        context: object,
        several: bool,
    ) -> None:
        if not text.startswith("BEGIN"):
            self.transactions[-1].append(Statement(*self._told, text, parameters))


class Driver(Protocol):
    """A connection without anything between it and us."""

    def transaction(self, statements: abc.Iterable[tuple[str, abc.Sequence[object]]]) -> None:
        """One transaction, every row fetched."""


class Sqlite:
    """The standard library's, as `adapters.database` sets it up."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def transaction(self, statements: abc.Iterable[tuple[str, abc.Sequence[object]]]) -> None:
        """One transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for text, parameters in statements:
            self._connection.execute(text, parameters).fetchall()
        self._connection.execute("COMMIT")


class Psycopg:
    """psycopg."""

    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._connection = connection

    def transaction(self, statements: abc.Iterable[tuple[str, abc.Sequence[object]]]) -> None:
        """One transaction."""
        for text, parameters in statements:
            cursor = self._connection.execute(text.encode(), parameters)
            if cursor.description is not None:
                cursor.fetchall()
        self._connection.commit()


class Copies(NamedTuple):
    """Two copies of the database as it was before the looks."""

    ours: Database
    bare: Driver


def looks(stand: Stand, size: Size) -> list[Row]:
    """Looks that send a mail each, and what they asked of the database, twice again."""
    turns = [stand.ready(size.looks) for _ in range(size.turns)]
    warm = stand.ready(1)
    look = Look(DatabaseRecords(stand.office.database, stand.office.settings), dict.fromkeys(Channel, Accepting()))
    remembered = Remembered()
    over_insert, over_driver, whole = [], [], []
    with copied(stand.place, stand.office.database) as copies, remembered.of(stand.office.database):
        copies.bare.transaction([(SINGLE, ())])
        for number, due in enumerate([warm, *turns]):
            look_ms = _per(len(due), partial(_look, look, due))
            transactions = remembered.taken()
            us = partial(_per, len(due), partial(_by_sqlalchemy, copies.ours, transactions))
            driver = partial(_per, len(due), partial(_by_driver, copies.bare, transactions))
            by_us, by_driver = one_turn(number, us, driver)
            single = _per(size.looks, partial(_singles, copies.bare, number * size.looks, size.looks))
            over_insert.append(Pair(by_us, single))
            over_driver.append(Pair(by_us, by_driver))
            whole.append(Pair(look_ms, by_driver))
    on = stand.office.database.kind
    of = f"{size.looks} looks"
    named = ((OVER_INSERT, over_insert), (OVER_DRIVER, over_driver), (WHOLE, whole))
    return [claim.row(on, pairs[1:], of) for claim, pairs in named]  # the first one fills caches


def _per(number: int, work: abc.Callable[[], None]) -> float:
    """Milliseconds for each of so many."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began) / number


def _look(look: Look, due: abc.Sequence[Turn]) -> None:
    for turn in due:
        look.at(Glance(lead_id=turn.lead_id, revision=turn.revision), turn.act, datetime.now(UTC), NO_TIME)


def _by_sqlalchemy(database: Database, asked: abc.Sequence[abc.Sequence[Statement]]) -> None:
    for statements in asked:
        with database.transaction() as transaction:
            for statement in statements:
                _again(transaction, statement)


def _again(transaction: Transaction, statement: Statement) -> None:
    if isinstance(statement.core, str):
        found = transaction.exec_driver_sql(statement.text, statement.parameters)
    else:
        found = transaction.execute(statement.core, statement.arguments or None)
    if found.returns_rows:
        found.all()


def _by_driver(driver: Driver, asked: abc.Sequence[abc.Sequence[Statement]]) -> None:
    for statements in asked:
        driver.transaction((statement.text, statement.parameters) for statement in statements)


def _singles(driver: Driver, first: int, number: int) -> None:
    for row in range(first, first + number):
        driver.transaction([(f"INSERT INTO single (id, body) VALUES ({row}, '{BODY}')", ())])  # noqa: S608 - ours alone


# --- copies -----------------------------------------------------------------------------------------------------------


@contextmanager
def copied(place: Place, database: Database) -> abc.Iterator[Copies]:
    """Two copies of the database."""
    copy = _sqlite_copy if database.kind == "sqlite" else _postgresql_copy
    database.close()  # PostgreSQL copies nothing that somebody is connected to
    with ExitStack() as stack:
        ours, bare = (stack.enter_context(copy(place, number)) for number in (1, 2))
        opened = stack.enter_context(closing(Database(ours)))
        if database.kind == "sqlite":
            yield Copies(opened, Sqlite(stack.enter_context(closing(sqlite3.connect(_name(bare))))))
        else:
            connection = stack.enter_context(closing(psycopg.connect(conninfo(bare))))
            yield Copies(opened, Psycopg(connection))


@contextmanager
def _sqlite_copy(place: Place, number: int) -> abc.Iterator[str]:
    path = place.directory / f"copy-{number}.sqlite"
    source, target = sqlite3.connect(_name(place.database_url)), sqlite3.connect(path)
    with closing(source), closing(target):
        source.backup(target)
    yield f"sqlite:///{path}"


def _postgresql_copy(place: Place, number: int) -> AbstractContextManager[str]:
    server = make_url(place.database_url).set(database="postgres").render_as_string(hide_password=False)
    return fresh_database(server, template=_name(place.database_url))


def _name(database_url: str) -> str:
    return make_url(database_url).database or ""
