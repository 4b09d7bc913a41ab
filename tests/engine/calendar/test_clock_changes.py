"""Opening hours and wall times on the days on which clocks are changed."""

from collections import abc
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from engine.calendar.delays import instant
from engine.calendar.hours import Hours, closing, is_open, next_common_opening, next_opening
from tests.engine.calendar.slow_clock import (
    ALWAYS,
    LEGAL,
    MINUTE,
    QUARTER,
    WEEKS,
    clock_changes,
    looks_open,
    utc,
    wall,
    week,
)

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        pytest.param("America/New_York", "2027-03-14 01:59", "2027-03-14 06:59", id="the last minute before the gap"),
        pytest.param("America/New_York", "2027-03-14 02:30", "2027-03-14 07:30", id="02:30 is skipped, 03:30 it is"),
        pytest.param("America/New_York", "2027-03-14 03:00", "2027-03-14 07:00", id="the first minute after the gap"),
        pytest.param(
            "America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", id="01:30 comes twice, the first it is"
        ),
        pytest.param("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00", id="02:00 comes once"),
        pytest.param("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45", id="a gap of half an hour"),
        pytest.param("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45", id="an overlap of half an hour"),
        pytest.param("Asia/Kathmandu", "2027-01-15 09:00", "2027-01-15 03:15", id="three quarters of an hour apart"),
        pytest.param(
            "Pacific/Apia", "2011-12-30 09:00", "2011-12-30 19:00", id="a date that never was is the next day"
        ),
        pytest.param("America/Vancouver", "2026-11-21 21:30", "2026-11-22 04:30", id="clock changes have ended"),
    ],
)
def test_a_wall_time_has_one_instant(zone, local, expected):
    """Skipped wall times move forward by the gap, repeated ones are met the first time."""
    written = datetime.fromisoformat(local)
    for fold in (0, 1):
        assert instant(written.date(), written.time().replace(fold=fold), zone) == utc(expected)


def test_the_two_half_past_ones_are_kept_apart():
    """Python calls two aware times of one zone equal if only their fold differs, so all of ours are UTC."""
    place = ZoneInfo("America/New_York")
    once, again = (datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=place) for fold in (0, 1))
    assert once == again
    half_past_one = Hours(zone="America/New_York", window=week("Sun 01:30-01:45"))
    opened = [next_opening(half_past_one, moment, within=MONTH) for moment in (once, again)]
    assert opened == [utc("2026-11-01 05:30"), utc("2026-11-01 06:30")]


@pytest.mark.parametrize(
    ("window", "moment", "opens", "closes"),
    [
        pytest.param(
            "Mon-Sun 02:15-02:45",
            "2027-03-14 06:59",
            "2027-03-15 06:15",
            "2027-03-15 06:45",
            id="a block that is skipped opens the next day",
        ),
        pytest.param(
            "Sun 02:30-04:00",
            "2027-03-14 06:59",
            "2027-03-14 07:00",
            "2027-03-14 08:00",
            id="an opening that is skipped opens where the clock goes on",
        ),
        pytest.param(
            "Sun 01:00-02:30",
            "2027-03-14 05:00",
            "2027-03-14 06:00",
            "2027-03-14 07:00",
            id="a closing that is skipped closes where the clock goes on",
        ),
        pytest.param(
            "Sun 01:00-04:00",
            "2027-03-14 05:00",
            "2027-03-14 06:00",
            "2027-03-14 08:00",
            id="a block around the gap is an hour shorter",
        ),
        pytest.param(
            "Sun 00:00-04:00",
            "2026-11-01 04:00",
            "2026-11-01 04:00",
            "2026-11-01 09:00",
            id="a block around the overlap is an hour longer",
        ),
        pytest.param(
            "Sun 01:30-03:00",
            "2026-11-01 05:00",
            "2026-11-01 05:30",
            "2026-11-01 06:00",
            id="a clock set back before the opening closes again",
        ),
        pytest.param(
            "Sun 01:30-03:00",
            "2026-11-01 06:00",
            "2026-11-01 06:30",
            "2026-11-01 08:00",
            id="and opens a second time",
        ),
        pytest.param(
            "Sun 00:30-01:30",
            "2026-11-01 05:40",
            "2026-11-01 06:00",
            "2026-11-01 06:30",
            id="a repeated closing time is reached twice",
        ),
    ],
)
def test_new_york_opens_and_closes_by_its_clock(window, moment, opens, closes):
    """Whoever stands there must find the hours true, on the day of a clock change too."""
    hours = Hours(zone="America/New_York", window=week(window))
    opening = next_opening(hours, utc(moment), within=MONTH)
    assert opening == utc(opens)
    assert closing(hours, opening) == utc(closes)


