"""
The audit trail: who did what to what, why and when.

What the engine and the office do is written here: a table that only grows and holds nothing personal. What people do to
a lead is on record already: the Inbox row of their command is its entry, with the reason in their own words, which must
go when the lead is erased. `about_lead` reads both as one trail.
"""

from collections import abc
from datetime import datetime

from sqlalchemy import insert, select

from adapters.database import AnyRow, Transaction
from adapters.letters import OPERATOR, said_in
from adapters.tables import audit, inbox
from engine.frozen import Frozen
from engine.life.events import CommandData
from engine.words import LeadId, Verb

ENGINE = "engine"
"""The actor when no person was."""

WHY = "reason"
"""What a command calls its reason."""


class Entry(Frozen):
    """One thing that was done."""

    at: datetime
    actor: str
    action: str
    object: str
    """Kind and opaque id: `lead:4f…`, `task:…`, `sequence:speed-to-lead@…`."""
    reason: str
    request: str | None = None
    became: str | None = None
    """What a look made of a person's command: applied, refused, ignored; None before that, and of all else."""


def write(
    transaction: Transaction,
    actor: str,
    action: str,
    about: str,
    reason: str,
    now: datetime,
    *,
    request: str | None = None,
) -> None:
    """Add an entry."""
    transaction.execute(
        insert(audit).values(at=now, actor=actor, action=action, object=about, reason=reason, request=request)
    )


def about(transaction: Transaction, thing: str) -> tuple[Entry, ...]:
    """What was done to one thing, oldest first."""
    rows = transaction.execute(select(audit).where(audit.c.object == thing).order_by(audit.c.id))
    return tuple(
        Entry(at=r.at, actor=r.actor, action=r.action, object=r.object, reason=r.reason, request=r.request)
        for r in rows
    )


def about_lead(transaction: Transaction, lead: LeadId) -> tuple[Entry, ...]:
    """What was done to a lead, by the engine and by people, oldest first."""
    entries = (*_of_people(transaction, lead), *about(transaction, f"lead:{lead}"))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _of_people(transaction: Transaction, lead: LeadId) -> abc.Iterator[Entry]:
    """Whatever people of ours commanded or reported, and commands that somebody signalled to Temporal directly."""
    theirs = (inbox.c.source == OPERATOR) | inbox.c.kind.in_(tuple(Verb))
    for row in transaction.execute(select(inbox).where(inbox.c.lead == lead, theirs).order_by(inbox.c.number)):
        said = said_in(row.body)
        yield Entry(
            at=row.received_at,
            actor=row.by or row.source,
            action=_action(row.kind, said),
            object=f"lead:{lead}",
            reason=str(said.get(WHY, "")),
            request=row.event_id,
            became=_became(row),
        )


def _action(kind: str, said: abc.Mapping[str, object]) -> str:
    """A command with what it names; what an event says may be personal, and stays in the Inbox."""
    named = CommandData.model_fields.keys() - {WHY} if kind in tuple(Verb) else ()
    return " ".join((kind, *(str(said[name]) for name in sorted(named) if said.get(name))))


def _became(row: AnyRow) -> str | None:
    refused = row.kind == Verb.ENROLL and row.reason is not None
    word = "refused" if refused else row.disposition
    why = row.reason or (row.detail if word == "dead_letter" else None)
    return f"{word}: {why}" if word and why else word
