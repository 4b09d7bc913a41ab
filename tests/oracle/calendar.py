"""
The calendar of the second interpreter: hours, delays and moments, from the plain JSON of a document.

It goes day by day and opening by opening, and remembers nothing but the openings of a day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from re import fullmatch
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Plain = Any
"""A piece of a document as it was read: dicts, lists, strings, numbers."""

DAYS_SEARCHED = 400
"""Hours that do not open within so many days never open."""
DAYS_WAITED = 21
"""A message waits no longer than that for hours that meet."""

NO_TIME, INSTANT, MINUTE = timedelta(0), timedelta(microseconds=1), timedelta(minutes=1)


class Hours(NamedTuple):
    """Opening hours somewhere: blocks of (weekday, opens, closes) in local time, and days that are closed."""

    zone: str
    blocks: tuple[tuple[int, str, str], ...]
    closed_days: frozenset[str]
    """No business days, and closed, unless the hours name all seven days of a week."""

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is inside the hours."""
        return any(opens <= at < closes for opens, closes in openings(self, at.astimezone(ZoneInfo(self.zone)).date()))

    def works(self, day: date) -> bool:
        """Whether `day` counts as a business day: Monday to Friday, unless it is closed."""
        return day.weekday() < 5 and day.isoformat() not in self.closed_days


def hours(zone: str, window: Plain, closed_days: Plain) -> Hours:
    """The hours that a document writes as a zone, a window and a list of closed days."""
    blocks = tuple((block["weekday"], block["opens"], block["closes"]) for block in window["blocks"])
    return Hours(zone, blocks, frozenset(closed_days))


