"""
People: who a lead is, where it can be reached, what it is called elsewhere.

    with database.transaction() as transaction:
        captured = leads.capture(transaction, NewLead(emails=("rosa@example.com",), source="web_form"), now)
"""

from collections import abc
from datetime import datetime
from typing import Annotated, Final
from uuid import uuid4

from pydantic import BeforeValidator, SecretStr
from sqlalchemy import bindparam, func, insert, select, update

from adapters import suppression
from adapters.addresses import KIND_OF, Address, AddressKind, hashed, mail_address, phone_number
from adapters.database import AnyRow, Transaction, insert_once, serialised
from adapters.departed import gone, standing_in
from adapters.suppression import Consent
from adapters.tables import addresses, external_ids, leads, ledger
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.circumstances import FieldValue
from engine.words import LeadId

LONGEST_TEXT = 300

MOST_SHARING: Final = 50
"""Leads with one address among whom somebody is looked for who is still there."""

FILLED_IN = ("first_name", "last_name", "company", "language", "zone", "region", "country", "owner", "account")
"""What a later capture may add, and never overwrite."""

# Every look asks these: made once, they cost no more than being run.
ROW_HELD: Final = select(leads).where(leads.c.id == bindparam("who")).with_for_update()
ADDRESSES: Final = (
    select(addresses).where(addresses.c.lead == bindparam("whose")).order_by(addresses.c.position, addresses.c.address)
)
ADDRESSES_HELD: Final = ADDRESSES.with_for_update()
HELD_BY_HASH: Final = (
    select(addresses.c.address)
    .where(addresses.c.address_hash.in_(bindparam("hashes", expanding=True)))
    .order_by(addresses.c.address, addresses.c.lead)
    .with_for_update()
)


class ExternalId(Frozen):
    """What another system calls a lead."""

    system: str
    id: str


