"""
Where the two take turns: one Temporal server, one database of ours, and both kinds of workers in this process.

    async with Stand.open(place) as stand, stand.at_work():
        ...
"""

import asyncio
import time
from collections import abc
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple, Self

from sqlalchemy import func, make_url, select
from temporalio.client import Client

import worker
from activities.look import Look
from adapters import catalogue as shelf
from adapters import owners, schema
from adapters.inbox import Filed
from adapters.leads import NewLead
from adapters.letters import Letter
from adapters.outbox import Outbox
from adapters.owners import Owner
from adapters.records import DatabaseRecords
from adapters.release import Release
from adapters.suppression import Consent
from adapters.tables import inbox, json_text
from api.doorbell import Doorbell
from api.office import Office
from bench import bare
from engine.life.turn import Glance, Turn
from engine.ports.providers import Message, Receipt
from engine.sequence.compiled import Sequence
from engine.sequence.pipeline import Pipeline
from engine.words import Act, Channel, LeadId
from tests.support.house import released, settings
from tests.support.life import PIPELINE
from tests.support.postgres import fresh_database
from tests.support.small_sequences import daily
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

NO_TIME = timedelta(0)
PATIENCE = timedelta(minutes=5)
LEADS_OF_AN_OWNER = 100
"""An owner is a sender, and a sender's limits are counted over what it sent: nobody has thousands of leads."""

PLAIN: dict[str, object] = {
    "min_gap_seconds": 0,
    "sender_per_minute": 2000,  # no sender stands in line: what is measured is work, not waiting
    "sender_per_day": 2000,
    "look_up_seconds": (1, 2, 5),
}
ORDINARY = 30.0
DRILL = 3.0
"""Seconds an attempt may take: when a worker is killed, so long is waited for what it had begun."""


IDENTITY = "12345@worker-1"
"""Stands in many events; the default names process and machine, and no two runs would weigh the same."""

numbers = count(1)


class Tally:
    """Counts what happens in threads and workflows of this process, and when."""

    def __init__(self, goal: int) -> None:
        self._goal = goal
        self._loop = asyncio.get_running_loop()
        self._full = asyncio.Event()
        self.at: list[float] = []

    def hit(self, *_: object) -> None:
        """Once more."""
        self.at.append(time.perf_counter())
        if len(self.at) >= self._goal:
            self._loop.call_soon_threadsafe(self._full.set)

    async def full(self) -> float:
        """Wait until it has happened so often; when it was. Raises: TimeoutError."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await self._full.wait()
        return self.at[self._goal - 1]


class WatchedLook(Look):
    """The real look; whoever wants to know hears of its end."""

    looked: abc.Callable[[Glance, Act], None] = staticmethod(lambda glance, act: None)

    def at(self, glance: Glance, act: Act, now: datetime, tried_for: timedelta, *, again: bool = False) -> Turn:
        """As the look's."""
        turn = super().at(glance, act, now, tried_for, again=again)
        self.looked(glance, act)
        return turn


class WatchedOutbox(Outbox):
    """The real Outbox; whoever wants to know hears of a message before it is kept."""

    sending: abc.Callable[[Message], None] = staticmethod(lambda message: None)

    def send(self, message: Message) -> Receipt:
        """As the Outbox's."""
        self.sending(message)
        return super().send(message)


class Place(NamedTuple):
    """Where a process of ours finds what it works with."""

    name: str
    """For people."""
    address: str
    database_url: str
    directory: Path
    """For journals and logs."""
    attempt_seconds: float = ORDINARY
    """How long an attempt may take."""


