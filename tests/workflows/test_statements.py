"""Acceptance statements that need a whole lead: its workflow, its row, and whoever asks about it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, func, select

from adapters import owners
from adapters.letters import OPERATOR, Letter
from adapters.owners import Owner
from adapters.tables import enrolments, json_text
from api.explaining import explained
from api.posting import post
from cli.temporal_server import LocalServer
from engine.life.turn import Turn
from engine.reasons import EnrollRefusal, StopReason
from engine.sequence.compiled import AgainAfter, AgainIfInactive, CalendarDays, Elapsed, OnEvent, Sequence
from engine.words import EventKind, Verb, ZoneSource
from tests.support.house import House, Someone
from tests.support.small_sequences import DAY, daily, email, sequence, stage
from tests.support.waiting import until, until_so
from workflows.names import SNAPSHOT

NINE = CalendarDays(days=1, at=time(9))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database whose kind does not matter."""
    return f"sqlite:///{tmp_path / 'followup.sqlite'}"


@pytest.fixture(autouse=True)
def our_server(temporal_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways in connect to this run's server."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)


def on(kind: EventKind) -> tuple[OnEvent, ...]:
    """A sequence that starts on this event."""
    return (OnEvent(event=kind),)


def letters_of(name: str, *starts: OnEvent, **changes: object) -> Sequence:
    """A sequence of two emails, two days apart."""
    steps = (email(f"{name}-1"), email(f"{name}-2", after=CalendarDays(days=2)))
    return sequence(name, stage("nurture", *steps), starts=starts, **changes)


# --- 4: the zone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "owners_zone", "source", "zone"),
    [
        ("America/Los_Angeles", "Europe/Berlin", ZoneSource.LEAD, "America/Los_Angeles"),
        (None, "Europe/Berlin", ZoneSource.OWNER, "Europe/Berlin"),
        ("Nowhere/Else", "Europe/Berlin", ZoneSource.OWNER, "Europe/Berlin"),
        (None, None, ZoneSource.ORG, "America/New_York"),
    ],
    ids=["the lead's", "the owner's", "the owner's, since the lead's is none", "ours"],
)
async def test_statement_04_the_zone_is_the_leads_else_the_owners_else_ours(
    temporal_server: LocalServer,
    sqlite_url: str,
    said: str | None,
    owners_zone: str | None,
    source: ZoneSource,
    zone: str,
) -> None:
    """Nine o'clock is the lead's nine o'clock, and where that was taken from is on record."""
    plan = sequence("zone", stage("nurture", email("now"), email("at-nine", after=NINE)))
    async with House.open(temporal_server, sqlite_url, plan) as house:
        with house.office.database.transaction() as transaction:
            owners.save(transaction, Owner(id="rep-1", name="Ana Ortiz", zone=owners_zone))
        rosa = await house.capture(zone=said, phones=())
        await until(lambda: rosa.touches == {"now": "accepted"})
        assert rosa.progress.circumstances.zone_source is source
        assert rosa.row.next_due.astimezone(ZoneInfo(zone)).time() == time(9)


