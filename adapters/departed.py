"""Leads that are gone: merged into another, deleted in the CRM, or erased; and who stands in for them."""

from collections import abc
from typing import Final

from sqlalchemy import ColumnElement, Select, select

from adapters.database import Transaction
from adapters.letters import said_in
from adapters.tables import inbox, leads
from engine.words import EventKind, LeadId

FAREWELLS: Final = (EventKind.MERGED, EventKind.DELETED, EventKind.ERASED)
"""What a lead does not come back from; whoever asks again is another lead."""

LONGEST_CHAIN: Final = 10
"""Survivors of survivors that are followed; a circle of them ends there."""


def standing_in(transaction: Transaction, lead: LeadId) -> LeadId | None:
    """The lead itself while it is there; of one that is gone the survivor it was merged into, if that was said."""
    for _ in range(LONGEST_CHAIN):
        farewell = _farewell(leads.c.id == lead)
        row = transaction.execute(farewell.order_by(inbox.c.number.desc()).limit(1)).first()
        if row is None:
            return lead
        survivor = said_in(row.body).get("survivor") if row.kind == EventKind.MERGED else None
        if not isinstance(survivor, str) or not _exists(transaction, survivor):
            return None
        lead = LeadId(survivor)
    return None


def gone(transaction: Transaction, wanted: abc.Collection[LeadId]) -> set[LeadId]:
    """Those of these leads that are gone."""
    return {LeadId(row.lead) for row in transaction.execute(_farewell(leads.c.id.in_(wanted)))}


def _farewell(whose: ColumnElement[bool]) -> Select[str, str, str]:
    # A lead that is open has its looks before it: whatever is filed for it is noted in its order.
    said = inbox.c.kind.in_([kind.value for kind in FAREWELLS]) & (inbox.c.disposition == "applied")
    columns = select(inbox.c.lead, inbox.c.kind, inbox.c.body)
    return columns.join(leads, leads.c.id == inbox.c.lead).where(whose, leads.c.open.is_(False), said)


def _exists(transaction: Transaction, lead: str) -> bool:
    return transaction.execute(select(leads.c.id).where(leads.c.id == lead)).first() is not None
