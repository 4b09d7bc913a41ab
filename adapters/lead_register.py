"""
The rows of a file, entered: new people become leads, known ones learn what is new.

* Recording   writes
* Rehearsal   says the same and writes nothing
"""

from collections import abc
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import uuid4

from adapters import suppression
from adapters.acquaintances import Acquaintances, Address, News, Person
from adapters.addresses import Address as WrittenAddress
from adapters.database import Database, Transaction, insert_once, serialised
from adapters.inbox import Filed, Inbox
from adapters.lead_file.rows import ExternalId, LeadRow
from adapters.leads import ExternalId as WrittenId
from adapters.leads import NewLead, People
from adapters.letters import Letter
from adapters.suppression import Consent
from adapters.tables import external_ids, json_text
from engine.life.circumstances import FieldValue
from engine.life.effects import scope_of
from engine.words import Channel, EventKind, LeadId

SOURCE: Final = "import"
"""The source of everything a file says."""

OWN: Final = "fields."
"""Before the name of a field of the company's own."""


class Entered(StrEnum):
    """What became of a good row."""

    ADDED = "added"
    MERGED = "merged"
    """It tells more of a lead we knew, or repeats one that this file has added."""
    KNOWN = "known"
    """It says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A good row and what became of it."""

    row: LeadRow
    entered: Entered
    news: News
    lead: LeadId | None
    """None in a rehearsal, of a lead that would be added."""
    first_line: int | None
    """The line of this file that added the lead, when it was an earlier one."""
    closed: tuple[Channel, ...]
    """Channels on which nothing will be sent to it."""
    ring: bool = False
    """Whether the lead's workflow is to be rung."""


class Register(Protocol):
    """Where good rows are entered."""

    def enter(self, rows: abc.Sequence[LeadRow], now: datetime) -> tuple[Entry, ...]:
        """
        Every row's entry, in order; all of them are entered or, on an exception, none.

        Raises: DatabaseUnavailable.
        """
        ...


class Rehearsal:
    """Says what a file would do; the people it would add are remembered, since no record will know them."""

    def __init__(self, database: Database | None, book: People) -> None:
        """Without a database nobody is known yet."""
        self._database = database
        self._met = Acquaintances(book)

    def enter(self, rows: abc.Sequence[LeadRow], now: datetime) -> tuple[Entry, ...]:
        """What `Recording.enter` would answer."""
        if self._database is None:
            self._met.meet_strangers(rows)
        else:
            with self._database.reading() as transaction:
                self._met.meet(transaction, rows, {})
        return tuple(self._entry(row) for row in rows)

    def _entry(self, row: LeadRow) -> Entry:
        person = self._met.person(row)
        news = self._met.news(person, row)
        entry = _entry(row, person, news, self._met.closed(person, row), person.lead if person else None)
        self._met.remember(person, row, news, None)
        return entry


class Recording:
    """Enters rows, a transaction for all that are entered together."""

    def __init__(self, database: Database, book: People, inbox: Inbox) -> None:
        self._database = database
        self._book = book
        self._inbox = inbox
        self._lines: dict[LeadId, int] = {}
        """The leads this file has added, with the line that did."""

    def enter(self, rows: abc.Sequence[LeadRow], now: datetime) -> tuple[Entry, ...]:
        """See `Register`."""
        met = Acquaintances(self._book, hold=True)
        with self._database.transaction() as transaction:
            serialised(transaction, *_names(rows))  # two files of the same people, whatever their order
            met.meet(transaction, rows, self._lines)
            entries = tuple(self._entry(transaction, met, row, now) for row in rows)
            told = self._inbox.match(transaction, {entry.lead for entry in entries if entry.lead}, now)
        entries = tuple(replace(entry, ring=True) if entry.lead in told else entry for entry in entries)
        self._lines |= {e.lead: e.row.line for e in entries if e.lead and e.entered is Entered.ADDED}
        return entries

    def _entry(self, transaction: Transaction, met: Acquaintances, row: LeadRow, now: datetime) -> Entry:
        # Of two people with one address the older counts, also when both stand in the same file.
        writer = _Writer(transaction, self._book, self._inbox, now + timedelta(microseconds=row.line))
        person = met.person(row)
        news = met.news(person, row)
        closed = met.closed(person, row)
        if person is None or person.lead is None:
            lead, ring = writer.add(row, news)
        else:
            lead, ring = person.lead, writer.tell(person.lead, row, news)
        met.remember(person, row, news, lead)
        return _entry(row, person, news, closed, lead, ring=ring)


def _entry(
    row: LeadRow,
    person: Person | None,
    news: News,
    closed: tuple[Channel, ...],
    lead: LeadId | None,
    *,
    ring: bool = False,
) -> Entry:
    return Entry(
        row=row,
        entered=_entered(person, news),
        news=news,
        lead=lead,
        first_line=person.line if person else None,
        closed=closed,
        ring=ring,
    )


