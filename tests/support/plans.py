"""How a database would find what it is asked for: the tables it would have to read from end to end."""

import re
from collections import abc
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.database import Database, Transaction
from adapters.tables import metadata

READ_WHOLE = {
    "sqlite": re.compile(r"SCAN (\w+)\b(?! USING (?:COVERING )?INDEX (?:ix|uq)_)"),
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
}
"""To follow an index of ours in its order is no reading of the whole; to follow the primary key is."""


@dataclass
class Asked:
    """The statements that were run, with what was put into them."""

    statements: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def asking(database: Database) -> abc.Iterator[Asked]:
    """Remember every statement that runs inside the block."""
    asked = Asked()

    def executed(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.statements.append((statement, parameters))

    database.watch("before_cursor_execute", executed)
    try:
        yield asked
    finally:
        database.unwatch("before_cursor_execute", executed)


def read_whole(database: Database, asked: Asked) -> set[str]:
    """The tables that these statements read from end to end."""
    found = READ_WHOLE[database.kind]
    with database.reading() as transaction:
        plans = [_plan(transaction, statement, parameters) for statement, parameters in asked.statements]
    return {table for plan in plans for table in found.findall(plan)} & metadata.tables.keys()


def _plan(transaction: Transaction, statement: str, parameters: Any) -> str:
    if transaction.dialect.name == "sqlite":
        rows = transaction.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row.detail for row in rows)
    # It reads a small table whole whatever its indexes; this leaves it no reason but that there is no index.
    transaction.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(transaction.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
