"""
The whole house on a real Temporal server: records on a real database, the real look, the real workflow.

A test captures people, moves a lead's time, lets things happen, and looks at what left and what is open.
"""

from collections import abc
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Self

from pydantic import SecretStr
from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import worker
from activities.look import Look
from adapters import catalogue as shelf
from adapters import schema
from adapters.database import AnyRow
from adapters.inbox import Filed
from adapters.leads import NewLead
from adapters.letters import OPERATOR, Letter
from adapters.release import Release, TemplateText
from adapters.settings import Environment, Settings
from adapters.suppression import Consent
from adapters.tables import inbox, json_text, leads, ledger, outbox, tasks
from adapters.views.lead import memory
from api.doorbell import Doorbell
from api.office import Office
from cli.temporal_server import LocalServer
from engine.life.progress import Progress
from engine.life.wishes import Plan, TemplateRef
from engine.sequence.compiled import Branch, Sequence
from engine.sequence.pipeline import Pipeline
from engine.sequence.structure import steps, template_kind, templates_of
from engine.sequence.version import version_of
from engine.words import Channel, LeadId, Verb
from tests.support.life import PIPELINE
from tests.support.waiting import until
from workflows.lead import LeadWorkflow
from workflows.names import workflow_id
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

QUICK = Pace(start_to_close=timedelta(seconds=5), first_retry=timedelta(milliseconds=50))
A_MOMENT = timedelta(seconds=1)
numbers = count(1)


def settings(database_url: str, **changes: object) -> Settings:
    """Settings of a test: quick, without jitter and without limits of the sender."""
    plain: dict[str, object] = {
        "environment": Environment.TEST,
        "database_url": SecretStr(database_url),
        "postal_address": "1 Invented Street, Nowhere",
        "jitter_seconds": 0,
        "start_to_close_seconds": 5,
        "provider_deadline_seconds": 2,
        "first_byte_seconds": 60,  # a busy machine is not what tests are about
        "sticky_seconds": 1,
        "graceful_shutdown_seconds": 1,
        "sender_per_minute": 1000,
        "sender_per_day": 10_000,
    }
    return Settings.model_validate(plain | changes)


def released(*sequences: Sequence) -> Release:
    """A release of these sequences, highest first, with a plain template for every step."""
    texts: dict[str, TemplateText] = {}
    plans = []
    for sequence in sequences:
        refs = []
        for step in (s for plan in sequence.stages for s in steps(plan) if not isinstance(s, Branch)):
            for name in templates_of(step):
                text = _template(step.id, name)
                texts[text.digest] = text
                refs.append(TemplateRef(name=f"{name}.{template_kind(step)}", digest=text.digest))
        unique = tuple(sorted(set(refs), key=lambda ref: ref.name))
        plans.append(Plan(version=version_of(sequence, unique), sequence=sequence, templates=unique))
    return Release(plans=tuple(plans), templates=tuple(texts.values()), pipeline=None, fields=())


def _template(step: str, name: str) -> TemplateText:
    from adapters import templates

    said = step if name.endswith(f"/{step}") else name
    body = f"---\nvalue: guide\npurpose: commercial\nsubject: {step}\n---\nHello, this is {said}.\n"
    return TemplateText(digest=templates.read(body, step).digest, text=body)