def cleaned(text: str) -> str:
    """What people paste, on one line: no control characters, no lost halves of characters, no white space around."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:LONGEST_TEXT]


def _cleaned(value: object) -> object:
    return cleaned(value) or None if isinstance(value, str) else value


Said = Annotated[str | None, BeforeValidator(_cleaned)]


class NewLead(Frozen):
    """What somebody tells us about a person."""

    source: str
    first_name: Said = None
    last_name: Said = None
    company: Said = None
    language: Said = None
    zone: Said = None
    region: Said = None
    country: Said = None
    owner: Said = None
    account: Said = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    external_ids: tuple[ExternalId, ...] = ()
    consents: tuple[Consent, ...] = ()
    """For every address given here that the channel uses."""
    fields: tuple[FieldValue, ...] = ()


class Captured(Frozen):
    """Which lead it is."""

    lead_id: LeadId
    created: bool
    """False when we knew the person."""
    problems: tuple[str, ...] = ()
    """What could not be used, without saying it."""


class LeadAddress(Frozen):
    """An address of a lead."""

    kind: AddressKind
    address: str
    address_hash: str
    display: str


class Lead(Frozen):
    """Who a lead is."""

    id: LeadId
    created_at: datetime
    first_name: str | None
    last_name: str | None
    company: str | None
    language: str | None
    zone: str | None
    region: str | None
    country: str | None
    owner: str | None
    account: str | None
    fields: tuple[FieldValue, ...]
    addresses: tuple[LeadAddress, ...]
    external_ids: tuple[ExternalId, ...]


class People:
    """Writes leads; it knows how addresses are read and hashed here."""

    def __init__(self, address_key: SecretStr, country: str) -> None:
        self._key = address_key
        self._country = country

    def hash(self, address: str) -> str:
        """What stands for a normalised address."""
        return hashed(address, self._key)

    def phone(self, text: str) -> Address:
        """The phone number in this text, as written in our country. Raises: FollowupError ADR002."""
        return phone_number(text, self._country)

    def capture(self, transaction: Transaction, new: NewLead, now: datetime) -> Captured:
        """
        Record a person, or add to what is known of them, matched by external id, then mail address, then phone.

        A phone counts as `proves` says. Two captures of one person at the same time become one lead.
        """
        found, problems = self._addresses(new)
        serialised(transaction, *(a.address for a in found), *(f"{e.system}:{e.id}" for e in new.external_ids))
        known = self._known(transaction, new.external_ids, found)
        lead = known or _create(transaction, new, now)
        if known is not None:
            _fill_in(transaction, lead, new)
        if known is None:
            for address in found:
                self._add_address(transaction, lead, address, new.source, now, first=False)
        else:
            self.add_addresses(transaction, lead, found, new.source, now)
        for external in new.external_ids:
            _call(transaction, lead, external)
        self._record_consents(transaction, lead, found, new.consents, now)
        return Captured(lead_id=lead, created=known is None, problems=problems)

    def add_addresses(
        self,
        transaction: Transaction,
        lead: LeadId,
        further: abc.Collection[Address],
        source: str,
        now: datetime,
        *,
        first: bool = False,
    ) -> None:
        """Further addresses of a lead we know; `first` puts them before all others. Refusals hold for them too."""
        added = [a for a in further if self._add_address(transaction, lead, a, source, now, first=first)]
        if added:
            self._refuse(transaction, lead, added)

    def _add_address(
        self, transaction: Transaction, lead: LeadId, address: Address, source: str, now: datetime, *, first: bool
    ) -> bool:
        """Whether the lead did not have it."""
        mine = (addresses.c.lead == lead) & (addresses.c.kind == address.kind.value)
        edge = func.min(addresses.c.position) - 1 if first else func.max(addresses.c.position) + 1
        position = transaction.execute(select(func.coalesce(edge, 0)).where(mine)).scalar_one()
        added = insert_once(
            transaction,
            addresses,
            lead=lead,
            **address.model_dump(mode="json"),
            address_hash=self.hash(address.address),
            position=position,
            source=source,
            added_at=now,
        )
        if not added and first:
            same = mine & (addresses.c.address == address.address)
            transaction.execute(update(addresses).where(same).values(position=position))
        return added

    def _refuse(self, transaction: Transaction, lead: LeadId, added: list[Address]) -> None:
        """What the lead had refused at its other addresses of a kind is refused at the added ones."""
        texts = {address.address for address in added}
        known = [address for address in addresses_of(transaction, lead) if address.address not in texts]
        for kind in {address.kind for address in added}:
            had = [address.address_hash for address in known if address.kind is kind]
            if had:
                new = {self.hash(address.address): address.address for address in added if address.kind is kind}
                suppression.inherit(transaction, had, new, [c for c, used in KIND_OF.items() if used is kind])

    def by_address(self, transaction: Transaction, address: str) -> tuple[LeadId, ...]:
        """Every lead that has this normalised address, the oldest first."""
        return by_address_hash(transaction, self.hash(address))

    def _addresses(self, new: NewLead) -> tuple[tuple[Address, ...], tuple[str, ...]]:
        found: dict[str, Address] = {}
        problems = []
        for read, texts in ((mail_address, new.emails), (self.phone, new.phones)):
            for text in filter(None, texts):
                try:
                    address = read(text)
                except FollowupError as error:
                    problems.append(f"{error.what}: {error.why}")
                else:
                    found.setdefault(address.address, address)
        return tuple(found.values()), tuple(problems)

    def _known(
        self, transaction: Transaction, ids: tuple[ExternalId, ...], found: tuple[Address, ...]
    ) -> LeadId | None:
        for external in ids:
            called = by_external_id(transaction, external)
            lead = None if called is None else standing_in(transaction, called)
            if lead is not None:
                return lead
        writes = any(address.kind is AddressKind.EMAIL for address in found)
        for address in found:
            for lead in _there(transaction, self.by_address(transaction, address.address))[:1]:
                if proves(address.kind, told_email=writes, known_email=_has_email(transaction, lead)):
                    return lead
        return None

    def _record_consents(
        self,
        transaction: Transaction,
        lead: LeadId,
        found: tuple[Address, ...],
        consents: tuple[Consent, ...],
        now: datetime,
    ) -> None:
        for given in consents:
            given = given.model_copy(update={"at": min(given.at, now)})  # or it could never be taken back
            for address in found:
                if address.kind is KIND_OF[given.channel]:
                    suppression.give(transaction, lead, self.hash(address.address), given)


def proves(kind: AddressKind, *, told_email: bool, known_email: bool) -> bool:
    """
    Whether an address two have in common makes them one person; asked of the oldest who has it.

    A phone that two mail addresses share is a family's or a switchboard's, and no proof.
    """
    return kind is AddressKind.EMAIL or not (told_email and known_email)


def read(transaction: Transaction, lead: LeadId) -> Lead | None:
    """Who the lead is; None when there is no such lead."""
    row = transaction.execute(select(leads).where(leads.c.id == lead)).first()
    return None if row is None else _lead(transaction, row)


def by_external_id(transaction: Transaction, external: ExternalId) -> LeadId | None:
    """The lead another system calls so."""
    found = select(external_ids.c.lead).where(
        external_ids.c.system == external.system, external_ids.c.external_id == external.id
    )
    lead = transaction.execute(found).scalar()
    return None if lead is None else LeadId(lead)


def by_address_hash(transaction: Transaction, address_hash: str) -> tuple[LeadId, ...]:
    """Every lead that has the address behind this hash, the oldest first."""
    rows = transaction.execute(
        select(addresses.c.lead)
        .where(addresses.c.address_hash == address_hash)
        .order_by(addresses.c.added_at, addresses.c.lead)
    )
    return tuple(LeadId(lead) for lead in rows.scalars())


def last_written_to(transaction: Transaction, address_hash: str) -> LeadId | None:
    """Of the leads that have this address and are not gone, the one we wrote to last there; else the oldest."""
    touched = (
        select(ledger.c.lead, func.max(ledger.c.attempt_started_at).label("at"))
        .where(ledger.c.to_hash == address_hash)
        .group_by(ledger.c.lead)
        .subquery()
    )
    found = (
        select(addresses.c.lead)
        .outerjoin(touched, touched.c.lead == addresses.c.lead)
        .where(addresses.c.address_hash == address_hash)
        .order_by(touched.c.at.desc().nulls_last(), addresses.c.added_at, addresses.c.lead)
    )
    ordered = [LeadId(lead) for lead in transaction.execute(found.limit(MOST_SHARING)).scalars()]
    return next(iter((*_there(transaction, ordered), *ordered)), None)


def _there(transaction: Transaction, wanted: abc.Sequence[LeadId]) -> tuple[LeadId, ...]:
    """Those who are there, or stand in for one who is gone, in this order."""
    left = gone(transaction, wanted)
    found = (standing_in(transaction, lead) if lead in left else lead for lead in wanted)
    return tuple(dict.fromkeys(lead for lead in found if lead is not None))


def _call(transaction: Transaction, lead: LeadId, external: ExternalId) -> None:
    """The other system means this lead from now on, unless it means another one that is still there."""
    named = {"system": external.system, "external_id": external.id}
    if insert_once(transaction, external_ids, **named, lead=lead):
        return
    called = by_external_id(transaction, external)
    if called is not None and called != lead and standing_in(transaction, called) is None:
        this = (external_ids.c.system == external.system) & (external_ids.c.external_id == external.id)
        transaction.execute(update(external_ids).where(this).values(lead=lead))


def _has_email(transaction: Transaction, lead: LeadId) -> bool:
    mails = (addresses.c.lead == lead) & (addresses.c.kind == AddressKind.EMAIL.value)
    return transaction.execute(select(addresses.c.lead).where(mails).limit(1)).first() is not None


def exists(transaction: Transaction, lead: LeadId) -> bool:
    """Whether there is such a lead."""
    return transaction.execute(select(leads.c.id).where(leads.c.id == lead)).first() is not None


def addresses_of(transaction: Transaction, lead: LeadId, *, locked: bool = False) -> tuple[LeadAddress, ...]:
    """The lead's addresses, those used first in front."""
    rows = transaction.execute(ADDRESSES_HELD if locked else ADDRESSES, {"whose": lead})
    return tuple(
        LeadAddress(kind=AddressKind(row.kind), address=row.address, address_hash=row.address_hash, display=row.display)
        for row in rows
    )


