"""A flood of one lead's own events: it coalesces, every row is applied once, and touches go on meanwhile."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import func, insert, select

from adapters import leads as people
from adapters.letters import Letter
from adapters.tables import inbox
from cli.temporal_server import LocalServer
from tests.support.house import House, Someone
from tests.support.small_sequences import daily
from tests.support.waiting import until

EVENTS = 20_000
AT_ONCE = 500
MOST_EVENTS_OF_A_RUN = 4_096
"""Where Temporal suggests to continue as new."""


async def test_twenty_thousand_events_ring_few_times_and_are_applied_once_each(
    temporal_server: LocalServer, tmp_path: Path
) -> None:
    """As signals they would stand the lead still; as rows with a doorbell they are a few dozen looks."""
    async with House.open(temporal_server, f"sqlite:///{tmp_path / 'followup.sqlite'}", daily(5)) as house:
        rosa = await house.capture()
        rings, began = 0, monotonic()
        for start in range(0, EVENTS, AT_ONCE):
            if await asyncio.to_thread(flood, rosa, start):
                rings += await house.doorbell.ring(rosa.lead_id)
            if start == EVENTS // 2:
                await rosa.let_pass(days=1, hours=1)
        await until(lambda: unapplied(rosa) == 0, within=timedelta(minutes=3))
        seconds = monotonic() - began
        await rosa.let_pass(days=4)
        length = (await rosa.handle.describe()).history_length
        rows = rosa.inbox
    assert Counter(row.disposition for row in rows) == {"applied": EVENTS + 1}
    assert [row.number for row in rows] == list(range(1, EVENTS + 2))
    assert rosa.received == ["day-0", "day-1", "day-2", "day-3", "day-4"]
    assert 0 < rings <= EVENTS / AT_ONCE
    assert length < MOST_EVENTS_OF_A_RUN
    print(f"{EVENTS} events: {rings} rings, {length} history events, {seconds:.0f} s")  # noqa: T201 - for the report


def flood(rosa: Someone, start: int) -> bool:
    """Some hundred notes in one transaction; whether the lead is to be rung."""
    office, now = rosa.house.office, datetime.now(UTC)
    with office.database.transaction() as transaction:
        people.lock(transaction, rosa.lead_id)
        last = transaction.execute(select(func.max(inbox.c.number)).where(inbox.c.lead == rosa.lead_id)).scalar_one()
        # As the Inbox writes them, and twenty times as fast; the one that follows is its own.
        rows = [_note(rosa, start + nth, last + nth, now) for nth in range(1, AT_ONCE)]
        transaction.execute(insert(inbox), rows)
        letter = Letter(source="crm", id=f"note-{start}", kind="note_added", occurred_at=now)
        return office.inbox.file(transaction, letter, rosa.lead_id, now).ring


def _note(rosa: Someone, event: int, number: int, now: datetime) -> dict[str, object]:
    return {
        "lead": rosa.lead_id,
        "number": number,
        "source": "crm",
        "event_id": f"note-{event}",
        "kind": "note_added",
        "occurred_at": now,
        "received_at": now,
        "body": "{}",
        "digest": "a note",
    }


def unapplied(rosa: Someone) -> int:
    """Rows that no look has noted."""
    waiting = select(func.count()).where(inbox.c.lead == rosa.lead_id, inbox.c.disposition.is_(None))
    with rosa.house.office.database.reading() as transaction:
        number: int = transaction.execute(waiting).scalar_one()
    return number
