"""Leads, a line each, the newest first."""

from collections import abc
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, select

from adapters.database import Transaction
from adapters.tables import leads, owners
from engine.calendar.zones import valid_zone
from engine.frozen import Frozen
from engine.reasons import ReviewReason, StopReason
from engine.words import LeadId, Stage

AT_ONCE: Final = 500
"""Rows fetched together while a long list is streamed."""

STATES: Final = (
    "waiting",
    "task",
    "paused",
    *(f"review.{reason.value}" for reason in ReviewReason),
    *(f"over.{reason.value}" for reason in StopReason),
)
"""Every state of a lead's row; `review` and `over` stand for all of theirs."""

FAMILIES: Final = ("review", "over")

TOLD: Final = (
    *("id", "first_name", "last_name", "created_at", "open", "stage", "lead_state", "sequence", "version"),
    *("owner", "next_due", "act", "why", "zone"),
)
"""The columns of a line; the lead's memory is large and stays where it is."""


class Which(Frozen):
    """Which leads are wanted."""

    stage: Stage | None = None
    state: str | None = None
    """A member of STATES, `review` or `over`."""
    sequence: str | None = None
    owner: str | None = None
    due_before: datetime | None = None
    limit: int = 0
    """0: all of them."""


class LeadLine(Frozen):
    """One lead on one line."""

    lead_id: LeadId
    name: str
    created_at: datetime
    open: bool
    stage: str
    state: str
    sequence: str | None
    version: str | None
    owner: str | None
    next_due: datetime | None
    act: str | None
    why: str | None
    zone: str | None
    """The lead's own, or its owner's; None when neither is known."""


def lines(transaction: Transaction, which: Which) -> abc.Iterator[LeadLine]:
    """The leads that are wanted, read as they are asked for."""
    told = [leads.c[name] for name in TOLD]
    wanted = (
        select(*told, owners.c.zone.label("owner_zone"))
        .outerjoin(owners, owners.c.id == leads.c.owner)
        .where(*_conditions(which))
        .order_by(leads.c.created_at.desc(), leads.c.id.desc())
        .execution_options(yield_per=AT_ONCE)
    )
    for row in transaction.execute(wanted.limit(which.limit) if which.limit else wanted):
        yield _line(row)


def states_of(state: str) -> tuple[str, ...]:
    """Every state this one stands for; none when there is no such state."""
    if state in FAMILIES:
        return tuple(known for known in STATES if known.startswith(f"{state}."))
    return (state,) if state in STATES else ()


def first_valid(*zones: str | None) -> str | None:
    """The first of these zones that there is."""
    return next((zone for zone in zones if zone and valid_zone(zone)), None)


def _conditions(which: Which) -> abc.Iterator["ColumnElement[bool]"]:
    if which.stage is not None:
        yield leads.c.stage == which.stage.value
    if which.state is not None:
        yield leads.c.lead_state.in_(states_of(which.state))
    if which.sequence is not None:
        yield leads.c.sequence == which.sequence
    if which.owner is not None:
        yield leads.c.owner == which.owner
    if which.due_before is not None:
        yield leads.c.open & (leads.c.next_due < which.due_before)


def _line(row: "Row[*tuple[Any, ...]]") -> LeadLine:
    return LeadLine(
        lead_id=LeadId(row.id),
        name=" ".join(part for part in (row.first_name, row.last_name) if part),
        created_at=row.created_at,
        open=row.open,
        stage=row.stage,
        state=row.lead_state,
        sequence=row.sequence,
        version=row.version,
        owner=row.owner,
        next_due=row.next_due if row.open else None,
        act=row.act,
        why=row.why,
        zone=first_valid(row.zone, row.owner_zone),
    )
