"""
What leaves next, and what people will be asked for: the next thing of every open lead, in the order of time.

Of a sequence that is paused only what comes all the same: who is told of a task that is late, for one.
"""

from collections import abc
from typing import Final

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, exists, func, or_, select

from adapters.database import Transaction
from adapters.tables import leads, owners, sequence_pauses
from adapters.views.leads import AT_ONCE, first_valid
from engine.frozen import Frozen
from engine.words import Act, LeadId

ACTS: Final = (Act.SEND_EMAIL, Act.SEND_SMS, Act.PLACE_CALL, Act.CREATE_TASK)
"""What somebody else notices; the rest is our own thinking."""


class Wanted(Frozen):
    """Which of it."""

    since: AwareDatetime
    until: AwareDatetime
    owner: str | None = None
    sequence: str | None = None
    limit: int = 0
    """0: all of it."""


class Coming(Frozen):
    """The next thing of one lead."""

    at: AwareDatetime
    act: Act
    lead_id: LeadId
    name: str
    sequence: str | None
    owner: str | None
    why: str
    zone: str | None
    """The lead's own, or its owner's; None when neither is known."""


class Count(Frozen):
    """How many, of one act."""

    act: Act
    count: int


def upcoming(transaction: Transaction, wanted: Wanted) -> abc.Iterator[Coming]:
    """What comes, the earliest first, read as it is asked for."""
    columns = ("id", "first_name", "last_name", "next_due", "act", "sequence", "owner", "why", "zone")
    rows = (
        select(*(leads.c[name] for name in columns), owners.c.zone.label("owner_zone"))
        .outerjoin(owners, owners.c.id == leads.c.owner)
        .where(*_conditions(wanted))
        .order_by(leads.c.next_due, leads.c.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in transaction.execute(rows.limit(wanted.limit) if wanted.limit else rows):
        yield Coming(
            at=row.next_due,
            act=row.act,
            lead_id=LeadId(row.id),
            name=" ".join(part for part in (row.first_name, row.last_name) if part),
            sequence=row.sequence,
            owner=row.owner,
            why=row.why or "",
            zone=first_valid(row.zone, row.owner_zone),
        )


def counts(transaction: Transaction, wanted: Wanted) -> tuple[Count, ...]:
    """How much of everything comes, whatever the limit."""
    found = select(leads.c.act, func.count().label("many")).where(*_conditions(wanted)).group_by(leads.c.act)
    many = {row.act: row.many for row in transaction.execute(found)}
    return tuple(Count(act=act, count=many[act]) for act in ACTS if act in many)


def _conditions(wanted: Wanted) -> abc.Iterator[ColumnElement[bool]]:
    yield leads.c.open & (leads.c.next_due >= wanted.since) & (leads.c.next_due < wanted.until)
    yield leads.c.act.in_([act.value for act in ACTS])
    yield leads.c.lead_state == "waiting"
    yield ~_stands_still()
    if wanted.owner is not None:
        yield leads.c.owner == wanted.owner
    if wanted.sequence is not None:
        yield leads.c.sequence == wanted.sequence


def _stands_still() -> ColumnElement[bool]:
    """Its sequence was paused since its last look, so that what that look waited for does not come."""
    since = sequence_pauses.c.since
    slept = or_(leads.c.looked_at.is_(None), leads.c.looked_at <= since)
    return exists().where(sequence_pauses.c.until.is_(None), sequence_pauses.c.sequence == leads.c.sequence, slept)
