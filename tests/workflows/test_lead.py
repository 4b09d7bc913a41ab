"""The lead's clock: it waits until it is due or rung, looks, and goes on, whatever is signalled to it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from cli.temporal_server import LocalServer
from engine.life.turn import Glance, Turn
from engine.words import Act
from tests.support.waiting import until, until_so
from tests.workflows.conftest import Clock, Script, turn, working
from workflows.lead import LeadWorkflow
from workflows.names import LEAD_STAGE, LEAD_STATE, RING, SNAPSHOT
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

DAY = timedelta(days=1)
ATTEMPT = timedelta(seconds=0.5)
BILLABLE = (EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)


def touches(n: int, apart: timedelta = DAY) -> Script:
    """A life of n emails, so far apart, then over; a ring changes nothing."""
    sent: list[datetime] = []
    due: list[datetime] = []

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        if act is Act.SEND_EMAIL:
            sent.append(now)
        if act is Act.SEND_EMAIL or not due:
            due.append(now + apart)
        return turn(
            glance.lead_id,
            due=due[-1],
            act=Act.SEND_EMAIL,
            why="email tomorrow",
            revision=glance.revision + 1,
            story=f"- {act}",
            over=len(sent) >= n,
        )

    return Script(answer)


async def events(handle: WorkflowHandle[LeadWorkflow, None]) -> list[int]:
    """The types of the history's events, in order."""
    return [event.event_type for event in (await handle.fetch_history()).events]


async def test_a_wait_and_a_touch_cost_eleven_events_and_two_actions(clock: Clock) -> None:
    """The floor of what Temporal can do it for: whoever adds an event pays for it on every touch of every lead."""
    sizes = []
    for touched in (3, 8):
        async with working(clock.client, touches(touched, apart=timedelta(milliseconds=300))):
            handle = await clock.start(turn(), own_time=False)
            await handle.result()
        happened = await events(handle)
        sizes.append((len(happened), sum(event in BILLABLE for event in happened)))
    (few, few_actions), (many, many_actions) = sizes
    assert (many - few, many_actions - few_actions) == (5 * 11, 5 * 2)


async def test_a_ring_looks_at_once_and_leaves_the_timer_standing(clock: Clock) -> None:
    """A reply must not wait for the next touch, and a ring that changes nothing must not cost a timer."""
    script = touches(2)
    async with working(clock.client, script):
        handle = await clock.start(turn())
        await until(lambda: len(script.asked) == 1)
        await handle.signal(RING)
        await until(lambda: len(script.asked) == 2)
        await clock.let_pass(handle, days=5)
    assert script.acts == ["look", "look", "send_email", "send_email"]
    timers = [event for event in await events(handle) if event == EventType.EVENT_TYPE_TIMER_STARTED]
    assert len(timers) == 2


async def test_any_signal_rings_and_its_content_is_handed_on(clock: Clock) -> None:
    """Somebody at the Temporal UI or CLI types whatever; nothing of it is lost and nothing of it fails the lead."""
    script = touches(2)
    async with working(clock.client, script):
        handle = await clock.start(turn())
        await until(lambda: len(script.asked) == 1)
        await handle.signal("pause", {"reason": "holiday"})
        await until(lambda: len(script.asked) == 2)
        await handle.signal("nonsense", args=[1, [2], "three"])
        await until(lambda: len(script.asked) == 3)
        await clock.let_pass(handle, days=5)
    found = [[(scrap.name, scrap.body) for scrap in glance.scraps] for _, glance, _ in script.asked]
    assert found[1] == [("pause", '{"reason":"holiday"}')]
    assert found[2] == [("nonsense", "1"), ("nonsense", "[2]"), ("nonsense", '"three"')]
    assert found[3:] == [[], []]