class Someone:
    """A lead, as a test sees it."""

    def __init__(self, house: "House", lead_id: LeadId) -> None:
        self.house = house
        self.lead_id = lead_id
        self.handle: WorkflowHandle[LeadWorkflow, None] = house.client.get_workflow_handle_for(
            LeadWorkflow.run, workflow_id(lead_id)
        )

    # --- what happens

    async def happens(self, kind: str, **data: object) -> Filed:
        """An event is filed, rung, and applied."""
        return await self.gets(self.letter(kind, **data))

    async def commands(self, verb: Verb, **data: object) -> Filed:
        """A person commands."""
        letter = self.letter(verb.value, **data)
        return await self.gets(letter.model_copy(update={"source": OPERATOR, "by": "ann"}))

    async def gets(self, letter: Letter) -> Filed:
        """A letter arrives and is applied."""
        filed = self.house.office.inbox.receive(letter, self.lead_id, await self.now())
        await self.house.doorbell.ring(self.lead_id)
        await until(lambda: self.row_of(letter).disposition is not None)
        return filed

    def letter(self, kind: str, **data: object) -> Letter:
        """A letter about this lead; data may hold moments, which become text."""
        plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in data.items()}
        return Letter(
            source="crm", id=f"e{next(numbers)}", kind=kind, occurred_at=datetime.now(UTC), body=json_text(plain)
        )

    async def let_pass(self, **duration: float) -> None:
        """The lead's time passes."""
        await self.house.skipper.fast_forward(self.handle, timedelta(**duration))

    async def now(self) -> datetime:
        """The lead's own time."""
        return (await self.house.skipper.get_current_time(self.handle)).astimezone(UTC)

    # --- what can be seen

    @property
    def row(self) -> AnyRow:
        """The lead's row."""
        with self.house.office.database.reading() as transaction:
            return transaction.execute(select(leads).where(leads.c.id == self.lead_id)).one()

    @property
    def progress(self) -> Progress:
        """The lead's memory, as it is stored."""
        with self.house.office.database.reading() as transaction:
            remembered = memory(transaction, self.lead_id)
        assert remembered is not None
        return remembered

    def row_of(self, letter: Letter) -> AnyRow:
        """What became of a letter."""
        with self.house.office.database.reading() as transaction:
            mine = (inbox.c.source == letter.source) & (inbox.c.event_id == letter.id)
            return transaction.execute(select(inbox).where(mine)).one()

    @property
    def inbox(self) -> abc.Sequence[AnyRow]:
        """Every Inbox row, in order."""
        with self.house.office.database.reading() as transaction:
            mine = select(inbox).where(inbox.c.lead == self.lead_id).order_by(inbox.c.number)
            return transaction.execute(mine).all()

    @property
    def received(self) -> list[str]:
        """Steps whose message is in the Outbox: what the person would have got, in order."""
        with self.house.office.database.reading() as transaction:
            mine = (
                select(ledger.c.step)
                .join(outbox, outbox.c.touch_key == ledger.c.touch_key)
                .where(ledger.c.lead == self.lead_id)
                .order_by(ledger.c.attempt_started_at)
            )
            return list(transaction.execute(mine).scalars())

    @property
    def touches(self) -> dict[str, str]:
        """The state of each step's last touch in the ledger."""
        with self.house.office.database.reading() as transaction:
            mine = select(ledger).where(ledger.c.lead == self.lead_id).order_by(ledger.c.decided_at)
            return {row.step: row.state for row in transaction.execute(mine)}

    @property
    def tasks(self) -> abc.Sequence[AnyRow]:
        """Open tasks."""
        with self.house.office.database.reading() as transaction:
            mine = (tasks.c.lead == self.lead_id) & (tasks.c.state == "open")
            return transaction.execute(select(tasks).where(mine).order_by(tasks.c.opened_at)).all()

    async def closes(self, disposition: str, **data: object) -> Filed:
        """A person closes the oldest open task."""
        return await self.happens("task_done", task_key=self.tasks[0].task_key, disposition=disposition, **data)


class House:
    """Everything of ours, for one test."""

    def __init__(self, office: Office, client: Client) -> None:
        self.office = office
        self.client = client
        self.skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self.doorbell = Doorbell(self.skipper.client)

    async def capture(self, name: str = "Rosa", *, ring: bool = True, **about: object) -> Someone:
        """A person asks, with an address and consent for everything."""
        number = next(numbers)
        now = datetime.now(UTC)
        new = NewLead.model_validate(
            {
                "source": "web_form",
                "first_name": name,
                "emails": (f"{name.lower()}{number}@example.com",),
                "phones": (f"+1212555{number % 100 + 100:04d}",),
                "zone": "America/New_York",
                "region": "NY",
                "country": "US",
                "owner": "rep-1",
                "consents": tuple(
                    Consent(channel=channel, granted=True, basis="form", source="test", at=now) for channel in Channel
                ),
            }
            | about
        )
        with self.office.database.transaction() as transaction:
            captured = self.office.people.capture(transaction, new, now)
            letter = Letter(source="web", id=f"captured-{number}", kind="captured", occurred_at=now)
            self.office.inbox.file(transaction, letter, captured.lead_id, now)
        someone = Someone(self, captured.lead_id)
        if ring:
            await self.doorbell.ring(captured.lead_id)
            await until(lambda: someone.row_of(letter).disposition is not None)
        return someone

    @classmethod
    @asynccontextmanager
    async def open(
        cls, server: LocalServer, database_url: str, *sequences: Sequence, **changes: object
    ) -> abc.AsyncIterator[Self]:
        """The house with these sequences published and workers at work."""
        async with cls.built(server, database_url, *sequences, **changes) as house, house.at_work():
            yield house

    @classmethod
    @asynccontextmanager
    async def built(
        cls, server: LocalServer, database_url: str, *sequences: Sequence, **changes: object
    ) -> abc.AsyncIterator[Self]:
        """The house with these sequences published and nobody at work yet."""
        with Office(settings(database_url, **changes)) as office:
            schema.upgrade(office.database)
            if sequences:
                with office.database.transaction() as transaction:
                    shelf.publish(transaction, _with_pipeline(released(*sequences)), "test", "", datetime.now(UTC))
            yield cls(office, await Client.connect(server.address, plugins=[LeadPlugin(pace=QUICK)]))

    @asynccontextmanager
    async def at_work(self, look: Look | None = None) -> abc.AsyncIterator[None]:
        """Workers of every queue are at work, with this look if there is one, until the block ends."""
        async with AsyncExitStack() as stack:
            for one in worker.workers(self.client, self.office, look):
                await stack.enter_async_context(one)
            yield


def _with_pipeline(release: Release) -> Release:
    return release.model_copy(update={"pipeline": Pipeline(rules=(), stages=PIPELINE)})
