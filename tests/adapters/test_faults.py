"""Crash points kill the process they are armed in, at the time that was asked for, and nobody else."""

import signal
import subprocess
import sys

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
