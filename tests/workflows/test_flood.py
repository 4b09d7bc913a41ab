"""A flood of one lead's own events: it coalesces, every row is applied once, and touches go on meanwhile."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from temporalio.client import WorkflowHandle

from adapters.letters import Letter
from adapters.tables import inbox
from cli.temporal_server import LocalServer
from tests.support.house import House, Someone
from tests.support.small_sequences import daily
from tests.support.waiting import until
from workflows.lead import LeadWorkflow

EVENTS = 20_000
AT_ONCE = 500
MOST_EVENTS_OF_A_RUN = 4_096
"""Where Temporal suggests to continue as new."""


async def test_twenty_thousand_events_ring_few_times_and_are_applied_once_each(
    temporal_server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As signals they would stand the lead still; as rows with a doorbell they are a few dozen looks."""
    database_url = f"sqlite:///{tmp_path_factory.mktemp('flood') / 'followup.sqlite'}"
    async with House.open(temporal_server, database_url, daily(5)) as house:
        rosa = await house.capture()
        rings = 0
        for start in range(0, EVENTS, AT_ONCE):
            rings += await asyncio.to_thread(flood, rosa, start)
            await house.doorbell.ring(rosa.lead_id)
            if start == EVENTS // 2:
                await rosa.let_pass(days=1, hours=1)
        await until(lambda: unapplied(rosa) == 0, within=timedelta(minutes=8))
        await rosa.let_pass(days=4)
        length = await history_length(rosa.handle)
        dispositions = Counter(row.disposition for row in rosa.inbox)
    assert dispositions == {"applied": EVENTS + 1}
    assert rosa.received == ["day-0", "day-1", "day-2", "day-3", "day-4"]
    assert rings <= EVENTS / AT_ONCE
    assert length < MOST_EVENTS_OF_A_RUN
    print(f"{EVENTS} events: {rings} rings asked for, {length} history events")  # noqa: T201 - a figure for the report


def flood(rosa: Someone, start: int) -> int:
    """File some hundred notes in one transaction; returns how many of them asked for a ring."""
    office = rosa.house.office
    now = datetime.now(UTC)
    rings = 0
    with office.database.transaction() as transaction:
        for number in range(start, start + AT_ONCE):
            letter = Letter(source="crm", id=f"note-{number}", kind="note_added", occurred_at=now)
            rings += office.inbox.file(transaction, letter, rosa.lead_id, now).ring
    return rings


def unapplied(rosa: Someone) -> int:
    """Rows that no look has noted."""
    waiting = select(func.count()).where(inbox.c.lead == rosa.lead_id, inbox.c.disposition.is_(None))
    with rosa.house.office.database.reading() as transaction:
        number: int = transaction.execute(waiting).scalar_one()
    return number


async def history_length(handle: WorkflowHandle[LeadWorkflow, None]) -> int:
    """How long the current run's history is."""
    return (await handle.describe()).history_length
