"""
A release run: more worlds than any test has time for.

    python -m tests.simulation --lives 1000000 --store memory --out figures.json

Prints its figures as JSON, with the first seed: without --seed it is one that no earlier commit has lived. What SQLite
and PostgreSQL live is lived in memory too, and has to end alike. Ends with 1 when a promise was broken.
"""

import argparse
import json
import sys
from itertools import count
from pathlib import Path

from rich.progress import Progress

from cli import logs, zone_data
from tests.simulation.memory import MemoryStore
from tests.simulation.running import KINDS, fresh_seeds_of, run, store_of


def main() -> int:
    """The run that the arguments ask for."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description="Simulate many companies of leads.")
    asked.add_argument("--lives", type=int, default=1000, help="how many leads live, at least")
    asked.add_argument("--store", choices=KINDS, default="memory")
    asked.add_argument("--seed", type=int, help="the first seed, else a fresh one; the next worlds have the next ones")
    asked.add_argument("--out", type=Path, help="a file for the figures, beside standard output")
    wanted = asked.parse_args()
    logs.configure(level="error")
    zone_data.pin()
    first = fresh_seeds_of(wanted.store) if wanted.seed is None else wanted.seed
    beside = None if wanted.store == "memory" else MemoryStore()
    with store_of(wanted.store) as store, Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(f"lives on {wanted.store}", total=wanted.lives)
        figures = run(store, count(first), wanted.lives, beside=beside, watch=lambda lives: bar.advance(task, lives))
    told = {"store": wanted.store, "first_seed": first, **figures.as_json()}
    text = json.dumps(told, indent=2)
    sys.stdout.write(f"{text}\n")
    if wanted.out is not None:
        wanted.out.write_text(f"{text}\n", encoding="utf-8")
    for broken in figures.broken:
        sys.stderr.write(f"\n{broken}\n")
    return 1 if figures.broken else 0


if __name__ == "__main__":
    sys.exit(main())
