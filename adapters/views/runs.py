"""Open leads as Temporal has to know them: what a workflow of each would begin with."""

from collections import abc
from typing import Final

from sqlalchemy import func, select

from adapters.database import Transaction
from adapters.tables import leads
from engine.frozen import Frozen
from engine.words import LeadId

AT_ONCE: Final = 1_000
"""Ids in one question."""


class OpenLead(Frozen):
    """An open lead, as far as its workflow needs it."""

    lead_id: LeadId
    revision: int
    stage: str
    state: str


def count(transaction: Transaction) -> int:
    """How many leads are open."""
    found: int = transaction.execute(select(func.count()).select_from(leads).where(leads.c.open)).scalar_one()
    return found


def after(transaction: Transaction, last: LeadId | None, limit: int) -> tuple[OpenLead, ...]:
    """The next open leads by id, page by page: nobody holds a transaction while Temporal is asked."""
    wanted = select(leads.c.id, leads.c.revision, leads.c.stage, leads.c.lead_state).where(leads.c.open)
    if last is not None:
        wanted = wanted.where(leads.c.id > last)
    rows = transaction.execute(wanted.order_by(leads.c.id).limit(limit))
    return tuple(
        OpenLead(lead_id=LeadId(row.id), revision=row.revision, stage=row.stage, state=row.lead_state) for row in rows
    )


def unknown(transaction: Transaction, found: abc.Iterable[LeadId]) -> tuple[LeadId, ...]:
    """Those of the leads that have no row, open or not, in their order."""
    missing: list[LeadId] = []
    for some in _in_parts(list(found)):
        rows = set(transaction.execute(select(leads.c.id).where(leads.c.id.in_(some))).scalars())
        missing += (lead for lead in some if lead not in rows)
    return tuple(missing)


def _in_parts(found: abc.Sequence[LeadId]) -> abc.Iterator[abc.Sequence[LeadId]]:
    for first in range(0, len(found), AT_ONCE):
        yield found[first : first + AT_ONCE]
