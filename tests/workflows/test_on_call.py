"""What on-call sees: a bug at once and where it is, every lead by its state, and a lead that heals with the fix."""

from collections import abc
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.client import Client, WorkflowHandle

from activities.look import Look
from adapters.outbox import Outbox
from adapters.records import DatabaseRecords
from api.stuck import seen_by_records
from cli.temporal_server import LocalServer
from engine.ports.records import LeadBook, Records
from engine.words import Channel, LeadId, Verb
from tests.support.house import House, Someone
from tests.support.small_sequences import DAY, call, daily, email, sequence, stage
from tests.support.waiting import until, until_so
from workflows.lead import LeadWorkflow

ATTEMPTS = 3
"""After so many, here, `stuck` names the lead."""


class Tripping:
    """Records that trip over some leads, as a bug in the engine would."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.over: frozenset[LeadId] = frozenset()

    def lead(self, lead_id: LeadId) -> AbstractContextManager[LeadBook | None]:
        """The lead's book, unless it is one of those."""
        if lead_id in self.over:
            raise LookupError("no exit is decided, and no step is left")
        return self.records.lead(lead_id)

    def flag_failing(self, lead_id: LeadId, detail: str, now: datetime) -> None:
        """Flag the lead for `stuck`."""
        self.records.flag_failing(lead_id, detail, now)


class Duty:
    """A house whose records trip when they are told to."""

    def __init__(self, house: House, records: Tripping) -> None:
        self.house = house
        self.records = records

    def stuck(self) -> list[tuple[str, LeadId | None, str]]:
        """What `stuck` names."""
        found = seen_by_records(self.house.office, datetime.now(UTC), limit=10)
        return [(one.kind, one.lead_id, one.detail) for one in found]


@pytest.fixture
async def duty(temporal_server: LocalServer, tmp_path: Path) -> abc.AsyncIterator[Duty]:
    """On call, with everything at work."""
    url = f"sqlite:///{tmp_path / 'followup.sqlite'}"
    async with House.built(temporal_server, url, daily(3), failing_attempts=ATTEMPTS) as house:
        records = Tripping(DatabaseRecords(house.office.database, house.office.settings))
        outbox = Outbox(house.office.database)
        async with house.at_work(Look(records, dict.fromkeys(Channel, outbox))):
            yield Duty(house, records)


class Pending(NamedTuple):
    """An activity under way, and what its last attempt failed with."""

    name: str
    error: str
    where: str


async def pending(handle: WorkflowHandle[LeadWorkflow, None]) -> list[Pending]:
    """What the tab Pending Activities shows."""
    described = (await handle.describe()).raw_description
    return [
        Pending(one.activity_type.name, one.last_failure.application_failure_info.type, one.last_failure.message)
        for one in described.pending_activities
    ]


async def test_a_bug_shows_at_once_as_a_pending_activity_with_its_error_and_heals_with_the_fix(duty: Duty) -> None:
    """Nobody reads logs at night: the lead itself says what is wrong, the others go on, and nothing is lost."""
    rosa, ben = await duty.house.capture("Rosa"), await duty.house.capture("Ben")
    await until(lambda: rosa.touches == ben.touches == {"day-0": "accepted"})
    duty.records.over = frozenset({rosa.lead_id})
    letter = rosa.letter("replied", channel="email", reply="positive")
    duty.house.office.inbox.receive(letter, rosa.lead_id, await rosa.now())
    await duty.house.doorbell.ring(rosa.lead_id)

    async def shown() -> bool:
        looks = [(one.name, one.error, one.where.partition(",")[0]) for one in await pending(rosa.handle)]
        return looks == [("look", "LookupError", "test_on_call.py")]

    await until_so(shown)
    told = await duty.house.doorbell.run_of(rosa.lead_id)  # what `explain` says of it
    assert told.failed >= 1
    assert told.error.startswith("LookupError: test_on_call.py")
    await until(lambda: duty.stuck() == [("failing", rosa.lead_id, "LookupError")])
    await ben.let_pass(days=1, hours=1)
    assert ben.received == ["day-0", "day-1"]
    assert rosa.row_of(letter).disposition is None

    duty.records.over = frozenset()
    await until(lambda: rosa.row_of(letter).disposition == "applied")
    await until(lambda: duty.stuck() == [])
    await rosa.let_pass(days=5)
    assert (rosa.received, [task.kind for task in rosa.tasks]) == (["day-0"], ["answer"])


