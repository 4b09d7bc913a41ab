"""How many transactions and statements something costs."""

from collections import abc
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.database import Database


@dataclass
class Cost:
    """What was asked of the database, in order."""

    transactions: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def counting(database: Database) -> abc.Iterator[Cost]:
    """Count what happens inside the block, in whatever thread."""
    cost = Cost()

    def began(*_: object) -> None:
        cost.transactions += 1

    def executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            cost.statements.append(statement)

    database.watch("begin", began)
    database.watch("before_cursor_execute", executed)
    try:
        yield cost
    finally:
        database.unwatch("begin", began)
        database.unwatch("before_cursor_execute", executed)