def test_a_clock_change_does_not_close_what_is_always_open():
    """A cut at every clock change would end a send's validity at two in the morning."""
    hours = Hours(zone="America/New_York", window=ALWAYS)
    assert closing(hours, utc("2026-10-30 12:00")) == utc("2026-11-06 12:00")


def test_the_time_given_to_find_an_opening_is_exact():
    """Aware times of one zone are added by the wall: a day over a clock change would be 25 hours."""
    hours = Hours(zone="America/New_York", window=week("Sun 19:30-21:00"))
    saturday = utc("2026-11-01 00:00").astimezone(ZoneInfo("America/New_York"))
    for opening in (next_opening(hours, saturday, within=DAY), next_common_opening((hours,), saturday, within=DAY)):
        assert opening is None


def test_half_an_hour_of_summer_time_is_half_an_hour():
    """Lord Howe moves its clocks by thirty minutes; code that thinks in hours is wrong there."""
    hours = Hours(zone="Australia/Lord_Howe", window=LEGAL)
    before = next_opening(hours, utc("2026-10-02 12:00"), within=MONTH)
    after = next_opening(hours, utc("2026-10-03 12:00"), within=MONTH)
    assert (before, after) == (utc("2026-10-02 21:30"), utc("2026-10-03 21:00"))


def test_a_date_that_never_was_has_no_opening():
    """Samoa went from the 29th to the 31st of December 2011."""
    opening = next_opening(Hours(zone="Pacific/Apia", window=LEGAL), utc("2011-12-30 08:00"), within=MONTH)
    assert opening is not None
    assert wall(opening, "Pacific/Apia") == "Sat 2011-12-31 08:00"


def test_vancouver_stays_on_summer_time():
    """With zone data of 2025 this text would go out at 21:30 and be called 20:30."""
    assert not is_open(Hours(zone="America/Vancouver", window=LEGAL), utc("2026-11-22 04:30"))


def different_clock_changes() -> abc.Iterator[tuple[str, datetime]]:
    """Every clock change of 2026 and 2027 in one zone of those that make it alike."""
    seen = set()
    count = 0
    for zone in sorted(available_timezones()):
        for change in clock_changes(zone, utc("2026-01-01 00:00"), days=2 * 365):
            count += 1
            alike = (wall(change - MINUTE, zone), wall(change, zone))
            if alike not in seen:
                seen.add(alike)
                yield zone, change
    assert count > 700, "the scan has found too little to mean anything"


def test_around_every_clock_change_the_clock_on_the_wall_decides():
    """The days on which reckoning goes wrong are known, so all of them are tried: three hours around, six windows."""
    for zone, change in different_clock_changes():
        moments = [change + n * QUARTER for n in range(-12, 120)]
        for hours in (Hours(zone=zone, window=window) for window in WEEKS.values()):
            opened = [moment for moment in moments if looks_open(hours, moment)]
            for moment in moments[:25]:
                expected = next((other for other in opened if other >= moment), None)
                assert next_opening(hours, moment, within=moments[-1] - moment) == expected, f"{zone} {moment}"
