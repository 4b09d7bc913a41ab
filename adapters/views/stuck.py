"""
What needs a person: whatever breaks "every open lead has a future wake-up, an open human task, or a Review entry".

One query, a branch per kind of stuck, each on an index. What only Temporal can see (an open lead without a run, a run
without a row) is added by `api.stuck`.
"""

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, Text, func, literal, null, select, union_all

from adapters.database import AnyRow, Transaction
from adapters.tables import Moment, inbox, leads, ledger, tasks
from engine.frozen import Frozen
from engine.reasons import HoldReason, ReviewReason, StopReason
from engine.words import LeadId, TouchState


class Kind(StrEnum):
    """A kind of stuck, the worst first."""

    NO_ROW = "no_row"  # Temporal runs it, and the database does not know it
    NO_RUN = "no_run"  # open, and Temporal has no workflow of it
    FAILING = "failing"  # its look fails again and again
    OVERDUE = "overdue"  # it should have been looked at
    UNAPPLIED = "unapplied"  # something happened, and no look has noted it
    UNCERTAIN = "uncertain"  # nobody knows whether a touch went out
    BACKOFF = "backoff"  # the provider does not take its message
    REVIEW = "review"  # parked for a person
    LATE_TASK = "late_task"  # a person has not done what was due
    UNREACHABLE = "unreachable"  # its sequence ended because no address was left
    FLAGGED = "flagged"  # goes on, but somebody should look
    DEAD_LETTER = "dead_letter"  # something came in that could not be read
    UNMATCHED = "unmatched"  # something came in, and nobody knows whose it is


class Patience(Frozen):
    """How long each kind may last before it counts."""

    overdue: timedelta = timedelta(minutes=15)
    unapplied: timedelta = timedelta(minutes=5)
    uncertain: timedelta = timedelta(minutes=30)
    told_for: timedelta = timedelta(days=7)
    """How long something is told that no repair makes go away."""


class Stuck(Frozen):
    """One thing that is stuck."""

    kind: Kind
    lead_id: LeadId | None
    since: datetime
    reason: str
    """A word of a closed vocabulary: the Review's reason, the touch's state, the row's kind."""
    detail: str
    subject: str | None = None
    """The task, touch or Inbox row it is about."""


PARKED: Final = tuple(f"review.{reason.value}" for reason in ReviewReason)
OPEN_ENDED: Final = (TouchState.IN_FLIGHT.value, TouchState.UNCERTAIN.value)
NOTHING: Final = null().cast(Text)
TOUCH: Final = ledger.c.touch_key
RANK: Final = {kind: rank for rank, kind in enumerate(Kind)}


Texts = ColumnElement[str | None] | ColumnElement[str]
Moments = ColumnElement[datetime]
Branch = Select[str, str | None, datetime, str | None, str | None, str | None, str | None]
"""Kind, lead, since, reason, detail, subject, and the lead's memory where it is needed."""


def stuck(transaction: Transaction, now: datetime, patience: Patience, limit: int) -> tuple[Stuck, ...]:
    """Everything that is stuck, the worst kind first and the oldest of a kind first; at most so many of each kind."""
    branches = (
        _failing(),
        _overdue(now - patience.overdue),
        _unapplied(now - patience.unapplied),
        _uncertain(now - patience.uncertain),
        _backoff(),
        _parked(),
        _late_tasks(now),
        _unreachable(now - patience.told_for),
        _flagged(),
        _dead_letters(now - patience.told_for),
        _unmatched(now - patience.told_for, now - patience.unapplied),
    )
    limited = [select(branch.order_by("since").limit(limit).subquery()) for branch in branches]
    found = (_stuck(row) for row in transaction.execute(union_all(*limited)))
    return tuple(sorted(found, key=lambda one: (RANK[one.kind], one.since)))


# --- one branch per kind ----------------------------------------------------------------------------------------------


def _failing() -> Branch:
    return _of_lead(Kind.FAILING, leads.c.flagged_since, leads.c.flag_detail).where(
        leads.c.flagged_since.is_not(None), leads.c.failing_attempts > 0
    )


def _flagged() -> Branch:
    return _of_lead(Kind.FLAGGED, leads.c.flagged_since, leads.c.flag_detail).where(
        leads.c.flagged_since.is_not(None), leads.c.failing_attempts == 0
    )