def lock_addresses(transaction: Transaction, hashes: abc.Collection[str]) -> None:
    """Hold these addresses, whichever leads have them, until the transaction ends."""
    transaction.execute(HELD_BY_HASH, {"hashes": list(hashes)}).all()


def row(transaction: Transaction, lead: LeadId) -> AnyRow | None:
    """The lead's whole row as it is now; None when there is no such lead."""
    return transaction.execute(select(leads).where(leads.c.id == lead)).first()


def lock(transaction: Transaction, lead: LeadId) -> AnyRow | None:
    """The lead's whole row, held until the transaction ends; None when there is no such lead."""
    return transaction.execute(ROW_HELD, {"who": lead}).first()


def lock_all(transaction: Transaction, wanted: abc.Collection[LeadId]) -> None:
    """Hold the rows of these leads until the transaction ends, taken in one order whoever asks."""
    held = select(leads.c.id).where(leads.c.id.in_(wanted)).order_by(leads.c.id)
    transaction.execute(held.with_for_update()).all()


def field_values(stored: abc.Mapping[str, object]) -> tuple[FieldValue, ...]:
    """Stored fields as the engine reads them; what has no value is not listed."""
    return tuple(
        FieldValue(name=name, value=value)
        for name, value in sorted(stored.items())
        if isinstance(value, str | float | int | bool) and value != ""
    )


