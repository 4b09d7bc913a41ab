"""The benchmark itself: every row is there, its figures can be read, and what is slow shows. Never how fast it is."""

import json
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench import authors, engine, lives, memory, moving, planning, restarts, server, storage
from bench.groups import CLUSTER, DEV, NAMES, Bench
from bench.machine import Machine
from bench.measure import Claim, Goal, Row, in_turns, in_turns_soon, percentile, slope
from bench.sizes import SMALLEST
from bench.table import Results, as_json, show

ROOT = Path(__file__).resolve().parents[2]

THINKING = (engine.DECISIONS, *map(engine.years_of, engine.LENGTHS), engine.LENGTH)
CHECKING = tuple(map(authors.validating, SMALLEST.written))
STORING = (storage.OVER_INSERT, storage.OVER_DRIVER, storage.WHOLE, planning.PLANNED)
SERVING = (server.STARTS, server.TOUCHES, server.APPLIED, server.APPLYING, moving.MIGRATED, server.FIRST_P50)
LASTING = (restarts.RECOVERED, memory.CACHED, lives.BYTES, lives.EVENTS, restarts.RESTARTED)
WHERE = (
    (engine.PURE, THINKING),
    (authors.PROCESS, CHECKING),
    ("sqlite", STORING),
    ("postgresql", STORING),
    (DEV, SERVING),
    (CLUSTER, SERVING),
    (DEV, LASTING),
)
"""Every row of a quick run; a full one has `server.FIRST_P99` too."""

SLOW = Claim("planted", "s", "the same without a pause", Goal(at_most=1.5))
PAUSE = 0.05


def test_every_row_is_measured_where_it_is_meant_to_be() -> None:
    """A row that broke would be missed only by the next person who wants to know, perhaps after a year."""
    bench = Bench(SMALLEST, NAMES, lambda line: None)
    bench.run()
    measured = [(row.name, row.on) for row in bench.rows]
    assert sorted(measured) == sorted((claim.name, on) for on, claims in WHERE for claim in claims)
    slopes = (memory.CACHED.name, engine.LENGTH.name)  # so few leads are not seen in them
    well = [row for row in bench.rows if row.name not in slopes]
    assert [row for row in well if min(row.ours.low, row.bare.low, row.ratio.low) <= 0] == []
    results = Results(machine=Machine.this(), size="smallest", servers=tuple(bench.servers), rows=tuple(bench.rows))
    assert len(results.servers) == len((DEV, CLUSTER))
    assert json.loads(as_json(results))["rows"][0]["goal"] == {"at_least": 0.05, "at_most": None, "of": "ratio"}
    shown = as_text(results)
    assert [row.name for row in bench.rows if row.name not in shown] == []


def test_a_planted_slowdown_shows_in_the_ratio() -> None:
    """Else the table would be decoration."""

    def work() -> float:
        began = time.perf_counter()
        sum(range(1000))
        return time.perf_counter() - began

    def slow_work() -> float:
        time.sleep(PAUSE)
        return work() + PAUSE

    row = SLOW.row("here", in_turns(3, slow_work, work), "sums")
    assert row.met is False
    assert row.ratio.low > 1
    assert "NO" in as_text(results_of(row))


async def test_ours_and_bare_take_turns_at_being_first() -> None:
    """Whoever always came second would find the caches warm."""
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return 1.0

    def bare() -> float:
        order.append("bare")
        return 2.0

    async def ours_soon() -> float:
        return ours()

    async def bare_soon() -> float:
        return bare()

    pairs = in_turns(4, ours, bare)
    soon = await in_turns_soon(4, ours_soon, bare_soon)
    assert order == ["ours", "bare", "bare", "ours", "ours", "bare", "bare", "ours"] * 2
    assert pairs == soon == ((1.0, 2.0),) * 4


@pytest.mark.parametrize(
    ("goal", "ours", "met"),
    [
        pytest.param(Goal(at_least=0.8), 80, True, id="fast enough"),
        pytest.param(Goal(at_least=0.8), 79, False, id="too slow"),
        pytest.param(Goal(at_most=1.4), 140, True, id="small enough"),
        pytest.param(Goal(at_most=1.4), 141, False, id="too large"),
        pytest.param(Goal(at_least=80, of="ours"), 81, True, id="enough by itself"),
        pytest.param(Goal(at_least=80, of="ours"), 79, False, id="not enough by itself"),
    ],
)
def test_a_goal_is_met_by_the_median(goal: Goal, ours: float, met: bool) -> None:
    """One turn that was disturbed decides nothing."""
    values = iter([ours / 10, ours, ours * 10])
    claim = SLOW._replace(goal=goal)
    assert claim.row("here", in_turns(3, lambda: next(values), lambda: 100), "").met is met


def test_a_slope_forgets_what_everything_starts_with() -> None:
    """A process weighs something before its first lead."""
    assert slope([(500, 60_000 + 500 * 7), (1000, 60_000 + 1000 * 7), (2000, 60_000 + 2000 * 7)]) == pytest.approx(7)


@pytest.mark.parametrize(
    ("many", "share", "found"),
    [(100, 0.5, 50), (100, 0.99, 99), (101, 0.99, 100), (200, 0.99, 198), (4, 0.5, 2), (5, 0.5, 3), (1, 0.99, 1)],
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(many: int, share: float, found: int) -> None:
    """Who promises a p99 must not mean the slowest of all."""
    assert percentile([float(value) for value in range(many, 0, -1)], share) == found


@pytest.mark.parametrize(
    ("captured", "claims"), [(99, [server.FIRST_P50]), (100, [server.FIRST_P50, server.FIRST_P99])]
)
def test_of_a_few_leads_there_is_no_p99(captured: int, claims: list[Claim]) -> None:
    """The slowest of thirty is whoever was disturbed, and a goal must not hang on it."""
    seconds = [number / 1000 for number in range(1, captured + 1)]
    rows = server.first_rows("here", captured, [(seconds, seconds)])
    assert [row.name for row in rows] == [claim.name for claim in claims]
    assert [round(row.ours.median) for row in rows] == [50, 99][: len(claims)]


def test_a_part_that_is_not_there_is_refused_with_those_that_are() -> None:
    """A typing mistake must not look like a run without rows."""
    asked = subprocess.run(
        [sys.executable, "-m", "bench", "--only", "start"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "starts" in asked.stderr


def results_of(*rows: Row) -> Results:
    """A run of these rows."""
    return Results(machine=Machine.this(), size="", servers=(), rows=rows)


def as_text(results: Results) -> str:
    """What people read, wide enough for every word."""
    written = StringIO()
    show(results, Console(file=written, width=400))
    return written.getvalue()
