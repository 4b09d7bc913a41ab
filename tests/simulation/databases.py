"""The records in a real database, by the real adapters, as the world asks for them."""

from collections import abc
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, cast
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from adapters import bells, catalogue, leads, ledger, owners, schema, switches, tables
from adapters.catalogue import Catalogue
from adapters.database import Database
from adapters.drafting import Drafting
from adapters.inbox import Filed, Inbox
from adapters.leads import NewLead, People
from adapters.ledger import Evidence as Word
from adapters.letters import Letter
from adapters.owners import Owner
from adapters.records import DatabaseRecords
from adapters.suppression import Consent
from adapters.switches import Scope
from engine.words import LeadId, TaskKey, TouchKey
from tests.simulation.company import OWNERS, Company, Person
from tests.simulation.store import OpenTask, Reached, Rows, Standing
from tests.support.evidence import InboxRow, TaskRow, TouchRow

MANY: Final = 10_000
KEPT: Final = ("templates", "sequence_versions", "publications", "audit", "alembic_version")
"""Tables that outlive a company, or of which nothing is asked."""
LIVED_IN: Final = tuple(table for table in tables.metadata.sorted_tables if table.name not in KEPT)
"""Tables of one company, those that others refer to first."""

Backup = list[list[dict[str, object]]]


class DatabaseStore:
    """One database, in which companies live one after the other."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, pool=2)
        if self._database.kind == "sqlite":
            self._database.watch("connect", _hurried)
        schema.upgrade(self._database)
        self._published = ""

    def opens(self, company: Company, clock: abc.Callable[[], datetime], reached: Reached) -> None:
        """Begin with this company; whatever the one before left is gone."""
        settings = company.settings
        self._company = company
        self._people = People(settings.address_key, settings.org_country)
        every = timedelta(milliseconds=settings.ring_milliseconds)
        self._inbox = Inbox(self._database, self._people, ring_every=every, reached=reached)
        drafting = Drafting(settings, Catalogue(), self._people, clock)
        self.records = DatabaseRecords(self._database, settings, drafting=drafting, reached=reached)
        self._reached = reached
        names = ",".join(plan.version for plan in company.release.plans)
        with self._database.transaction() as transaction:
            for owner in OWNERS:
                owners.save(transaction, Owner(id=owner, name="Somebody of ours"))
            if names != self._published:
                catalogue.publish(transaction, company.release, "ana", "", company.opens_at)
        self._published = names

    def capture(self, person: Person, letter: Letter, now: datetime) -> Filed:
        """Write down who asks, and file the letter that says so."""
        consents = tuple(Consent(channel=c, basis="form", source="web", at=now) for c in person.agrees_to)
        new = NewLead(
            source="web_form",
            zone=person.home.zone,
            region=person.home.region,
            country=person.home.country,
            owner=person.owner,
            emails=(person.email,),
            phones=(person.phone,),
            consents=consents,
            fields=person.fields,
        )
        with self._database.transaction() as transaction, patch.object(leads, "uuid4", lambda: UUID(person.lead)):
            known = leads.exists(transaction, person.lead)
            lead = person.lead if known else self._people.capture(transaction, new, now).lead_id
            if lead != person.lead:
                raise RuntimeError("two people of one company were taken for one")
            filed = self._inbox.file(transaction, letter, lead, now)
        self._reached("after_inbox_commit")
        return filed

    def receive(self, letter: Letter, lead: LeadId, now: datetime) -> Filed:
        """File a letter."""
        return self._inbox.receive(letter, lead, now)

    def record(self, word: Word) -> None:
        """Write down a provider's word about a touch."""
        with self._database.transaction() as transaction:
            ledger.record(transaction, word)

    def switch(self, scope: Scope, name: str, *, on: bool, now: datetime) -> None:
        """Turn a kill switch."""
        turn = switches.turn_on if on else switches.turn_off
        with self._database.transaction() as transaction:
            turn(transaction, scope, name, "ann", "", now)

    def unheard(self, now: datetime) -> tuple[LeadId, ...]:
        """Whom the sweep rings now."""
        minute = timedelta(seconds=self._company.settings.sweep_seconds)
        with self._database.transaction() as transaction:
            found = (
                *bells.unrung(transaction, now, minute, MANY),
                *bells.released(transaction, now, minute, MANY),
                *bells.overdue(transaction, now, 3 * minute, MANY),
            )
            rung = sorted({bell.lead_id for bell in found})
            for lead in rung:
                bells.rang(transaction, lead, now)
        return tuple(rung)

    # --- what is there

    def standing(self, lead: LeadId) -> Standing | None:
        """Where the lead stands."""
        with self._database.reading() as transaction:
            row = transaction.execute(select(tables.leads).where(tables.leads.c.id == lead)).first()
        if row is None:
            return None
        return Standing(lead, row.revision, row.open, row.stage, row.lead_state, row.next_due, row.why or "")

    def open_tasks(self, lead: LeadId) -> tuple[OpenTask, ...]:
        """What people have to do for the lead."""
        mine = (tables.tasks.c.lead == lead) & (tables.tasks.c.state == "open")
        found = select(tables.tasks).where(mine).order_by(tables.tasks.c.task_key)
        with self._database.reading() as transaction:
            rows = transaction.execute(found).all()
        return tuple(OpenTask(TaskKey(row.task_key), row.kind, _touch(row.touch_key)) for row in rows)

    def backup(self) -> object:
        """Everything as it is committed now."""
        with self._database.reading() as transaction:
            return [[row._asdict() for row in transaction.execute(select(table))] for table in LIVED_IN]

    def restore(self, backup: object) -> None:
        """Everything as it was then."""
        with self._database.transaction() as transaction:
            _emptied(transaction)
            for table, rows in zip(LIVED_IN, cast(Backup, backup), strict=True):
                if rows:
                    transaction.execute(insert(table), rows)

    def rows(self) -> Rows:
        """What the records say."""
        with self._database.reading() as transaction:
            touches = transaction.execute(select(tables.ledger).order_by(tables.ledger.c.touch_key)).all()
            filed = transaction.execute(select(tables.inbox).order_by(tables.inbox.c.id)).all()
            tasks = transaction.execute(select(tables.tasks).order_by(tables.tasks.c.task_key)).all()
        return Rows(
            touches=tuple(
                TouchRow(row.touch_key, row.lead, row.channel, row.step, row.state, row.detail or "") for row in touches
            ),
            inbox=tuple(
                InboxRow(
                    source=row.source,
                    event_id=row.event_id,
                    lead=row.lead,
                    number=row.number or 0,
                    disposition=row.disposition,
                    reason=row.reason or "",
                    copies=1 + row.duplicates,
                )
                for row in filed
            ),
            tasks=tuple(TaskRow(row.lead, row.kind, row.state, row.touch_key) for row in tasks),
        )

    def leaves(self) -> None:
        """The company is gone; the next one finds nothing of it."""
        with self._database.transaction() as transaction:
            _emptied(transaction)

    def close(self) -> None:
        """Give every connection back."""
        self._database.close()


def _emptied(transaction: Connection) -> None:
    for table in reversed(LIVED_IN):
        transaction.execute(delete(table))


def _touch(key: str | None) -> TouchKey | None:
    return None if key is None else TouchKey(key)


@contextmanager
def database_store(url: str) -> abc.Iterator[DatabaseStore]:
    """A store in the empty database behind this URL."""
    store = DatabaseStore(url)
    try:
        yield store
    finally:
        store.close()


def _hurried(connection: object, _: object) -> None:
    """What is lost with the machine is not what is simulated; waiting for the disk would be most of the time."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the DBAPI's interface is not declared
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