def _entered(person: Person | None, news: News) -> Entered:
    if person is None:
        return Entered.ADDED
    return Entered.MERGED if news.any or person.line is not None else Entered.KNOWN


# --- writing ----------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes one row."""

    def __init__(self, transaction: Transaction, book: People, inbox: Inbox, now: datetime) -> None:
        self._transaction = transaction
        self._book = book
        self._inbox = inbox
        self._now = now

    def add(self, row: LeadRow, news: News) -> tuple[LeadId, bool]:
        """A new lead, captured; and whether to ring it."""
        new = NewLead.model_validate(
            {
                **_columns(news),
                "source": SOURCE,
                "emails": row.emails,
                "phones": row.phones,
                "external_ids": tuple(_written_id(external) for external in news.external_ids),
                "fields": tuple(FieldValue(name=name, value=value) for name, value in _fields(news).items()),
            }
        )
        lead = self._book.capture(self._transaction, new, self._now).lead_id
        self._agree(lead, news)
        left = self._leave(lead, news)
        captured = self._capture(lead, self._identity(row))
        return lead, left or captured

    def tell(self, lead: LeadId, row: LeadRow, news: News) -> bool:
        """A known lead learns what is new; whether to ring it."""
        self._add_addresses(lead, news.addresses)
        for external in map(_written_id, news.external_ids):
            insert_once(self._transaction, external_ids, system=external.system, external_id=external.id, lead=lead)
        self._agree(lead, news)
        left = self._leave(lead, news)
        if not (news.facts or news.addresses or news.external_ids or news.agreements):
            return left
        said = {**_columns(news), "fields": _fields(news)}
        return self._file(lead, EventKind.FIELDS_CHANGED, f"{lead}:{uuid4().hex}", said).ring or left

    def _add_addresses(self, lead: LeadId, new: tuple[Address, ...]) -> None:
        written = [WrittenAddress(kind=a.kind, address=a.address, display=a.address) for a in new]
        self._book.add_addresses(self._transaction, lead, written, SOURCE, self._now)

    def _agree(self, lead: LeadId, news: News) -> None:
        for agreement in news.agreements:
            consent = agreement.consent
            given = Consent(
                channel=consent.channel,
                basis="consent",
                source=f"{SOURCE}, {consent.proof}",
                at=datetime.combine(consent.on, time(), UTC) if consent.on else self._now,
            )
            suppression.give(self._transaction, lead, agreement.address.address_hash, given)

    def _leave(self, lead: LeadId, news: News) -> bool:
        """The person's refusals hold from the commit on, each time a file tells one that is not known to hold."""
        scopes = dict.fromkeys(scope_of(channel) for channel in news.left)
        filed = [
            self._file(lead, EventKind.OPTED_OUT, f"{lead}:{uuid4().hex}", {"channel": channel.value})
            for channel, *_ in scopes
        ]
        return any(letter.ring for letter in filed)

    def _capture(self, lead: LeadId, identity: str) -> bool:
        filed = self._file(lead, EventKind.CAPTURED, identity, {})
        if filed.duplicate and filed.lead_id != lead:  # somebody of that identity was here, and is another lead now
            filed = self._file(lead, EventKind.CAPTURED, f"{identity}:{lead}", {})
        return filed.ring

    def _identity(self, row: LeadRow) -> str:
        """Equal for the same person in the same kind of file, whenever it is imported."""
        ids = [f"{external.system.value}:{external.id}" for external in row.external_ids]
        return self._book.hash(ids[0] if ids else " ".join(sorted((*row.emails, *row.phones))))

    def _file(self, lead: LeadId, kind: EventKind, name: str, said: abc.Mapping[str, object]) -> Filed:
        letter = Letter(
            source=SOURCE, id=f"{kind.value}:{name}", kind=kind, occurred_at=self._now, body=json_text(said)
        )
        return self._inbox.file(self._transaction, letter, lead, self._now)


def _names(rows: abc.Sequence[LeadRow]) -> set[str]:
    """What `People.capture` calls these people while it looks for them."""
    ids = {f"{external.system.value}:{external.id}" for row in rows for external in row.external_ids}
    return ids.union(*((*row.emails, *row.phones) for row in rows))


def _columns(news: News) -> dict[str, str]:
    """The facts that have a column of their own."""
    return {fact.name: str(fact.value) for fact in news.facts if not fact.name.startswith(OWN)}


def _fields(news: News) -> dict[str, str | float | bool]:
    """The fields of the company's own."""
    return {fact.name.removeprefix(OWN): fact.value for fact in news.facts if fact.name.startswith(OWN)}


def _written_id(external: ExternalId) -> WrittenId:
    return WrittenId(system=external.system.value, id=external.id)
