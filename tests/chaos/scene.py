"""
The scene of a drill: a Temporal server with a file, a store, a provider that is often out of order, workers and a
postman, each a process of its own, and a crowd of leads in the middle of their first messages.

    async with Scene.of(temporal, store, directory, seed=1) as scene:
        scene.crowd(60)
        victim = scene.hire(faults="after_claim:5")
        await scene.dies(victim)
        scene.hire()
        found = await verdict(scene)

The provider lives with us, and we are never killed: its journal is what people would have received.
"""

import asyncio
import os
import random
import signal
import sys
import threading
import time
from collections import abc
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple, Self

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Executable, Table, func, select, update
from temporalio.client import Client

from adapters import schema
from adapters.database import AnyRow, DatabaseUnavailable
from adapters.leads import ExternalId, NewLead
from adapters.letters import SIGNAL
from adapters.settings import Environment, Settings
from adapters.tables import inbox, leads, ledger
from api.office import Office
from cli import child
from engine.words import EventKind, LeadId, TouchKey, TouchState, Verb
from tests.chaos import catalogue, commits
from tests.chaos.hours import Home, Hours
from tests.chaos.postman import CRM, Answer, Order, answers_in
from tests.chaos.servers import Store, Temporal
from tests.support.provider import Answer as Does
from tests.support.provider import (
    Asked,
    ScriptedProvider,
    broken,
    busy,
    closes,
    hangs,
    ok,
    ponders,
    resets,
    torn,
)
from tests.support.waiting import until
from workflows.plugin import LeadPlugin

HOUSE = Path(__file__).parent.parent.parent

SOON = timedelta(minutes=5)
"""A lead that is due later than this sleeps: its next mail is a month away, or a person is asked."""

CROWD = 50
"""How many people there are at first, so that there is always much to do."""

HANDFUL = 3

READ_FIRST = 0.6
"""The share of people who wait for a mail before anything happens to them."""

WORKER, POSTMAN = "tests.chaos.worker_process", "tests.chaos.postman"

A_MOMENT = 0.5
ASKED_EVERY = 0.1
"""Seconds between two questions, most of which ask the database: the machine is there for those who work."""
RECOVERS_WITHIN = timedelta(seconds=20)
LOOK_EVERY = timedelta(milliseconds=100)
PATIENCE = timedelta(seconds=180)

SHORT: dict[str, object] = {
    "start_to_close_seconds": 2,
    "provider_deadline_seconds": 1,
    "first_byte_seconds": 0.5,
    "sticky_seconds": 1,
    "graceful_shutdown_seconds": 3,
    "sweep_seconds": 1,
    "look_up_seconds": "1,2,4,6",
    "database_lock_seconds": 3,
    "database_idle_seconds": 3,
    "min_gap_seconds": 1.5,
    "settling_seconds": 0.5,
    "jitter_seconds": 0,
    "lead_cap": 1000,
    "sender_per_minute": 1_000_000,
    "sender_per_day": 1_000_000,
    "org_country": "ZZ",  # it has no holidays: a drill can be run on any day
    "postal_address": "1 Invented Street, Nowhere",
    "log_level": "warning",
}
"""Seconds where production has minutes, so that a kill is over in four of them."""

LATEST_MOOD = timedelta(seconds=3)
"""How long after it might have something happens to somebody."""

WEATHER = (
    (80, ok()),
    (4, broken(500, accepts=True)),
    (3, broken(503)),
    (4, resets(accepts=True)),
    (2, resets()),
    (2, closes(accepts=True)),
    (2, torn()),
    (2, busy(after=1)),
    (1, hangs(accepts=True)),
)
"""What the provider does, and how often in a hundred requests: every fifth is not what it should be."""

HOMES = {Home.DAY: 80, Home.EVENING: 13, Home.NIGHT: 7}
"""Where people live, and how many of a hundred."""


