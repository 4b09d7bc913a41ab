"""
The drills: each breaks something real while a crowd is in the middle of its first messages, and puts it right again.

None of them knows what must come of it; that is the same for all of them, and `tests.chaos.verdict` says it.
"""

import asyncio
import os
import signal
from collections import abc
from datetime import timedelta
from functools import partial
from subprocess import Popen
from typing import NamedTuple

from sqlalchemy import text

from adapters.faults import POINTS
from engine.words import LeadId, TouchKey, TouchState
from tests.chaos.scene import Busy, Scene
from tests.chaos.seen import looks_of
from tests.support.waiting import until_so

WAYS_IN = ("before_inbox_insert", "after_inbox_commit", "after_signal")
"""Crash points of whoever hands an event in; all others are a worker's."""

MORE = 6
"""How many people come with every fault, so that somebody always has his first mails before him."""

LATEST = 3
"""A point is armed for one of its first so many times."""

UNDER_WAY = 4
"""Requests that are under way when a worker freezes."""

PATIENT = {"provider_deadline_seconds": 8, "start_to_close_seconds": 12, "graceful_shutdown_seconds": 15}
"""Settings under which nothing is uncertain only because this machine is slow."""

LOCKED = timedelta(seconds=4)
"""Longer than anybody waits for a lock, and than an attempt of a look."""


class Fault(NamedTuple):
    """Something was broken."""

    what: str
    at: Busy
    """What was under way when it broke."""
    held: int = 0
    """How many leads the victim had in its hands, where that was seen."""


async def every_point(scene: Scene) -> tuple[Fault, ...]:
    """A process dies at every crash point, and another one takes over: workers first, then whoever hands in."""
    scene.opens()
    await scene.in_full_swing(10)
    for worker in scene.workers:
        scene.kill(worker)
    workers = await _in_turn(scene, [point for point in POINTS if point not in WAYS_IN], scene.hire)
    scene.opens()
    for postman in scene.postmen:
        scene.kill(postman)
    postmen = await _in_turn(scene, WAYS_IN, scene.send_postman)
    scene.opens()
    return (*workers, *postmen)


async def _in_turn(
    scene: Scene, points: abc.Sequence[str], started: abc.Callable[..., Popen[bytes]]
) -> tuple[Fault, ...]:
    """One after the other in any order; whoever is to die next gets ready beside the one that dies now."""
    chosen = scene.chance.sample(points, len(points))
    armed = (started(faults=f"{point}:{scene.chance.randint(1, LATEST)}") for point in chosen)
    faults, ready = [], next(armed)
    for point in chosen:
        victim, ready = ready, next(armed, ready)
        scene.crowd(MORE)
        faults.append(Fault(point, await scene.dies(victim)))
    return tuple(faults)


async def temporal_is_killed(scene: Scene) -> tuple[Fault, ...]:
    """`kill -9` of the Temporal server, twice; events are taken in meanwhile."""
    scene.opens()
    faults = []
    for _ in range(2):
        at = await scene.in_full_swing(20)
        scene.server.kill()
        wanted = scene.records_kept() + MORE
        scene.crowd(MORE, over=0)
        await scene.until(partial(_are_kept, scene, wanted))
        faults.append(Fault("temporal", at))
        scene.server.restart()  # here and not in another thread: Linux ends a child with the thread that started it
    return tuple(faults)


async def postgres_is_killed(scene: Scene) -> tuple[Fault, ...]:
    """`kill -9` of PostgreSQL, then of one of its sessions, which throws out all others."""
    scene.opens()
    faults = [Fault("postmaster", await scene.in_full_swing(20))]
    scene.store.server.kill()
    await asyncio.sleep(1)
    scene.store.server.start()
    scene.crowd(MORE)
    faults.append(Fault("session", await scene.in_full_swing(10)))
    with scene.store.beside() as connection:
        session = connection.execute(OTHERS).fetchone()
    assert session is not None
    os.kill(session[0], signal.SIGKILL)
    return tuple(faults)


OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "ORDER BY (state = 'idle'), random() LIMIT 3"
)
"""The database's sessions, those at work first."""


async def sessions_are_ended(scene: Scene) -> tuple[Fault, ...]:
    """`pg_terminate_backend` for whoever is at work, again and again."""
    scene.opens()
    faults = []
    for _ in range(8):
        scene.crowd(1)
        at = await scene.in_full_swing(5)
        with scene.store.beside() as connection:
            sessions = connection.execute(OTHERS).fetchall()
            for (pid,) in sessions:
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        assert sessions
        faults.append(Fault("session ended", at))
    return tuple(faults)


