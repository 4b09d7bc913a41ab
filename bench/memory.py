"""
What a sleeping lead costs in a worker's cache: how much a worker process grows with each.

    python -m bench.memory ours|bare ADDRESS SIZE,SIZE,…

As a script it is that process: it starts so many workflows and prints, for each size, its resident memory.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from api.doorbell import Doorbell
from bench import bare
from bench.measure import Claim, Goal, Pair, Row, in_turns, slope
from bench.server import taken
from bench.sizes import Size
from bench.stand import Place, Tally
from cli import child, process
from engine.life.turn import Turn
from engine.words import Act, LeadId
from workflows.lead import LeadWorkflow
from workflows.names import LEADS_QUEUE
from workflows.plugin import LeadPlugin

KB = 1024
MONTH = timedelta(days=30)
PATIENCE = timedelta(hours=1)
SETTLED = 1.0
"""Seconds until the last start is digested."""

CACHED = Claim("memory of a sleeping cached lead", "KB", "a bare sleeping workflow, same runner", Goal(at_most=1.3))
LONE = Claim("the same, in one large cache", "KB", "a bare sleeping workflow, same runner", Goal(at_most=1.3))

numbers = count(1)


def cached(place: Place, size: Size) -> list[Row]:
    """The slope over the sizes, each side in a fresh process every time."""
    pairs = in_turns(size.turns, lambda: _slope(place, "ours", size.cached), lambda: _slope(place, "bare", size.cached))
    rows = [CACHED.row(place.name, pairs, f"the slope over {', '.join(f'{n:,}' for n in size.cached)} leads")]
    if size.crowd:
        sizes = (size.cached[0], size.crowd)
        pair = Pair(_slope(place, "ours", sizes), _slope(place, "bare", sizes))
        rows.append(LONE.row(place.name, [pair], f"from {sizes[0]:,} to {sizes[1]:,} leads, once"))
    return rows


def _slope(place: Place, side: str, sizes: tuple[int, ...]) -> float:
    """KB a lead."""
    log = place.directory / f"memory-{next(numbers)}.log"
    command = [sys.executable, "-m", "bench.memory", side, place.address, ",".join(map(str, sizes))]
    running = child.start(command, log=log)
    try:
        code = running.wait(PATIENCE.total_seconds())
    finally:
        child.kill(running)
    if code:
        raise RuntimeError(f"the process whose memory is measured ended with {code}: {log.read_text()[-500:]}")
    points: list[tuple[float, float]] = json.loads(log.read_text().splitlines()[-1])
    return slope(points) / KB


# --- the process that is measured -------------------------------------------------------------------------------------


class Woken(Interceptor):
    """Counts workflows that begin to run in this process."""

    tally: Tally

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """The one that counts."""
        return _Counts


class _Counts(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> object:
        Woken.tally.hit()
        return await super().execute_workflow(input)


async def _grow(side: str, address: str, sizes: list[int]) -> list[tuple[int, int]]:
    """Resident bytes with so many workflows asleep in the cache."""
    client = await Client.connect(address, plugins=[LeadPlugin()])
    queue = f"{LEADS_QUEUE}-{os.getpid()}"
    doorbell = Doorbell(client, queue)

    async def start() -> None:
        name = f"cached-{os.getpid()}-{next(numbers)}"
        if side == "ours":
            await doorbell.start(_asleep(name))
        else:
            await client.start_workflow(bare.Sleeping.run, id=name, task_queue=queue)

    grown = []
    before = 0
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[LeadWorkflow, bare.Sleeping],
        interceptors=[Woken()],
        max_cached_workflows=sizes[-1] + 1,
    )
    async with worker:
        for size in sizes:
            Woken.tally = Tally(size - before)
            await taken(start() for _ in range(size - before))
            await Woken.tally.full()
            await asyncio.sleep(SETTLED)
            gc.collect()
            grown.append((size, _resident()))
            before = size
    return grown


def _asleep(name: str) -> Turn:
    """A turn as a look leaves it, a month before the next touch."""
    return Turn(
        lead_id=LeadId(name),
        revision=12,
        due=datetime.now(UTC) + MONTH,
        act=Act.SEND_EMAIL,
        why="email news, after a wait of 30 days",
        then="email news",
        stage="nurture",
        story="- Mon 09:00: email hello sent\n- Tue 09:00: email more sent",
        zone="New York",
    )


def _resident() -> int:
    """This process's memory, in bytes."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(told.stdout) * KB


def main() -> int:
    """Grow, and print how much."""
    side, address, sizes = sys.argv[1:]
    print(json.dumps(asyncio.run(_grow(side, address, [int(size) for size in sizes.split(",")]))))
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