async def test_statement_04_a_new_zone_moves_the_timer_that_waits(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """Somebody moved house, or a wrong zone was mended: the wait is computed anew at once."""
    plan = sequence("zone", stage("nurture", email("now"), email("at-nine", after=NINE)))
    async with House.open(temporal_server, sqlite_url, plan) as house:
        rosa = await house.capture(zone="America/New_York")
        await until(lambda: rosa.touches == {"now": "accepted"})
        await rosa.happens("fields_changed", zone="Asia/Tokyo")
        assert rosa.row.next_due.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(9)
        assert (await rosa.handle.query(SNAPSHOT, result_type=Turn)).due == rosa.row.next_due
        await rosa.let_pass(days=3)
        assert rosa.received == ["now", "at-nine"]


# --- 16: one sequence at a time ---------------------------------------------------------------------------------------


async def test_statement_16_an_upper_sequence_takes_the_lead_from_a_lower_one(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """Two sequences must never talk over each other."""
    high, low = letters_of("high", *on(EventKind.CALL_MISSED)), letters_of("low", *on(EventKind.CAPTURED))
    async with House.open(temporal_server, sqlite_url, high, low) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["low-1"])
        await rosa.happens("call_missed")
        await rosa.let_pass(days=20)
        assert rosa.received == ["low-1", "high-1", "high-2"]
        assert ends(rosa) == [("low", StopReason.SUPERSEDED), ("high", StopReason.COMPLETED)]


async def test_statement_16_one_that_gives_back_interrupts_and_the_lower_one_resumes(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """A missed call is answered, and the nurture goes on where it was."""
    high = letters_of("high", *on(EventKind.CALL_MISSED), gives_back=True)
    low = letters_of("low", *on(EventKind.CAPTURED))
    async with House.open(temporal_server, sqlite_url, high, low) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["low-1"])
        await rosa.happens("call_missed")
        await rosa.let_pass(days=40)
        assert rosa.received == ["low-1", "high-1", "high-2", "low-2"]
        assert ends(rosa) == [("high", StopReason.COMPLETED), ("low", StopReason.COMPLETED)]


async def test_statement_16_a_lower_sequence_and_a_fourth_interruption_are_refused(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """The refusal names what runs, so that whoever asked knows whom to ask."""
    plans = [letters_of(f"s{n}", *(on(EventKind.CAPTURED) if n == 5 else ()), gives_back=n < 5) for n in range(1, 6)]
    async with House.open(temporal_server, sqlite_url, *plans) as house:
        rosa = await house.capture()
        for name in ("s4", "s3", "s2"):
            await rosa.commands(Verb.ENROLL, sequence=name)
        await rosa.commands(Verb.ENROLL, sequence="s1")
        await rosa.commands(Verb.ENROLL, sequence="s3")
        refused = [(row.reason, row.detail) for row in rosa.inbox if row.reason]
    assert [reason for reason, _ in refused] == [EnrollRefusal.ACTIVE_ELSEWHERE, EnrollRefusal.ALREADY_ENROLLED]
    assert "s2" in refused[0][1]


# --- 17: asked fifty times --------------------------------------------------------------------------------------------


async def test_statement_17_one_request_sent_fifty_times_at_once_is_one_enrolment(
    temporal_server: LocalServer, database_url: str
) -> None:
    """A client that times out asks again; every answer it gets is the same."""
    async with House.open(temporal_server, database_url, letters_of("asked")) as house:
        rosa = await house.capture()
        letter = Letter(
            source=OPERATOR,
            id="request-1",
            kind=Verb.ENROLL.value,
            occurred_at=datetime.now(UTC),
            body=json_text({"sequence": "asked"}),
            by="ann",
        )
        wait = timedelta(seconds=20)
        posted = await asyncio.gather(*(post(house.office, letter, rosa.lead_id, wait=wait) for _ in range(50)))
        await until(lambda: rosa.received == ["asked-1"])
        await until_so(lambda: one_runs(rosa))
        rows = [row.kind for row in rosa.inbox]
        started = count(house, enrolments)
    assert Counter(one.filed.duplicate for one in posted) == {False: 1, True: 49}
    answers = [one.answer for one in posted]
    assert answers[0] is not None
    assert "started asked@" in (answers[0].detail or "")
    assert answers == [answers[0]] * 50
    assert (rows, started) == (["captured", "enroll"], 1)


async def test_statement_17_the_same_event_of_the_crm_twice_changes_nothing(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """Webhooks are delivered at least once."""
    async with House.open(temporal_server, sqlite_url, daily(3)) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["day-0"])
        letter = rosa.letter("captured")
        for _ in range(2):
            await rosa.gets(letter)
        await rosa.let_pass(days=20)
        assert rosa.received == ["day-0", "day-1", "day-2"]
        assert (count(house, enrolments), rosa.row_of(letter).duplicates) == (1, 1)


# --- 18: again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("again", "answers"),
    [
        ({}, [EnrollRefusal.FINISHED_BEFORE, EnrollRefusal.FINISHED_BEFORE]),
        ({"again": AgainIfInactive()}, [None, None]),
        ({"again": AgainAfter(delay=Elapsed(minutes=60 * 24 * 30))}, [EnrollRefusal.COOLING_OFF, None]),
    ],
    ids=["once", "if_inactive", "a month later"],
)
async def test_statement_18_a_lead_may_come_again_as_the_sequence_says(
    temporal_server: LocalServer, sqlite_url: str, again: dict[str, object], answers: list[EnrollRefusal | None]
) -> None:
    """Asked the day after it ended, and asked once more when a month has gone by."""
    async with House.open(temporal_server, sqlite_url, letters_of("asked", *on(EventKind.CAPTURED), **again)) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["asked-1"])
        await rosa.happens("replied", channel="email", reply="positive")  # ends it, and the answer keeps the lead open
        said = []
        for days in (1, 40):
            await rosa.let_pass(days=days)
            said.append(rosa.row_of(await enroll(rosa, "asked")).reason)
            await rosa.commands(Verb.STOP)
    assert said == answers


