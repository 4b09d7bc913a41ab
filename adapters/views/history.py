"""What really happened to the leads of a while ago, as far as they and our own people did it: a rehearsal plays it."""

from collections import abc
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Select, select

from adapters import leads as people
from adapters.catalogue import Published
from adapters.circumstances import circumstances_of, known
from adapters.database import AnyRow, Transaction
from adapters.letters import item_of
from adapters.settings import Settings
from adapters.tables import enrolments, inbox, leads, tasks
from engine.life.circumstances import Circumstances
from engine.life.events import Command, Event
from engine.reasons import SkipReason
from engine.words import EventKind, LeadId, Verb

REPAIRS: Final = (Verb.RETRY, Verb.SKIP, Verb.JUMP, Verb.MIGRATE, Verb.RETIRE)
"""What a person of ours did about that one life: another life has no use for it."""
CLOSING: Final = (EventKind.OPTED_OUT, EventKind.BOUNCED)
"""What closes a channel from then on."""


class Worked(NamedTuple):
    """What somebody of ours did when a step asked for it."""

    step: str
    took: timedelta
    """From when it was asked."""
    disposition: str


class Remembered(NamedTuple):
    """A lead from the moment on that a rehearsal begins at."""

    lead: LeadId
    since: datetime
    world: Circumstances
    """As it is known today; channels that were closed since then are open in it."""
    country: str | None
    region: str | None
    items: tuple[Event | Command, ...]
    """In the order in which we heard of them; reports of tasks are not among them."""
    worked: tuple[Worked, ...]


class Asked(NamedTuple):
    """Whose history is wanted."""

    sequence: str
    """Those who began it; empty: those who came to us."""
    since: datetime
    until: datetime
    """Neither before the one nor from the other on."""


def history(
    transaction: Transaction, published: Published, settings: Settings, asked: Asked, now: datetime
) -> tuple[Remembered, ...]:
    """Everybody, the earliest first; once each, from the first time on."""
    began: dict[LeadId, datetime] = {}
    for row in transaction.execute(_beginnings(asked)):
        began.setdefault(LeadId(row.lead), row.began)
    rows = ((at, people.row(transaction, lead)) for lead, at in began.items())
    return tuple(_remembered(transaction, published, settings, row, at, now) for at, row in rows if row is not None)


def _beginnings(asked: Asked) -> Select[str, datetime]:
    """Who began, and when; erased leads have no history."""
    if not asked.sequence:
        at, wanted = leads.c.created_at, select(leads.c.id.label("lead"), leads.c.created_at.label("began"))
    else:
        at, wanted = enrolments.c.started_at, select(enrolments.c.lead, enrolments.c.started_at.label("began"))
        wanted = wanted.where(enrolments.c.sequence == asked.sequence)
    return wanted.where(at >= asked.since, at < asked.until).order_by(at)


def _remembered(
    transaction: Transaction, published: Published, settings: Settings, row: AnyRow, since: datetime, now: datetime
) -> Remembered:
    lead = LeadId(row.id)
    items = tuple(_items(transaction, lead, since))
    world = circumstances_of(transaction, known(transaction, row), published, settings, now)
    return Remembered(
        lead=lead,
        since=since,
        world=_as_it_was(world, items),
        country=row.country,
        region=row.region,
        items=items,
        worked=tuple(_worked(transaction, lead)),
    )


def _items(transaction: Transaction, lead: LeadId, since: datetime) -> abc.Iterator[Event | Command]:
    theirs = (inbox.c.lead == lead) & (inbox.c.received_at >= since) & (inbox.c.kind != EventKind.TASK_DONE.value)
    for row in transaction.execute(select(inbox).where(theirs).order_by(inbox.c.number)):
        item = item_of(row)
        if isinstance(item, Event) or (isinstance(item, Command) and item.verb not in REPAIRS):
            yield item.model_copy(update={"number": 0, "id": "", "occurred_at": row.received_at})


def _as_it_was(world: Circumstances, items: abc.Iterable[Event | Command]) -> Circumstances:
    """The world in which nothing of this has happened yet."""
    closed_since = {item.data.channel for item in items if isinstance(item, Event) and item.kind in CLOSING}
    if not closed_since:
        return world
    channels = tuple(
        state.model_copy(update={"why_not": None})
        if state.why_not is not SkipReason.NO_CONSENT and (None in closed_since or state.channel in closed_since)
        else state
        for state in world.channels
    )
    return world.model_copy(update={"channels": channels})


def _worked(transaction: Transaction, lead: LeadId) -> abc.Iterator[Worked]:
    theirs = (tasks.c.lead == lead) & tasks.c.step.is_not(None) & (tasks.c.state == "done")
    for row in transaction.execute(select(tasks).where(theirs).order_by(tasks.c.opened_at)):
        if row.closed_at is not None and row.disposition:
            yield Worked(row.step, row.closed_at - row.opened_at, row.disposition)