class SlowLook:
    """A look that lasts until it is told to end; then it answers with this turn, and later ones that it is over."""

    def __init__(self, **changes: object) -> None:
        self.changes = changes
        self.may_end = False
        self.answered = 0
        self.script = Script(self._answer)

    def _answer(self, glance: Glance, act: Act, now: datetime) -> Turn:
        if not self.may_end:
            raise RuntimeError("the look takes its time")
        self.answered += 1
        changes, self.changes = self.changes, {"over": True}
        return turn(glance.lead_id, **changes)


@pytest.mark.parametrize("signal", [(RING, []), ("enroll", [{"sequence": "win-back"}])], ids=["a ring", "content"])
async def test_what_comes_during_the_last_look_is_looked_at_too(clock: Clock, signal: tuple[str, list[object]]) -> None:
    """The run would end with it in its pocket, and it would wait for the sweep, or for ever."""
    slow = SlowLook(over=True)
    async with working(clock.client, slow.script):
        handle = await clock.start(turn(), own_time=False)
        await until(lambda: len(slow.script.asked) == 1)
        await handle.signal(signal[0], args=signal[1])
        slow.may_end = True
        await handle.result()
    _, last, _ = slow.script.asked[-1]
    assert (slow.answered, len(last.scraps)) == (2, len(signal[1]))


async def test_more_content_than_one_look_carries_is_handed_on_in_handfuls(clock: Clock) -> None:
    """Somebody's script signals while the database is down; handed over at once it is refused, and the lead stands."""
    slow = SlowLook(due=datetime.now(UTC))
    async with working(clock.client, slow.script):
        handle = await clock.start(turn(), own_time=False)
        await until(lambda: len(slow.script.asked) == 1)
        said = [f"{number} {'x' * 15_000}" for number in range(160)]
        for text in said:
            await handle.signal("note_added", text)
        slow.may_end = True
        await asyncio.wait_for(handle.result(), timeout=60)  # a lead that stands would stand for ever
    answered = [glance.scraps for _, glance, _ in slow.script.asked[-slow.answered :]]
    assert [scrap.body for scraps in answered for scrap in scraps] == [f'"{text}"' for text in said]
    assert len({scrap.mark for scraps in answered for scrap in scraps}) == len(said)
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in await events(handle)


async def test_a_ring_during_the_last_look_of_a_history_is_heard_in_the_next(clock: Clock) -> None:
    """Else a reply that comes with a stage change would wait for the sweep."""
    slow = SlowLook(stage="nurture", due=datetime.now(UTC) + DAY)
    async with working(clock.client, slow.script):
        handle = await clock.start(turn(stage="response"))
        await until(lambda: len(slow.script.asked) == 1)
        await handle.signal(RING)
        slow.may_end = True
        latest = clock.client.get_workflow_handle(handle.id)
        await until_so(lambda: closed(latest))
        described = await latest.describe()
    assert described.run_id != handle.first_execution_run_id
    assert slow.script.acts[-1] == "look"


async def test_a_first_response_does_not_wait_for_a_fresh_run(clock: Clock) -> None:
    """Temporal starts a fresh run up to a second late; the page is turned when the lead rests."""

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        due = now + DAY if act is Act.SEND_EMAIL else now
        return turn(glance.lead_id, due=due, act=Act.SEND_EMAIL, stage="response", over=glance.revision == 99)

    script = Script(answer)
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="capture"))
        await until_so(lambda: has_moved(clock, handle))
        await clock.client.get_workflow_handle(handle.id).terminate()
    first = clock.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    happened = [event.event_type for event in (await first.fetch_history()).events]
    assert happened.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) == 2
    assert happened[-1] == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW


