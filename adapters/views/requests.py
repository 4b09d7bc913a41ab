"""Requests by their ids: which of many were filed, and what became of them."""

from collections import abc
from typing import Final, NamedTuple

from sqlalchemy import func, select

from adapters.database import Transaction
from adapters.tables import inbox

AT_ONCE: Final = 500
"""Ids that are asked for together."""


class Answer(NamedTuple):
    """What became of a request."""

    disposition: str
    reason: str | None


def already(transaction: Transaction, source: str, requests: abc.Sequence[str]) -> frozenset[str]:
    """Which of these requests were filed before."""
    found: set[str] = set()
    for first in range(0, len(requests), AT_ONCE):
        some = inbox.c.event_id.in_(requests[first : first + AT_ONCE])
        found.update(transaction.scalars(select(inbox.c.event_id).where(inbox.c.source == source, some)))
    return frozenset(found)


def filed(transaction: Transaction, source: str, beginning: str) -> int:
    """How many requests were filed whose ids begin so."""
    theirs = (inbox.c.source == source) & inbox.c.event_id.startswith(beginning, autoescape=True)
    return transaction.execute(select(func.count()).where(theirs)).scalar_one()


def answered(transaction: Transaction, source: str, requests: abc.Sequence[str]) -> abc.Iterator[Answer]:
    """What became of those of these requests that a look has noted."""
    for first in range(0, len(requests), AT_ONCE):
        theirs = (inbox.c.source == source) & inbox.c.event_id.in_(requests[first : first + AT_ONCE])
        noted = select(inbox.c.disposition, inbox.c.reason).where(theirs, inbox.c.disposition.is_not(None))
        yield from (Answer(row.disposition, row.reason) for row in transaction.execute(noted))
