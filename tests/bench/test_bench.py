"""The benchmark itself: every row is there, its figures can be read, and what is slow shows. Never how fast anything is."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from bench.groups import GROUPS, NAMES, Bench
from bench.machine import Machine
from bench.measure import Claim, Goal, in_turns, percentile, slope
from bench.sizes import SMALLEST
from bench.table import Results, as_json, show

ROOT = Path(__file__).resolve().parents[2]
CLAIM = Claim("planted", "1/s", "the same without it", Goal(at_least=0.8))
ON_BOTH = {"leads started", "touches", "Inbox rows applied", "ring to applied"}
"""Some of the rows that need a server, by the names people read."""


def test_every_row_is_measured_on_every_server_it_is_meant_for() -> None:
    """A row that broke would be missed only by the next person who wants to know, perhaps after a year."""
    bench = Bench(SMALLEST, NAMES, lambda line: None)
    bench.run()
    results = Results(
        machine=Machine.this(), size=SMALLEST.name, servers=tuple(bench.servers), rows=tuple(bench.rows)
    )
    found = {(row.name, row.on) for row in results.rows}
    console = Console(record=True, width=300, quiet=True)
    show(results, console)
