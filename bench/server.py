"""What a server and both kinds of workers do: starts, touches, rings, and the way from a capture to a first message."""

import asyncio
import time
from collections import abc
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from temporalio.client import Client

from api.doorbell import Doorbell
from bench import bare
from bench.bare import Ear
from bench.measure import Claim, Goal, Pair, Row, in_turns_soon, made_in_turns, percentile
from bench.sizes import Size
from bench.stand import Stand, Tally, lead_of
from engine.life.turn import Glance, Turn
from engine.ports.providers import Message
from engine.sequence.compiled import Sequence
from engine.words import Act, LeadId
from tests.support.small_sequences import DAY, daily, email, sequence, stage
from tests.support.waiting import until

NOBODY = "nobody"
"""A queue without workers: a start is measured, and not what becomes of it."""

AT_ONCE = 16
"""Calls to the server under way at the same time."""

MARGIN = timedelta(seconds=0.5)
TRIES = 4
"""A turn whose leads are started too late to be due together is begun anew, with twice the time that took."""

STARTS = Claim("leads started", "1/s", "start_workflow of an empty workflow, same client", Goal(at_least=0.8))
TOUCHES = Claim("touches", "1/s", "timer and no-op activity", Goal(at_least=0.9))
APPLIED = Claim("Inbox rows applied", "1/s", "signals to a counting workflow", Goal(at_least=0.8))
APPLYING = Claim("ring to applied", "ms", "a signal to a counting workflow")
FIRST_P50 = Claim("capture to first message, p50", "ms", "start and one no-op activity", Goal(at_most=1.25))
FIRST_P99 = Claim("capture to first message, p99", "ms", "start and one no-op activity", Goal(at_most=1.5))

LEAST_FOR_P99 = 100

Start = abc.Callable[[datetime], abc.Awaitable[None]]
"""Starts one workflow that is due at a moment."""

Rush = tuple[Tally, abc.Sequence[Start]]
"""Who counts, and everybody who is to be due together."""

numbers = count(1)


async def starts(stand: Stand, size: Size) -> list[Row]:
    """Signal-with-start of a lead, against a start of nothing."""
    doorbell = Doorbell(stand.client, NOBODY)

    async def ours() -> float:
        leads = [LeadId(f"start-{next(numbers)}") for _ in range(size.started)]
        return size.started / await taken(doorbell.ring(lead) for lead in leads)

    async def theirs() -> float:
        return size.started / await taken(_start_empty(stand) for _ in range(size.started))

    pairs = await in_turns_soon(size.turns, ours, theirs)
    return [STARTS.row(stand.name, pairs, f"{size.started} leads, {AT_ONCE} calls at once")]


async def _start_empty(stand: Stand) -> None:
    await stand.client.start_workflow(bare.Empty.run, id=f"empty-{next(numbers)}", task_queue=NOBODY)


async def touches(stand: Stand, size: Size) -> list[Row]:
    """Leads whose timers go off at the same moment, each with the real look and a message into the Outbox."""
    stand.publishes(daily(2))
    client = stand.client

    async def ours() -> float:
        async def ready() -> Rush:
            turns = await asyncio.to_thread(stand.ready, size.touched)
            tally = Tally(size.touched)
            stand.look.looked = tally.hit
            return tally, [partial(start_lead, stand, turn) for turn in turns]

        return await _rush(stand, ready)

    async def theirs() -> float:
        async def ready() -> Rush:
            tally = Tally(size.touched)
            Ear.heard = tally.hit
            return tally, [partial(start_touching, client, f"touching-{next(numbers)}") for _ in range(size.touched)]

        return await _rush(stand, ready)

    pairs = await in_turns_soon(size.turns, ours, theirs)
    return [TOUCHES.row(stand.name, pairs, f"{size.touched} leads due at the same moment")]


async def start_lead(stand: Stand, turn: Turn, due: datetime) -> None:
    """A lead's workflow that waits with this turn for a moment."""
    await stand.doorbell.start(turn.model_copy(update={"due": due}))


async def start_touching(client: Client, name: str, due: datetime) -> None:
    """A bare workflow that waits for a moment and runs a no-op activity."""
    await client.start_workflow(bare.Touching.run, args=[(due,), False], id=name, task_queue=bare.QUEUE)


async def _rush(stand: Stand, ready: abc.Callable[[], abc.Awaitable[Rush]]) -> float:
    """Start everybody to be due at one moment; how many a second are done from then on."""
    for _ in range(TRIES):
        tally, starts = await ready()
        due_at = await due_together(stand, starts)
        done_at = await tally.full()
        if due_at is not None:
            return len(starts) / (done_at - due_at)
    raise RuntimeError("the server is too busy to start them before they are due")


async def due_together(stand: Stand, starts: abc.Sequence[Start]) -> float | None:
    """Start them all to be due at one moment; when that is, by our clock, or None when some were started too late."""
    patience = MARGIN + 2 * len(starts) * stand.one_start
    due, due_at = datetime.now(UTC) + patience, time.perf_counter() + patience.total_seconds()
    stand.one_start = max(stand.one_start, timedelta(seconds=await taken(start(due) for start in starts)) / len(starts))
    return due_at if time.perf_counter() < due_at else None


