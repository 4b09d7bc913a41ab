"""Leads in flight: who is in which published version of a sequence, running or interrupted."""

from collections import abc
from typing import Final, NamedTuple

from sqlalchemy import func, select, tuple_

from adapters.database import Transaction
from adapters.tables import enrolments
from engine.words import LeadId

LIVE: Final = enrolments.c.ended_at.is_(None)

IN_FLIGHT: Final = select(enrolments.c.version, func.count()).where(LIVE).group_by(enrolments.c.version)
"""One pass over an index of live enrolments alone."""


class Traveller(NamedTuple):
    """A lead that is in a version now."""

    version: str
    lead_id: LeadId
    enrolment: int


def in_flight(transaction: Transaction) -> dict[str, int]:
    """How many leads are in each version that any is in."""
    return {version: leads for version, leads in transaction.execute(IN_FLIGHT)}


def travellers(
    transaction: Transaction, versions: abc.Collection[str], after: Traveller | None, limit: int
) -> tuple[Traveller, ...]:
    """The next leads that are in one of these versions, page by page."""
    place = tuple_(enrolments.c.version, enrolments.c.lead)
    wanted = select(enrolments.c.version, enrolments.c.lead, enrolments.c.number).where(LIVE)
    wanted = wanted.where(enrolments.c.version.in_(versions))
    if after is not None:
        wanted = wanted.where(place > (after.version, after.lead_id))
    rows = transaction.execute(wanted.order_by(enrolments.c.version, enrolments.c.lead).limit(limit))
    return tuple(Traveller(row.version, LeadId(row.lead), row.number) for row in rows)