class Mood(NamedTuple):
    """What happens to somebody a moment after he was captured, or after he got his first mail."""

    share: int
    """To how many of a hundred."""
    kind: EventKind | Verb | None = None
    data: abc.Mapping[str, JsonValue] = {}
    bars: bool = False
    """Whether nothing may leave from then on."""
    but: str = ""
    """The step that may, since the sequence goes on there."""

    @property
    def harmless(self) -> bool:
        """Whether the lead gets all that it would have got without it."""
        return not self.bars


MOODS = (
    Mood(44),
    Mood(10, EventKind.NOTE_ADDED),
    Mood(10, EventKind.OPTED_OUT, {"channel": "email"}, bars=True),
    Mood(8, EventKind.REPLIED, {"channel": "email", "reply": "question"}, bars=True),
    Mood(8, EventKind.REPLIED, {"channel": "email", "reply": "positive"}, bars=True, but="offer"),
    Mood(6, EventKind.WON, bars=True, but="welcome"),
    Mood(7, Verb.STOP, bars=True),
    Mood(7, Verb.PAUSE, bars=True),
)


class Lead(NamedTuple):
    """Somebody of the crowd, as the CRM knows it."""

    name: str
    address: str
    home: Home
    mood: Mood
    reads_first: bool
    """Whether it waits for his first mail."""
    takes: timedelta
    """How long it takes then."""


class Busy(NamedTuple):
    """What was under way at some moment."""

    in_flight: int
    """Claimed touches of which nobody knows yet what became of them."""
    open: int
    """Leads that still have something to do soon."""


class Mailbox(ScriptedProvider):
    """The provider, and people who read what it accepts."""

    def __init__(self, is_read: abc.Callable[[Asked], None]) -> None:
        super().__init__()
        self._is_read = is_read

    def take(self, message: dict[str, JsonValue]) -> Does:
        """As it is told, and whoever gets the message reads it."""
        known = len(self.accepted)
        answer = super().take(message)
        for mail in self.accepted[known:]:
            if mail.touch_key == message["touch_key"]:
                self._is_read(mail)
        return answer