def instant(day: date, wall: time, zone: str) -> datetime:
    """The moment at which a clock in `zone` shows `wall`: the first of two, and past a gap if there is none."""
    return datetime.combine(day, wall.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def clock_reaches(day: date, wall: time, zone: str) -> datetime:
    """The first moment at which a clock in `zone` shows `wall` or, past a gap, more."""
    there = instant(day, wall, zone)
    while (there - MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) >= datetime.combine(day, wall):
        there -= MINUTE
    return there


@lru_cache(maxsize=20_000)
def openings(of: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of `day` inside the hours, in order."""
    if day.isoformat() in of.closed_days and len({weekday for weekday, _, _ in of.blocks}) < 7:
        return ()
    if is_longer(day, of.zone):
        return by_the_minute(of, day)
    stretches = []
    for weekday, opens, closes in of.blocks:
        if weekday == day.weekday():
            ends_on = day + timedelta(days=1) if time.fromisoformat(closes) == time(0) else day
            begin = clock_reaches(day, time.fromisoformat(opens), of.zone)
            stretches.append((begin, clock_reaches(ends_on, time.fromisoformat(closes), of.zone)))
    return tuple(sorted(stretches))


def is_longer(day: date, zone: str) -> bool:
    """Whether the clocks of the zone are put back on that day."""
    noon, next_noon = (instant(one, time(12), zone) for one in (day - timedelta(days=1), day))
    return next_noon - noon > timedelta(days=1)


def by_the_minute(of: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of a day on which clocks show some times twice: whenever the clock on the wall says so."""
    stretches: list[tuple[datetime, datetime]] = []
    at, ends = instant(day, time(0), of.zone), instant(day + timedelta(days=1), time(0), of.zone)
    blocks = [(opens, closes) for weekday, opens, closes in of.blocks if weekday == day.weekday()]
    while at < ends:
        wall = at.astimezone(ZoneInfo(of.zone)).time().isoformat()
        if any(opens <= wall and (wall < closes or closes == "00:00:00") for opens, closes in blocks):
            if stretches and stretches[-1][1] == at:
                stretches[-1] = (stretches[-1][0], at + MINUTE)
            else:
                stretches.append((at, at + MINUTE))
        at += MINUTE
    return tuple(stretches)


def next_open(all_of: list[Hours], at: datetime, spare: timedelta = timedelta(0)) -> datetime | None:
    """
    The first moment from `at` on at which every one of the hours is open, and stays so for `spare`.

    None if there is no such moment within three weeks.
    """

    def fits(moment: datetime) -> bool:
        return all(one.is_open(moment) and one.is_open(moment + max(spare - INSTANT, NO_TIME)) for one in all_of)

    if fits(at):
        return at
    for ahead in range(-1, DAYS_WAITED + 2):
        found = [
            begin
            for one in all_of
            for begin, _ in openings(one, at.astimezone(ZoneInfo(one.zone)).date() + timedelta(days=ahead))
            if at < begin <= at + timedelta(days=DAYS_WAITED) and fits(begin)
        ]
        if found:
            return min(found)
    return None


def after_working(anchor: datetime, minutes: int, inside: Hours) -> datetime:
    """The moment by which so many minutes inside the hours have gone by since `anchor`."""
    left = timedelta(minutes=minutes)
    day = anchor.astimezone(ZoneInfo(inside.zone)).date() - timedelta(days=1)
    if not left:
        return anchor
    for _ in range(DAYS_SEARCHED + left.days):
        for begin, end in openings(inside, day):
            begin = max(begin, anchor)
            if begin < end:
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)
    return datetime.max.replace(tzinfo=UTC)


def after_business_days(anchor: datetime, days: int, wall: str | None, inside: Hours) -> datetime:
    """The same wall time, or `wall`, on the n-th business day strictly after the date of `anchor`."""
    local = anchor.astimezone(ZoneInfo(inside.zone))
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= inside.works(day)
    return instant(day, time.fromisoformat(wall) if wall else local.time(), inside.zone)


def after_calendar_days(anchor: datetime, days: int, wall: str | None, zone: str) -> datetime:
    """The same wall time, or `wall`, so many dates later; with 0 days it may lie before `anchor`."""
    local = anchor.astimezone(ZoneInfo(zone))
    if days == 0 and not wall:
        return anchor
    return instant(local.date() + timedelta(days=days), time.fromisoformat(wall) if wall else local.time(), zone)


def after(anchor: datetime, delay: Plain, *, dates: Hours, working: Hours, last_word: datetime | None) -> datetime:
    """
    `anchor` + `delay`: dates and business days by `dates`, working time by `working`.

    A quiet delay counts from the last word, if that is later than the anchor.
    """
    match delay["kind"]:
        case "elapsed":
            return anchor + timedelta(minutes=delay["minutes"])
        case "working":
            return after_working(anchor, delay["minutes"], working)
        case "business_days":
            return after_business_days(anchor, delay["days"], delay.get("at"), dates)
        case "calendar":
            return after_calendar_days(anchor, delay["days"], delay.get("at"), dates.zone)
        case "quiet":
            since = max(anchor, last_word) if last_word else anchor
            return after(since, delay["delay"], dates=dates, working=working, last_word=None)
        case _:
            raise ValueError(f"no such delay: {delay}")


def moment(of: Plain, value: Plain, zone: str) -> datetime | None:
    """When a `before` or `since` comes, given the field's value; None without a date, or beyond every calendar."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        if read is None or read.year in (1, 9999):  # records that mean no date at all say one of these
            return None
        local = read.astimezone(ZoneInfo(zone)) if read.tzinfo else read
        sign = -1 if of["kind"] == "before" else 1
        wall = time(9) if "T" not in value else local.time()  # a day without an hour begins when people come to work
        there = instant(local.date() + sign * timedelta(days=of.get("days", 0)), wall, zone)
        there += sign * timedelta(hours=of.get("hours", 0))
        on = there.astimezone(ZoneInfo(zone)).date()
        return instant(on, time.fromisoformat(of["at"]), zone) if of.get("at") else there
    except (ValueError, OverflowError):
        return None


def over(value: str, zone: str) -> datetime:
    """From when on a date is over: the end of that local day, or the very time that the value has."""
    read = datetime.fromisoformat(value)
    if "T" not in value:
        return instant(read.date() + timedelta(days=1), time(0), zone)
    local = read.astimezone(ZoneInfo(zone)) if read.tzinfo else read
    return instant(local.date(), local.time(), zone)


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds."""
    found = fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if not found:
        raise ValueError(f"not a duration: {text}")
    days, hours_, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours_, minutes=minutes, seconds=seconds)