async def test_a_bug_in_the_middle_of_the_night_keeps_the_lead_and_its_next_touch(duty: Duty) -> None:
    """The touch that is due waits for the fix; it is neither skipped nor sent twice."""
    rosa = await duty.house.capture()
    await until(lambda: rosa.touches == {"day-0": "accepted"})
    duty.records.over = frozenset({rosa.lead_id})
    await rosa.let_pass(days=1, minutes=1)

    async def shown() -> bool:
        return [one.name for one in await pending(rosa.handle)] == ["send_email"]

    await until_so(shown)
    duty.records.over = frozenset()
    await rosa.let_pass(minutes=2)  # the longest back-off between two attempts
    await until(lambda: rosa.received == ["day-0", "day-1"])
    await rosa.let_pass(days=20)
    assert (rosa.received, rosa.row.lead_state) == (["day-0", "day-1", "day-2"], "over.completed")


async def test_leads_are_found_by_stage_and_state(temporal_server: LocalServer, tmp_path: Path) -> None:
    """Two search attributes answer what on-call asks first: who waits for a person, and who is parked."""
    mails = sequence("mails", stage("nurture", email("one"), email("two", after=DAY)))
    calls = sequence("calls", stage("convert", call("talk"), email("after", after=DAY)), starts=())
    async with House.open(temporal_server, f"sqlite:///{tmp_path / 'followup.sqlite'}", calls, mails) as house:
        everybody = [await house.capture(name) for name in ("Ann", "Ben", "Cem", "Dee")]
        ann, ben, cem, dee = everybody
        await until(lambda: all(one.touches == {"one": "accepted"} for one in everybody))
        await ben.commands(Verb.ENROLL, sequence="calls")
        await cem.commands(Verb.PAUSE)
        await dee.happens("replied", channel="email", reply="unclear")
        for query, found in {
            'LeadState="waiting"': [ann],
            'LeadState="task"': [ben],
            'LeadState="paused"': [cem],
            'LeadState STARTS_WITH "review."': [dee],
            'LeadStage="nurture"': [ann, cem, dee],
            'LeadStage="convert"': [ben],
        }.items():
            await until_so(Listing(house.client, query, everybody, found).holds)


class Listing:
    """A query, and whom of these leads it is to find."""

    def __init__(self, client: Client, query: str, among: list[Someone], found: list[Someone]) -> None:
        self.client = client
        self.query = f'ExecutionStatus="Running" AND {query}'
        self.among = {someone.handle.id for someone in among}
        self.found = {someone.handle.id for someone in found}

    async def holds(self) -> bool:
        """Whether it finds them and nobody else; the list lags a little."""
        return {run.id async for run in self.client.list_workflows(self.query)} & self.among == self.found


async def test_the_page_of_a_lead_tells_its_story(duty: Duty) -> None:
    """What happened, what comes next and why, and how to repair it, without leaving the Temporal UI."""
    rosa = await duty.house.capture()
    await until(lambda: rosa.touches == {"day-0": "accepted"})
    await rosa.happens("replied", channel="email", reply="unclear")

    async def page_of() -> str:
        told = await duty.house.client.get_workflow_handle(rosa.handle.id).query("__temporal_workflow_metadata")
        return str(told.current_details)

    async def shows_the_review() -> bool:
        return "review" in await page_of()

    await until_so(shows_the_review)
    page = await page_of()
    told = (
        "review",
        "unclear reply",
        "Next:** a person is needed",
        "A person decides with retry",
        "Lately** (New York time)",
        "the lead is captured",
        "email day-0 sent",
        "the lead answers and it is not clear what it means",
        f"explain {rosa.lead_id}",
    )
    assert [words for words in told if words not in page] == [], page


async def test_the_timeline_reads_as_the_story_of_the_lead(duty: Duty) -> None:
    """A timer says what it waits for and why, the activity after it what is due; nobody has to know the code."""
    rosa = await duty.house.capture()
    await until(lambda: rosa.touches == {"day-0": "accepted"})
    await rosa.let_pass(days=1, minutes=1)
    await until(lambda: "day-1" in rosa.touches)
    await rosa.commands(Verb.PAUSE, until="2099-01-01T00:00:00+00:00", reason="her mother is ill")

    async def told() -> list[str]:
        events = (await rosa.handle.fetch_history()).events
        return [event.user_metadata.summary.data.decode() for event in events if event.user_metadata.summary.data]

    async def paused() -> bool:
        return (await told())[-1].startswith('"paused by ')

    await until_so(paused)
    said = await told()
    timers = [text for text in said if "New York time" in text]
    assert [text for text in said if text not in timers] == ['"email day-1 is due"', '"something happened"']
    assert timers[0].startswith('"email day-1 on ')
    assert timers[0].endswith(': the sequence first waits 1 day"')
    assert "her mother" not in (await rosa.handle.fetch_history()).to_json()
