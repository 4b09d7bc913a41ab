"""
A rehearsal tells what would really happen: the same lives, rehearsed and on a real Temporal server, are equal.

Time passes differently in the two: here the clock jumps, there the server skips. What leaves, what is asked of people
and how it ends must be the same, minute by minute.
"""

import asyncio
from collections import Counter, abc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select

from adapters.database import AnyRow
from adapters.tables import enrolments, ledger, tasks
from adapters.tasks import LEFT_OUT
from cli.temporal_server import LocalServer
from engine.life.events import Event
from engine.words import EventKind, LeadId
from rehearsal.behaviour import Behaviour, Course, Losses, Replies, Work
from rehearsal.company import Company, Home, Person
from rehearsal.dice import Dice
from rehearsal.journal import Entry
from rehearsal.people import Coming, People, Surroundings, captured
from rehearsal.world import World
from sequences.catalogue import CATALOGUE
from tests.support.house import House, Someone, released
from tests.support.life import PIPELINE

STORIES: Final = 50
AT_ONCE: Final = 10
LONG: Final = timedelta(days=130)
A_MINUTE: Final = timedelta(minutes=1)

LIVELY = Behaviour(
    replies=Replies(email=0.15, sms=0.3, absent=0.1, median_hours=9),
    losses=Losses(email_bounces=0.1, sms_bounces=0.1, email_opt_outs=0.02, sms_opt_outs=0.05),
    work=Work(calls_made=0.8, tasks_done=0.8, answers_given=0.8),
    course=Course(meets=0.6, wins=0.3, loses=0.3),
)
"""Something happens to nearly everybody."""


class Seen(NamedTuple):
    """One thing that people would notice."""

    what: str
    name: str
    at: datetime


class Nth(NamedTuple):
    """A task, by its name and how many of that name were opened before it: two may be open at once."""

    name: str = ""
    before: int = 0


class Recorded:
    """People, and everything they did."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.did: list[Coming] = []

    def after(self, entry: Entry, world: Surroundings) -> abc.Iterable[Coming]:
        """What follows, written down."""
        follows = list(self._people.after(entry, world))
        self.did += follows
        return follows


class Story(NamedTuple):
    """A life as it was rehearsed."""

    seen: tuple[Seen, ...]
    events: tuple[tuple[Event, "Nth"], ...]
    """What happened to the lead from outside, in order; of a task that was done, which one."""


def rehearsed(company: Company, seed: int, began: datetime) -> Story:
    """The life of one lead that comes at that moment."""
    people = Recorded(People(company, LIVELY, Dice(seed)))
    world = World(company, people)
    lead = LeadId("lead")
    world.expect([captured(Person(lead=lead, home=home(), owner="rep-1"), began)])
    world.run(began + LONG)
    opened: Counter[str] = Counter()
    names: dict[str, Nth] = {}
    for entry in world.journal:
        if entry.what == "task_opened":
            names[entry.key] = Nth(entry.about, opened[entry.about])
            opened[entry.about] += 1
    events = [one.item for one in people.did if one.at <= began + LONG and isinstance(one.item, Event)]
    return Story(
        tuple(_seen(world.journal)),
        tuple((event, names.get(event.data.task_key or "", Nth())) for event in sorted(events, key=_when)),
    )


def _when(event: Event) -> datetime:
    return event.occurred_at


def _seen(journal: abc.Iterable[Entry]) -> abc.Iterator[Seen]:
    for entry in journal:
        match entry.what:
            case "message":
                yield Seen("message", entry.about, entry.at)
            case "task_opened":
                yield Seen("task", entry.about, entry.at)
            case "ended":
                yield Seen("ended", entry.how, entry.at)
            case _:
                pass


def home() -> Home:
    """Where everybody of these stories lives."""
    return Home(zone="America/New_York", country="US", region="NY")


def company_of(house: House) -> Company:
    """The company of the house, for rehearsals."""
    ours = house.office.settings
    return Company(
        plans=released(*CATALOGUE.sequences).plans,
        pipeline=PIPELINE,
        policy=ours.policy(),
        home=Home(zone=ours.org_zone, country=ours.org_country, region=ours.org_region),
        per_minute=ours.sender_per_minute,
        per_day=ours.sender_per_day,
    )


async def really(house: House, seed: int) -> tuple[list[Seen], list[Seen]]:
    """The same life rehearsed, and lived on the server."""
    someone = await house.capture(f"Lead{seed}", phones=(f"+1212556{seed:04}",))  # nobody shares a dead number
    began = await someone.now()
    story = rehearsed(company_of(house), seed, began)
    end = began + LONG
    for event, task in story.events:
        if not await _reaches(someone, event.occurred_at):
            end = event.occurred_at  # the lead was over by then: what comes later starts a run with a time of its own
            break
        await _happens(house, someone, event, task)
    await _reaches(someone, end)
    return [one for one in story.seen if one.at < end], _lived(house, someone.lead_id)


async def _reaches(someone: Someone, moment: datetime) -> bool:
    """Let the lead's time pass until then; False when it was over before."""
    if not someone.row.open:
        return False
    wait = moment - await someone.now()
    if wait > timedelta(0):
        await someone.let_pass(seconds=wait.total_seconds())
    return bool(someone.row.open)


