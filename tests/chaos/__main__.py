"""
The drills by the hundred: every crash point so many times, or another drill so often.

    python -m tests.chaos --kills 50 --database sqlite
    python -m tests.chaos --kills 20 --database postgresql --drill postgres_is_killed

Each round has a crowd and an empty store of its own, and is judged by itself. A line per round goes to stderr, the
sums as JSON to stdout. It ends with 1 when a promise was broken.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter, abc
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cli import logs, process, zone_data
from tests.chaos import drills, meddling
from tests.chaos.drills import Fault
from tests.chaos.scene import Scene
from tests.chaos.servers import Temporal, store_of
from tests.chaos.verdict import Verdict, verdict
from tests.conftest import terminate_everything
from tests.support.postgres import Postgres

Drill = abc.Callable[[Scene], abc.Awaitable[tuple[Fault, ...]]]

DRILLS: dict[str, Drill] = {
    drill.__name__: drill
    for drill in (
        drills.every_point,
        drills.two_workers_die_in_turn,
        drills.a_worker_freezes,
        drills.a_worker_is_told_to_stop,
        drills.temporal_is_killed,
        drills.postgres_is_killed,
        drills.sessions_are_ended,
        meddling.activities_are_meddled_with,
        meddling.runs_are_terminated,
        meddling.runs_are_reset,
    )
}


class Round(NamedTuple):
    """One drill, judged."""

    seed: int
    faults: tuple[Fault, ...]
    found: Verdict


def main() -> int:
    """Run what was asked for."""
    asked = _asked()
    logs.configure(level="error")
    zone_data.pin()
    rounds = asyncio.run(_rounds(asked))
    sys.stdout.write(json.dumps(_sums(asked, rounds), indent=2) + "\n")
    return process.ExitCode.FAILED if any(one.found.breaks for one in rounds) else process.ExitCode.OK


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n\n")[0].strip())
    parser.add_argument("--kills", type=int, default=50, help="how often at each point (%(default)s)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--drill", choices=DRILLS, default="every_point")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    return parser.parse_args()


async def _rounds(asked: argparse.Namespace) -> list[Round]:
    rounds: list[Round] = []
    with ExitStack() as stack:
        temporal = stack.enter_context(Temporal(Path(stack.enter_context(TemporaryDirectory(prefix="drill-")))))
        postgres = stack.enter_context(Postgres(durable=True)) if asked.database == "postgresql" else None
        while _fewest(rounds) < asked.kills:
            one = await _round(asked, temporal, postgres, asked.seed + len(rounds))
            rounds.append(one)
            sys.stderr.write(f"{_reached(rounds, asked.kills)}  seed {one.seed}: {one.found}\n")
            for broken in one.found.breaks:
                sys.stderr.write(f"  {broken}\n")
            await terminate_everything(temporal.address)
    return rounds


async def _round(asked: argparse.Namespace, temporal: Temporal, postgres: Postgres | None, seed: int) -> Round:
    with TemporaryDirectory(prefix="drill-") as name, store_of(asked.database, Path(name), postgres) as store:
        async with Scene.of(temporal, store, Path(name), seed=seed) as scene:
            faults = await DRILLS[asked.drill](scene)
            return Round(seed, faults, await verdict(scene))


def _kinds(rounds: abc.Iterable[Round]) -> Counter[str]:
    return Counter(fault.what for one in rounds for fault in one.faults)


def _fewest(rounds: abc.Iterable[Round]) -> int:
    """How often the rarest fault has happened."""
    return min(_kinds(rounds).values(), default=0)


def _reached(rounds: abc.Iterable[Round], wanted: int) -> str:
    """How far it is; a round is played to its end, so the rarest fault may have happened more often than was asked."""
    fewest = _fewest(rounds)
    more = f", {fewest - wanted} more than asked" if fewest > wanted else ""
    return f"each fault {min(fewest, wanted)} of {wanted} times{more}"


def _sums(asked: argparse.Namespace, rounds: abc.Sequence[Round]) -> dict[str, object]:
    found = [one.found for one in rounds]
    return {
        "drill": asked.drill,
        "database": asked.database,
        "seeds": [asked.seed, asked.seed + len(rounds) - 1],
        "faults": dict(_kinds(rounds)),
        "in_flight": sum(fault.at.in_flight for one in rounds for fault in one.faults),
        "leads": sum(one.leads for one in found),
        "messages": sum(one.messages for one in found),
        "unproven": sum(one.unproven for one in found),
        "events": sum(one.events for one in found),
        "again": sum(one.again for one in found),
        "slowest_quiet_seconds": max(one.quiet_after.total_seconds() for one in found),
        "breaks": [broken._asdict() for one in found for broken in one.breaks],
    }


if __name__ == "__main__":
    process.run(main)
