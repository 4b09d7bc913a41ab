"""
Room in a sequence: how many leads begin in it in a day, and whether a colleague of the lead is written to already.

A sequence that is full keeps a line. A place in it is the moment at which one more may begin; it is taken once and
holds, whatever happens to those before and behind it, until the lead begins or leaves the line.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, select, union_all

from adapters.catalogue import Catalogue
from adapters.database import Transaction, insert_once, serialised
from adapters.tables import enrolments, leads, places
from engine.life.wishes import Entry
from engine.sequence.compiled import Sequence
from engine.words import LeadId

DAY: Final = timedelta(hours=24)


def entry(
    transaction: Transaction, catalogue: Catalogue, lead: LeadId, account: str | None, sequence: Sequence, now: datetime
) -> Entry:
    """
    Whether the sequence has room for the lead; a lead for which it is full has a place from now on.

    Until the transaction ends nobody else is told of the same room.
    """
    alone = account if sequence.one_contact_per_account else None
    names = [] if alone is None else [f"account:{alone}"]
    names += [] if sequence.per_day is None else [f"sequence:{sequence.name}"]
    serialised(transaction, *names)
    if alone is not None and _is_busy(transaction, catalogue, lead, alone):
        return Entry(sequence=sequence.name, account_busy=True)
    if sequence.per_day is None:
        return Entry(sequence=sequence.name)
    return Entry(sequence=sequence.name, free_at=_free_at(transaction, lead, sequence.name, sequence.per_day, now))


def leave(transaction: Transaction, lead: LeadId, sequence: str) -> None:
    """Give the lead's place back: it has begun, or waits no longer."""
    transaction.execute(delete(places).where(places.c.lead == lead, places.c.sequence == sequence))


def _is_busy(transaction: Transaction, catalogue: Catalogue, lead: LeadId, account: str) -> bool:
    """Whether a colleague is in a sequence that wants to be the only one of the account."""
    theirs = (leads.c.account == account) & (leads.c.id != lead) & enrolments.c.ended_at.is_(None)
    joined = enrolments.join(leads, enrolments.c.lead == leads.c.id)
    running = transaction.execute(select(enrolments.c.version).select_from(joined).where(theirs).distinct()).scalars()
    return any(catalogue.plan(transaction, version).sequence.one_contact_per_account for version in running.all())


def _free_at(transaction: Transaction, lead: LeadId, sequence: str, per_day: int, now: datetime) -> datetime:
    """
    When the lead may begin; `now` itself when it may at once.

    Whose moment has come begins, unless so many began meanwhile, or an outage kept those before it waiting too: then it
    takes a new place, so that nothing ends in a burst.
    """
    mine = (places.c.lead == lead) & (places.c.sequence == sequence)
    place: datetime | None = transaction.execute(select(places.c.slot_at).where(mine)).scalar()
    if place is not None and place > now:
        return place
    free = _nth(transaction, lead, sequence, per_day, now, before=place)
    if free <= now:
        return now
    free = free if place is None else _nth(transaction, lead, sequence, per_day, now)
    leave(transaction, lead, sequence)
    insert_once(transaction, places, lead=lead, sequence=sequence, slot_at=free)
    return free


def _nth(
    transaction: Transaction, lead: LeadId, sequence: str, per_day: int, now: datetime, before: datetime | None = None
) -> datetime:
    """A day after the last begin or place but so many, of all those or of those `before` this place in the line."""
    began = (enrolments.c.sequence == sequence) & (enrolments.c.started_at > now - DAY)
    waits = (places.c.sequence == sequence) & (places.c.slot_at > now - DAY) & (places.c.lead != lead)
    if before is not None:
        waits &= places.c.slot_at < before
    counted = union_all(
        select(_latest(enrolments.c.started_at, began, per_day).subquery()),
        select(_latest(places.c.slot_at, waits, per_day).subquery()),
    ).subquery()
    nth = select(counted.c.moment).order_by(counted.c.moment.desc()).offset(per_day - 1).limit(1)
    found = transaction.execute(nth).scalar()
    return now if found is None else max(now, found + DAY)


def _latest(moment: ColumnElement[datetime], counts: ColumnElement[bool], most: int) -> "Select[datetime]":
    return select(moment.label("moment")).where(counts).order_by(moment.desc()).limit(most)
