"""The audit trail: who did what to what, and why. It only grows, and holds nothing personal."""

from datetime import datetime

from sqlalchemy import insert, select

from adapters.database import Transaction
from adapters.tables import audit
from engine.frozen import Frozen

ENGINE = "engine"
"""The actor when no person was."""


class Entry(Frozen):
    """One thing that was done."""

    at: datetime
    actor: str
    action: str
    object: str
    """Kind and opaque id: `lead:4f…`, `task:…`, `sequence:speed-to-lead@…`."""
    reason: str
    request: str | None = None


def write(
    transaction: Transaction,
    actor: str,
    action: str,
    about: str,
    reason: str,
    now: datetime,
    *,
    request: str | None = None,
) -> None:
    """Add an entry."""
    transaction.execute(
        insert(audit).values(at=now, actor=actor, action=action, object=about, reason=reason, request=request)
    )


def about(transaction: Transaction, thing: str) -> tuple[Entry, ...]:
    """What was done to one thing, oldest first."""
    rows = transaction.execute(select(audit).where(audit.c.object == thing).order_by(audit.c.id))
    return tuple(
        Entry(at=r.at, actor=r.actor, action=r.action, object=r.object, reason=r.reason, request=r.request)
        for r in rows
    )
