"""A small company: settings, one published sequence, a few people, and what it takes to look at them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters import inbox
from adapters import leads as people
from adapters.catalogue import publish
from adapters.database import AnyRow, Database
from adapters.inbox import Filed, Inbox, To
from adapters.leads import Captured, ExternalId, NewLead, People
from adapters.letters import Letter
from adapters.owners import Owner, save
from adapters.release import Release, TemplateText
from adapters.settings import Settings
from adapters.suppression import Consent, standings
from adapters.tables import inbox as inbox_table
from adapters.tables import json_text
from adapters.templates import digest_of
from engine.life.circumstances import FieldValue
from engine.life.turn import Scrap
from engine.life.wishes import Plan, TemplateRef
from engine.ports.records import InboxItem
from engine.reasons import SkipReason
from engine.sequence import compiled
from engine.sequence.compiled import Finish, Message, OnEvent, StagePlan
from engine.sequence.fields import DeclaredField
from engine.sequence.version import version_of
from engine.words import Channel, EventKind, LeadId, Stage
from tests.support.life import ALWAYS

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""Ten in the morning in New York, a working day."""

SETTINGS = Settings.model_validate(
    {
        "environment": "test",
        "postal_address": "1 Invented Street, Nowhere",
        "jitter_seconds": 0,
        "sender_per_minute": 50,
        "first_byte_seconds": 60,  # a busy machine is not what these tests are about
    }
)

MAIL = "---\nvalue: answer\npurpose: commercial\nsubject: Hello {{ first_name }}\n---\nHi {{ first_name }}, it is us.\n"
TEXT = "---\nvalue: answer\npurpose: commercial\n---\n{{ company_name }}: hello {{ first_name }}\n"

ROSA = NewLead(
    source="web_form",
    first_name="Rosa",
    emails=("rosa@example.com",),
    phones=("+1 212 555 0123",),
    zone="America/New_York",
    owner="ana",
    external_ids=(ExternalId(system="crm", id="4711"),),
    consents=(Consent(channel=Channel.SMS, basis="consent", source="web_form", at=MONDAY),),
    fields=(FieldValue(name="heat", value="hot"),),
)
BEN = NewLead(source="web_form", first_name="Ben", emails=("ben@example.com",))
ANA = Owner(id="ana", name="Ana Ortiz", email="ana@example.com", zone="America/New_York")

FIELDS = (
    DeclaredField(name="heat", kind="choice", values=("hot", "cold")),
    DeclaredField(name="budget", kind="number"),
    DeclaredField(name="renewal_on", kind="date"),
    DeclaredField(name="vip", kind="flag"),
)


class Company:
    """Everything around the leads of one database."""

    def __init__(self, database: Database, settings: Settings = SETTINGS) -> None:
        self.database = database
        self.settings = settings
        self.people = People(settings.address_key, settings.org_country)
        self.inbox = Inbox(database, self.people)
        self.letters = 0

    def opens(self) -> "Company":
        """Ana is hired and the sequence published."""
        with self.database.transaction() as transaction:
            save(transaction, ANA)
            publish(transaction, release(), "ana", "first", MONDAY)
        return self

    def captures(self, new: NewLead, now: datetime = MONDAY) -> LeadId:
        """Somebody gets in touch; who it is."""
        return self.captured(new, now).lead_id

    def captured(self, new: NewLead, now: datetime = MONDAY) -> Captured:
        """Somebody gets in touch."""
        with self.database.transaction() as transaction:
            return self.people.capture(transaction, new, now)

    def hears(
        self, to: To, kind: str, now: datetime = MONDAY, *, id: str = "", source: str = "crm", **data: object
    ) -> Filed:
        """Something happened."""
        self.letters += 1
        letter = Letter(
            source=source,
            id=id or f"letter-{self.letters}",
            kind=kind,
            occurred_at=now,
            body=json_text(data),
            by="ana",
        )
        return self.inbox.receive(letter, to, now)

    def signals(self, lead: LeadId, *scraps: Scrap, now: datetime = MONDAY) -> None:
        """Somebody signals content to Temporal, and a look files it."""
        with self.database.transaction() as transaction:
            self.inbox.file_scraps(transaction, lead, scraps, now)

    def rows(self) -> Sequence[AnyRow]:
        """The whole Inbox, in the order it was written."""
        with self.database.reading() as transaction:
            return transaction.execute(select(inbox_table).order_by(inbox_table.c.id)).all()

    def unapplied(self, lead: LeadId) -> tuple[InboxItem, ...]:
        """What the lead's next look will note."""
        with self.database.reading() as transaction:
            return inbox.unapplied(transaction, lead, 1000)

    def closed(self, address: str) -> dict[Channel, SkipReason]:
        """Channels on which an address must not be used, and why."""
        with self.database.reading() as transaction:
            known = standings(transaction, [self.people.hash(address)])
        return {standing.channel: standing.closed for standing in known if standing.closed}

    def lead(self, lead: LeadId) -> people.Lead:
        """Who the lead is now."""
        with self.database.reading() as transaction:
            found = people.read(transaction, lead)
        assert found is not None
        return found


def release(*messages: Message) -> Release:
    """A sequence of a mail and a text a day later, or of these messages."""
    steps = messages or (message("hello", "email"), message("hello-text", "sms"))
    sequence = compiled.Sequence(
        name="greeting",
        stages=(StagePlan(name=Stage.RESPONSE, steps=steps, otherwise=Finish()),),
        maintainer="revops",
        starts=(OnEvent(event=EventKind.CAPTURED),),
        hours=ALWAYS,
    )
    sources = {f"{step.template}.{step.kind}": MAIL if step.kind == "email" else TEXT for step in steps}
    refs = tuple(TemplateRef(name=key, digest=digest_of(source)) for key, source in sorted(sources.items()))
    texts = {source: TemplateText(digest=digest_of(source), text=source) for source in sources.values()}
    plan = Plan(version=version_of(sequence, refs), sequence=sequence, templates=refs)
    return Release(plans=(plan,), templates=tuple(texts.values()), fields=FIELDS)


def message(step: str, kind: str, **more: object) -> Message:
    """A step that sends a message at once."""
    return Message.model_validate({"kind": kind, "id": step, "template": f"greeting/{step}", **more})


def later(**delay: float) -> datetime:
    """That long after Monday."""
    return MONDAY + timedelta(**delay)