async def a_table_is_locked(scene: Scene) -> tuple[Fault, ...]:
    """Somebody holds a table for longer than anybody waits for a lock."""
    scene.opens()
    faults = []
    for table in ("leads", "ledger"):
        scene.crowd(MORE)
        at = await scene.in_full_swing(15)
        with scene.store.beside(autocommit=False) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(LOCKED.total_seconds())
        faults.append(Fault(f"{table} locked", at))
    return tuple(faults)


async def the_database_is_locked(scene: Scene) -> tuple[Fault, ...]:
    """On SQLite there is one writer; here it is somebody else for longer than anybody waits."""
    scene.opens()
    at = await scene.in_full_swing(15)
    with scene.office.database.transaction() as transaction:
        transaction.execute(text("SELECT 1"))
        await asyncio.sleep(LOCKED.total_seconds())
    return (Fault("locked", at),)


async def the_database_is_read_only(scene: Scene) -> tuple[Fault, ...]:
    """Every new transaction may only read, as on a standby or a full disk; then it may write again."""
    scene.opens()
    at = await scene.in_full_swing(15)
    with scene.store.beside() as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(1)
        sent = scene.provider.requests
        await asyncio.sleep(LOCKED.total_seconds())
        assert scene.provider.requests == sent, "a message left that nobody could write down"
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        connection.execute("SELECT pg_reload_conf()")
    return (Fault("read only", at),)


async def a_worker_freezes(scene: Scene) -> tuple[Fault, ...]:
    """SIGSTOP in the middle of requests, then in the middle of first transactions; others take over; SIGCONT."""
    scene.opens()
    (frozen,) = scene.workers
    return (
        await _frozen_in_requests(scene, frozen),
        await _frozen_before_claims(scene, frozen),
    )


async def _frozen_in_requests(scene: Scene, frozen: Popen[bytes]) -> Fault:
    """It is alone, so whatever is in flight is in its hands."""
    held: dict[TouchKey, LeadId] = {}
    while not held:  # a request may have been given up by the time everything stands still
        await scene.in_full_swing(5)
        async with scene.provider_waits(UNDER_WAY):
            with scene.records_wait():
                if held := scene.claimed():
                    at = scene.busy()
                    frozen.send_signal(signal.SIGSTOP)
    scene.hire()
    await scene.until(lambda: not held.keys() & scene.claimed().keys())  # the other one has asked about them
    frozen.send_signal(signal.SIGCONT)
    return Fault("frozen in requests", at, held=len(held))


async def _frozen_before_claims(scene: Scene, frozen: Popen[bytes]) -> Fault:
    """Looks that it has begun, and that have claimed nothing: what they wait for is in our hands."""
    scene.crowd(MORE)
    await scene.in_full_swing(5)
    with scene.records_wait():
        held = await _begun(scene, frozen)
        at, seen = scene.busy(), scene.revisions()
        frozen.send_signal(signal.SIGSTOP)
    await scene.until(lambda: all(scene.revisions()[lead] > seen[lead] for lead in held))
    frozen.send_signal(signal.SIGCONT)
    return Fault("frozen before claims", at, held=len(held))


async def _begun(scene: Scene, worker: Popen[bytes]) -> set[LeadId]:
    """Leads whose look is in its first transaction there, as soon as there are any."""
    found: set[LeadId] = set()

    async def begun() -> bool:
        found.update({*await looks_of(scene, worker)} - {*scene.claimed().values()})
        return bool(found)

    await until_so(begun)
    return found


async def a_worker_is_told_to_stop(scene: Scene) -> tuple[Fault, ...]:
    """SIGTERM while a message is under way, twice; nobody is at work afterwards."""
    scene.fine_weather(True)
    faults = []
    for _ in range(2):
        worker = scene.hire(settings=PATIENT)
        scene.opens()
        await scene.in_full_swing(10)
        async with scene.provider_waits():
            at = scene.busy()
            scene.tell_to_stop(worker)
        assert await scene.leaves(worker) == 0, scene.last_words()
        faults.append(Fault("told to stop", at))
    return tuple(faults)


async def two_workers_die_in_turn(scene: Scene) -> tuple[Fault, ...]:
    """Two workers on the same queues, killed one after the other in the middle of what they do."""
    scene.opens()
    faults = []
    for turn in range(4):
        scene.hire()
        scene.crowd(MORE)
        at = await scene.in_full_swing(8)
        scene.kill(scene.workers[0])
        faults.append(Fault(f"worker {turn % 2 + 1}", at))
    return tuple(faults)


def _are_kept(scene: Scene, rows: int) -> bool:
    return scene.records_kept() >= rows


def ever_uncertain(scene: Scene) -> int:
    """Touches of which at any time nobody knew whether they had left."""
    return sum(str(TouchState.UNCERTAIN) in str(row.history) for row in scene.read(text("SELECT history FROM ledger")))