async def test_a_stage_change_begins_a_fresh_run_with_the_story(clock: Clock) -> None:
    """Histories stay short for years, and on-call still reads what happened before."""

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        moved = act is Act.SEND_EMAIL
        return turn(
            glance.lead_id,
            due=now + DAY,
            act=Act.SEND_EMAIL,
            stage="nurture" if moved else "response",
            story="- moved" if moved else "- began",
            over=moved and glance.revision == 99,
        )

    async with working(clock.client, Script(answer)):
        handle = await clock.start(turn(stage="response"))
        first = handle.first_execution_run_id
        await clock.let_pass(handle, days=1, hours=1)
        latest = clock.client.get_workflow_handle(handle.id)
        described = await latest.describe()
        snapshot = await latest.query(SNAPSHOT, result_type=Turn)
        await latest.terminate()
    assert described.run_id != first
    assert (snapshot.stage, snapshot.story) == ("nurture", "- began\n- moved")
    assert described.typed_search_attributes.get(LEAD_STAGE) == "nurture"


async def test_search_attributes_are_written_only_when_they_change(clock: Clock) -> None:
    """An upsert is an event and an action also when it changes nothing."""
    script = touches(4)
    async with working(clock.client, script):
        handle = await clock.start(turn())
        await clock.let_pass(handle, days=10)
    upserts = [
        event for event in await events(handle) if event == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
    ]
    assert len(upserts) == 1
    assert (await handle.describe()).typed_search_attributes.get(LEAD_STATE) == "waiting"


async def test_a_look_that_fails_is_repeated_and_ends_nobody(clock: Clock) -> None:
    """A bug in the engine is a pending activity that heals with the fix, never a lead that is gone."""
    failures = iter([True, True, True])

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        if next(failures, False):
            raise RuntimeError("a bug")
        return turn(glance.lead_id, over=True)

    script = Script(answer)
    async with working(clock.client, script):
        handle = await clock.start(turn(), own_time=False)
        await handle.result()
    assert script.acts == ["look"] * 4
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


@pytest.mark.parametrize("stalls", [frozenset(), frozenset({Act.SEND_EMAIL})], ids=["fails", "takes for ever"])
async def test_a_send_that_has_run_out_of_time_is_looked_at_without_its_channel(
    temporal_server: LocalServer, stalls: frozenset[Act]
) -> None:
    """What ends it may be the clock or the last attempt's own error; either way the lead decides anew."""

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        if act is Act.SEND_EMAIL:
            raise RuntimeError("the provider is away")
        return turn(glance.lead_id, act=Act.SEND_EMAIL, revision=glance.revision + 1, over=glance.revision == 1)

    pace = Pace(start_to_close=ATTEMPT, send_within=3 * ATTEMPT, first_retry=ATTEMPT / 5)
    impatient = Clock(await Client.connect(temporal_server.address, plugins=[LeadPlugin(pace=pace)]))
    script = Script(answer, stalls=stalls)
    async with working(impatient.client, script):
        handle = await impatient.start(turn(), own_time=False)
        await handle.result()
    first, *sends, last = script.acts
    assert (first, set(sends), last) == ("look", {"send_email"}, "look")


async def test_a_cancelled_lead_ends_its_clock_and_nothing_else(clock: Clock) -> None:
    """Cancelling in the UI stops the clock; the next ring starts it from the row."""
    script = touches(3)
    async with working(clock.client, script):
        handle = await clock.start(turn(), own_time=False)
        await until(lambda: len(script.asked) == 1)
        await handle.cancel()
        await until_so(lambda: closed(handle))
        again = await clock.start(turn(handle.id.removeprefix("lead-")), own_time=False)
        await until(lambda: len(script.asked) == 2)
        await again.terminate()
    cancelled = clock.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    assert (await cancelled.describe()).status is WorkflowExecutionStatus.CANCELED


async def has_moved(clock: Clock, handle: WorkflowHandle[LeadWorkflow, None]) -> bool:
    """Whether another run than the first goes on."""
    return (await clock.client.get_workflow_handle(handle.id).describe()).run_id != handle.first_execution_run_id


async def closed(handle: WorkflowHandle[LeadWorkflow, None]) -> bool:
    """Whether the run has ended."""
    return (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING
