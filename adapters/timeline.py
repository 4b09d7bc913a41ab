"""What happened to a lead, from every table that knows, in the order it happened."""

from collections import abc
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from adapters.database import AnyRow, Transaction
from adapters.letters import item_of
from adapters.tables import enrolments, inbox, ledger, stage_changes, tasks
from adapters.tasks import LEFT_OUT
from engine.frozen import Frozen
from engine.life.events import Event
from engine.life.sentences import STOPS, TASKS, say_event, say_left_out
from engine.reasons import StopReason
from engine.sequence.wording import say_role, say_stage, say_words
from engine.words import LeadId

Kind = Literal["event", "enrolment", "stage", "touch", "task"]


class Happening(Frozen):
    """One thing that happened, in words without anything personal."""

    at: datetime
    kind: Kind
    what: str
    """The event kind or verb; `started` or `ended`; the stage; the state of the touch; `opened`, or the task's end."""
    text: str
    changed_nothing: bool = False
    """It was noted, and nothing came of it."""


def timeline(transaction: Transaction, lead: LeadId) -> tuple[Happening, ...]:
    """Everything of one lead, oldest first."""
    sources = (_events, _tasks, _enrolments, _stages, _touches)
    return tuple(sorted((h for source in sources for h in source(transaction, lead)), key=lambda h: h.at))


def _events(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    noted = (inbox.c.lead == lead) & inbox.c.applied_at.is_not(None)
    for row in transaction.execute(select(inbox).where(noted).order_by(inbox.c.number)):
        became = "" if row.disposition == "applied" else f" ({row.disposition}: {row.reason or row.detail or ''})"
        yield Happening(
            at=row.applied_at,
            kind="event",
            what=row.kind,
            text=f"{_said(row)}{became}",
            changed_nothing=row.disposition != "applied",
        )


def _said(row: AnyRow) -> str:
    item = item_of(row)
    if isinstance(item, Event):
        into = item.data.pipeline_stage
        return say_event(item) if into is None else f'the CRM moves the lead into "{into}"'
    return f"{say_words(row.kind)} by {row.by}" if row.by else say_words(row.kind)


def _enrolments(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(enrolments).where(enrolments.c.lead == lead)):
        yield Happening(at=row.started_at, kind="enrolment", what="started", text=f"{row.sequence} {row.why}")
        if row.ended_at is not None:
            text = f"{row.sequence} ended: {STOPS[StopReason(row.because)]}"
            yield Happening(at=row.ended_at, kind="enrolment", what="ended", text=text)


def _stages(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(stage_changes).where(stage_changes.c.lead == lead)):
        text = f"{say_stage(row.from_stage)} → {say_stage(row.to_stage)}"
        yield Happening(at=row.at, kind="stage", what=row.to_stage, text=text)


def _touches(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(ledger).where(ledger.c.lead == lead)):
        text = f"{row.channel} {row.step} {say_words(row.state)}"
        yield Happening(at=row.changed_at, kind="touch", what=row.state, text=text)


def _tasks(transaction: Transaction, lead: LeadId) -> abc.Iterator[Happening]:
    for row in transaction.execute(select(tasks).where(tasks.c.lead == lead)):
        name = f"{row.kind} {row.step}" if row.step else TASKS[row.kind]
        if row.state == LEFT_OUT:
            yield Happening(
                at=row.opened_at, kind="task", what=row.state, text=f"{name} is left out: {say_left_out(row.because)}"
            )
            continue
        yield Happening(at=row.opened_at, kind="task", what="opened", text=f"{name} for {say_role(row.to_role)}")
        if row.closed_at is not None:
            ended = row.disposition or row.state
            yield Happening(at=row.closed_at, kind="task", what=row.state, text=f"{name}: {say_words(ended)}")