async def rings(stand: Stand, size: Size) -> list[Row]:
    """Something happens to sleeping leads: a row, a ring, a look that applies it."""
    leads = await sleeping(stand, size.rung, daily(2))
    names = await _counting(stand, size.rung)
    every = size.rung * size.rows_each

    async def ours() -> float:
        began = time.perf_counter()
        await taken(_happens(stand, lead) for _ in range(size.rows_each) for lead in leads)
        await until(lambda: stand.unapplied() == 0)
        return every / (time.perf_counter() - began)

    async def theirs() -> float:
        tally = Tally(every)
        Ear.heard = tally.hit
        began = time.perf_counter()
        await taken(_signals(stand, name) for _ in range(size.rows_each) for name in names)
        return every / (await tally.full() - began)

    async def ours_one_by_one() -> float:
        return 1000 * percentile([await _ring_time(stand, lead) for lead in leads], 0.5)

    async def theirs_one_by_one() -> float:
        return 1000 * percentile([await _signal_time(stand, name) for name in names], 0.5)

    rate = await in_turns_soon(size.turns, ours, theirs)
    latency = await in_turns_soon(size.turns, ours_one_by_one, theirs_one_by_one)
    return [
        APPLIED.row(stand.name, rate, f"{size.rows_each} rows of each of {size.rung} leads, {AT_ONCE} calls at once"),
        APPLYING.row(stand.name, latency, f"the median of {size.rung} leads, one after the other"),
    ]


async def sleeping(stand: Stand, leads: int, runs: Sequence) -> list[LeadId]:
    """So many leads that have had the sequence's first mail and sleep until the next."""
    stand.publishes(runs)
    turns = await asyncio.to_thread(stand.ready, leads)
    tally = Tally(leads)
    stand.look.looked = tally.hit
    await taken(stand.doorbell.start(turn) for turn in turns)
    await tally.full()
    return [turn.lead_id for turn in turns]


async def _counting(stand: Stand, number: int) -> list[str]:
    names = [f"counting-{next(numbers)}" for _ in range(number)]
    tally = Tally(number)
    Ear.heard = tally.hit
    for name in names:
        await stand.client.start_workflow(bare.Counting.run, id=name, task_queue=bare.QUEUE)
        await _signals(stand, name)
    await tally.full()
    return names


async def _happens(stand: Stand, lead: LeadId) -> None:
    filed = await asyncio.to_thread(stand.writes, lead)
    if filed.ring:
        await stand.doorbell.ring(lead, filed.stage)


async def _signals(stand: Stand, name: str) -> None:
    await stand.client.get_workflow_handle(name).signal(bare.Counting.count_one, {"text": "spoke on the phone"})


async def _ring_time(stand: Stand, lead: LeadId) -> float:
    tally = Tally(1)

    def looked(glance: Glance, act: Act) -> None:
        if glance.lead_id == lead:
            tally.hit()

    stand.look.looked = looked
    began = time.perf_counter()
    await _happens(stand, lead)
    return await tally.full() - began


async def _signal_time(stand: Stand, name: str) -> float:
    tally = Tally(1)
    Ear.heard = tally.hit
    began = time.perf_counter()
    await _signals(stand, name)
    return await tally.full() - began


async def first_messages(stand: Stand, size: Size) -> list[Row]:
    """A person asks and is answered: until the provider is handed the first message."""
    stand.publishes(sequence("speed-to-lead", stage("response", email("hello"), email("more", after=DAY))))

    async def ours() -> list[float]:
        return [await _first_message(stand) for _ in range(size.captured)]

    async def theirs() -> list[float]:
        return [await _first_activity(stand) for _ in range(size.captured)]

    return first_rows(stand.name, size.captured, await made_in_turns(size.turns, ours, theirs))


def first_rows(on: str, captured: int, turns: abc.Sequence[tuple[list[float], list[float]]]) -> list[Row]:
    """The rows from the seconds of each turn; of a few leads the slowest is chance and no p99."""
    claims = {FIRST_P50: 0.5} if captured < LEAST_FOR_P99 else {FIRST_P50: 0.5, FIRST_P99: 0.99}
    of = f"{captured} leads, one after the other"
    return [
        claim.row(on, [Pair(*(1000 * percentile(seconds, share) for seconds in both)) for both in turns], of)
        for claim, share in claims.items()
    ]


async def _first_message(stand: Stand) -> float:
    tally = Tally(1)
    began = time.perf_counter()

    def sending(message: Message) -> None:
        tally.hit()

    stand.outbox.sending = sending
    filed = await asyncio.to_thread(stand.capture)
    await stand.doorbell.ring(lead_of(filed), filed.stage)
    return await tally.full() - began


async def _first_activity(stand: Stand) -> float:
    tally = Tally(1)
    Ear.heard = tally.hit
    began = time.perf_counter()
    await stand.client.start_workflow(
        bare.Touching.run, args=[(datetime.now(UTC),), True], id=f"first-{next(numbers)}", task_queue=bare.QUEUE
    )
    return await tally.full() - began


async def taken(calls: abc.Iterable[abc.Awaitable[object]]) -> float:
    """The seconds that all the calls take, so many at a time."""
    waiting = iter(calls)

    async def caller() -> None:
        for call in waiting:
            await call

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return time.perf_counter() - began
