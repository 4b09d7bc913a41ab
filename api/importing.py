"""
A file of leads, planned or carried out: the same rows, the same sums, whether anything is written or not.

    with opened(path, terms) as file, Rejects(…) as rejects:
        for batch in entered(file.rows(), register, rejects.write, now):
            ...  # `batch.ring` are the leads to be rung

A batch is one transaction. Whatever interrupts an import, the batches that were handed out are kept, and the same file
once more adds what is missing.
"""

import asyncio
from collections import abc
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import assert_never

from temporalio.service import RPCError

from adapters.acquaintances import News
from adapters.catalogue import published
from adapters.database import Database
from adapters.lead_file.rows import BlankRow, LeadRow, RejectedRow, Row
from adapters.lead_file.terms import Terms, terms
from adapters.lead_register import Entered, Entry, Recording, Register, Rehearsal
from adapters.owners import everybody
from api.doorbell import Doorbell
from api.office import Office
from engine.frozen import Frozen
from engine.words import Channel, LeadId

ROWS_AT_ONCE = 100
"""In one transaction: while it lasts, other writers of an embedded database wait."""
RUNG_AT_ONCE = 20
SQLITE = "sqlite:///"


class Outcome(StrEnum):
    """What became of a row; every row has exactly one."""

    ADDED = "added"
    MERGED = "merged"
    KNOWN = "known"
    REJECTED = "rejected"
    BLANK = "blank"


class Told(Frozen):
    """What is said about one row."""

    line: int
    outcome: Outcome
    lead_id: LeadId | None = None
    notes: tuple[str, ...] = ()
    """Sentences without an end; empty when there is nothing to say."""


class Summary(Frozen):
    """The sums so far: `rows` is the sum of the five outcomes."""

    rows: int = 0
    added: int = 0
    merged: int = 0
    known: int = 0
    rejected: int = 0
    blank: int = 0
    without_consent: int = 0
    """Of the good rows, those that agree to nothing."""
    closed: int = 0
    """Of the good rows, those with an address that must not be written to."""
    last_line: int = 0
    """Where the last of these rows begins."""


class Batch(Frozen):
    """Rows that were entered together."""

    told: tuple[Told, ...]
    summary: Summary
    """Up to and with this batch."""
    ring: tuple[LeadId, ...]
    """Leads whose workflow is to be rung."""


def entered(
    rows: abc.Iterable[Row],
    register: Register,
    reject: abc.Callable[[RejectedRow], None],
    now: datetime,
) -> abc.Iterator[Batch]:
    """
    Enter the rows in batches; what is rejected is handed to `reject` once its batch is kept.

    Raises: DatabaseUnavailable, FollowupError CSV010; the batches before stay.
    """
    coming, summary = iter(rows), Summary()
    while batch := tuple(islice(coming, ROWS_AT_ONCE)):
        entries = register.enter([row for row in batch if isinstance(row, LeadRow)], now)
        for row in batch:
            if isinstance(row, RejectedRow):
                reject(row)
        summary = _added_up(summary, batch, entries)
        ring = dict.fromkeys(entry.lead for entry in entries if entry.ring and entry.lead)
        yield Batch(told=_told(batch, entries), summary=summary, ring=tuple(ring))


async def rung(doorbell: Doorbell, ring: tuple[LeadId, ...]) -> int:
    """Ring these leads; how many could not be rung now, which the sweep does later."""
    line = asyncio.Semaphore(RUNG_AT_ONCE)

    async def one(lead: LeadId) -> bool:
        async with line:
            try:
                return await doorbell.ring(lead)
            except RPCError:
                return False

    return (await asyncio.gather(*map(one, ring))).count(False)


# --- what it needs ----------------------------------------------------------------------------------------------------


def rehearsal(office: Office) -> Register:
    """A register that writes nothing, not even the file of a database that does not exist yet."""
    return Rehearsal(_records(office), office.people)


def recording(office: Office) -> Register:
    """A register that writes."""
    return Recording(office.database, office.people, office.inbox)