def _stored(fields: tuple[FieldValue, ...]) -> dict[str, object]:
    return {field.name: cleaned(field.value) if isinstance(field.value, str) else field.value for field in fields}


def _create(transaction: Transaction, new: NewLead, now: datetime) -> LeadId:
    lead = LeadId(uuid4().hex)
    said = {name: getattr(new, name) for name in FILLED_IN}
    transaction.execute(
        insert(leads).values(
            id=lead,
            created_at=now,
            next_due=now,
            fields=_stored(new.fields),
            zone_source=new.source if new.zone else None,
            **said,
        )
    )
    return lead


def _fill_in(transaction: Transaction, lead: LeadId, new: NewLead) -> None:
    row = lock(transaction, lead)
    if row is None:
        raise RuntimeError(f"lead {lead} vanished while it was being captured")
    added: dict[str, object] = {
        name: getattr(new, name) for name in FILLED_IN if getattr(row, name) is None and getattr(new, name)
    }
    if "zone" in added:
        added["zone_source"] = new.source
    if new.fields:
        added["fields"] = {**row.fields, **_stored(new.fields)}
    if added:
        transaction.execute(update(leads).where(leads.c.id == lead).values(added))


def _lead(transaction: Transaction, row: AnyRow) -> Lead:
    ids = transaction.execute(select(external_ids).where(external_ids.c.lead == row.id).order_by(external_ids.c.system))
    return Lead(
        id=LeadId(row.id),
        created_at=row.created_at,
        **{name: getattr(row, name) for name in FILLED_IN},
        fields=field_values(row.fields),
        addresses=addresses_of(transaction, LeadId(row.id)),
        external_ids=tuple(ExternalId(system=r.system, id=r.external_id) for r in ids),
    )
