"""Wait until a drill is quiet: all is answered and noted, nothing in flight, every lead asleep or with somebody."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters.settings import Settings
from adapters.tables import leads
from api.sweeping import LATE_BY
from engine.words import LeadId
from tests.chaos.catalogue import AT_ONCE
from tests.chaos.scene import LATEST_MOOD, Scene
from tests.chaos.seen import is_abandoned, runs_of
from worker import LOOKS_AT_ONCE

ASKED_EVERY = 0.5


def healed_within(settings: Settings, waiting: int) -> timedelta:
    """
    The longest that a lead may need after the last fault, without help, while so many wait for a worker.

    Whoever nobody looks at is rung by the sweep, as in production. Then he may have all his mails before him, and one
    more to which an event leads; of each the attempt may die, so that it is looked for until the last time; and before
    each he stands in line with everybody else.
    """
    rung = (LATE_BY + 1) * settings.sweep_seconds
    in_line = settings.start_to_close_seconds * (1 + waiting // LOOKS_AT_ONCE)
    a_mail = in_line + settings.look_up_seconds[-1] + settings.min_gap_seconds
    return timedelta(seconds=rung + (len(AT_ONCE) + 1) * a_mail) + LATEST_MOOD


async def quiet(scene: Scene) -> timedelta:
    """Return how long it took until nothing moved. Raises: TimeoutError, with what still did."""
    waiting = scene.unanswered() + scene.busy().open
    start, within = datetime.now(UTC), healed_within(scene.office.settings, waiting)
    while (stirring := await _stirring(scene)) is not None:
        scene.check_staff()
        if datetime.now(UTC) - start > within:
            raise TimeoutError(f"not quiet after {within}: {stirring}\n{scene.last_words()}")
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
    return await _looked_at(scene)


async def _looked_at(scene: Scene) -> str | None:
    """Who is being looked at, or should be and is not."""
    rows = scene.read(select(leads).where(leads.c.open))
    runs = await runs_of(scene, [LeadId(row.id) for row in rows])
    found = [row for row in rows if runs[row.id].looking or is_abandoned(scene, row, runs[row.id])]
    if not found:
        return None
    first = found[0]
    said = f"{runs[first.id]}, due {first.next_due}, looked at {first.looked_at}, {first.why!r}"
    return f"{len(found)} leads are being looked at, or nobody does: {first.id}, {said}"