def _unreachable(since: datetime) -> Branch:
    without = (leads.c.lead_state == f"over.{StopReason.NO_CHANNEL_LEFT.value}") & (leads.c.looked_at >= since)
    return _of_lead(Kind.UNREACHABLE, leads.c.looked_at, leads.c.why).where(without)


def _overdue(before: datetime) -> Branch:
    return _of_lead(Kind.OVERDUE, leads.c.next_due, leads.c.why).where(leads.c.open, leads.c.next_due < before)


def _parked() -> Branch:
    # When it was parked stands in its memory alone.
    parked = leads.c.lead_state.in_(PARKED)
    return _of_lead(Kind.REVIEW, leads.c.created_at, leads.c.why, memory=leads.c.progress).where(parked)


def _unapplied(before: datetime) -> Branch:
    rows = func.count().cast(Text)
    waiting = inbox.c.lead.is_not(None) & inbox.c.disposition.is_(None) & (inbox.c.received_at < before)
    oldest = func.min(inbox.c.received_at, type_=Moment())
    return (
        _branch(Kind.UNAPPLIED, inbox.c.lead, oldest, func.min(inbox.c.kind), rows)
        .where(waiting)
        .group_by(inbox.c.lead)
    )


def _uncertain(before: datetime) -> Branch:
    open_ended = ledger.c.state.in_(OPEN_ENDED) & (ledger.c.attempt_started_at < before)
    return _branch(
        Kind.UNCERTAIN, ledger.c.lead, ledger.c.attempt_started_at, ledger.c.state, ledger.c.step, TOUCH
    ).where(open_ended)


def _backoff() -> Branch:
    # A touch that was tried is only deferred while its provider makes the lead wait; afterwards the row may stay.
    tried = (ledger.c.state == TouchState.DEFERRED.value) & ledger.c.attempt_started_at.is_not(None)
    waits = leads.c.open & (leads.c.hold == HoldReason.PROVIDER_BACKOFF.value)
    return (
        _branch(Kind.BACKOFF, ledger.c.lead, ledger.c.attempt_started_at, leads.c.hold, ledger.c.detail, TOUCH)
        .join(leads, leads.c.id == ledger.c.lead)
        .where(tried, waits)
    )


def _late_tasks(now: datetime) -> Branch:
    late = (tasks.c.state == "open") & (tasks.c.due < now)
    return _branch(Kind.LATE_TASK, tasks.c.lead, tasks.c.due, tasks.c.kind, tasks.c.why, tasks.c.task_key).where(late)


def _dead_letters(since: datetime) -> Branch:
    unread = (inbox.c.disposition == "dead_letter") & (inbox.c.received_at >= since)
    return _of_row(Kind.DEAD_LETTER, inbox.c.detail).where(unread)


def _unmatched(since: datetime, before: datetime) -> Branch:
    nobodys = inbox.c.lead.is_(None) & (inbox.c.disposition.is_(None) | (inbox.c.disposition == "unmatched"))
    return _of_row(Kind.UNMATCHED, inbox.c.to_system).where(nobodys, inbox.c.received_at.between(since, before))


# --- how a branch is made ---------------------------------------------------------------------------------------------


def _branch(
    kind: Kind,
    lead: Texts,
    since: Moments,
    reason: Texts,
    detail: Texts,
    subject: Texts = NOTHING,
    memory: Texts = NOTHING,
) -> Branch:
    return select(
        literal(kind.value, Text).label("kind"),
        lead.label("lead"),
        since.label("since"),
        reason.label("reason"),
        detail.label("detail"),
        subject.label("subject"),
        memory.label("memory"),
    )


def _of_lead(kind: Kind, since: Moments, detail: Texts, memory: Texts = NOTHING) -> Branch:
    return _branch(kind, leads.c.id, since, leads.c.lead_state, detail, memory=memory)


def _of_row(kind: Kind, detail: Texts) -> Branch:
    subject = inbox.c.source + ":" + inbox.c.event_id
    return _branch(kind, inbox.c.lead, inbox.c.received_at, inbox.c.kind, detail, subject)


def _stuck(row: AnyRow) -> Stuck:
    return Stuck(
        kind=Kind(row.kind),
        lead_id=None if row.lead is None else LeadId(row.lead),
        since=_parked_since(row.memory) or row.since,
        reason=row.reason,
        detail=row.detail or "",
        subject=row.subject,
    )


def _parked_since(memory: str | None) -> datetime | None:
    review = None if memory is None else json.loads(memory).get("review")
    return None if review is None else datetime.fromisoformat(review["since"])
