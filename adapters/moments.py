"""
Leads whose date has come for a sequence that starts at one: found by one pass over all leads, and filed once.

A lead starts once for a value of its date in a sequence, whatever crashes or runs twice: the Inbox knows the id.
"""

from collections import abc
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from adapters.catalogue import Catalogue
from adapters.circumstances import zone_of
from adapters.database import AnyRow, Transaction
from adapters.letters import Letter
from adapters.tables import inbox, json_text, leads, owners, sequence_versions
from engine.life.moments import OPEN_AFTER_DATE, start_opened
from engine.sequence.compiled import Moment, OnMoment
from engine.words import EventKind, LeadId

SOURCE: Final = "moments"
"""The Inbox source of dates that have come."""

ANY_ZONE: Final = timedelta(days=2)
"""No zone, and no hour of a date, is further from UTC."""

LONGEST_DATE: Final = 42
"""Characters of the longest date and time there is."""

DATED: Final = "____-__-__%"
"""Dates as everybody writes them; those written otherwise are read one by one."""

AT_A_TIME: Final = 1000


class Start(NamedTuple):
    """A start at a date of a published sequence."""

    sequence: str
    moment: Moment
    published_at: datetime
    """When a version with this very start was first published: what was reached before then starts nothing."""


class Reached(NamedTuple):
    """A lead for which a date has come."""

    lead_id: LeadId
    start: Start
    value: str
    """Of the date field."""
    at: datetime
    """When the moment was reached."""

    def letter(self, now: datetime) -> Letter:
        """The event, whose id is the same for every time that this value is found."""
        start = self.start
        # A lead whose date is told late starts all the same: what happens to it happens now.
        occurred_at = now if start.moment.kind == "before" else self.at
        return Letter(
            source=SOURCE,
            id=f"{_prefix(start)}{self.lead_id}/{self.value}",
            kind=EventKind.MOMENT_REACHED.value,
            occurred_at=occurred_at,
            body=json_text({"sequence": start.sequence, "name": start.moment.field}),
        )


def starts(transaction: Transaction, catalogue: Catalogue) -> tuple[Start, ...]:
    """Every start at a date in what is published."""
    return tuple(
        Start(plan.sequence.name, start.moment, _first_published(transaction, catalogue, plan.sequence.name, start))
        for plan in catalogue.published(transaction).plans
        for start in plan.sequence.starts
        if isinstance(start, OnMoment)
    )


def reached(
    transaction: Transaction, wanted: abc.Sequence[Start], org_zone: str, now: datetime, limit: int
) -> tuple[Reached, ...]:
    """At most so many leads whose date has come and is not filed yet, in no order."""
    if not wanted:
        return ()
    found: list[Reached] = []
    # Many leads share few dates and zones.
    opened = lru_cache(maxsize=10_000)(_opened)
    rows = transaction.execute(_candidates(wanted, now).execution_options(yield_per=AT_A_TIME))
    for row in rows:
        zone, _ = zone_of(row.zone, row.owners_zone, org_zone)
        for number, start in enumerate(wanted):
            value = row[number]
            at = opened(start, value, zone, now) if isinstance(value, str) else None
            if at is not None:
                found.append(Reached(LeadId(row.id), start, value, at))
        if len(found) >= limit:
            rows.close()
            break
    return tuple(found[:limit])


def _opened(start: Start, value: str, zone: str, now: datetime) -> datetime | None:
    at = start_opened(start.moment, value, zone, now)
    too_early = at is not None and start.moment.kind == "since" and at < start.published_at
    return None if too_early else at


def _candidates(wanted: abc.Sequence[Start], now: datetime) -> Select[Any]:
    """Leads with a date near enough to be read, for each start its value where it is not filed."""
    values = [_value(start) for start in wanted]
    near = [and_(_near(start, value, now), ~_filed(start, value)) for start, value in zip(wanted, values, strict=True)]
    shown = [case((one, value)) for one, value in zip(near, values, strict=True)]
    lead = (leads.c.id, leads.c.zone, owners.c.zone.label("owners_zone"))
    from_ = leads.outerjoin(owners, owners.c.id == leads.c.owner)
    return select(*shown, *lead).select_from(from_).where(or_(*near))


def _value(start: Start) -> ColumnElement[str]:
    value: ColumnElement[str] = leads.c.fields[start.moment.field].as_string()
    return value


def _near(start: Start, value: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    moment = start.moment
    distance = timedelta(days=moment.days, hours=moment.hours)
    if moment.kind == "before":
        first, last = now - OPEN_AFTER_DATE - ANY_ZONE, now + distance + ANY_ZONE
    else:
        first, last = now - distance - OPEN_AFTER_DATE - ANY_ZONE, now - distance + ANY_ZONE
    day = func.substr(value, 1, 10)
    soon = day.between(first.date().isoformat(), last.date().isoformat())
    return and_(func.length(value) <= LONGEST_DATE, or_(soon, value.not_like(DATED)))


def _filed(start: Start, value: ColumnElement[str]) -> ColumnElement[bool]:
    told = literal(_prefix(start)) + leads.c.id + literal("/") + value
    return exists().where(inbox.c.source == SOURCE, inbox.c.event_id == told)


def _prefix(start: Start) -> str:
    return f"{start.sequence}/{start.moment.field}/"


def _first_published(transaction: Transaction, catalogue: Catalogue, name: str, start: OnMoment) -> datetime:
    versions = select(sequence_versions.c.version, sequence_versions.c.published_at).where(
        sequence_versions.c.name == name
    )
    rows: list[AnyRow] = list(transaction.execute(versions))
    published: list[datetime] = [
        row.published_at for row in rows if start in catalogue.plan(transaction, row.version).sequence.starts
    ]
    return min(published)
