"""What happened to a lead, from every table that knows, in the order it happened."""

from collections import abc
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from adapters.database import Transaction
from adapters.tables import enrolments, inbox, ledger, stage_changes, tasks
from engine.frozen import Frozen
from engine.words import LeadId

Kind = Literal["event", "enrolment", "stage", "touch", "task"]


class Happening(Frozen):
    """One thing that happened, in words without anything personal."""

    at: datetime
    kind: Kind
    text: str


def timeline(transaction: Transaction, lead: LeadId) -> tuple[Happening, ...]:
    """Everything of one lead, oldest first."""
    sources = (_events, _enrolments, _stages, _touches, _tasks)
    return tuple(sorted((h for source in sources for h in source(transaction, lead)), key=lambda h: h.at))


def _events(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    noted = (inbox.c.lead == lead) & inbox.c.applied_at.is_not(None)
    for row in transaction.execute(select(inbox).where(noted).order_by(inbox.c.number)):
        said = f" by {row.by}" if row.by else ""
        became = "" if row.disposition == "applied" else f" ({row.disposition}: {row.reason or row.detail or ''})"
        yield Happening(at=row.applied_at, kind="event", text=f"{_words(row.kind)}{said}{became}")


def _enrolments(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(enrolments).where(enrolments.c.lead == lead)):
        yield Happening(at=row.started_at, kind="enrolment", text=f"{row.sequence} {row.why}")
        if row.ended_at is not None:
            yield Happening(at=row.ended_at, kind="enrolment", text=f"{row.sequence} ended: {_words(row.because)}")


def _stages(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(stage_changes).where(stage_changes.c.lead == lead)):
        yield Happening(at=row.at, kind="stage", text=f"{_words(row.from_stage)} → {_words(row.to_stage)}")


def _touches(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(ledger).where(ledger.c.lead == lead)):
        yield Happening(at=row.changed_at, kind="touch", text=f"{row.channel} {row.step} {_words(row.state)}")


def _tasks(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(tasks).where(tasks.c.lead == lead)):
        name = f"{row.kind} {row.step}" if row.step else row.kind
        yield Happening(at=row.opened_at, kind="task", text=f"{name} for the {row.to_role}")
        if row.closed_at is not None:
            ended = row.disposition or row.state
            yield Happening(at=row.closed_at, kind="task", text=f"{name}: {_words(ended)}")


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")