class Scene:
    """Everything of one drill; whatever it started is gone when it is."""

    def __init__(self, server: Temporal, store: Store, directory: Path, seed: int) -> None:
        self.server = server
        self.store = store
        self.directory = directory
        self.chance = random.Random(seed)
        self.hours = Hours.of_a_drill(datetime.now(UTC))
        self.provider = Mailbox(self._is_read)
        self.people: list[Lead] = []
        self.posted: list[Order] = []
        self.signalled: set[str] = set()
        """Ids of signals with content that Temporal has taken."""
        self.terminated: dict[LeadId, datetime] = {}
        """When somebody ended the run of a lead: until it is due again nobody has to start another one."""
        self.staff: list[Popen[bytes]] = []
        self.expected_dead: set[int] = set()
        self._pen = threading.Lock()
        self._silent = False
        self._client: Client | None = None
        self._roles: dict[int, str] = {}
        self._numbers = count(1)
        self._cleanup = ExitStack()

    @classmethod
    @asynccontextmanager
    async def of(cls, server: Temporal, store: Store, directory: Path, *, seed: int) -> abc.AsyncIterator[Self]:
        """The scene, with tables, a published catalogue and a provider, and nobody at work."""
        scene = cls(server, store, directory, seed)
        with scene._cleanup:
            scene._prepare()
            scene._client = await Client.connect(server.address, plugins=[LeadPlugin()])
            yield scene

    @property
    def client(self) -> Client:
        """Our own connection to Temporal."""
        assert self._client is not None
        return self._client

    def _prepare(self) -> None:
        self._cleanup.enter_context(self.provider)
        self.office = self._cleanup.enter_context(Office(self._settings()))
        self._cleanup.callback(self._send_everybody_home)
        schema.upgrade(self.office.database)
        commits.watch(self.office.database)
        self.fine_weather(False)
        catalogue.write(self.directory / "drills", self.hours.closes)
        self.orders, self.answers = self.directory / "orders", self.directory / "answers"
        self.orders.touch()

    # --- who works here

    def opens(self) -> None:
        """There are a crowd, a worker and a postman from now on, if there were none."""
        if not self.people:
            self.crowd(CROWD)
        if not self.workers:
            self.hire()
        if not self.postmen:
            self.send_postman()

    @property
    def workers(self) -> list[Popen[bytes]]:
        """Who is at work, the longest there first."""
        return [one for one in self.staff if self._is_here(one, WORKER)]

    @property
    def postmen(self) -> list[Popen[bytes]]:
        """Who hands in."""
        return [one for one in self.staff if self._is_here(one, POSTMAN)]

    def _is_here(self, one: Popen[bytes], module: str) -> bool:
        return self._roles[one.pid] == module and one.pid not in self.expected_dead

    def hire(self, *, faults: str = "", settings: abc.Mapping[str, object] | None = None) -> Popen[bytes]:
        """A worker process, which may be armed to kill itself at a point, or have settings of its own."""
        return self._start(WORKER, str(self.provider.port), settings={"faults": faults, **(settings or {})})

    def send_postman(self, *, faults: str = "") -> Popen[bytes]:
        """A postman, who takes up what was not answered yet."""
        return self._start(POSTMAN, str(self.orders), str(self.answers), settings={"faults": faults})

    def _start(self, module: str, *arguments: str, settings: abc.Mapping[str, object]) -> Popen[bytes]:
        started = child.start(
            [sys.executable, "-m", module, *arguments],
            log=self.directory / f"{module.rpartition('.')[2]}.log",
            environment=self.environment | _named(settings),
            directory=HOUSE,
        )
        self.staff.append(started)
        if settings["faults"]:
            self.expected_dead.add(started.pid)
        self._roles[started.pid] = module
        return started

    def kill(self, victim: Popen[bytes]) -> None:
        """End a process at once, as a power cut would."""
        child.kill(victim)
        self.expected_dead.add(victim.pid)

    async def dies(self, victim: Popen[bytes]) -> Busy:
        """Return when the process has killed itself, with what was under way then; people come as long as it lives."""
        end = datetime.now(UTC) + PATIENCE
        while victim.poll() is None:
            self.check_staff()
            if datetime.now(UTC) > end:
                raise TimeoutError(f"it lives on\n{self.last_words()}")
            if not self.unanswered() or self.busy().open < CROWD // 2:
                self.crowd(HANDFUL, over=0)
            await asyncio.sleep(A_MOMENT)
        assert victim.returncode == -signal.SIGKILL, f"it ended with {victim.returncode}: {self.last_words()}"
        return self.busy()

    def tell_to_stop(self, process: Popen[bytes]) -> None:
        """SIGTERM, as a supervisor sends it."""
        self.expected_dead.add(process.pid)
        process.send_signal(signal.SIGTERM)

    async def leaves(self, process: Popen[bytes]) -> int:
        """Return when it has ended, with its exit code."""
        await self.until(lambda: process.poll() is not None)
        return int(process.returncode)

    def last_words(self) -> str:
        """The end of every log, for whoever has to understand a failure."""
        logs = sorted(self.directory.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def _send_everybody_home(self) -> None:
        for process in self.staff:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            child.kill(process)

    # --- what happens

    def crowd(self, size: int, *, over: float = 2) -> None:
        """So many people ask us for something within so many seconds; something happens to some of them soon after."""
        start = datetime.now(UTC)
        for _ in range(size):
            at = start + timedelta(seconds=self.chance.uniform(0, over))
            self.arrives(at)

    def arrives(self, at: datetime) -> Lead:
        """Somebody new, and what happens to them in the seconds that follow."""
        number = next(self._numbers)
        (mood,) = self.chance.choices(MOODS, [mood.share for mood in MOODS])
        (home,) = self.chance.choices([*HOMES], [*HOMES.values()])
        takes = timedelta(seconds=self.chance.uniform(0.1, LATEST_MOOD.total_seconds()))
        reads_first = self.chance.random() < READ_FIRST
        lead = Lead(f"lead-{number}", f"lead{number}@example.com", home, mood, reads_first, takes)
        new = NewLead(
            source="web_form",
            emails=(lead.address,),
            external_ids=(ExternalId(system=CRM, id=lead.name),),
            zone=self.hours.zone(home),
        )
        self.people.append(lead)
        self.post(lead, EventKind.CAPTURED, at, new=new)
        if not reads_first:
            self._happens(lead, at)
        return lead

    def _is_read(self, mail: Asked) -> None:
        """Somebody got a mail; the provider tells it from a thread of its own."""
        address, _, step = mail.marker.partition(": ")
        if step == catalogue.AT_ONCE[0]:
            for lead in self.people:
                if lead.address == address and lead.reads_first and not self._silent:
                    self._happens(lead, mail.at)

    def _happens(self, lead: Lead, since: datetime) -> None:
        if lead.mood.kind is not None:
            self.post(lead, lead.mood.kind, since + lead.takes, data=lead.mood.data)

    def post(
        self,
        lead: Lead,
        kind: EventKind | Verb,
        at: datetime,
        *,
        data: abc.Mapping[str, JsonValue] = {},
        new: NewLead | None = None,
    ) -> None:
        """An order for the postman."""
        with self._pen:
            number = len(self.posted) + 1
            order = Order(id=f"{number}-{kind}", to=lead.name, kind=kind, data=dict(data), new=new, not_before=at)
            self.posted.append(order)
            with self.orders.open("a", encoding="utf-8") as tray:
                tray.write(order.model_dump_json() + "\n")

    def mood_of(self, order: Order) -> Mood | None:
        """The mood of which this order is what forbids; None of every other order."""
        mood = next(lead.mood for lead in self.people if lead.name == order.to)
        return mood if mood.bars and mood.kind is order.kind else None

    def forget_the_rest(self) -> None:
        """What was not answered yet is never handed in: whoever would have done so is gone."""
        self._silent = True
        answered = {answer.id for answer in self.said() if answer.kept}
        self.posted = [order for order in self.posted if order.id in answered]

    def fine_weather(self, fine: bool) -> None:
        """Whether the provider only does what it should."""
        self.provider.clears()
        if not fine:
            weights, answers = [weight for weight, _ in WEATHER], [answer for _, answer in WEATHER]
            each_once = self.chance.sample(answers, len(answers))
            self.provider.will(*each_once, *self.chance.choices(answers, weights, k=100_000))

    @asynccontextmanager
    async def provider_waits(self, requests: int = 1) -> abc.AsyncIterator[None]:
        """In this block so many requests are accepted and not answered; at its end they are."""
        weather = self.provider.script()
        self.provider.clears()
        self.provider.may_answer.clear()
        self.provider.will(*[ponders()] * requests)
        wanted = self.provider.requests + requests
        await self.until(lambda: self.provider.requests >= wanted)
        self.provider.will(*weather)
        yield
        self.provider.may_answer.set()

    @contextmanager
    def records_wait(self) -> abc.Iterator[None]:
        """In this block we hold every lead: no look can end a transaction, and none that is before its claim claims."""
        with self.office.database.transaction() as transaction:
            transaction.execute(update(leads).values(rung_at=leads.c.rung_at))
            yield

    # --- what is

    def said(self) -> tuple[Answer, ...]:
        """Everything that postmen have said."""
        return tuple(answers_in(self.answers))

    def unanswered(self) -> int:
        """Orders that nobody has said yes to."""
        return len(self.posted) - len({answer.id for answer in self.said() if answer.kept})

    def busy(self) -> Busy:
        """What is under way now."""
        unsettled = ledger.c.state.in_([TouchState.IN_FLIGHT.value, TouchState.UNCERTAIN.value])
        return Busy(self._count(ledger, unsettled), self._count(leads, _has_something_to_do()))

    def claimed(self) -> dict[TouchKey, LeadId]:
        """Touches that are in somebody's hands, and whose they are."""
        held = select(ledger.c.touch_key, ledger.c.lead).where(ledger.c.state == TouchState.IN_FLIGHT.value)
        return {TouchKey(row.touch_key): LeadId(row.lead) for row in self.read(held)}

    def revisions(self) -> dict[LeadId, int]:
        """How often each lead's row was written by a look."""
        return {LeadId(row.id): row.revision for row in self.read(select(leads.c.id, leads.c.revision))}

    def records_kept(self) -> int:
        """Inbox rows that there are, answered or not."""
        return self._count(inbox, inbox.c.id.is_not(None))

    def unread(self) -> int:
        """Inbox rows that nobody has noted."""
        return self._count(inbox, inbox.c.disposition.is_(None))

    def filed_signals(self) -> list[str]:
        """Ids, as they were signalled, of the Inbox rows of what was signalled with content."""
        rows = self.read(select(inbox.c.lead, inbox.c.event_id).where(inbox.c.source == SIGNAL))
        return sorted(row.event_id.removeprefix(f"{row.lead}/") for row in rows)

    def open_leads(self) -> list[LeadId]:
        """Leads that a workflow has to wait for."""
        return [LeadId(row.id) for row in self.read(select(leads.c.id).where(leads.c.open))]

    def due_leads(self) -> list[LeadId]:
        """Leads that have something to do soon."""
        return [LeadId(row.id) for row in self.read(select(leads.c.id).where(_has_something_to_do()))]

    def read(self, query: Executable) -> abc.Sequence[AnyRow]:
        """What the database says, as soon as it says something: a server that was killed recovers first."""
        for _ in range(RECOVERS_WITHIN // LOOK_EVERY):
            with suppress(DatabaseUnavailable):
                return self._read(query)
            time.sleep(LOOK_EVERY.total_seconds())
        return self._read(query)

    def _read(self, query: Executable) -> abc.Sequence[AnyRow]:
        with self.office.database.reading() as transaction:
            return transaction.execute(query).all()

    def _count(self, table: Table, which: ColumnElement[bool]) -> int:
        (row,) = self.read(select(func.count().label("rows")).select_from(table).where(which))
        return int(row.rows)

    async def in_full_swing(self, requests: int = 30) -> Busy:
        """Return when so many more messages have been posted, with what is under way then."""
        self.crowd(max(0, CROWD // 2 - self.busy().open))
        wanted = self.provider.requests + requests
        await self.until(lambda: self.provider.requests >= wanted)
        return self.busy()

    async def until(self, condition: abc.Callable[[], bool], within: timedelta = PATIENCE) -> None:
        """As `waiting.until`, but nobody may die meanwhile whom we have not killed."""

        def holds() -> bool:
            self.check_staff()
            return condition()

        try:
            await until(holds, within, every=ASKED_EVERY)
        except TimeoutError as error:
            raise TimeoutError(self.last_words()) from error

    def check_staff(self) -> None:
        """Nobody has died whom we have not killed. Raises: AssertionError."""
        dead = [one for one in self.staff if one.poll() is not None and one.pid not in self.expected_dead]
        assert not dead, f"{len(dead)} ended with {dead[0].returncode}: {self.last_words()}"

    # --- settings

    def _settings(self) -> Settings:
        patient = {"database_idle_seconds": PATIENCE.total_seconds()}  # of ours a drill may hold what it likes
        return Settings.model_validate(SHORT | self._here | patient)

    @property
    def _here(self) -> dict[str, object]:
        return {
            "environment": Environment.TEST.value,
            "database_url": self.store.url,
            "sequences": str(self.directory / "drills"),
        }

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the scene is told."""
        return os.environ | _named(SHORT | self._here) | {"TEMPORAL_ADDRESS": self.server.address}


def _has_something_to_do() -> ColumnElement[bool]:
    """Of a lead: soon."""
    return leads.c.open & ((leads.c.next_due < datetime.now(UTC) + SOON) | leads.c.next_due.is_(None))


def _named(settings: abc.Mapping[str, object]) -> dict[str, str]:
    """The settings as environment variables."""
    return {f"FOLLOWUP_{name.upper()}": str(value) for name, value in settings.items()}
