"""Tables in memory: rows that never change in place, and transactions that undo everything when they fail."""

from collections import abc
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=abc.Hashable)
Row = TypeVar("Row")


class Change(NamedTuple):
    """One row as it was before."""

    rows: dict[abc.Hashable, object]
    key: abc.Hashable
    before: object
    """None when there was no such row; no row of ours is None."""


class Locked(RuntimeError):
    """A second transaction wanted in while one was open: the world must not do that, SQLite would wait for ever."""


class Tables:
    """All tables of one company, and the one transaction that may be open."""

    def __init__(self) -> None:
        self._all: list[dict[abc.Hashable, object]] = []
        self._undo: list[Change] | None = None

    def add(self, rows: dict[abc.Hashable, object]) -> None:
        """One more table."""
        self._all.append(rows)

    @contextmanager
    def transaction(self) -> abc.Iterator[None]:
        """Keep what the block writes, or nothing of it, whatever it ends with: a killed process commits nothing."""
        if self._undo is not None:
            raise Locked
        self._undo = []
        try:
            yield
        except BaseException:
            for rows, key, before in reversed(self._undo):
                if before is None:
                    rows.pop(key, None)
                else:
                    rows[key] = before
            raise
        finally:
            self._undo = None

    def remember(self, change: Change) -> None:
        """Note how it was, should the transaction fail. Raises: RuntimeError outside of one."""
        if self._undo is None:
            raise RuntimeError("written outside a transaction")
        self._undo.append(change)

    def copy(self) -> list[dict[abc.Hashable, object]]:
        """Everything as it is now."""
        return [dict(rows) for rows in self._all]

    def put_back(self, copied: list[dict[abc.Hashable, object]]) -> None:
        """Everything as it was then."""
        for rows, then in zip(self._all, copied, strict=True):
            rows.clear()
            rows.update(then)


class Table(Generic[Key, Row]):
    """Rows by their key."""

    def __init__(self, tables: Tables) -> None:
        self._rows: dict[Key, Row] = {}
        self._tables = tables
        tables.add(self._rows)  # type: ignore[arg-type]  # a dict is invariant in its key, and nothing is added there

    def get(self, key: Key) -> Row | None:
        """The row, if there is one."""
        return self._rows.get(key)

    def put(self, key: Key, row: Row) -> None:
        """Write a row, new or known."""
        self._remember(key)
        self._rows[key] = row

    def drop(self, key: Key) -> None:
        """Remove a row, if there is one."""
        self._remember(key)
        self._rows.pop(key, None)

    def all(self) -> abc.Iterable[Row]:
        """Every row, in the order in which they were first written."""
        return self._rows.values()

    def items(self) -> abc.Iterable[tuple[Key, Row]]:
        """Every row with its key."""
        return self._rows.items()

    def _remember(self, key: Key) -> None:
        self._tables.remember(Change(self._rows, key, self._rows.get(key)))  # type: ignore[arg-type]  # as above
