"""Whole lives, ours and bare, on a server whose time can be moved: for their histories, and to be woken again."""

import asyncio
from collections import abc
from datetime import timedelta
from itertools import count
from typing import NamedTuple, TypeVar

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from api.doorbell import Doorbell
from bench import bare
from bench.measure import Claim, Goal, Pair, Row
from bench.server import taken
from bench.sizes import Size
from bench.stand import Stand, lead_of
from engine.words import LeadId
from tests.support.small_sequences import daily
from workflows.names import workflow_id

DAY = timedelta(days=1)
SKIPPED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED
BILLABLE = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
)
TOLD = 10
"""Histories that are weighed; they hardly differ."""

BYTES = Claim("history of a life", "bytes", "as many timers and no-op activities", Goal(at_most=1.4))
EVENTS = Claim("history of a life, events", "events", "as many timers and no-op activities")

History = abc.Sequence[HistoryEvent]
Made = TypeVar("Made")
numbers = count(1)


class Lives(NamedTuple):
    """Leads and bare workflows that have lived and now sleep."""

    leads: tuple[LeadId, ...]
    bare: tuple[str, ...]
    """Workflow ids."""


async def lived(stand: Stand, leads: int, touches: int) -> Lives:
    """So many lives of so many touches each, a day apart; they sleep now, and go on sleeping."""
    stand.publishes(daily(touches))
    skipper = TimeSkipper(stand.client, config=TimeSkippingConfig(enabled=False))
    doorbell = Doorbell(skipper.client)

    async def lead() -> LeadId:
        someone = lead_of(await asyncio.to_thread(stand.capture))
        await doorbell.ring(someone)
        await skipper.fast_forward(stand.client.get_workflow_handle(workflow_id(someone)), touches * DAY)
        return someone

    async def plain() -> str:
        name = f"life-{next(numbers)}"
        handle = await skipper.client.start_workflow(
            bare.Repeating.run, args=[touches, DAY], id=name, task_queue=bare.QUEUE
        )
        await skipper.fast_forward(handle, (touches + 1) * DAY)
        return name

    return Lives(tuple(await _so_many(leads, lead)), tuple(await _so_many(leads, plain)))


async def histories(stand: Stand, lives: Lives, size: Size) -> list[Row]:
    """What the server keeps of each: every run, without what moving the time adds."""
    ours = [await history_of_lead(stand, lead) for lead in lives.leads[:TOLD]]
    theirs = [await history(stand.client, name) for name in lives.bare[:TOLD]]
    both = list(zip(ours, theirs, strict=True))
    of = f"{size.touches} touches, start included; {len(both)} lives"
    weighed = [Pair(float(size_of(one)), float(size_of(other))) for one, other in both]
    counted = [Pair(float(len(one)), float(len(other))) for one, other in both]
    return [BYTES.row(stand.name, weighed, of), EVENTS.row(stand.name, counted, of)]


async def history_of_lead(stand: Stand, lead: LeadId) -> History:
    """What the server keeps of a lead."""
    return await history(stand.client, workflow_id(lead))


async def history(client: Client, name: str) -> History:
    """Every event of every run of the workflow, the first run first, without what moving the time adds."""
    run = (await client.get_workflow_handle(name).describe()).raw_description.workflow_execution_info.first_run_id
    events: list[HistoryEvent] = []
    while run:
        found = (await client.get_workflow_handle(name, run_id=run).fetch_history()).events
        events += [event for event in found if event.event_type != SKIPPED]
        run = found[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return events


def size_of(events: History) -> int:
    """The bytes of a history."""
    return sum(event.ByteSize() for event in events)


def actions(events: History) -> int:
    """What Temporal Cloud would bill for a history."""
    return sum(event.event_type in BILLABLE for event in events)


async def _so_many(number: int, make: abc.Callable[[], abc.Awaitable[Made]]) -> list[Made]:
    """Make so many, some at once."""
    made: list[Made] = []

    async def one() -> None:
        made.append(await make())

    await taken(one() for _ in range(number))
    return made