class Stand:
    """One server and one database, and what both sides need on them."""

    def __init__(self, place: Place, office: Office, client: Client) -> None:
        self.place = place
        self.name = place.name
        self.office = office
        self.client = client
        self.doorbell = Doorbell(client)
        self.outbox = WatchedOutbox(office.database)
        self.look = look_of(office, self.outbox)
        self.one_start = timedelta(milliseconds=10)
        """How long one start has taken at most, of several at once."""

    @classmethod
    @asynccontextmanager
    async def open(cls, place: Place) -> abc.AsyncIterator[Self]:
        """The stand with a sequence of a mail a day published, and nobody at work yet."""
        with cls._of(place, await client_at(place)) as stand:
            yield stand

    @contextmanager
    def beside(self) -> abc.Iterator[Self]:
        """Another stand on this server, whose leads nobody else measures; gone when the block ends."""
        with _fresh(self.place) as url, self._of(self.place._replace(database_url=url), self.client) as stand:
            yield stand

    @classmethod
    @contextmanager
    def _of(cls, place: Place, client: Client) -> abc.Iterator[Self]:
        with office_at(place, client) as office:
            schema.upgrade(office.database)
            stand = cls(place, office, client)
            stand.publishes(daily(2))
            yield stand

    @asynccontextmanager
    async def at_work(self) -> abc.AsyncIterator[None]:
        """Workers of ours and of the baseline are at work until the block ends."""
        bare.Ear.heard = bare.unheard  # whoever listened at another stand has gone
        async with AsyncExitStack() as stack:
            for one in worker.workers(self.client, self.office, self.look):
                await stack.enter_async_context(one)
            for one in bare.workers(self.client, self.office.settings):
                await stack.enter_async_context(one)
            yield

    # --- leads

    def publishes(self, *sequences: Sequence) -> None:
        """From now on these run."""
        with self.office.database.transaction() as transaction:
            shelf.publish(transaction, release_of(*sequences), "bench", "", datetime.now(UTC))

    def capture(self) -> Filed:
        """A person asks: the lead and the event, in one transaction."""
        number, now = next(numbers), datetime.now(UTC)
        owner = f"rep-{number // LEADS_OF_AN_OWNER}"
        with self.office.database.transaction() as transaction:
            if number % LEADS_OF_AN_OWNER == 1:
                owners.save(transaction, Owner(id=owner, name="Ana Ortiz", email=f"{owner}@example.com"))
            captured = self.office.people.capture(transaction, newcomer(number, owner, now), now)
            letter = Letter(source="web", id=f"captured-{number}", kind="captured", occurred_at=now)
            return self.office.inbox.file(transaction, letter, captured.lead_id, now)

    def ready(self, leads: int) -> list[Turn]:
        """So many leads, captured and looked at: a mail is due to each now."""
        return [self._looked_at(lead_of(self.capture())) for _ in range(leads)]

    def _looked_at(self, lead: LeadId) -> Turn:
        turn = self.look.at(Glance(lead_id=lead), Act.LOOK, datetime.now(UTC), NO_TIME)
        if turn.act is not Act.SEND_EMAIL:
            raise RuntimeError(f"no mail is due to {lead}: {turn}")
        return turn

    def writes(self, lead: LeadId) -> Filed:
        """A note about the lead arrives."""
        now = datetime.now(UTC)
        body = json_text({"text": "spoke on the phone"})
        letter = Letter(source="crm", id=f"note-{next(numbers)}", kind="note_added", occurred_at=now, body=body)
        return self.office.inbox.receive(letter, lead, now)

    def unapplied(self) -> int:
        """Inbox rows that no look has noted yet."""
        with self.office.database.reading() as transaction:
            waiting = select(func.count()).select_from(inbox).where(inbox.c.disposition.is_(None))
            number: int = transaction.execute(waiting).scalar_one()
            return number


def office_at(place: Place, client: Client | None = None) -> Office:
    """Our hold on the records there, in whatever process; without a client it rings nobody."""
    limits = {"start_to_close_seconds": place.attempt_seconds, "provider_deadline_seconds": 1}
    return Office(settings(place.database_url, **PLAIN, **limits), client)


def release_of(*sequences: Sequence) -> Release:
    """These sequences, ready to be published."""
    return released(*sequences).model_copy(update={"pipeline": Pipeline(rules=(), stages=PIPELINE)})


def _fresh(place: Place) -> AbstractContextManager[str]:
    """An empty database where that of the place is."""
    url = make_url(place.database_url)
    if url.get_backend_name() == "sqlite":
        return nullcontext(f"sqlite:///{place.directory / f'beside-{next(numbers)}.sqlite'}")
    return fresh_database(url.set(database="postgres").render_as_string(hide_password=False))


async def client_at(place: Place) -> Client:
    """A client of the server there; from now on attempts of this process, ours and bare, are paced as there."""
    attempt = timedelta(seconds=place.attempt_seconds)
    bare.Pace.attempt = attempt
    plugin = LeadPlugin(pace=Pace(start_to_close=attempt, first_retry=timedelta(milliseconds=100)))
    return await Client.connect(place.address, plugins=[plugin], identity=IDENTITY)


def look_of(office: Office, provider: WatchedOutbox) -> WatchedLook:
    """The worker's look, whose messages go to this Outbox."""
    records = DatabaseRecords(office.database, office.settings)
    return WatchedLook(records, dict.fromkeys(Channel, provider))


def newcomer(number: int, owner: str, now: datetime) -> NewLead:
    """A person with an address, a phone and consent for everything."""
    return NewLead(
        source="web_form",
        first_name="Rosa",
        emails=(f"rosa{number}@example.com",),
        phones=(f"+1{2125550100 + number}",),
        zone="America/New_York",
        region="NY",
        country="US",
        owner=owner,
        consents=tuple(
            Consent(channel=channel, granted=True, basis="form", source="bench", at=now) for channel in Channel
        ),
    )


def lead_of(filed: Filed) -> LeadId:
    """Whose letter it is. Raises: RuntimeError when nobody's."""
    if filed.lead_id is None:
        raise RuntimeError("the letter found nobody")
    return filed.lead_id
