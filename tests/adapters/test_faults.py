"""Crash points kill the process they are armed in, at the time that was asked for, and nobody else."""

import ast
import signal
import subprocess
import sys
from collections import abc
from pathlib import Path

import pytest

from adapters.faults import POINTS, armed, nothing
from engine.errors import FollowupError

REACHES = """
from adapters.faults import armed
reached = armed({faults!r})
for n in range(5):
    print(n, flush=True)
    reached("after_claim")
"""


@pytest.mark.parametrize(
    ("faults", "alive_for"),
    [
        pytest.param("after_claim", 1, id="the first time"),
        pytest.param("after_claim:3", 3, id="the third time"),
        pytest.param("before_write, after_claim:2", 2, id="several points"),
    ],
)
def test_an_armed_process_dies_at_its_point(faults, alive_for):
    """A drill that does not kill, or kills too early, proves nothing."""
    died = subprocess.run([sys.executable, "-c", REACHES.format(faults=faults)], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(died.stdout.split()) == alive_for


def test_an_ordinary_process_does_not_notice_crash_points():
    """They are in the path of every touch."""
    assert armed("") is nothing
    for point in POINTS:
        nothing(point)


@pytest.mark.parametrize("faults", ["after_lunch", "after_claim:0", "after_claim:soon", "after_claim:-1"])
def test_a_point_we_do_not_have_is_refused(faults):
    """A misspelled drill would report success."""
    with pytest.raises(FollowupError) as refused:
        armed(faults)
    assert refused.value.code == "CFG004"


ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("engine", "activities", "workflows", "adapters", "rehearsal", "api", "cli")
CALLED = ("reached", "_reached", "crash_point")
"""What whoever has crash points calls them by."""


def reached_by_what_we_ship() -> abc.Iterator[tuple[str, str]]:
    """Each crash point that a line of ours names, and the file the line is in."""
    for path in (path for name in SHIPPED for path in sorted((ROOT / name).rglob("*.py"))):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CALLED:
                for word in (word for argument in call.args for word in ast.walk(argument)):
                    if isinstance(word, ast.Constant) and isinstance(word.value, str):
                        yield word.value, str(path.relative_to(ROOT))


def test_every_point_is_reached_by_what_we_ship_and_no_other_is():
    """A drill at a point nobody reaches kills nobody and reports success."""
    assert {point for point, _ in reached_by_what_we_ship()} == set(POINTS)


@pytest.mark.parametrize(
    ("point", "file"),
    [
        pytest.param("after_last_byte", "adapters/outbox.py", id="the message has left"),
        pytest.param("after_signal", "api/doorbell.py", id="the lead was rung"),
        pytest.param("before_write", "adapters/records.py", id="nothing is claimed yet"),
    ],
)
def test_a_point_stands_where_its_crash_matters(point, file):
    """Elsewhere it would kill before, or after, the moment that the drill is about."""
    assert [where for named, where in reached_by_what_we_ship() if named == point] == [file]
