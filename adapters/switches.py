"""
Kill switches and paused sequences: what on-call turned off for everybody.

Whoever stands still for one says so on the lead's row, so nobody is woken here: the sweep finds whom a switch that is
on again has let go.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select

from adapters import audit
from adapters.database import Transaction, insert_once
from adapters.tables import kill_switches
from engine.frozen import Frozen
from engine.words import Channel

OFF: Final = select(kill_switches.c.kind, kill_switches.c.name).order_by(kill_switches.c.name)


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


def turn_off(transaction: Transaction, scope: Scope, name: str, by: str, reason: str, now: datetime) -> bool:
    """Turn it off; False when it was off already. The name is the channel's or sequence's, empty for all."""
    changed = insert_once(transaction, kill_switches, kind=scope.value, name=name, since=now, by=by, reason=reason)
    if changed:
        audit.write(transaction, by, "turned_off", _thing(scope, name), reason, now)
    return changed


def turn_on(transaction: Transaction, scope: Scope, name: str, by: str, reason: str, now: datetime) -> bool:
    """Turn it on again; False when it was on."""
    switch = (kill_switches.c.kind == scope.value) & (kill_switches.c.name == name)
    changed = transaction.execute(delete(kill_switches).where(switch)).rowcount > 0
    if changed:
        audit.write(transaction, by, "turned_on", _thing(scope, name), reason, now)
    return changed


def switched_off(transaction: Transaction) -> tuple[Switch, ...]:
    """What is off now, the longest first."""
    rows = transaction.execute(select(kill_switches).order_by(kill_switches.c.since, kill_switches.c.name))
    return tuple(
        Switch(scope=Scope(row.kind), name=row.name, since=row.since, by=row.by, reason=row.reason) for row in rows
    )


def off(transaction: Transaction) -> Off:
    """What is off now, as the engine is told."""
    rows = transaction.execute(OFF).all()
    return Off(
        everything=any(row.kind == Scope.ALL for row in rows),
        channels=tuple(Channel(row.name) for row in rows if row.kind == Scope.CHANNEL),
        sequences=tuple(row.name for row in rows if row.kind == Scope.SEQUENCE),
    )


def _thing(scope: Scope, name: str) -> str:
    return f"{scope.value}:{name}" if name else scope.value
