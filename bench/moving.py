"""How fast leads in flight get to another version of their sequence, against workflows that each update a row."""

import asyncio
import time
from datetime import timedelta
from functools import partial
from itertools import count

from sqlalchemy import text

from api.migrating import Wanted, became, migrate_each, planned_journey
from bench import bare
from bench.bare import Ear
from bench.measure import Claim, Row, in_turns_soon
from bench.server import sleeping, taken
from bench.sizes import Size
from bench.stand import NO_TIME, PATIENCE, Stand, Tally
from engine.sequence.compiled import Sequence
from tests.support.small_sequences import DAY, email, sequence, stage
from tests.support.waiting import until

NAME = "moving"
AT_ANY_PACE = 1_000_000.0

MIGRATED = Claim("leads migrated", "1/s", "signals, each answered with an activity that updates a row")

TABLE = text("CREATE TABLE bare_leads (id TEXT PRIMARY KEY, version INTEGER NOT NULL)")
ROW = text("INSERT INTO bare_leads (id, version) VALUES (:id, 0)")
UPDATE = text("UPDATE bare_leads SET version = version + 1 WHERE id = :id")


async def migrations(stand: Stand, size: Size) -> list[Row]:
    """Sleeping leads go on to a version with one more mail, all of them every turn."""
    versions = map(_version, count(2))
    await sleeping(stand, size.moved, next(versions))
    names = await _bare_leads(stand, size.moved)

    async def ours() -> float:
        stand.publishes(next(versions))
        return await _migrated(stand, size.moved)

    pairs = await in_turns_soon(size.turns, ours, partial(_updated, stand, names))
    return [MIGRATED.row(stand.name, pairs, f"{size.moved} sleeping leads, as fast as it goes")]


def _version(mails: int) -> Sequence:
    later = (email(f"day-{day}", after=DAY) for day in range(1, mails))
    return sequence(NAME, stage("nurture", email("day-0"), *later))


async def _migrated(stand: Stand, leads: int) -> float:
    wanted = Wanted(NAME, leaving=None, to=None, renames=(), by="bench", reason="")
    began = time.perf_counter()
    journey = await asyncio.to_thread(planned_journey, stand.office, wanted)
    told = await migrate_each(stand.office, journey, per_second=AT_ANY_PACE, advance=_nobody_watches)
    await until(lambda: stand.unapplied() == 0, PATIENCE)  # oftener than the command asks: it may be a second late
    found = await became(stand.office, journey, told, NO_TIME)
    took = time.perf_counter() - began
    if found.moved != leads:
        raise RuntimeError(f"not all {leads} leads were moved: {found}")
    return leads / took


def _nobody_watches() -> None: ...


async def _bare_leads(stand: Stand, number: int) -> list[str]:
    """Bare workflows that wait for a signal, each with a row."""
    names = [f"{NAME}-{n}" for n in range(number)]
    with stand.office.database.transaction() as transaction:
        transaction.execute(TABLE)
        for name in names:
            transaction.execute(ROW, {"id": name})
    for name in names:
        await stand.client.start_workflow(bare.Repeating.run, args=[0, timedelta()], id=name, task_queue=bare.QUEUE)
    await _updated(stand, names)  # now they are in the cache, as leads that have had a mail
    return names


async def _updated(stand: Stand, names: list[str]) -> float:
    tally = Tally(len(names))

    def update(name: str) -> None:
        with stand.office.database.transaction() as transaction:
            transaction.execute(UPDATE, {"id": name})
        tally.hit()

    Ear.heard = update
    began = time.perf_counter()
    await taken(stand.client.get_workflow_handle(name).signal(bare.Repeating.ring) for name in names)
    took = await tally.full() - began
    Ear.heard = bare.unheard
    return len(names) / took
