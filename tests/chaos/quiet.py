"""Wait until a drill is quiet: all is answered and noted, nothing in flight, every lead asleep or with somebody."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters.tables import leads
from tests.chaos.scene import Scene
from tests.chaos.seen import runs_of

HEALED_WITHIN = timedelta(seconds=120)
"""After the last fault, without help (docs/promises.md)."""

ASKED_EVERY = 0.5


async def quiet(scene: Scene, within: timedelta = HEALED_WITHIN) -> timedelta:
    """Return how long it took until nothing moved. Raises: TimeoutError, with what still did."""
    start = datetime.now(UTC)
    while (stirring := await _stirring(scene)) is not None:
        scene.check_staff()
        if datetime.now(UTC) - start > within:
            raise TimeoutError(f"still not quiet: {stirring}\n{scene.last_words()}")
        await asyncio.sleep(ASKED_EVERY)
    return datetime.now(UTC) - start


async def _stirring(scene: Scene) -> str | None:
    """What is not quiet, the cheapest question first; None when everything is."""
    if unanswered := scene.unanswered():
        return f"{unanswered} events are not answered"
    if unread := scene.unread():
        return f"{unread} Inbox rows are not noted"
    busy = scene.busy()
    if busy.in_flight or busy.open:
        late = select(leads.c.id, leads.c.next_due, leads.c.rung_at, leads.c.why).where(leads.c.open)
        first = scene.read(late.order_by(leads.c.next_due.nulls_first()).limit(1))
        return f"{busy.in_flight} touches unsettled, {busy.open} leads have something to do, first of all {first}"
    looking = await _looking(scene)
    return f"{len(looking)} leads are being looked at, such as {looking[0]}" if looking else None


async def _looking(scene: Scene) -> list[str]:
    runs = await runs_of(scene, scene.open_leads())
    return [lead for lead, run in runs.items() if run.looking or not (run.running or lead in scene.terminated)]
