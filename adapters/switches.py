"""
Kill switches and paused sequences: what on-call turned off for everybody.

Whoever stands still for one says so on the lead's row, so nobody is woken here: the sweep finds whom a switch that is
on again has let go. A sequence that is turned off is paused, and turned on it goes on where it was.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import delete, literal, null, select, union_all

from adapters import audit, pauses
from adapters.database import Transaction, insert_once
from adapters.tables import kill_switches, sequence_pauses
from engine.frozen import Frozen
from engine.life.circumstances import SequencePause
from engine.words import Channel, LeadId, ResumeMode


class Scope(StrEnum):
    """What a switch turns off."""

    ALL = "all"
    CHANNEL = "channel"
    SEQUENCE = "sequence"  # its leads stand still where they are


class Switch(Frozen):
    """Something that is turned off."""

    scope: Scope
    name: str
    """The channel or the sequence; empty for all."""
    since: datetime
    by: str
    reason: str


class Off(Frozen):
    """Everything that is turned off now."""

    everything: bool = False
    channels: tuple[Channel, ...] = ()
    sequences: tuple[str, ...] = ()


class Told(NamedTuple):
    """What a look tells the engine."""

    everything: bool
    channels: tuple[Channel, ...]
    pauses: tuple[SequencePause, ...]


OFF: Final = select(kill_switches.c.kind, kill_switches.c.name).order_by(kill_switches.c.name)

TOLD: Final = union_all(
    # The first part says of what kinds the columns are.
    select(
        literal(Scope.SEQUENCE.value).label("kind"),
        *(sequence_pauses.c[name] for name in ("sequence", "since", "until", "mode", "spread_seconds")),
    ).where(pauses.OF_A_LEAD),
    select(kill_switches.c.kind, kill_switches.c.name, kill_switches.c.since, null(), literal(""), literal(0)),
)
"""One question for both: each look asks it."""


def turn_off(transaction: Transaction, scope: Scope, name: str, by: str, reason: str, now: datetime) -> bool:
    """Turn it off; False when it was off already. The name is the channel's or sequence's, empty for all."""
    if scope is Scope.SEQUENCE:
        return pauses.pause(transaction, name, by, reason, now)
    changed = insert_once(transaction, kill_switches, kind=scope.value, name=name, since=now, by=by, reason=reason)
    if changed:
        audit.write(transaction, by, "turned_off", _thing(scope, name), reason, now)
    return changed


def turn_on(transaction: Transaction, scope: Scope, name: str, by: str, reason: str, now: datetime) -> bool:
    """Turn it on again; False when it was on."""
    if scope is Scope.SEQUENCE:
        return pauses.resume(transaction, name, ResumeMode.SHIFT, by, reason, now)
    switch = (kill_switches.c.kind == scope.value) & (kill_switches.c.name == name)
    changed = transaction.execute(delete(kill_switches).where(switch)).rowcount > 0
    if changed:
        audit.write(transaction, by, "turned_on", _thing(scope, name), reason, now)
    return changed


def switched_off(transaction: Transaction) -> tuple[Switch, ...]:
    """What is off now, the longest first."""
    kills = (
        Switch(scope=Scope(row.kind), name=row.name, since=row.since, by=row.by, reason=row.reason)
        for row in transaction.execute(select(kill_switches))
    )
    paused = (
        Switch(scope=Scope.SEQUENCE, name=one.sequence, since=one.since, by=one.by, reason=one.reason)
        for one in pauses.lasting(transaction)
    )
    return tuple(sorted((*kills, *paused), key=lambda switch: (switch.since, switch.name)))


def off(transaction: Transaction) -> Off:
    """What is off now."""
    rows = transaction.execute(OFF).all()
    return Off(
        everything=any(row.kind == Scope.ALL for row in rows),
        channels=tuple(Channel(row.name) for row in rows if row.kind == Scope.CHANNEL),
        sequences=tuple(pause.sequence for pause in pauses.lasting(transaction)),
    )


def told(transaction: Transaction, lead: LeadId, looked_at: datetime | None) -> Told:
    """What a look at this lead, which was looked at then, tells the engine of switches and pauses."""
    rows = transaction.execute(TOLD, pauses.about(lead, looked_at)).all()
    return Told(
        everything=any(row.kind == Scope.ALL for row in rows),
        channels=tuple(sorted(Channel(row.sequence) for row in rows if row.kind == Scope.CHANNEL)),
        pauses=pauses.in_order(row for row in rows if row.kind == Scope.SEQUENCE),
    )


def _thing(scope: Scope, name: str) -> str:
    return f"{scope.value}:{name}" if name else scope.value
