"""The effects of an event or a command, written where they hold from the commit of its Inbox row on."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, assert_never

from pydantic import JsonValue
from sqlalchemy import update

from adapters import leads as people
from adapters import ledger, owners, suppression
from adapters.addresses import KIND_OF, Address, AddressKind, mail_address
from adapters.catalogue import published, takes
from adapters.database import AnyRow, Transaction
from adapters.leads import FILLED_IN, LeadAddress, People, cleaned
from adapters.letters import said_in
from adapters.suppression import OPTED_IN, Consent
from adapters.tables import leads
from engine.calendar.zones import valid_zone
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.effects import (
    ChangeOwner,
    CloseChannel,
    Effect,
    OpenChannel,
    OwnerAway,
    OwnerBack,
    effects_of,
    effects_of_command,
)
from engine.life.events import Command, Event, EventData
from engine.life.moves import AnswerGiven
from engine.ports.records import InboxItem, Unreadable
from engine.reasons import SkipReason
from engine.sequence.fields import DeclaredField
from engine.words import Channel, EventKind, LeadId

ABSENT_AT_MOST: Final = timedelta(days=30)
"""How long an absence without an end is believed; then somebody must say so again."""


class Reach(Frozen):
    """Who is meant: the lead when it is known, and the address when the sender named one."""

    lead: LeadId | None
    named: Address | None = None


def apply(transaction: Transaction, people_book: People, source: str, item: InboxItem, body: str, reach: Reach) -> None:
    """Write what the item changes around its lead; what cannot be read changes nothing."""
    match item:
        case Unreadable():
            return
        case Event():
            effects = effects_of(item.kind, _with_address(transaction, item.data))
            book = _Effects(transaction, people_book, f"{source}:{item.kind.value}", item.occurred_at, reach)
            if item.kind is EventKind.FIELDS_CHANGED and reach.lead is not None:
                book.tell(reach.lead, said_in(body))
        case Command():
            effects = effects_of_command(item.verb, item.data)
            book = _Effects(transaction, people_book, f"{source}:{item.verb.value}", item.occurred_at, reach)
    book.hold_addresses(effects)
    for effect in effects:
        book.carry_out(effect)


def keep_answer(transaction: Transaction, people_book: People, lead: LeadId, answer: AnswerGiven) -> None:
    """Write what the lead answered into the field it answers, unless something newer is said of it already."""
    book = _Effects(transaction, people_book, "answer", answer.at, Reach(lead=lead))
    book.change_fields(lead, {answer.field: answer.value})


def _with_address(transaction: Transaction, data: EventData) -> EventData:
    """An event that names a touch means the address the touch was written to."""
    if data.address_hash is not None or data.touch_key is None:
        return data
    sent = ledger.addressed_to(transaction, data.touch_key)
    return data if sent is None else data.model_copy(update={"address_hash": sent[1]})


class _Effects:
    """The effects of one item."""

    def __init__(self, transaction: Transaction, people_book: People, source: str, at: datetime, reach: Reach) -> None:
        self._transaction = transaction
        self._people = people_book
        self._source = source
        self._at = at
        self._reach = reach

    def hold_addresses(self, effects: tuple[Effect, ...]) -> None:
        """
        Hold every address that is meant, all at once.

        One channel after the other, two leads that share a phone and a mailbox could wait for each other for ever.
        """
        channels = [effect for effect in effects if isinstance(effect, CloseChannel | OpenChannel)]
        if channels:
            meant = {address.address_hash for address in self._mine}
            meant |= {effect.address_hash for effect in channels if effect.address_hash is not None}
            meant |= set() if self._named is None else {self._named.address_hash}
            people.lock_addresses(self._transaction, meant)

    def carry_out(self, effect: Effect) -> None:
        """Write one effect."""
        match effect:
            case CloseChannel():
                self._close(effect)
            case OpenChannel():
                self._open(effect)
            case ChangeOwner():
                self._change({"owner": effect.owner})
            case OwnerAway():
                self._owner_is_away(effect.until or self._at + ABSENT_AT_MOST)
            case OwnerBack():
                self._owner_is_away(None)
            case _:
                assert_never(effect)

    def tell(self, lead: LeadId, stated: dict[str, JsonValue]) -> None:
        """What is said about the lead: its own columns, declared fields, further addresses."""
        columns = {name: _text(stated[name]) for name in FILLED_IN if name in stated}
        self._change({name: value for name, value in columns.items() if value is not None and _is_usable(name, value)})
        fields = stated.get("fields")
        if isinstance(fields, dict):
            self.change_fields(lead, fields)
        for kind in AddressKind:
            text = _text(stated.get(kind.value))
            if text is not None:
                self._add_address(lead, kind, text)

    def _close(self, effect: CloseChannel) -> None:
        # A refusal holds for every address of the lead on the channel; a dead address is dead alone.
        everywhere = effect.because is SkipReason.CHANNEL_SUPPRESSED
        targets = self._targets(effect.channel, effect.address_hash, everywhere=everywhere)
        for address_hash, address in targets.items():
            suppression.close(
                self._transaction, address_hash, address, effect.channel, effect.because, self._source, self._at
            )

    def _open(self, effect: OpenChannel) -> None:
        for address_hash in self._targets(effect.channel, effect.address_hash, everywhere=False):
            suppression.lift(self._transaction, address_hash, effect.channel, self._source, self._at)
            if self._reach.lead is not None:
                asked = Consent(channel=effect.channel, basis=OPTED_IN, source=self._source, at=self._at)
                suppression.give(self._transaction, self._reach.lead, address_hash, asked)

    def _targets(self, channel: Channel, named_hash: str | None, *, everywhere: bool) -> dict[str, str | None]:
        """Hash and, when known, text of every address that is meant."""
        kind = KIND_OF[channel]
        mine = [address for address in self._mine if address.kind is kind]
        targets: dict[str, str | None] = {}
        if self._named is not None and self._named.kind is kind:
            targets[self._named.address_hash] = self._named.address
        if named_hash is not None:
            targets[named_hash] = next((a.address for a in mine if a.address_hash == named_hash), None)
        if everywhere or not targets:
            targets |= {a.address_hash: a.address for a in (mine if everywhere else mine[:1])}
        return targets

    @cached_property
    def _mine(self) -> tuple[LeadAddress, ...]:
        """The addresses of the lead, when it is known."""
        return () if self._reach.lead is None else people.addresses_of(self._transaction, self._reach.lead)

    @cached_property
    def _named(self) -> LeadAddress | None:
        """The address the sender named."""
        named = self._reach.named
        if named is None:
            return None
        return LeadAddress(**named.model_dump(), address_hash=self._people.hash(named.address))

    def _change(self, columns: dict[str, str]) -> None:
        if self._reach.lead is not None and columns:
            self._write(self._reach.lead, columns)

    def _write(self, lead: LeadId, columns: dict[str, str]) -> None:
        row = self._lead_row(lead)
        newer = {name: value for name, value in columns.items() if self._is_news(row, name)}
        if "zone" in newer:
            newer["zone_source"] = self._source
        self._save(row, dict(newer), newer)

    def change_fields(self, lead: LeadId, fields: dict[str, JsonValue]) -> None:
        """Write declared fields, each unless something newer is said of it already."""
        row = self._lead_row(lead)
        declared = published(self._transaction).fields
        said = {cleaned(name): cleaned(value) if isinstance(value, str) else value for name, value in fields.items()}
        usable = {name: value for name, value in said.items() if _is_declared(declared, name, value)}
        newer = {name: value for name, value in usable.items() if self._is_news(row, f"fields.{name}")}
        self._save(row, {"fields": {**row.fields, **newer}}, {f"fields.{name}": value for name, value in newer.items()})

    def _save(self, row: AnyRow, changes: dict[str, object], told: "dict[str, str] | dict[str, JsonValue]") -> None:
        if not told:
            return
        said_at = {**row.said_at, **dict.fromkeys(told, self._at.isoformat())}
        self._transaction.execute(update(leads).where(leads.c.id == row.id).values(**changes, said_at=said_at))

    def _is_news(self, row: AnyRow, name: str) -> bool:
        """Events come in any order; what was said last is what counts."""
        last = row.said_at.get(name)
        return last is None or datetime.fromisoformat(last) <= self._at

    def _lead_row(self, lead: LeadId) -> AnyRow:
        row = people.lock(self._transaction, lead)
        if row is None:
            raise RuntimeError(f"lead {lead} vanished while its row was locked")
        return row

    def _add_address(self, lead: LeadId, kind: AddressKind, text: str) -> None:
        try:
            address = mail_address(text) if kind is AddressKind.EMAIL else self._people.phone(text)
        except FollowupError:
            return  # not an address: what we know stays
        self._people.add_addresses(self._transaction, lead, (address,), self._source, self._at, first=True)

    def _owner_is_away(self, until: datetime | None) -> None:
        if self._reach.lead is None:
            return
        owner = self._lead_row(self._reach.lead).owner
        if owner is not None:
            owners.away(self._transaction, owner, until)


def _is_declared(declared: tuple[DeclaredField, ...], name: str, value: JsonValue) -> bool:
    if not declared:
        return isinstance(value, str | int | float | bool)
    return any(field.name == name and takes(field, value) for field in declared)


def _is_usable(name: str, value: str) -> bool:
    """A zone nobody knows would be kept and never used: what we know stays."""
    return name != "zone" or valid_zone(value)


def _text(value: JsonValue) -> str | None:
    return cleaned(value) or None if isinstance(value, str) else None
