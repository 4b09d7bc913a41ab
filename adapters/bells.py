"""Whom the sweep rings: leads of which something waits for a look that nobody began."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, select, update

from adapters.database import Transaction
from adapters.pauses import ending
from adapters.switches import Off, off
from adapters.tables import inbox, leads
from engine.life.deciding.steps import ACTS
from engine.reasons import HoldReason
from engine.words import LeadId, Stage

RUNG_AGAIN_EVERY: Final = timedelta(hours=1)
"""How often a lead that rings do not help is rung in the end: more would only fill its history."""

HELD_BY_A_SWITCH: Final = (HoldReason.KILL_SWITCH.value, HoldReason.SEQUENCE_PAUSED.value)


class Bell(NamedTuple):
    """A lead to be rung, and where its row stands."""

    lead_id: LeadId
    stage: Stage
    failing: bool = False
    """Its looks have failed: Temporal tries again by itself, if its workflow is still there."""


def unrung(transaction: Transaction, now: datetime, since: timedelta, limit: int) -> tuple[Bell, ...]:
    """Leads with a row that has waited for so long; those rung longest ago first."""
    old = inbox.c.received_at < now - since
    waiting = leads.c.id.in_(select(inbox.c.lead).where(inbox.c.disposition.is_(None), old))
    return _bells(transaction, waiting & _silent(now, since), leads.c.rung_at, limit)


def overdue(transaction: Transaction, now: datetime, late: timedelta, limit: int) -> tuple[Bell, ...]:
    """Open leads that are late by so much, the longest due first: no workflow may run."""
    due = leads.c.open & (leads.c.next_due < now - late)
    unheard = _never_rung(now) | (leads.c.rung_at < leads.c.next_due)
    return _bells(transaction, due & (unheard | _rung_in_vain(now, late)), leads.c.next_due, limit)


def released(transaction: Transaction, now: datetime, since: timedelta, limit: int) -> tuple[Bell, ...]:
    """Open leads that stand still for a switch that is on again, not rung for so long; the longest ago first."""
    stands_still = leads.c.open & leads.c.hold.in_(HELD_BY_A_SWITCH)
    let_go = _is_on(off(transaction)) & ~_waits_its_turn(transaction, now)
    return _bells(transaction, stands_still & let_go & _silent(now, since), leads.c.rung_at, limit)


def rang(transaction: Transaction, lead: LeadId, now: datetime) -> None:
    """Remember when the lead was rung last, or found to need no ring."""
    transaction.execute(update(leads).where(leads.c.id == lead).values(rung_at=now))


def _never_rung(now: datetime) -> ColumnElement[bool]:
    """Not rung; a ring that is still to come was written down by a clock that went ahead, and silences nobody."""
    return leads.c.rung_at.is_(None) | (leads.c.rung_at > now)


def _silent(now: datetime, since: timedelta) -> ColumnElement[bool]:
    """Not rung for so long."""
    return _never_rung(now) | (leads.c.rung_at < now - since)


def _rung_in_vain(now: datetime, late: timedelta) -> ColumnElement[bool]:
    """
    Rung a while ago, and not looked at since: the workflow may have gone between the ring and the look.

    The pauses double, up to an hour; step by step, since the databases do not agree on how moments are subtracted.
    A lead whose looks fail is not always rung when it is found, so for it they stay as they are.
    """
    in_vain = leads.c.rung_at < now - late - RUNG_AGAIN_EVERY
    in_vain |= (leads.c.failing_attempts > 0) & (leads.c.rung_at < now - late)
    while late < RUNG_AGAIN_EVERY:
        in_vain |= and_(leads.c.next_due > now - 3 * late, leads.c.rung_at < now - late)
        late *= 2
    return in_vain


def _is_on(switched: Off) -> ColumnElement[bool]:
    goes_on = [and_(leads.c.hold == HoldReason.SEQUENCE_PAUSED.value, leads.c.sequence.not_in(switched.sequences))]
    if not switched.everything:
        acts = [ACTS[channel].value for channel in switched.channels]
        goes_on.append(and_(leads.c.hold == HoldReason.KILL_SWITCH.value, leads.c.act.not_in(acts)))
    return or_(*goes_on)


def _waits_its_turn(transaction: Transaction, now: datetime) -> ColumnElement[bool]:
    """Stands still for a pause that is over, and knows since a look when it goes on itself."""
    stands_still = leads.c.hold == HoldReason.SEQUENCE_PAUSED.value
    known = (
        (leads.c.sequence == pause.sequence) & _looked_at_since(pause.until) & (leads.c.next_due <= pause.over_at)
        for pause in ending(transaction, now)
    )
    return stands_still & or_(false(), *known)


def _looked_at_since(moment: datetime) -> ColumnElement[bool]:
    return leads.c.looked_at.is_not(None) & (leads.c.looked_at >= moment)


def _bells(
    transaction: Transaction, wanted: ColumnElement[bool], first: ColumnElement[datetime | None], limit: int
) -> tuple[Bell, ...]:
    order = (first.asc().nulls_first(), leads.c.id)
    columns = select(leads.c.id, leads.c.stage, leads.c.failing_attempts)
    found = transaction.execute(columns.where(wanted).order_by(*order).limit(limit))
    return tuple(Bell(LeadId(row.id), Stage(row.stage), row.failing_attempts > 0) for row in found)