# --- 35: why not ------------------------------------------------------------------------------------------------------


WHY = (
    ("email two", "the sequence first waits 1 day", "in why@"),
    ("Paused by ann", "resume"),
    ("may have asked not to be contacted", "retry, skip, jump, stop, reassign or enroll"),
    ("no sequence runs", "Closing an open task wakes it", "the lead answered"),
    ("no sequence runs", "did not start", "no usable address"),
)
"""What each of the leads below has to say, at least."""


async def test_statement_35_every_lead_can_say_why_it_is_not_written_to(
    temporal_server: LocalServer, sqlite_url: str
) -> None:
    """Running, paused, parked, refused or stopped: the row answers in words, with every hold on the way."""
    plan = sequence("why", stage("nurture", email("one"), email("two", after=DAY)))
    async with House.open(temporal_server, sqlite_url, plan) as house:
        waiting, paused, parked, stopped = [await house.capture(name) for name in ("Ann", "Ben", "Cem", "Dee")]
        refused = await house.capture("Eve", emails=(), phones=())
        await until(lambda: [one.received for one in (waiting, paused, parked, stopped)] == [["one"]] * 4)
        await paused.commands(Verb.PAUSE, reason="on holiday")
        await parked.happens("replied", channel="email", reply="possible_opt_out")
        await stopped.happens("replied", channel="email", reply="positive")
        leads = (waiting, paused, parked, stopped, refused)
        told = [await explained(house.office, one.lead_id, await one.now()) for one in leads]
    for answer, words in zip(told, WHY, strict=True):
        assert answer.explanation is not None
        for word in words:
            assert word in answer.explanation.text(), answer.explanation.text()
    assert all(answer.run is not None and answer.run.running for answer in told)


async def one_runs(rosa: Someone) -> bool:
    """Whether one workflow of the lead runs, and no more."""
    query = f'WorkflowId="{rosa.handle.id}" AND ExecutionStatus="Running"'
    return (await rosa.house.client.count_workflows(query)).count == 1


async def enroll(rosa: Someone, name: str) -> Letter:
    """A person asks for a sequence; the letter whose row has the answer."""
    letter = rosa.letter(Verb.ENROLL.value, sequence=name).model_copy(update={"source": OPERATOR, "by": "ann"})
    await rosa.gets(letter)
    return letter


def ends(rosa: Someone) -> list[tuple[str, str]]:
    """How each enrolment of the lead ended, in order."""
    with rosa.house.office.database.reading() as transaction:
        mine = select(enrolments).where(enrolments.c.lead == rosa.lead_id).order_by(enrolments.c.ended_at)
        return [(row.sequence, row.because) for row in transaction.execute(mine)]


def count(house: House, table: Table) -> int:
    """How many rows there are."""
    with house.office.database.reading() as transaction:
        number: int = transaction.execute(select(func.count()).select_from(table)).scalar_one()
        return number
