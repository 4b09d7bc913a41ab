"""Whether a lead runs, and when it is looked at next: the least one can ask of its row."""

from datetime import datetime

from sqlalchemy import select

from adapters.database import Transaction
from adapters.tables import external_ids, leads
from engine.frozen import Frozen
from engine.words import LeadId


class Pulse(Frozen):
    """A lead's row at a glance."""

    open: bool
    revision: int
    next_due: datetime | None
    stage: str
    state: str
    why: str


def pulse(transaction: Transaction, lead_id: LeadId) -> Pulse:
    """The lead's pulse. Raises: LookupError when there is no such lead."""
    seen = (leads.c.open, leads.c.revision, leads.c.next_due, leads.c.stage, leads.c.lead_state, leads.c.why)
    row = transaction.execute(select(*seen).where(leads.c.id == lead_id)).first()
    if row is None:
        raise LookupError("there is no such lead")
    return Pulse(
        open=row.open,
        revision=row.revision,
        next_due=row.next_due,
        stage=row.stage,
        state=row.lead_state,
        why=row.why or "",
    )


def leads_of(transaction: Transaction, system: str) -> dict[str, LeadId]:
    """Every lead that another system knows, by its id there."""
    mine = select(external_ids.c.external_id, external_ids.c.lead).where(external_ids.c.system == system)
    return {row.external_id: LeadId(row.lead) for row in transaction.execute(mine)}
