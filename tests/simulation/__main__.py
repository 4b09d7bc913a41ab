"""
A release run: more worlds than any test has time for.

    python -m tests.simulation --lives 1000000 --store memory --seed 0 --out figures.json

Prints its figures as JSON; ends with 1 when a promise was broken, and tells the seeds.
"""

import argparse
import json
import sys
from itertools import count
from pathlib import Path

from rich.progress import Progress

from cli import logs, zone_data
from tests.simulation.running import KINDS, run, store_of


def main() -> int:
    """The run that the arguments ask for."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description="Simulate many companies of leads.")
    asked.add_argument("--lives", type=int, default=1000, help="how many leads live, at least")
    asked.add_argument("--store", choices=KINDS, default="memory")
    asked.add_argument("--seed", type=int, default=0, help="the first seed; the next worlds have the next ones")
    asked.add_argument("--out", type=Path, help="a file for the figures, beside standard output")
    wanted = asked.parse_args()
    logs.configure(level="error")
    zone_data.pin()
    with store_of(wanted.store) as store, Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(f"lives on {wanted.store}", total=wanted.lives)
        figures = run(store, count(wanted.seed), wanted.lives, watch=lambda lives: bar.advance(task, lives))
    told = {"store": wanted.store, "first_seed": wanted.seed, **figures.as_json()}
    text = json.dumps(told, indent=2)
    sys.stdout.write(f"{text}\n")
    if wanted.out is not None:
        wanted.out.write_text(f"{text}\n", encoding="utf-8")
    for broken in figures.broken:
        sys.stderr.write(f"\n{broken}\n")
    return 1 if figures.broken else 0


if __name__ == "__main__":
    sys.exit(main())
