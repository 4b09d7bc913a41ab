"""
Addresses we must not, or cannot, write to. Kept by the address, so that every lead that has it is covered.

A refusal is lifted only by the person; a dead address stays dead.
"""

from collections import abc
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, desc, false, insert, null, select, union_all, update

from adapters.database import Transaction, insert_once
from adapters.tables import consent, suppression
from engine.frozen import Frozen
from engine.hearsay import SaidMoment
from engine.life.effects import EVERY_CHANNEL
from engine.reasons import SkipReason
from engine.words import Channel, LeadId

OPTED_IN = "opted_in"
"""The basis of a consent the person gave by asking for us, not by a form or an import."""


EVERYTHING_SAID: Final = union_all(
    select(
        suppression.c.address_hash,
        suppression.c.channel,
        suppression.c.reason,
        false().label("granted"),
        suppression.c.at,
        suppression.c.id,
    ).where(suppression.c.address_hash.in_(bindparam("hashes", expanding=True)), suppression.c.lifted_at.is_(None)),
    select(
        consent.c.address_hash,
        consent.c.channel,
        null().label("reason"),
        consent.c.granted,
        consent.c.at,
        consent.c.id,
    ).where(consent.c.address_hash.in_(bindparam("hashes", expanding=True))),
).order_by(desc("reason"), "at", "id")
"""
Active suppressions and every consent about some addresses, each kind in the order in which a later row counts more.

A dead address sorts after a refusal and is what counts of the two, as it does in the engine.
"""


class Consent(Frozen):
    """What a person agreed to, with the proof."""

    channel: Channel
    granted: bool = True
    basis: str
    """consent, soft opt-in, contract, …"""
    source: str
    """Where it was given: a form, a call, an import."""
    wording_version: str | None = None
    at: SaidMoment


class Standing(Frozen):
    """What is known about writing to one address on one channel."""

    address_hash: str
    channel: Channel
    closed: SkipReason | None = None
    consented: bool | None = None
    """None when nobody ever said."""


def close(
    transaction: Transaction,
    address_hash: str,
    address: str | None,
    channel: Channel,
    because: SkipReason,
    source: str,
    at: datetime,
) -> None:
    """Suppress the address on the channel, unless the person asked for it again after that moment."""
    if because is SkipReason.CHANNEL_SUPPRESSED and _asked_since(transaction, address_hash, channel, at):
        return
    insert_once(
        transaction,
        suppression,
        address_hash=address_hash,
        address=address,
        channel=channel.value,
        reason=because.value,
        source=source,
        at=at,
    )


def lift(transaction: Transaction, address_hash: str, channel: Channel, by: str, at: datetime) -> None:
    """The person wants to hear from us again: refusals made before that moment no longer count."""
    transaction.execute(
        update(suppression)
        .where(
            suppression.c.address_hash == address_hash,
            suppression.c.channel == channel.value,
            suppression.c.reason == SkipReason.CHANNEL_SUPPRESSED.value,
            suppression.c.lifted_at.is_(None),
            suppression.c.at <= at,
        )
        .values(lifted_at=at, lifted_by=by)
    )


def inherit(
    transaction: Transaction, known: abc.Collection[str], new: abc.Mapping[str, str], channels: abc.Iterable[Channel]
) -> None:
    """
    Refuse new addresses (text by hash) of somebody whose known ones are refused on these channels, and none is open.

    A refusal is the person's, and no further address takes it back; a dead address alone refuses nothing.
    """
    standing = suppression.c.address_hash.in_(known) & suppression.c.lifted_at.is_(None)
    closed = transaction.execute(select(suppression).where(standing).order_by(suppression.c.at)).all()
    for channel in channels:
        here = [row for row in closed if row.channel == channel]
        refusals = [row for row in here if row.reason == SkipReason.CHANNEL_SUPPRESSED]
        if refusals and {row.address_hash for row in here} == {*known}:
            last = refusals[-1]
            for address_hash, address in new.items():
                close(transaction, address_hash, address, channel, SkipReason.CHANNEL_SUPPRESSED, last.source, last.at)


def give(transaction: Transaction, lead: LeadId, address_hash: str, given: Consent) -> None:
    """Record what a person agreed to, or took back."""
    transaction.execute(
        insert(consent).values(
            lead=lead,
            address_hash=address_hash,
            channel=given.channel.value,
            granted=given.granted,
            basis=given.basis,
            source=given.source,
            wording_version=given.wording_version,
            at=given.at,
        )
    )


def standings(transaction: Transaction, hashes: abc.Collection[str]) -> tuple[Standing, ...]:
    """What is known about each of these addresses, on every channel."""
    closed: dict[tuple[str, str], SkipReason] = {}
    consented: dict[tuple[str, str], bool] = {}
    for row in transaction.execute(EVERYTHING_SAID, {"hashes": list(hashes)}):
        if row.reason is None:
            consented[row.address_hash, row.channel] = row.granted
        else:
            closed[row.address_hash, row.channel] = SkipReason(row.reason)
    return tuple(
        Standing(
            address_hash=address_hash,
            channel=channel,
            closed=closed.get((address_hash, channel.value)),
            consented=consented.get((address_hash, channel.value)),
        )
        for address_hash in hashes
        for channel in EVERY_CHANNEL
    )


def _asked_since(transaction: Transaction, address_hash: str, channel: Channel, at: datetime) -> bool:
    asked = select(consent.c.id).where(
        consent.c.address_hash == address_hash,
        consent.c.channel == channel.value,
        consent.c.granted,
        consent.c.basis == OPTED_IN,
        consent.c.at > at,
    )
    return transaction.execute(asked.limit(1)).first() is not None
