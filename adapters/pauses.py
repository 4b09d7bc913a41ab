"""
Pauses of sequences: the leads of one stand still from a moment on, until somebody lets them go on.

A pause is an interval that stays in the records, so that a lead which slept through it is told of it too. Of one
sequence at most one lasts; who comes second is told that it was paused, or that it goes on, already.
"""

from collections import abc
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, or_, select, update

from adapters import audit
from adapters.database import AnyRow, Transaction, insert_once
from adapters.tables import enrolments, leads, sequence_pauses
from engine.frozen import Frozen
from engine.life.circumstances import SequencePause
from engine.words import LeadId, ResumeMode

CLOCKS_DIFFER: Final = timedelta(hours=1)
"""So far the clocks of two machines may be apart: what ended so shortly before a look is told once more."""

LASTS: Final = sequence_pauses.c.until.is_(None)

LASTING: Final = select(sequence_pauses).where(LASTS).order_by(sequence_pauses.c.sequence)

OF_A_LEAD: Final = or_(
    LASTS,
    and_(
        sequence_pauses.c.over_at > bindparam("seen"),
        sequence_pauses.c.sequence.in_(
            select(enrolments.c.sequence).where(enrolments.c.lead == bindparam("who"), enrolments.c.ended_at.is_(None))
        ),
    ),
)
"""All that last, since a lead may begin a paused sequence in the very look; those that ended, of what it is in."""


class Pause(Frozen):
    """A sequence that stands still."""

    sequence: str
    since: datetime
    by: str
    reason: str


class Ending(NamedTuple):
    """A pause that is over, while its leads go on one after the other."""

    sequence: str
    until: datetime
    over_at: datetime
    """When the last of them goes on."""


def pause(transaction: Transaction, sequence: str, by: str, reason: str, now: datetime) -> bool:
    """Its leads stand still from now on; False when they do already."""
    words = {"sequence": sequence, "since": now, "by": by, "reason": reason}
    changed = insert_once(transaction, sequence_pauses, **words)
    if changed:
        audit.write(transaction, by, "paused", _thing(sequence), reason, now)
    return changed


def resume(
    transaction: Transaction,
    sequence: str,
    mode: ResumeMode,
    by: str,
    reason: str,
    now: datetime,
    *,
    spread: timedelta = timedelta(0),
) -> bool:
    """Its leads go on, one after the other within the time `spread`; False when it was not paused."""
    ends = {"until": now, "over_at": now + spread, "spread_seconds": int(spread.total_seconds())}
    lasting = LASTS & (sequence_pauses.c.sequence == sequence)
    ended = update(sequence_pauses).where(lasting).values(mode=mode.value, resumed_by=by, **ends)
    changed = transaction.execute(ended).rowcount > 0
    if changed:
        how = mode.value.replace("_", "-") + (f" within {spread}" if spread else "")
        audit.write(transaction, by, "resumed", _thing(sequence), f"{how}: {reason}" if reason else how, now)
    return changed


def lasting(transaction: Transaction) -> tuple[Pause, ...]:
    """What is paused now, by name."""
    rows = transaction.execute(LASTING)
    return tuple(Pause(sequence=row.sequence, since=row.since, by=row.by, reason=row.reason) for row in rows)


def ending(transaction: Transaction, now: datetime) -> tuple[Ending, ...]:
    """Pauses that are over for some of their leads and not for all."""
    found = select(sequence_pauses).where(sequence_pauses.c.over_at > now)
    return tuple(Ending(row.sequence, row.until, row.over_at) for row in transaction.execute(found))


def of_lead(transaction: Transaction, lead: LeadId, looked_at: datetime | None) -> tuple[SequencePause, ...]:
    """What the engine is told of pauses by a look at this lead, which was looked at then."""
    rows = transaction.execute(select(sequence_pauses).where(OF_A_LEAD), about(lead, looked_at))
    return in_order(rows)


def about(lead: LeadId, looked_at: datetime | None) -> dict[str, object]:
    """What `OF_A_LEAD` is asked with."""
    return {"who": lead, "seen": None if looked_at is None else looked_at - CLOCKS_DIFFER}


def in_order(rows: abc.Iterable[AnyRow]) -> tuple[SequencePause, ...]:
    """The pauses in these rows, the earliest first, as the engine is told of them."""
    found = (
        SequencePause(
            sequence=row.sequence,
            since=row.since,
            until=row.until,
            mode=ResumeMode(row.mode),
            spread=timedelta(seconds=row.spread_seconds),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda pause: pause.since))


def next_look_hears(transaction: Transaction, lead: LeadId) -> tuple[SequencePause, ...]:
    """What the next look at the lead will be told of pauses."""
    looked_at = transaction.execute(select(leads.c.looked_at).where(leads.c.id == lead)).scalar()
    return of_lead(transaction, lead, looked_at)


def _thing(sequence: str) -> str:
    return f"sequence:{sequence}"
