"""
What we know already of the people in a file: enough to say what a row adds, and no more.

Of a known value only its hash is kept, so that a long file is compared with itself in little memory.
"""

from collections import abc
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from sqlalchemy import select

from adapters.addresses import KIND_OF, AddressKind
from adapters.database import AnyRow, Transaction
from adapters.departed import gone
from adapters.lead_file.field import System
from adapters.lead_file.rows import Consent, ExternalId, Fact, LeadRow
from adapters.leads import FILLED_IN, People, lock_addresses, lock_all, proves
from adapters.suppression import standings
from adapters.tables import addresses, consent, external_ids, leads, suppression
from engine.life.effects import scope_of
from engine.reasons import SkipReason
from engine.words import Channel, LeadId

NO_CHANNEL: frozenset[Channel] = frozenset()


class KnownAddress:
    """An address somebody has, and what is known about writing to it."""

    __slots__ = ("agreed", "closed", "kind", "left", "people", "refused")

    def __init__(self, kind: AddressKind) -> None:
        self.kind = kind
        self.people: tuple[Person, ...] = ()
        """Oldest first."""
        self.agreed = NO_CHANNEL
        self.refused = NO_CHANNEL
        self.closed = NO_CHANNEL
        self.left = NO_CHANNEL
        """Of those that are closed, the ones a person has left; a dead address is not."""

    def leave(self, channel: Channel) -> None:
        """A person has left the channel."""
        self.left = _and(self.left, channel)
        self.closed = _and(self.closed, channel)


class Person:
    """A lead, as far as a row can be compared with it."""

    __slots__ = ("addresses", "facts", "lead", "line")

    def __init__(self, lead: LeadId | None, line: int | None) -> None:
        self.lead = lead
        """None: the lead would be added, if this were no rehearsal."""
        self.line = line
        """The line of this file that added the lead; None when we knew it before."""
        self.facts: dict[str, int] = {}
        self.addresses: tuple[KnownAddress, ...] = ()

    @property
    def has_email(self) -> bool:
        """Whether a mail address tells this person from others."""
        return any(address.kind is AddressKind.EMAIL for address in self.addresses)

    def gets(self, address: KnownAddress) -> None:
        """The person can be reached there too."""
        self.addresses += (address,)
        address.people += (self,)

    def has_left(self, kind: AddressKind) -> frozenset[Channel]:
        """The channels on which a further address of this kind is refused, as `suppression.inherit` says."""
        mine = [address for address in self.addresses if address.kind is kind]
        return frozenset(
            channel
            for channel, used in KIND_OF.items()
            if any(channel in address.left for address in mine) and all(channel in address.closed for address in mine)
        )


class Address(NamedTuple):
    """An address of a row."""

    kind: AddressKind
    address: str
    address_hash: str


