"""The zone data of these tests is the pinned wheel's, never the machine's own."""

import zoneinfo
from collections import abc

import pytest

from engine.calendar import zones


def forget_zones() -> None:
    """Whatever was read from one set of zone data must not answer for another."""
    zoneinfo.ZoneInfo.clear_cache()
    zones.zone_info.cache_clear()
    zones.zone_names.cache_clear()


@pytest.fixture(scope="package", autouse=True)
def pinned_zone_data() -> abc.Iterator[None]:
    """Read zones from the wheel for the tests of this folder, then as before."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    forget_zones()
    yield
    zoneinfo.reset_tzpath(to=before)
    forget_zones()
