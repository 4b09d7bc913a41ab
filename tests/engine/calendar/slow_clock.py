"""
Sample weeks, and the same questions answered the slow way: look at the clock on the wall again and again.

Nothing here uses the code under test, so that agreement means something.
"""

from collections import abc
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from engine.calendar.hours import Hours
from engine.sequence.compiled import Block, Window

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
counting_takes_time = settings(deadline=None, max_examples=60)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week(*lines: str) -> Window:
    """A window as people write it: `Mon-Fri 09:00-18:00`, `Sun 12:00-00:00`."""
    return Window(blocks=tuple(block for line in lines for block in _blocks(line)))


def _blocks(line: str) -> abc.Iterator[Block]:
    days, _, hours = line.partition(" ")
    first, _, last = days.partition("-")
    opens, _, closes = hours.partition("-")
    for weekday in range(DAYS.index(first), DAYS.index(last or first) + 1):
        yield Block(weekday=weekday, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


OFFICE = week("Mon-Fri 09:00-18:00")
LEGAL = week("Mon-Sun 08:00-21:00")
LUNCH = week("Mon-Fri 09:00-12:00", "Mon-Fri 13:00-17:00")
NIGHT = week("Mon-Sun 22:00-00:00", "Mon-Sun 00:00-02:00")
SMALL_HOURS = week("Mon-Sun 02:15-02:45")
ALWAYS = week("Mon-Sun 00:00-00:00")
NEVER = Window(blocks=())

WEEKS = {
    "office": OFFICE,
    "legal": LEGAL,
    "lunch": LUNCH,
    "night": NIGHT,
    "small hours": SMALL_HOURS,
    "always": ALWAYS,
}

ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Berlin",
    "Pacific/Chatham",
    "UTC",
)


def at(local: str, zone: str) -> datetime:
    """The instant of `2027-03-14 02:30` in that zone; for wall times that exist once."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def utc(text: str) -> datetime:
    """The instant of `2027-03-14 02:30` UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(moment: datetime, zone: str) -> str:
    """What the clock shows there, as `Sun 2027-03-14 02:30`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"


def looks_open(hours: Hours, moment: datetime) -> bool:
    """Whether a person who stands there and looks at the clock would say that it is open."""
    local = moment.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    spans = [
        (block.opens.hour * 60 + block.opens.minute, block.closes.hour * 60 + block.closes.minute or 24 * 60)
        for block in hours.window.blocks
        if block.weekday == local.weekday()
    ]
    return local.date() not in hours.closed_days and any(opens <= minute < closes for opens, closes in spans)


def first(
    moment: datetime, limit: timedelta, holds: abc.Callable[[datetime], bool], step: timedelta = MINUTE
) -> datetime | None:
    """The first of the moments a step apart at which it holds, None when there is none up to the limit."""
    for ahead in range(limit // step + 1):
        if holds(moment + ahead * step):
            return moment + ahead * step
    return None


def open_minutes(hours: Hours, since: datetime, until: datetime) -> int:
    """Minutes between the two that are open, counted one by one."""
    return sum(looks_open(hours, since + n * MINUTE) for n in range((until - since) // MINUTE))


def clock_changes(zone: str, since: datetime, days: int) -> abc.Iterator[datetime]:
    """Every instant of those days at which the clocks of a zone are changed: all are on a quarter of an hour."""
    place = ZoneInfo(zone)

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(place).utcoffset()

    for day in (since + timedelta(days=n) for n in range(days)):
        if offset(day) != offset(day + timedelta(days=1)):
            quarters = (day + n * QUARTER for n in range(1, 97))
            yield next(quarter for quarter in quarters if offset(quarter) != offset(day))


_quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
_blocks_of_a_week = st.builds(Block, weekday=st.integers(0, 6), opens=_quarters, closes=_quarters).filter(
    lambda block: block.opens < block.closes or block.closes == time(0)
)
some_moment = st.integers(0, 3 * 365 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE)
some_hours = st.builds(
    Hours,
    zone=st.sampled_from(ZONES),
    window=st.builds(Window, blocks=st.lists(_blocks_of_a_week, min_size=1, max_size=9).map(tuple))
    | st.sampled_from(tuple(WEEKS.values())),
    closed_days=st.lists(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=3).map(tuple),
)
