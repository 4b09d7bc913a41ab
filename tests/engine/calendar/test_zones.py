"""Which zone names count, and how the clock runs in them."""

from datetime import datetime
from importlib.metadata import version

import pytest

from engine.calendar.zones import clock, run_on, valid_zone
from tests.engine.calendar.slow_clock import at, utc


def test_zones_come_from_the_pinned_release():
    """Another release puts a text outside legal hours: British Columbia ended its clock changes in 2026."""
    assert tuple(map(int, version("tzdata").split("."))) >= (2026, 6)
    assert str(clock("America/Vancouver", utc("2026-11-22 04:30"))) == "2026-11-21 21:30:00"


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        pytest.param("America/New_York", True, id="a place"),
        pytest.param("US/Eastern", True, id="an old name still means its place"),
        pytest.param("UTC", True, id="no place, but the same everywhere"),
        pytest.param("Factory", False, id="a machine that was never set up"),
        pytest.param("localtime", False, id="whatever this machine is set to"),
        pytest.param("Etc/Unknown", False, id="what a phone table says when it does not know"),
        pytest.param("america/new_york", False, id="spelled otherwise, which only some machines forgive"),
        pytest.param("EDT", False, id="an abbreviation"),
        pytest.param("../etc/passwd", False, id="a path"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_zone_is_a_name_that_means_the_same_everywhere(name, valid):
    """A name that only one machine understands would put a lead's touches at another hour after a move."""
    assert valid_zone(name) is valid


@pytest.mark.parametrize(
    ("since", "until", "moment", "shown"),
    [
        pytest.param("2027-03-13 17:00", "2027-03-13 18:00", "2027-03-13 23:00", "2027-03-13 18:00", id="an even hour"),
        pytest.param("2027-03-13 17:00", "2027-03-14 08:00", "2027-03-14 07:00", "2027-03-14 03:00", id="set forward"),
        pytest.param("2026-10-31 17:00", "2026-11-01 08:00", "2026-11-01 06:00", "2026-11-01 01:00", id="set back"),
    ],
)
def test_the_clock_runs_evenly_until_it_is_changed(since, until, moment, shown):
    """Reckoning across a clock change as if there were none is an hour wrong."""
    wall, target = datetime.fromisoformat(since), datetime.fromisoformat(until)
    then, shows = run_on("America/New_York", at(since, "America/New_York"), wall, target)
    assert (then, shows) == (utc(moment), datetime.fromisoformat(shown))
