"""Open leads with what an engine remembers of them: all that a decision needs to be made once more."""

from collections import abc
from datetime import datetime

from sqlalchemy import select

from adapters.database import AnyRow, Transaction
from adapters.tables import leads
from engine.frozen import Frozen
from engine.words import LeadId


class Memory(Frozen):
    """An open lead's memory as it is stored, and what its row says it waits for."""

    lead_id: LeadId
    revision: int
    looked_at: datetime | None
    """When the look began that wrote this; None while none has."""
    progress: str | None
    due: datetime | None
    act: str | None
    why: str | None
    stage: str
    state: str


# Named one by one: a new release asks before its own migrations have run.
COLUMNS = tuple(
    leads.c[name]
    for name in ("id", "revision", "looked_at", "progress", "next_due", "act", "why", "stage", "lead_state")
)


def after(transaction: Transaction, last: LeadId | None, limit: int) -> tuple[Memory, ...]:
    """The next open leads by id, page by page."""
    wanted = select(*COLUMNS).where(leads.c.open)
    if last is not None:
        wanted = wanted.where(leads.c.id > last)
    return tuple(_memory(row) for row in transaction.execute(wanted.order_by(leads.c.id).limit(limit)))


def among(transaction: Transaction, named: abc.Collection[LeadId]) -> dict[LeadId, Memory]:
    """Those of these leads that are open."""
    rows = transaction.execute(select(*COLUMNS).where(leads.c.open, leads.c.id.in_(named)))
    return {memory.lead_id: memory for memory in map(_memory, rows)}


def _memory(row: AnyRow) -> Memory:
    return Memory(
        lead_id=LeadId(row.id),
        revision=row.revision,
        looked_at=row.looked_at,
        progress=row.progress,
        due=row.next_due,
        act=row.act,
        why=row.why,
        stage=row.stage,
        state=row.lead_state,
    )
