"""From an anchor and a delay, or a date and a moment, to an instant."""

from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from engine.calendar.hours import DAY, Hours, closing, next_opening
from engine.calendar.zones import clock, zone_info
from engine.sequence.compiled import BusinessDays, CalendarDays, Elapsed, Moment, SimpleDelay, Working

MORNING = time(9)
"""What a date without a time means."""
MIDNIGHT = time(0)
SATURDAY = 5
YEAR = timedelta(days=366)
"""Hours that do not open for so long never will."""


def instant(day: date, wall: time, zone: str) -> datetime:
    """The instant (UTC) of a wall time: in a gap, forward by the gap; in an overlap, the first occurrence."""
    return datetime.combine(day, wall.replace(fold=0), zone_info(zone)).astimezone(UTC)


def after(anchor: datetime, delay: SimpleDelay, hours: Hours) -> datetime:
    """
    The instant (UTC) a delay ends: dates in the zone of `hours`, working time inside its window.

    A business day is Monday to Friday and not closed, whatever the window says.
    Working time that is used up at closing ends at closing; no working time at all ends at the next open moment.
    Raises ValueError when working time is asked of hours that do not open within a year.
    """
    anchor = anchor.astimezone(UTC)
    match delay:
        case Elapsed():
            return anchor + timedelta(minutes=delay.minutes)
        case Working():
            return _working_time_later(anchor, timedelta(minutes=delay.minutes), hours)
        case CalendarDays():
            return _dates_later(anchor, delay, hours.zone)
        case BusinessDays():
            return _business_days_later(anchor, delay, hours)
        case _:
            assert_never(delay)


def moment_of(moment: Moment, value: str, zone: str) -> datetime | None:
    """
    The instant (UTC) of a moment tied to a date field whose value is an ISO date or datetime.

    A date without `at` means 09:00 in the zone. Days are dates, hours exact; `at` replaces the wall time they lead to.
    None when the value is no date, or one that stands for "never" at either end of the calendar.
    """
    try:
        return _shifted(moment, _read(value, zone), zone)
    except (ValueError, OverflowError):
        return None


def over_at(value: str, zone: str) -> datetime | None:
    """
    The instant (UTC) from which the date in a field is past: the end of that day, or the time that it names.

    None when the value is no date, or one that stands for "never" at either end of the calendar.
    """
    try:
        return _end(value, zone)
    except (ValueError, OverflowError):
        return None


def _working_time_later(anchor: datetime, left: timedelta, hours: Hours) -> datetime:
    at = _opening(anchor, hours)
    while at + left > (closes := closing(hours, at)):
        left -= closes - at
        at = _opening(closes, hours)
    return at + left


def _opening(moment: datetime, hours: Hours) -> datetime:
    opens = next_opening(hours, moment, within=YEAR)
    if opens is None:
        raise ValueError(f"no working time within a year of {moment.isoformat()} in {hours.zone}: the hours never open")
    return opens


def _dates_later(anchor: datetime, delay: CalendarDays, zone: str) -> datetime:
    if delay.days == 0 and delay.at is None:
        return anchor
    wall = clock(zone, anchor)
    day = wall.date() + timedelta(days=delay.days)
    at = wall.time() if delay.at is None else delay.at
    due = instant(day, at, zone)
    return due if due >= anchor else instant(day + DAY, at, zone)


def _business_days_later(anchor: datetime, delay: BusinessDays, hours: Hours) -> datetime:
    wall = clock(hours.zone, anchor)
    day = wall.date()
    for _ in range(delay.days):
        day = _next_business_day(day, hours.closed_days)
    return instant(day, wall.time() if delay.at is None else delay.at, hours.zone)


def _next_business_day(day: date, closed_days: tuple[date, ...]) -> date:
    day += DAY
    while day.weekday() >= SATURDAY or day in closed_days:
        day += DAY
    return day


def _read(value: str, zone: str) -> datetime:
    try:
        return instant(date.fromisoformat(value), MORNING, zone)
    except ValueError:
        read = datetime.fromisoformat(value)
    return read.astimezone(UTC) if read.tzinfo else instant(read.date(), read.time(), zone)


def _end(value: str, zone: str) -> datetime:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _read(value, zone)
    return instant(day + DAY, MIDNIGHT, zone)


def _shifted(moment: Moment, start: datetime, zone: str) -> datetime:
    sign = 1 if moment.kind == "since" else -1
    if moment.days:
        wall = clock(zone, start)
        start = instant(wall.date() + timedelta(days=sign * moment.days), wall.time(), zone)
    start += timedelta(hours=sign * moment.hours)
    return start if moment.at is None else instant(clock(zone, start).date(), moment.at, zone)
