"""Touches on the real server and the real database: never twice, never silently lost."""

from datetime import timedelta

from temporalio.api.enums.v1 import EventType

from cli.temporal_server import LocalServer
from engine.words import Verb
from tests.support.house import House
from tests.support.small_sequences import DAY, call, daily, email, sequence, stage, two_stages
from tests.support.waiting import until

BILLABLE = (EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)


async def test_a_life_runs_to_its_end_and_leaves_nothing_open(temporal_server: LocalServer, database_url: str) -> None:
    """The simplest promise: every message leaves once, in order, and the run ends."""
    async with House.open(temporal_server, database_url, two_stages()) as house:
        rosa = await house.capture()
        await rosa.let_pass(days=30)
        assert rosa.received == ["hello", "first", "second"]
        assert (rosa.row.lead_state, rosa.row.open) == ("over.completed", False)


async def test_the_real_look_costs_eleven_events_and_two_actions_a_touch(
    temporal_server: LocalServer, database_url: str
) -> None:
    """What the workflow promises with a scripted look, it keeps with the real one."""
    counted = []
    for days in (4, 9):
        async with House.open(temporal_server, database_url, daily(days)) as house:
            rosa = await house.capture()
            await rosa.let_pass(days=days + 10)
            assert len(rosa.received) == days
            history = await rosa.handle.fetch_history()
            skips = EventType.Value("EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED")
            kinds = [event.event_type for event in history.events if event.event_type != skips]
            counted.append(sum(kind in BILLABLE for kind in kinds))
    assert counted[1] - counted[0] == 5 * 2


async def test_statement_06_a_reply_stops_before_the_next_touch(
    temporal_server: LocalServer, database_url: str
) -> None:
    """A lead who has answered must never get the next automatic message."""
    async with House.open(temporal_server, database_url, daily(5)) as house:
        rosa = await house.capture()
        await rosa.let_pass(days=1, hours=1)
        assert rosa.received == ["day-0", "day-1"]
        await rosa.happens("replied", channel="email", reply="positive")
        await rosa.let_pass(days=20)
        assert rosa.received == ["day-0", "day-1"]
        assert [task.kind for task in rosa.tasks] == ["answer"]


async def test_statement_12_a_delay_after_a_blocking_call_starts_when_it_is_closed(
    temporal_server: LocalServer, database_url: str
) -> None:
    """The mail that follows a call must not overtake it."""
    plan = sequence("calls", stage("nurture", call("talk"), email("after-the-talk", after=DAY)))
    async with House.open(temporal_server, database_url, plan, min_gap_seconds=0) as house:
        rosa = await house.capture()
        assert [task.step for task in rosa.tasks] == ["talk"]
        await rosa.let_pass(hours=5)
        await rosa.closes("no_answer")
        await rosa.let_pass(hours=23)
        assert rosa.received == []
        await rosa.let_pass(hours=2)
        assert rosa.received == ["after-the-talk"]


async def test_statement_13_a_task_nobody_does_is_given_up_and_shown_as_such(
    temporal_server: LocalServer, database_url: str
) -> None:
    """A forgotten call may not strand a lead, and may not count as made."""
    plan = sequence("calls", stage("nurture", call("talk"), email("after-the-talk", after=DAY)))
    async with House.open(temporal_server, database_url, plan) as house:
        rosa = await house.capture()
        await rosa.let_pass(days=8)
        assert rosa.received == ["after-the-talk"]
        assert rosa.tasks == []
        running = rosa.progress.enrolment
        assert running is not None
        assert running.outcome_of("talk") == "given_up"


async def test_statement_20_a_stage_change_wakes_the_lead_in_the_middle_of_a_wait(
    temporal_server: LocalServer, database_url: str
) -> None:
    """A deal that is won must not get the next prospecting mail, not even a minute later."""
    async with House.open(temporal_server, database_url, two_stages(), settling_seconds=0) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["hello"])
        await rosa.happens("stage_changed", pipeline_stage="Won")
        await until(lambda: rosa.row.stage == "retain")
        await rosa.let_pass(hours=2)
        assert rosa.received == ["hello", "welcome"]


async def test_statement_24_a_pause_keeps_what_was_left_of_a_wait(
    temporal_server: LocalServer, database_url: str
) -> None:
    """Pausing is not skipping, and resuming is not catching up."""
    plan = sequence("slow", stage("nurture", email("now"), email("later", after={"kind": "calendar", "days": 3})))
    async with House.open(temporal_server, database_url, plan) as house:
        rosa = await house.capture()
        await rosa.let_pass(days=1)
        await rosa.commands(Verb.PAUSE)
        await rosa.let_pass(days=7)
        assert (rosa.received, rosa.row.lead_state) == (["now"], "paused")
        await rosa.commands(Verb.RESUME)
        resumed = await rosa.now()
        await rosa.let_pass(days=1, hours=23)
        assert rosa.received == ["now"]
        await rosa.let_pass(hours=2)
        assert rosa.received == ["now", "later"]
        assert await rosa.now() - resumed < timedelta(days=3)
