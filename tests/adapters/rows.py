"""One plausible row for every table, so that migrations are tried on data."""

from datetime import UTC, datetime

from sqlalchemy import JSON, Boolean, Column, Integer, insert
from sqlalchemy.types import BigInteger

from adapters.database import Transaction
from adapters.tables import Moment, metadata

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fill_every_table(transaction: Transaction) -> None:
    """A row in each table, all about the lead `rosa`."""
    for table in metadata.sorted_tables:
        transaction.execute(insert(table).values({column.name: _value(column) for column in table.columns}))


def _value(column: "Column[object]") -> object:
    if column.foreign_keys or (column.table.name == "leads" and column.name == "id"):
        return "rosa"
    if isinstance(column.type, Moment):
        return NOON
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer | BigInteger):
        return 1
    return {"a": [1]} if isinstance(column.type, JSON) else "x"
