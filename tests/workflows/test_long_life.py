"""Histories stay short however long a lead lives, and nothing is forgotten between them."""

from collections import abc
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from cli.temporal_server import LocalServer, find_server_binary
from engine.life.turn import Glance, Turn
from engine.words import Act
from tests.support.house import QUICK
from tests.support.waiting import until
from tests.workflows.conftest import Clock, Script, turn, working
from workflows.plugin import LeadPlugin

DAY = timedelta(days=1)
SUGGESTED_AT = 60
"""Events after which this server suggests to continue as new; the real one does after 4,096."""

A_TOUCH = 12
"""Eleven events, and one that tells of skipped time."""


@pytest.fixture
async def short_of_memory() -> abc.AsyncIterator[Clock]:
    """A lead's clock on a server that likes its histories short."""
    suggest = ("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}")
    with LocalServer(find_server_binary(print), time_skipping=True, options=suggest) as server:
        yield Clock(await Client.connect(server.address, plugins=[LeadPlugin(pace=QUICK)]))


def touching(count: int, apart: timedelta) -> Script:
    """A life of so many emails, so far apart; a ring changes nothing."""
    sent: list[datetime] = []

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        if act is Act.SEND_EMAIL:
            sent.append(now)
        due = (sent[-1] if sent else now) + apart
        over = len(sent) >= count
        return turn(glance.lead_id, due=due, act=Act.SEND_EMAIL, why="one more email", story=f"- {act}", over=over)

    return Script(answer)


def sent_by(script: Script) -> list[datetime]:
    """When each touch left."""
    return [now for act, _, now in script.asked if act is Act.SEND_EMAIL]


async def test_three_hundred_touches_leave_only_short_histories(short_of_memory: Clock) -> None:
    """A run that grows with the lead's age gets slow first, and is then ended by the server."""
    clock, script = short_of_memory, touching(300, apart=timedelta(milliseconds=1))
    async with working(clock.client, script):
        handle = await clock.start(turn(), own_time=False)
        latest = clock.client.get_workflow_handle(handle.id)
        for number in (1, 2, 3):
            await until(partial(has_looked, script, 60 * number))
            await latest.signal("note_added", {"id": number})
        await handle.result()
        lengths = await lengths_of_runs(clock.client, handle.id)
        status = (await latest.describe()).status
    assert (len(sent_by(script)), status) == (300, WorkflowExecutionStatus.COMPLETED)
    assert [scrap.body for _, glance, _ in script.asked for scrap in glance.scraps] == [
        '{"id":1}',
        '{"id":2}',
        '{"id":3}',
    ]
    assert max(lengths) <= SUGGESTED_AT + 2 * A_TOUCH
    assert len(lengths) > 20


async def test_a_fresh_run_goes_on_at_the_leads_own_time(short_of_memory: Clock) -> None:
    """Whoever lives through weeks in a second must not lose two of them where one history ends."""
    clock, script = short_of_memory, touching(24, apart=DAY)
    async with working(clock.client, script):
        handle = await clock.start(turn())
        await clock.let_pass(handle, days=40)
        lengths = await lengths_of_runs(clock.client, handle.id)
    sent = sent_by(script)
    assert len(sent) == 24
    assert all(abs(late - early - DAY) < timedelta(seconds=30) for early, late in pairwise(sent))
    assert len(lengths) > 4


def has_looked(script: Script, times: int) -> bool:
    """Whether so many looks were made."""
    return len(script.asked) >= times


async def lengths_of_runs(client: Client, workflow_id: str) -> list[int]:
    """How long the history of each run of the chain is, the last one first."""
    lengths = []
    run: str | None = None
    while True:
        history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        lengths.append(len(history.events))
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run:
            return lengths
