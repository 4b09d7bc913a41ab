"""
A worker process of its own, ours or the baseline's, for what is about a process: its start, its death, its memory.

    python -m bench.hand ours|bare JOURNAL PLACE

It writes a line into the journal for every look, or every no-op activity, that ends: whose it was.
"""

import asyncio
import sys
import time
from collections import abc
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Literal

import worker
from bench import bare
from bench.bare import Ear, Journal
from bench.stand import Place, WatchedOutbox, client_at, look_of, office_at
from cli import child, logs, process
from engine.life.turn import Glance
from engine.words import Act

Side = Literal["ours", "bare"]
LOOK_EVERY = 0.02
PATIENCE = timedelta(minutes=4)
READY = "ready"


class Hand:
    """One such process, as its parent sees it."""

    def __init__(self, side: Side, place: Place) -> None:
        self.journal = place.directory / f"journal-{time.monotonic_ns()}"
        self._log = place.directory / "hand.log"
        command = [sys.executable, "-m", "bench.hand", side, str(self.journal), *map(str, place)]
        self.began = time.perf_counter()
        self._process = child.start(command, log=self._log)

    @property
    def done(self) -> set[str]:
        """Who has been looked at."""
        return {*self.journal.read_text().split()} - {READY} if self.journal.exists() else set()

    async def is_ready(self) -> None:
        """Wait until its workers poll."""
        await self.until(lambda: self.journal.exists() and READY in self.journal.read_text())

    async def until(self, condition: abc.Callable[[], bool]) -> float:
        """Wait until it holds; when that was. Raises: TimeoutError, RuntimeError when the process has ended."""
        end = time.perf_counter() + PATIENCE.total_seconds()
        while not condition():
            if self._process.poll() is not None:
                raise RuntimeError(f"the worker process ended: {self._log.read_text()[-500:]}")
            if time.perf_counter() > end:
                raise TimeoutError("the worker process does not get on")
            await asyncio.sleep(LOOK_EVERY)
        return time.perf_counter()

    def kill(self) -> None:
        """End it as a power cut would."""
        child.kill(self._process)


async def _work(side: Side, journal: Journal, place: Place) -> None:
    with office_at(place) as office:
        client = await client_at(place)
        look = look_of(office, WatchedOutbox(office.database))

        def looked(glance: Glance, act: Act) -> None:
            journal.write(glance.lead_id)

        look.looked = looked
        Ear.heard = journal.write
        workers = worker.workers(client, office, look) if side == "ours" else bare.workers(client, office.settings)
        async with AsyncExitStack() as stack:
            for one in workers:
                await stack.enter_async_context(one)
            journal.write(READY)
            await asyncio.Event().wait()


def main() -> int:
    """Work until killed."""
    side, journal, name, address, database_url, directory, attempt = sys.argv[1:]
    logs.configure(level="error")
    place = Place(name, address, database_url, Path(directory), float(attempt))
    asyncio.run(_work("ours" if side == "ours" else "bare", Journal(journal), place))
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
