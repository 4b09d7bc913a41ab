"""
Many leads that sleep on a real server: they are likenesses of a few whose lives were lived, and time comes when told.

    models = [...]                          # captured, and looked at
    everybody = likenesses(house.office, models, 1000)
    await fall_asleep(house)
    await time_comes(house, everybody[:100])
"""

import asyncio
from collections import abc
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from adapters.tables import leads
from engine.life.turn import Turn
from engine.words import Act, LeadId
from tests.support.house import House
from tests.support.waiting import until_so
from workflows.names import workflow_id

Thing = TypeVar("Thing")

AT_ONCE = 20
A_WHILE = timedelta(seconds=20)
"""More than a look takes: Temporal skips on when the end of a skip passes while a task is under way."""
IN_TIME = timedelta(seconds=300)
"""What a busy machine may take."""


async def for_each(things: abc.Iterable[Thing], act: abc.Callable[[Thing], abc.Awaitable[object]]) -> None:
    """Do it for all of them, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: Thing) -> None:
        async with gate:
            await act(thing)

    await asyncio.gather(*map(one, things))


async def fall_asleep(house: House) -> None:
    """Every lead's workflow waits as its row says."""
    with house.office.database.reading() as transaction:
        rows = transaction.execute(select(leads)).all()
    turns = [
        Turn(
            lead_id=LeadId(row.id),
            revision=row.revision,
            due=row.next_due,
            act=Act(row.act),
            why=row.why,
            stage=row.stage,
            state=row.lead_state,
        )
        for row in rows
    ]
    await for_each(turns, house.doorbell.start)


async def time_comes(house: House, sleepers: abc.Iterable[LeadId]) -> None:
    """Their time passes until the next thing is due to each, and nobody else's."""
    with house.office.database.reading() as transaction:
        rows = transaction.execute(select(leads.c.id, leads.c.next_due))
        due = {LeadId(row.id): row.next_due for row in rows}

    async def comes(lead: LeadId) -> None:
        handle = house.client.get_workflow_handle(workflow_id(lead))
        await house.skipper.fast_forward(handle, due[lead] - datetime.now(UTC) + A_WHILE)

    await for_each(sleepers, comes)


async def patiently(condition: abc.Callable[[], abc.Awaitable[bool]], within: timedelta = IN_TIME) -> None:
    """As `until_so`, asked so seldom that the question costs less than the work."""

    async def asked() -> bool:
        await asyncio.sleep(0.5)
        return await condition()

    await until_so(asked, within)
