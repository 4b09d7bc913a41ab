"""
Every clock change of every zone in 2026 and 2027, and whatever else can be counted instead of sampled.

What is expected is counted along the minutes that a clock shows (`minute_clock`): no code of the engine, no arithmetic
with wall times. A disagreement names its zone and moment.
"""

import random
import zoneinfo
from collections import abc
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import combinations, islice
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.calendar.delays import after
from engine.calendar.hours import Hours, closing, common_closing, is_open, next_common_opening, next_opening
from engine.gate import GateFacts, Holds, Sends, gate
from engine.sequence.compiled import BusinessDays, CalendarDays, Window, Working
from engine.words import Channel, TouchKey
from tests.engine.calendar.conftest import forget_zones
from tests.engine.calendar.minute_clock import DAY, OPEN, MinuteClock, Openings, closes, wall
from tests.engine.calendar.slow_clock import ALWAYS, LEGAL, OFFICE, WEEKS, clock_changes, utc, week

NEW_YORK = "America/New_York"
FORTNIGHT = timedelta(days=14)
SATURDAY = 5

DAYS_BEFORE = 3
DAYS_AROUND = 13
AROUND = range(-12, 13)
"""Quarters of an hour: from three hours before a change to three hours after it."""

LEAST_CHANGES = 700
"""A scan that finds fewer has not read the zones; how many there are depends on the release of the zone data."""


