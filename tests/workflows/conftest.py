"""A lead's workflow on the real server, with looks that follow a script: what is tested here is the clock alone."""

import asyncio
from collections import abc
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from cli.temporal_server import LocalServer
from engine.life.turn import Glance, Turn
from engine.words import Act, LeadId
from workflows.lead import LeadWorkflow
from workflows.names import LEADS_QUEUE, QUEUES, RING, workflow_id
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

numbers = count(1)

Answer = abc.Callable[[Glance, Act, datetime], Turn]


class Script:
    """Answers looks: what they were asked is kept, what they answer is the script's."""

    def __init__(self, answer: Answer, *, stalls: frozenset[Act] = frozenset()) -> None:
        self.answer = answer
        self.stalls = stalls
        self.asked: list[tuple[Act, Glance, datetime]] = []

    @activity.defn(dynamic=True)
    async def look(self, args: abc.Sequence[RawValue]) -> Turn:
        """Every activity type is the same look."""
        act = Act(activity.info().activity_type)
        glance = activity.payload_converter().from_payload(args[0].payload, Glance)
        now = activity.info().started_time.astimezone(UTC)
        self.asked.append((act, glance, now))
        if act in self.stalls:
            await asyncio.Event().wait()  # until its worker is gone
        return self.answer(glance, act, now)

    @property
    def acts(self) -> list[str]:
        """The activity types, in order."""
        return [act.value for act, _, _ in self.asked]


class Clock:
    """A client of the server, the worker of one test, and the means to move a lead's time."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))

    async def start(self, turn: Turn, *, own_time: bool = True) -> WorkflowHandle[LeadWorkflow, None]:
        """Start a lead's workflow; with its own time it stands until it is moved."""
        client = self.skipper.client if own_time else self.client
        return await client.start_workflow(
            LeadWorkflow.run, turn, id=workflow_id(turn.lead_id), task_queue=LEADS_QUEUE, start_signal=RING
        )

    async def let_pass(self, handle: WorkflowHandle[LeadWorkflow, None], **duration: float) -> bool:
        """Move one lead's time; False when the lead was over before."""
        return await self.skipper.fast_forward(handle, timedelta(**duration))


def turn(lead: str | None = None, **changes: object) -> Turn:
    """A turn of a new lead that is due at once."""
    plain = Turn(lead_id=LeadId(lead or f"t{next(numbers)}"), due=datetime.now(UTC), why="something happened")
    return plain.model_copy(update=changes)


@asynccontextmanager
async def working(client: Client, script: Script) -> abc.AsyncIterator[None]:
    """Workers of every queue, answering by the script."""
    async with AsyncExitStack() as stack:
        leads = Worker(client, task_queue=LEADS_QUEUE, workflows=[LeadWorkflow])
        await stack.enter_async_context(leads)
        for queue in sorted(set(QUEUES.values())):
            await stack.enter_async_context(Worker(client, task_queue=queue, activities=[script.look]))
        yield


@pytest.fixture
async def clock(temporal_server: LocalServer) -> Clock:
    """A lead's clock on the real server, with retries that take no time to wait for."""
    pace = Pace(start_to_close=timedelta(seconds=5), first_retry=timedelta(milliseconds=50))
    return Clock(await Client.connect(temporal_server.address, plugins=[LeadPlugin(pace=pace)]))
