"""What the death of a worker costs: sleeping leads wake in a new process, and leads that are due are not lost."""

import asyncio
import time
from collections import abc
from datetime import timedelta
from functools import partial
from itertools import count

from sqlalchemy import func, select
from temporalio.client import Client

from adapters.tables import ledger, outbox
from bench import bare
from bench.hand import Hand, Side
from bench.lives import Lives
from bench.measure import Claim, Goal, Row, in_turns_soon
from bench.server import TRIES, Start, due_together, start_lead, start_touching, taken
from bench.sizes import Size
from bench.stand import Stand
from engine.words import LeadId, TouchState
from tests.support.small_sequences import daily

SHARE_DONE = 10
"""The worker is killed when one in so many is done."""

SETTLED = (TouchState.ACCEPTED.value, TouchState.LOST.value)
"""Lost is what was claimed and never sent: nobody sends it again, and a person is asked."""

TO_REPORT = timedelta(seconds=1)
"""What is done is reported to the server within this; until then a killed worker's work would be done again."""

RESTARTED = Claim("restart with sleeping leads", "s", "the same with bare lives and a no-op activity each")
RECOVERED = Claim("recovery after SIGKILL", "s", "the same with timers and no-op activities", Goal(at_most=1.2))

numbers = count(1)


async def restarts(stand: Stand, lives: Lives, size: Size) -> list[Row]:
    """Everybody is rung while nobody works; from the start of a new process until each has been looked at."""

    async def woken(side: Side, ring: abc.Callable[[str], abc.Awaitable[object]], names: abc.Sequence[str]) -> float:
        await taken(ring(name) for name in names)
        await asyncio.sleep(_sticky(stand))  # until the server waits no more for the worker that is gone
        hand = Hand(side, stand.place)
        try:
            done = await hand.until(lambda: len(hand.done) >= len(names))
            await asyncio.sleep(TO_REPORT.total_seconds())
        finally:
            hand.kill()
        return done - hand.began

    async def ours() -> float:
        return await woken("ours", lambda lead: stand.doorbell.ring(LeadId(lead)), lives.leads)

    async def theirs() -> float:
        return await woken("bare", partial(_ring, stand.client), lives.bare)

    pairs = await in_turns_soon(size.turns, ours, theirs)
    return [RESTARTED.row(stand.name, pairs, f"{len(lives.leads)} leads with {size.touches} touches behind them")]


async def _ring(client: Client, name: str) -> None:
    await client.get_workflow_handle(name).signal(bare.Repeating.ring)


def _sticky(stand: Stand) -> float:
    return stand.office.settings.sticky_seconds + TO_REPORT.total_seconds()


async def recoveries(stand: Stand, size: Size) -> list[Row]:
    """The worker is killed while leads are due, and another starts at once: until nobody waits any more."""

    async def ours() -> float:
        return await _recovered(stand, "ours", partial(_due_leads, stand, size))

    async def theirs() -> float:
        return await _recovered(stand, "bare", partial(_due_bare, stand, size))

    pairs = await in_turns_soon(size.turns, ours, theirs)
    return [RECOVERED.row(stand.name, pairs, f"{size.killed} due, killed when {100 // SHARE_DONE} % are done")]


Due = tuple[set[str], list[Start]]
"""Names as the journal has them, and how each is started to be due at a moment."""


async def _recovered(stand: Stand, side: Side, due: abc.Callable[[], abc.Awaitable[Due]]) -> float:
    for _ in range(TRIES):
        names, starts = await due()
        done = await _killed(stand, Hand(side, stand.place), starts)
        seconds = await _taken_over(stand, side, names, done or set())
        if done is not None:
            return seconds
    raise RuntimeError("the server is too busy to start them before they are due")


async def _killed(stand: Stand, hand: Hand, starts: abc.Sequence[Start]) -> set[str] | None:
    """Who was done when the worker was killed; None when not all were started before they were due."""
    try:
        await hand.is_ready()
        in_time = await due_together(stand, starts)
        await hand.until(lambda: len(hand.done) * SHARE_DONE >= len(starts))
    finally:
        hand.kill()
    return None if in_time is None else hand.done


async def _taken_over(stand: Stand, side: Side, names: set[str], done: set[str]) -> float:
    """A new process finishes what another has left: the seconds from now until all is done."""
    began = time.perf_counter()
    hand = Hand(side, stand.place)
    try:
        return await hand.until(lambda: _all_done(stand, side, names, done | hand.done)) - began
    finally:
        hand.kill()


async def _due_leads(stand: Stand, size: Size) -> Due:
    stand.publishes(daily(2))
    turns = await asyncio.to_thread(stand.ready, size.killed)
    return {turn.lead_id for turn in turns}, [partial(start_lead, stand, turn) for turn in turns]


async def _due_bare(stand: Stand, size: Size) -> Due:
    names = [f"killed-{next(numbers)}" for _ in range(size.killed)]
    return set(names), [partial(start_touching, stand.client, name) for name in names]


def _all_done(stand: Stand, side: Side, names: set[str], done: set[str]) -> bool:
    """
    Whether every lead has its message once, or a person is asked about it; a bare one has no more than its journal.

    Raises: RuntimeError when a message left twice.
    """
    if side == "bare":
        return names <= done
    mine = ledger.c.lead.in_(names)
    settled = select(func.count()).select_from(ledger).where(mine, ledger.c.state.in_(SETTLED))
    left = select(func.count()).select_from(outbox.join(ledger, outbox.c.touch_key == ledger.c.touch_key)).where(mine)
    with stand.office.database.reading() as transaction:
        settled_now, messages = transaction.execute(settled).scalar_one(), transaction.execute(left).scalar_one()
    if messages > len(names):
        raise RuntimeError(f"{messages} messages left for {len(names)} leads")
    return bool(settled_now == len(names))