class Change(NamedTuple):
    """One clock change, and what the clock there shows in the days around it."""

    zone: str
    at: datetime
    clock: MinuteClock

    def minutes(self) -> abc.Iterator[int]:
        """The minutes around the change that are tried."""
        return (self.clock.minute(self.at) + 15 * quarter for quarter in AROUND)

    def day(self) -> date:
        """The date on the wall when the clock is changed."""
        return date.fromordinal(self.clock.shows(self.clock.minute(self.at)) // DAY)


@cache
def changes() -> tuple[Change, ...]:
    """Every clock change of two years in every zone of the pinned zone data."""
    zones = resources.files("tzdata").joinpath("zones").read_text().split()
    begins = timedelta(days=DAYS_BEFORE)
    return tuple(
        Change(zone, at, MinuteClock(zone, at - begins, DAYS_AROUND))
        for zone in sorted({*zones} - {"Factory"})
        for at in clock_changes(zone, utc("2026-01-01 00:00"), days=2 * 365)
    )


class Tally:
    """Counts what was compared, and keeps what disagreed."""

    def __init__(self) -> None:
        self.count = 0
        self.wrong: list[str] = []

    def compare(self, found: object, expected: object, *where: object) -> None:
        """One more answer."""
        self.count += 1
        if found != expected:
            self.wrong.append(f"{' '.join(map(str, where))}: {found}, counted {expected}")

    def agrees(self, *, on_at_least: int) -> None:
        """Fails with the first disagreements, or when too little was compared to mean anything."""
        assert not self.wrong, f"{len(self.wrong)} of {self.count} disagree, such as\n" + "\n".join(self.wrong[:5])
        assert self.count >= on_at_least


def answers(hours: Hours, now: datetime) -> tuple[bool, datetime | None, datetime | None]:
    """Whether it is open, when it opens, and when it then closes."""
    opens = next_opening(hours, now, within=FORTNIGHT)
    return is_open(hours, now), opens, opens and closing(hours, opens)


# --- around every clock change ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", WEEKS.values(), ids=WEEKS)
def test_around_every_clock_change_it_opens_and_closes_as_the_clock_shows(window: Window):
    """Open now, open when, closed when: what a touch waits for, and until when a provider may still deliver it."""
    tally = Tally()
    for change in changes():
        hours, moment = Hours(zone=change.zone, window=window), change.clock.moment
        there = Openings(change.clock.opened(window))
        for minute in change.minutes():
            now, opens = moment(minute), there.opens(minute)
            expected = opens == minute, moment(opens), moment(there.closes(opens))
            tally.compare(answers(hours, now), expected, change.zone, now)
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


def test_around_every_clock_change_a_closed_day_ends_with_its_date():
    """A holiday on the day of the change is an hour shorter or longer, and not one minute of it is open."""
    tally = Tally()
    for change in changes():
        closed = (change.day(),)
        hours, moment = Hours(zone=change.zone, window=ALWAYS, closed_days=closed), change.clock.moment
        there = Openings(change.clock.opened(ALWAYS, closed))
        for minute in change.minutes():
            now, opens = moment(minute), there.opens(minute)
            expected = opens == minute, moment(opens), moment(there.closes(opens))
            tally.compare(answers(hours, now), expected, change.zone, now)
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


@pytest.mark.parametrize("window", WEEKS.values(), ids=WEEKS)
def test_around_every_clock_change_working_time_is_open_time(window: Window):
    """A working hour is an hour in which somebody is there, whatever the clock does meanwhile."""
    tally = Tally()
    for change in changes():
        hours, moment = Hours(zone=change.zone, window=window), change.clock.moment
        there = Openings(change.clock.opened(window))
        for minute, worked in zip(change.minutes(), (1, 45, 60, 30, 20) * 5, strict=True):
            found = after(moment(minute), Working(minutes=worked), hours)
            tally.compare(found, moment(there.worked(minute, worked)), change.zone, moment(minute), worked)
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


@pytest.mark.parametrize(
    ("delay", "days_before"),
    [
        pytest.param(CalendarDays(days=1), 1, id="a day into the change"),
        pytest.param(CalendarDays(days=1), 0, id="a day out of it"),
        pytest.param(CalendarDays(days=3), 2, id="three days over it"),
        pytest.param(CalendarDays(days=0, at=time(2, 30)), 0, id="half past two today, or else tomorrow"),
        pytest.param(CalendarDays(days=0, at=time(0, 15)), 1, id="a quarter past midnight, today or tomorrow"),
        pytest.param(CalendarDays(days=1, at=time(2, 30)), 1, id="half past two the next day"),
        pytest.param(CalendarDays(days=1, at=time(1, 30)), 1, id="half past one the next day"),
        pytest.param(CalendarDays(days=2, at=time(23, 59)), 2, id="the last minute of the day after the next"),
    ],
)
def test_around_every_clock_change_dates_are_counted_by_the_calendar(delay: CalendarDays, days_before: int):
    """The same time on another date: 23 or 25 hours later if need be, the first of two, and never a time skipped."""
    tally = Tally()
    for change in changes():
        hours, clock = Hours(zone=change.zone, window=ALWAYS), change.clock
        for minute in (other - days_before * DAY for other in change.minutes()):
            day, shown = divmod(clock.shows(minute), DAY)
            at = shown if delay.at is None else delay.at.hour * 60 + delay.at.minute
            due = clock.first((day + delay.days) * DAY + at)
            if due < minute:
                due = clock.first((day + delay.days + 1) * DAY + at)
            now = clock.moment(minute)
            tally.compare(after(now, delay, hours), clock.moment(due), change.zone, now)
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


@pytest.mark.parametrize(
    ("delay", "days_before"),
    [
        pytest.param(BusinessDays(days=1), 1, id="one"),
        pytest.param(BusinessDays(days=2, at=time(0, 30)), 2, id="the second at half past midnight"),
        pytest.param(BusinessDays(days=5, at=time(2, 15)), 1, id="the fifth at a quarter past two"),
    ],
)
def test_around_every_clock_change_business_days_are_counted_by_the_calendar(delay: BusinessDays, days_before: int):
    """Clocks are changed on working days too: in Cairo on a Friday, in Nuuk on a Saturday night."""
    tally = Tally()
    for change in changes():
        holiday = change.day() + timedelta(days=1)
        hours, clock = Hours(zone=change.zone, window=OFFICE, closed_days=(holiday,)), change.clock
        for minute in (other - days_before * DAY for other in change.minutes()):
            today, shown = divmod(clock.shows(minute), DAY)
            *_, day = islice(workdays_after(date.fromordinal(today), {holiday}), delay.days)
            at = shown if delay.at is None else delay.at.hour * 60 + delay.at.minute
            due = clock.first(day.toordinal() * DAY + at)
            now = clock.moment(minute)
            tally.compare(after(now, delay, hours), clock.moment(due), change.zone, now)
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


def test_around_every_clock_change_the_gate_keeps_quiet_hours_by_both_clocks():
    """A text leaves when the law allows it and the sequence too, with the two minutes left that a text needs."""
    tally = Tally()
    rule = week("Mon-Sun 01:00-02:32")
    for change in changes():
        clock, moment = change.clock, change.clock.moment
        allowed = Openings(common(clock.opened(rule), clock.opened(LATE)))
        facts = text(Hours(zone=change.zone, window=LATE), Hours(zone=change.zone, window=rule))
        for minute in change.minutes():
            verdict = gate(facts, moment(minute))
            tally.compare(said(verdict), promised(allowed, minute, moment), change.zone, moment(minute))
    tally.agrees(on_at_least=LEAST_CHANGES * len(AROUND))


LATE = week("Mon-Sun 00:00-02:31")


def text(window: Hours, *contact_hours: Hours) -> GateFacts:
    """A text that only the clock can keep back."""
    return GateFacts(
        touch_key=TouchKey("t"), channel=Channel.SMS, lead_cap=1, window=window, contact_hours=contact_hours
    )


def said(verdict: object) -> tuple[str, datetime] | object:
    """What the gate says, in the words of `promised`."""
    match verdict:
        case Sends():
            return "until", verdict.send_by
        case Holds():
            return "from", verdict.hold.until
        case _:
            return verdict


def promised(allowed: Openings, minute: int, moment: abc.Callable[[int], datetime]) -> tuple[str, datetime]:
    """Until when it may be sent, or from when on: the first minute that is followed by one more, both open."""
    first = allowed.opened.index(OPEN * 2, minute)
    return ("until", moment(allowed.closes(minute))) if first == minute else ("from", moment(first))


# --- business days ----------------------------------------------------------------------------------------------------

TWO_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
ONE_TO_TEN = [BusinessDays(days=number) for number in range(1, 11)]

HOLIDAYS = {
    "none": (),
    "the first of every month": tuple(day for day in TWO_YEARS if day.day == 1),
    "every Monday": tuple(day for day in TWO_YEARS if day.weekday() == 0),
    "around the new year": tuple(
        day for day in TWO_YEARS if (day.month, day.day) >= (12, 24) or day.month == 1 > day.day - 6
    ),
    "a whole August": tuple(day for day in TWO_YEARS if day.month == 8),
    "any days": tuple(random.Random(7).sample(TWO_YEARS, 60)),
}


def workdays_after(day: date, holidays: abc.Set[date]) -> abc.Iterator[date]:
    """The working days that follow, found by turning over one leaf of the calendar after the other."""
    while True:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            yield day


@pytest.mark.parametrize("holidays", HOLIDAYS.values(), ids=HOLIDAYS)
def test_on_every_day_of_two_years_business_days_are_counted_leaf_by_leaf(holidays: tuple[date, ...]):
    """A bridge day, a week between the years, a month of holidays: no day is counted twice and none left out."""
    tally = Tally()
    hours, closed = Hours(zone=NEW_YORK, window=LEGAL, closed_days=holidays), {*holidays}
    clock = MinuteClock(NEW_YORK, utc("2026-01-01 00:00"), days=800)
    for day in TWO_YEARS:
        at_four = clock.moment(clock.first(wall(day, 16)))
        for delay, workday in zip(ONE_TO_TEN, workdays_after(day, closed), strict=False):
            due = clock.moment(clock.first(wall(workday, 16)))
            tally.compare(after(at_four, delay, hours), due, day, delay)
    tally.agrees(on_at_least=len(TWO_YEARS) * 10)


# --- midnight ---------------------------------------------------------------------------------------------------------

MIDNIGHTS = {
    "closes at midnight": week("Mon-Sun 20:00-00:00"),
    "closes a minute before midnight": week("Mon-Sun 20:00-23:59"),
    "one minute before midnight": week("Mon-Sun 23:59-00:00"),
    "one minute after midnight": week("Mon-Sun 00:00-00:01"),
    "over midnight": week("Mon-Sun 22:00-00:00", "Mon-Sun 00:00-02:00"),
    "over midnight but for a minute": week("Mon-Sun 22:00-23:59", "Mon-Sun 00:00-02:00"),
    "over the end of the week": week("Sun 23:00-00:00", "Mon 00:00-01:00"),
    "blocks that touch": week(
        "Mon-Sun 23:00-23:30", "Mon-Sun 23:30-00:00", "Mon-Sun 00:00-00:15", "Mon-Sun 00:15-00:30"
    ),
    "blocks that overlap": week("Mon-Sun 22:00-23:45", "Mon-Sun 23:15-00:00"),
    "every other whole day": week("Mon 00:00-00:00", "Wed 00:00-00:00", "Fri 00:00-00:00"),
}


@pytest.mark.parametrize("window", MIDNIGHTS.values(), ids=MIDNIGHTS)
@pytest.mark.parametrize("zone", ["Africa/Cairo", "America/Santiago"])
def test_around_every_midnight_each_minute_is_open_or_not(zone: str, window: Window):
    """Midnight ends one date and begins the next: written 00:00 both times, and in Cairo skipped twice in a life."""
    tally = Tally()
    for begins in (utc("2026-04-20 00:00"), utc("2026-10-25 00:00"), utc("2027-03-08 00:00")):
        clock = MinuteClock(zone, begins, days=20)
        holiday = begins.date() + timedelta(days=4)
        hours, there = (
            Hours(zone=zone, window=window, closed_days=(holiday,)),
            Openings(clock.opened(window, [holiday])),
        )
        for minute in (minute for minute in range(9 * DAY) if (clock.shows(minute) + 3) % DAY < 7):
            now, opens = clock.moment(minute), there.opens(minute)
            expected = opens == minute, clock.moment(opens), clock.moment(there.closes(opens))
            tally.compare(answers(hours, now), expected, now)
    tally.agrees(on_at_least=3 * 9 * 5)


# --- several zones ----------------------------------------------------------------------------------------------------

BEFORE_NEW_YORK_CHANGES = utc("2027-03-11 00:00")


def zones_of_every_offset() -> list[str]:
    """One zone of each distance from UTC that is in use."""
    found: dict[object, str] = {}
    for zone in sorted(resources.files("tzdata").joinpath("zones").read_text().split()):
        place = zoneinfo.ZoneInfo(zone)
        shifts = tuple(
            (BEFORE_NEW_YORK_CHANGES + timedelta(days=days)).astimezone(place).utcoffset() for days in (0, 7)
        )
        found.setdefault(shifts, zone)
    return [*found.values()]


def common(*opened: bytes) -> bytes:
    """Open where all are."""
    shared = int.from_bytes(opened[0], "big")
    for other in opened[1:]:
        shared &= int.from_bytes(other, "big")
    return shared.to_bytes(len(opened[0]), "big")


@pytest.mark.parametrize(
    ("window", "together", "within"),
    [
        pytest.param(LEGAL, 2, timedelta(days=2), id="every two, the law's hours"),
        pytest.param(OFFICE, 2, timedelta(days=4), id="every two, office hours"),
        pytest.param(LEGAL, 3, timedelta(days=1), id="three at a time, the law's hours"),
    ],
)
def test_contact_hours_of_several_zones_are_what_they_share(window: Window, together: int, within: timedelta):
    """A lead who may be in any of them is written to when it is day in all, and never when they share nothing."""
    tally = Tally()
    places = {zone: MinuteClock(zone, BEFORE_NEW_YORK_CHANGES, days=18) for zone in zones_of_every_offset()}
    assert len(places) > 36, "too few offsets are in use to mean anything"
    opened = {zone: clock.opened(window) for zone, clock in places.items()}
    hours = {zone: Hours(zone=zone, window=window) for zone in places}
    moment = next(iter(places.values())).moment
    asked = range(0, 9 * DAY, 5 * DAY // 3 + 7) if together == 2 else (3 * DAY + 400,)
    for zones in islice(combinations(places, together), 0, None, 2 * together - 3):
        shared, everybody = common(*map(opened.__getitem__, zones)), tuple(map(hours.__getitem__, zones))
        for minute in asked:
            opens = shared.find(OPEN, minute, minute + within // timedelta(minutes=1) + 1)
            expected = None if opens < 0 else (moment(opens), moment(closes(shared, opens)))
            found = next_common_opening(everybody, moment(minute), within=within)
            tally.compare(found and (found, common_closing(everybody, found)), expected, *zones, moment(minute))
    tally.agrees(on_at_least=36 * 35)


# --- facts that can be looked up --------------------------------------------------------------------------------------


def test_the_day_on_which_new_york_sets_its_clocks_forward_has_23_hours():
    """The same time on the next date is not 24 hours away, and the other way round in autumn."""
    days = {}
    for since in ("2027-03-13 17:00", "2026-10-31 16:00"):
        days[since] = after(utc(since), CalendarDays(days=1), Hours(zone=NEW_YORK, window=ALWAYS)) - utc(since)
    assert [*days.values()] == [timedelta(hours=23), timedelta(hours=25)]


def test_the_release_of_the_zone_data_decides_what_time_it_is_in_vancouver(tmp_path: Path):
    """By the rules that Los Angeles keeps and Vancouver had until 2026 it is 20:30 and open; by today's 21:30."""
    hours, evening = Hours(zone="America/Vancouver", window=LEGAL), utc("2026-11-22 04:30")
    before = tmp_path / "America" / "Vancouver"
    before.parent.mkdir()
    before.write_bytes(resources.files("tzdata.zoneinfo.America").joinpath("Los_Angeles").read_bytes())
    pinned = is_open(hours, evening)
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    forget_zones()
    try:
        by_the_rules_before = is_open(hours, evening)
    finally:
        zoneinfo.reset_tzpath(to=())
        forget_zones()
    assert (by_the_rules_before, pinned) == (True, False)