class Agreement(NamedTuple):
    """That an address may be written to, as it is to be recorded."""

    address: Address
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a row says that we did not know."""

    facts: tuple[Fact, ...]
    addresses: tuple[Address, ...]
    external_ids: tuple[ExternalId, ...]
    agreements: tuple[Agreement, ...]
    left: tuple[Channel, ...]
    """Channels the person has left."""
    kept: tuple[Fact, ...]
    """What the row says otherwise than we know; what we know stays."""
    shared: tuple[Address, ...]
    """New addresses that somebody else has too."""
    denied: tuple[Channel, ...]
    """Channels a consent in a file cannot open again."""

    @property
    def any(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.facts or self.addresses or self.external_ids or self.agreements or self.left)


class Acquaintances:
    """People met in the records and in the file, found by what a row says of them."""

    def __init__(self, book: People, *, hold: bool = False) -> None:
        """With `hold`, the leads and addresses met are held until the transaction ends: leads first, each in order."""
        self._book = book
        self._hold = hold
        self._of_row: dict[int, tuple[Address, ...]] = {}
        """The addresses of the rows met last, by line."""
        self._by_hash: dict[str, KnownAddress] = {}
        self._by_id: dict[ExternalId, Person] = {}
        self._by_lead: dict[LeadId, Person] = {}
        self._read: set[str] = set()
        """Hashes the records were asked about."""

    def meet(self, transaction: Transaction, rows: abc.Sequence[LeadRow], lines: abc.Mapping[LeadId, int]) -> None:
        """
        Read what the records know of the people in these rows, and nothing twice.

        `lines` are the leads this file has added, with the line that did.
        """
        unread = self.meet_strangers(rows)
        ids = self._by_ids(transaction, rows)
        known = self._by_addresses(transaction, unread) | set(ids.values())
        if self._hold:
            lock_all(transaction, known)
        also = self._read_people(transaction, known - self._by_lead.keys(), lines)
        if self._hold:
            lock_addresses(transaction, unread | also)
        self._by_id |= {external: self._by_lead[lead] for external, lead in ids.items()}
        self._read_standings(transaction, unread | also)

    def meet_strangers(self, rows: abc.Sequence[LeadRow]) -> set[str]:
        """Note the addresses of these rows; returns the hashes that were never asked for before."""
        self._of_row = {row.line: self._addresses(row) for row in rows}
        asked = {a.address_hash: a.kind for mine in self._of_row.values() for a in mine}
        unread = asked.keys() - self._read
        self._read |= unread
        for address_hash in unread:
            self._by_hash.setdefault(address_hash, KnownAddress(asked[address_hash]))
        return unread

    def person(self, row: LeadRow) -> Person | None:
        """Who the row is about: known by an id, then by mail address, then by phone, as `leads.proves` says."""
        for external in row.external_ids:
            if external in self._by_id:
                return self._by_id[external]
        for address in self._of_row[row.line]:
            for person in self._by_hash[address.address_hash].people[:1]:
                if proves(address.kind, told_email=bool(row.emails), known_email=person.has_email):
                    return person
        return None

    def news(self, person: Person | None, row: LeadRow) -> News:
        """What of the row has to be written, and what of it cannot be."""
        mine = self._of_row[row.line]
        new = tuple(a for a in mine if person is None or self._by_hash[a.address_hash] not in person.addresses)
        known = person.facts if person else {}
        agreed, denied = self._agreements(person, row, mine)
        return News(
            facts=tuple(fact for fact in row.facts if fact.name not in known),
            addresses=new,
            external_ids=tuple(external for external in row.external_ids if external not in self._by_id),
            agreements=agreed,
            left=tuple(channel for channel in row.opted_out if self._is_open(person, channel, mine)),
            kept=tuple(fact for fact in row.facts if known.get(fact.name, _mark(fact.value)) != _mark(fact.value)),
            shared=tuple(a for a in new if self._by_hash[a.address_hash].people),
            denied=denied,
        )

    def closed(self, person: Person | None, row: LeadRow) -> tuple[Channel, ...]:
        """The channels on which an address of the row must not be written to."""
        shut = [self._shut(person, address) for address in self._of_row[row.line]]
        return tuple(channel for channel in Channel if any(channel in channels for channels in shut))

    def remember(self, person: Person | None, row: LeadRow, news: News, lead: LeadId | None) -> None:
        """The row is settled: the next one is compared with what is known now. `lead` is the one it was added as."""
        known = person or Person(lead, row.line)
        known.facts |= {fact.name: _mark(fact.value) for fact in news.facts}
        inherited = {kind: known.has_left(kind) for kind in AddressKind}
        for address in news.addresses:
            held = self._by_hash[address.address_hash]
            known.gets(held)
            for channel in inherited[held.kind]:
                held.leave(channel)
        for external in news.external_ids:
            self._by_id[external] = known
        for agreement in news.agreements:
            held = self._by_hash[agreement.address.address_hash]
            held.agreed = _and(held.agreed, agreement.consent.channel)
        for channel in chain.from_iterable(scope_of(channel) for channel in news.left):
            for held in known.addresses:
                if held.kind is KIND_OF[channel]:
                    held.leave(channel)

    def _addresses(self, row: LeadRow) -> tuple[Address, ...]:
        """The row's addresses, mail first."""
        kinds = ((AddressKind.EMAIL, row.emails), (AddressKind.PHONE, row.phones))
        return tuple(Address(kind, text, self._book.hash(text)) for kind, texts in kinds for text in texts)

    # --- consent ------------------------------------------------------------------------------------------------------

    def _agreements(
        self, person: Person | None, row: LeadRow, mine: tuple[Address, ...]
    ) -> tuple[tuple[Agreement, ...], tuple[Channel, ...]]:
        agreed: list[Agreement] = []
        denied: dict[Channel, None] = {}
        for given in row.consents:
            for address in mine:
                known = self._by_hash[address.address_hash]
                if address.kind is not KIND_OF[given.channel] or given.channel in known.agreed:
                    continue
                if given.channel in known.refused | self._shut(person, address):
                    denied[given.channel] = None
                else:
                    agreed.append(Agreement(address, given))
        return tuple(agreed), tuple(denied)

    def _is_open(self, person: Person | None, channel: Channel, mine: tuple[Address, ...]) -> bool:
        kind = KIND_OF[channel]
        return any(address.kind is kind and channel not in self._shut(person, address) for address in mine)

    def _shut(self, person: Person | None, address: Address) -> frozenset[Channel]:
        """The channels that are closed at the address, or will be once the person has it."""
        known = self._by_hash[address.address_hash]
        if person is None or known in person.addresses:
            return known.closed
        return known.closed | person.has_left(known.kind)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _by_addresses(self, transaction: Transaction, hashes: abc.Collection[str]) -> set[LeadId]:
        found = select(addresses.c.lead).where(addresses.c.address_hash.in_(hashes))
        known = {LeadId(lead) for lead in transaction.execute(found).scalars()}
        return known - gone(transaction, known)

    def _by_ids(self, transaction: Transaction, rows: abc.Sequence[LeadRow]) -> dict[ExternalId, LeadId]:
        asked = {external for row in rows for external in row.external_ids if external not in self._by_id}
        named = external_ids.c.external_id.in_({external.id for external in asked})
        found = transaction.execute(select(external_ids).where(named, external_ids.c.system.in_(tuple(System))))
        leads_by_id = {ExternalId(system=System(r.system), id=r.external_id): LeadId(r.lead) for r in found}
        left = gone(transaction, tuple(leads_by_id.values()))
        return {external: lead for external, lead in leads_by_id.items() if external in asked and lead not in left}

    def _read_people(
        self, transaction: Transaction, unknown: abc.Collection[LeadId], lines: abc.Mapping[LeadId, int]
    ) -> set[str]:
        """Read these leads and their addresses; returns the hashes of the addresses."""
        columns = (leads.c[name] for name in FILLED_IN)
        for row in transaction.execute(select(leads.c.id, leads.c.fields, *columns).where(leads.c.id.in_(unknown))):
            person = self._by_lead[LeadId(row.id)] = Person(LeadId(row.id), lines.get(LeadId(row.id)))
            person.facts = _facts(row)
        held = select(addresses.c.lead, addresses.c.kind, addresses.c.address_hash).where(addresses.c.lead.in_(unknown))
        found = transaction.execute(held.order_by(addresses.c.added_at, addresses.c.lead)).all()
        for row in found:
            address = self._by_hash.setdefault(row.address_hash, KnownAddress(AddressKind(row.kind)))
            self._by_lead[LeadId(row.lead)].gets(address)
        return {row.address_hash for row in found}

    def _read_standings(self, transaction: Transaction, hashes: abc.Collection[str]) -> None:
        """Of strangers nothing is known, and most people in a file are strangers."""
        spoken_of = [
            address_hash
            for said in (suppression, consent)
            for address_hash in transaction.execute(
                select(said.c.address_hash).where(said.c.address_hash.in_(hashes))
            ).scalars()
        ]
        for standing in standings(transaction, set(spoken_of)):
            known = self._by_hash[standing.address_hash]
            if standing.closed is not None:
                known.closed = _and(known.closed, standing.channel)
            if standing.closed is SkipReason.CHANNEL_SUPPRESSED:
                known.leave(standing.channel)
            if standing.consented is True:
                known.agreed = _and(known.agreed, standing.channel)
            if standing.consented is False:
                known.refused = _and(known.refused, standing.channel)


def _facts(row: AnyRow) -> dict[str, int]:
    said = {name: getattr(row, name) for name in FILLED_IN} | {f"fields.{name}": v for name, v in row.fields.items()}
    return {name: _mark(value) for name, value in said.items() if value not in (None, "")}


def _mark(value: object) -> int:
    """Equal for values a person calls equal."""
    return hash(value.casefold() if isinstance(value, str) else value)


@cache
def _and(channels: frozenset[Channel], channel: Channel) -> frozenset[Channel]:
    """The channels and this one; there are eight such sets, and every address of a file shares them."""
    return channels | {channel}