def terms_of(
    office: Office,
    now: datetime,
    *,
    region: str | None,
    consent_by: str | None,
    consent_for: tuple[Channel, ...],
) -> Terms:
    """
    The terms a file is read on: what a person says, with the company's own fields and people.

    Raises: LeadFileInvalid CSV008, CSV009, DatabaseUnavailable.
    """
    stated = terms(
        now.date(), region=region or office.settings.org_country, consent_by=consent_by, consent_for=consent_for
    )
    database = _records(office)
    if database is None:
        return stated
    with database.reading() as transaction:
        own = {"own_fields": published(transaction).fields, "owners": everybody(transaction)}
    return stated.model_copy(update=own)


def _records(office: Office) -> Database | None:
    """The database; None while it is a file that does not exist, since to open it would make it."""
    url = office.settings.database_url.get_secret_value()
    missing = url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE).partition("?")[0]).exists()
    return None if missing else office.database


# --- sums and words ---------------------------------------------------------------------------------------------------


def _added_up(before: Summary, batch: tuple[Row, ...], entries: tuple[Entry, ...]) -> Summary:
    entered_as = [entry.entered for entry in entries]
    return Summary(
        rows=before.rows + len(batch),
        added=before.added + entered_as.count(Entered.ADDED),
        merged=before.merged + entered_as.count(Entered.MERGED),
        known=before.known + entered_as.count(Entered.KNOWN),
        rejected=before.rejected + sum(isinstance(row, RejectedRow) for row in batch),
        blank=before.blank + sum(isinstance(row, BlankRow) for row in batch),
        without_consent=before.without_consent + sum(not entry.row.consents for entry in entries),
        closed=before.closed + sum(bool(entry.closed or entry.news.left) for entry in entries),
        last_line=batch[-1].line,
    )


def _told(batch: tuple[Row, ...], entries: tuple[Entry, ...]) -> tuple[Told, ...]:
    by_line = {entry.row.line: entry for entry in entries}
    return tuple(_tell(row, by_line) for row in batch)


def _tell(row: Row, entries: abc.Mapping[int, Entry]) -> Told:
    match row:
        case LeadRow():
            entry = entries[row.line]
            outcome = Outcome(entry.entered.value)
            return Told(line=row.line, outcome=outcome, lead_id=entry.lead, notes=_notes(entry))
        case RejectedRow():
            notes = (f"{p.column} {p.value}: {p.reason}" if p.column else p.reason for p in row.problems)
            return Told(line=row.line, outcome=Outcome.REJECTED, notes=tuple(notes))
        case BlankRow():
            return Told(line=row.line, outcome=Outcome.BLANK)
        case _:
            assert_never(row)


def _notes(entry: Entry) -> tuple[str, ...]:
    """Whatever is not exactly as the row says."""
    news = entry.news
    return (
        *_same_as(entry),
        *(f"{fact.name} {fact.value} is not taken over, we know another" for fact in news.kept),
        *(f"{address.address} is somebody else's too" for address in news.shared),
        *(
            f"the consent for {channel} is not recorded, the person has refused or cannot be reached"
            for channel in news.denied
        ),
        *(f"nothing will be sent by {channel}, the address is suppressed" for channel in entry.closed),
        *(f"nothing will be sent by {channel}, the person has left it" for channel in news.left),
        *entry.row.notes,
    )


def _same_as(entry: Entry) -> tuple[str, ...]:
    if entry.entered is not Entered.MERGED:
        return ()
    whom = f"the same person as line {entry.first_line}" if entry.first_line else f"known as lead {entry.lead}"
    new = _new(entry.news)
    return (f"{whom}, adds {', '.join(new)}" if new else f"{whom}, nothing new",)


def _new(news: News) -> tuple[str, ...]:
    return (
        *(fact.name for fact in news.facts),
        *(address.address for address in news.addresses),
        *(f"its id in {external.system}" for external in news.external_ids),
        *dict.fromkeys(f"consent for {agreement.consent.channel}" for agreement in news.agreements),
        *(f"refusal of {channel}" for channel in news.left),
    )
