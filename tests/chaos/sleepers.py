"""
Many leads that sleep on a real server: they are likenesses of a few whose lives were lived, and time comes when told.

    models = [...]                          # captured, and looked at
    everybody = likenesses(house, models, 1000)
    await fall_asleep(house)
    await time_comes(house, everybody[:100])
"""

import asyncio
from collections import abc
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Table, insert, select

from adapters.database import Transaction
from adapters.tables import addresses, enrolments, leads, ledger, tasks
from engine.life.keys import touch_key
from engine.life.turn import Turn
from engine.words import Act, LeadId
from tests.support.house import House
from tests.support.waiting import until_so
from workflows.names import workflow_id

Thing = TypeVar("Thing")
Row = dict[str, object]

AT_ONCE = 20
A_WHILE = timedelta(seconds=20)
"""More than a look takes: Temporal skips on when the end of a skip passes while a task is under way."""
IN_TIME = timedelta(seconds=300)
"""What a busy machine may take."""


def likenesses(house: House, models: abc.Sequence[LeadId], count: int) -> list[LeadId]:
    """So many leads, the models first: each of the others is where its model is, and has had what that has had."""
    others = [LeadId(uuid4().hex) for _ in range(count - len(models))]
    with house.office.database.transaction() as transaction:
        rows = {model: [*_rows(transaction, model)] for model in models}
        copies: dict[Table, list[Row]] = {}
        for model, other in zip(cycle(models), others, strict=False):
            names = _names(model, other, rows[model])
            for table, row in rows[model]:
                copies.setdefault(table, []).append(_likeness(house, row, names, other))
        for table, some in copies.items():
            transaction.execute(insert(table), some)
    return [*models, *others]


def _rows(transaction: Transaction, model: LeadId) -> abc.Iterator[tuple[Table, Row]]:
    for table in (leads, addresses, enrolments, ledger, tasks):
        whose = table.c.id if table is leads else table.c.lead
        yield from ((table, dict(row)) for row in transaction.execute(select(table).where(whose == model)).mappings())


def _names(model: LeadId, other: LeadId, rows: abc.Iterable[tuple[Table, Row]]) -> dict[str, str]:
    """What the other's things are called, by the names of the model's."""
    names: dict[str, str] = {}
    for table, row in rows:
        if table is ledger:
            about = [row[name] for name in ("enrolment", "plan", "visit", "step", "occurrence")]
            names[str(row["touch_key"])] = touch_key(other, *about)
        if table is tasks:
            names[str(row["task_key"])] = str(uuid5(NAMESPACE_URL, f"{other}/{row['task_key']}"))
    return names | {model: other}


def _likeness(house: House, row: Row, names: abc.Mapping[str, str], other: LeadId) -> Row:
    """The row as the other lead's, with an address of its own."""
    copied = {name: _renamed(value, names) for name, value in row.items()}
    if copied.get("kind") == "email" and "address_hash" in copied:
        address = f"{other}@example.com"
        copied |= {"address": address, "display": address, "address_hash": house.office.people.hash(address)}
    return copied


def _renamed(value: object, names: abc.Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value
    for before, after in names.items():
        value = value.replace(before, after)
    return value


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
