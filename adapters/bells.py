"""Whom the sweep rings: leads of which something waits for a look that nobody began."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, update

from adapters.database import Transaction
from adapters.switches import Off, off
from adapters.tables import inbox, leads
from engine.life.deciding.steps import ACTS
from engine.reasons import HoldReason
from engine.words import LeadId, Stage

RUNG_AGAIN_EVERY: Final = timedelta(hours=1)
"""How often a lead that rings do not help is rung: more would only fill its history."""

HELD_BY_A_SWITCH: Final = (HoldReason.KILL_SWITCH.value, HoldReason.SEQUENCE_PAUSED.value)


class Bell(NamedTuple):
    """A lead to be rung, and where its row stands."""

    lead_id: LeadId
    stage: Stage


def unrung(transaction: Transaction, before: datetime, limit: int) -> tuple[Bell, ...]:
    """Leads with a row that has waited since before that moment; those rung longest ago first."""
    waiting = leads.c.id.in_(select(inbox.c.lead).where(inbox.c.disposition.is_(None), inbox.c.received_at < before))
    return _bells(transaction, waiting & _silent(before), leads.c.rung_at, limit)


def overdue(transaction: Transaction, now: datetime, late: timedelta, limit: int) -> tuple[Bell, ...]:
    """Open leads that are late by so much, the longest due first: no workflow may run."""
    due = leads.c.open & (leads.c.next_due < now - late)
    unheard = leads.c.rung_at.is_(None) | (leads.c.rung_at < leads.c.next_due)
    return _bells(transaction, due & (unheard | _rung_in_vain(now, late)), leads.c.next_due, limit)


def released(transaction: Transaction, before: datetime, limit: int) -> tuple[Bell, ...]:
    """Open leads that stand still for a switch that is on again; those rung longest ago first."""
    stands_still = leads.c.open & leads.c.hold.in_(HELD_BY_A_SWITCH)
    return _bells(transaction, stands_still & _is_on(off(transaction)) & _silent(before), leads.c.rung_at, limit)


def rang(transaction: Transaction, lead: LeadId, now: datetime) -> None:
    """Remember when the lead was rung last."""
    transaction.execute(update(leads).where(leads.c.id == lead).values(rung_at=now))


def _silent(before: datetime) -> ColumnElement[bool]:
    """Not rung since; a lead whose look keeps failing is tried again by Temporal itself."""
    silent = leads.c.rung_at.is_(None) | (leads.c.rung_at < before)
    return silent & ((leads.c.failing_attempts == 0) | (leads.c.rung_at < before - RUNG_AGAIN_EVERY))


def _rung_in_vain(now: datetime, late: timedelta) -> ColumnElement[bool]:
    """
    Rung a while ago, and not looked at since: the workflow may have gone between the ring and the look.

    The pauses double, up to an hour; step by step, since the databases do not agree on how moments are subtracted.
    """
    in_vain = leads.c.rung_at < now - late - RUNG_AGAIN_EVERY
    while late < RUNG_AGAIN_EVERY:
        in_vain |= and_(leads.c.failing_attempts == 0, leads.c.next_due > now - 3 * late, leads.c.rung_at < now - late)
        late *= 2
    return in_vain


def _is_on(switched: Off) -> ColumnElement[bool]:
    goes_on = [and_(leads.c.hold == HoldReason.SEQUENCE_PAUSED.value, leads.c.sequence.not_in(switched.sequences))]
    if not switched.everything:
        acts = [ACTS[channel].value for channel in switched.channels]
        goes_on.append(and_(leads.c.hold == HoldReason.KILL_SWITCH.value, leads.c.act.not_in(acts)))
    return or_(*goes_on)


def _bells(
    transaction: Transaction, wanted: ColumnElement[bool], first: ColumnElement[datetime | None], limit: int
) -> tuple[Bell, ...]:
    order = (first.asc().nulls_first(), leads.c.id)
    found = transaction.execute(select(leads.c.id, leads.c.stage).where(wanted).order_by(*order).limit(limit))
    return tuple(Bell(LeadId(row.id), Stage(row.stage)) for row in found)