async def _happens(house: House, someone: Someone, event: Event, task: Nth) -> None:
    data = event.data.model_dump(exclude_none=True)
    if event.kind is EventKind.TASK_DONE:
        named = [row for row in _tasks(house, someone.lead_id) if task.name in (row.step, row.kind)]
        if len(named) <= task.before:
            return
        data["task_key"] = named[task.before].task_key
    data.pop("touch_key", None)
    letter = someone.letter(event.kind.value, **data)
    await someone.gets(letter.model_copy(update={"occurred_at": event.occurred_at}))


def _tasks(house: House, lead: LeadId) -> abc.Sequence[AnyRow]:
    """Every task there ever was, the oldest first."""
    with house.office.database.reading() as transaction:
        return transaction.execute(
            select(tasks).where(tasks.c.lead == lead, tasks.c.state != LEFT_OUT).order_by(tasks.c.opened_at)
        ).all()


def _lived(house: House, lead: LeadId) -> list[Seen]:
    with house.office.database.reading() as transaction:
        left = transaction.execute(select(ledger).where(ledger.c.lead == lead, ledger.c.state == "accepted")).all()
        ended = transaction.execute(select(enrolments).where(enrolments.c.lead == lead)).all()
    seen = [Seen("message", row.step, row.attempt_started_at) for row in left]
    seen += [Seen("task", row.step or row.kind, row.opened_at) for row in _tasks(house, lead)]
    seen += [Seen("ended", row.because, row.ended_at) for row in ended if row.ended_at is not None]
    return seen


def in_order(seen: abc.Iterable[Seen]) -> list[Seen]:
    """By minutes, and by name where a minute holds several."""
    return sorted(seen, key=lambda one: (one.what, one.name, one.at))


async def test_fifty_lives_are_the_same_rehearsed_and_real(temporal_server: LocalServer, tmp_path: Path):
    """Whoever approves a sequence by its rehearsal must get what he saw."""
    url = f"sqlite:///{tmp_path / 'followup.sqlite'}"
    line = asyncio.Semaphore(AT_ONCE)
    async with House.open(temporal_server, url, *CATALOGUE.sequences) as house:

        async def one(seed: int) -> tuple[list[Seen], list[Seen]]:
            async with line:
                return await really(house, seed)

        stories = await asyncio.gather(*(one(seed) for seed in range(STORIES)))
    for expected, lived in stories:
        named = [[(one.what, one.name) for one in in_order(seen)] for seen in (expected, lived)]
        assert named[0] == named[1]
        both = zip(in_order(expected), in_order(lived), strict=True)
        assert [(one, other) for one, other in both if abs(one.at - other.at) >= A_MINUTE] == []
    assert sum(len(lived) for _, lived in stories) > 10 * STORIES
