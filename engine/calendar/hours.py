"""
When it is open: a zone, a week of opening hours and the days that are closed.

It is open exactly when the clock on the wall stands inside a block. So what a clock change skips is not open, what it
repeats is open twice, and no answer is ever outside the hours as a person there reads them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from engine.calendar.zones import clock, run_on
from engine.frozen import Frozen
from engine.sequence.compiled import Window

MIDNIGHT = time(0)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
Span = tuple[time, time]


class Hours(Frozen):
    """Opening hours somewhere: a week of blocks, read in one zone, on days that are not closed."""

    zone: str
    """IANA name, valid; whoever builds an `Hours` has checked it."""
    window: Window
    closed_days: tuple[date, ...] = ()
    """Holidays and other closed days, in `zone`."""


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether `moment` (aware) lies inside the hours."""
    return _is_open_at(hours, clock(hours.zone, moment))


def is_closed_day(hours: Hours, moment: datetime) -> bool:
    """Whether the whole local day of `moment` has no opening: a holiday, or a weekday without a block."""
    day = clock(hours.zone, moment).date()
    return day in hours.closed_days or not hours.window.week[day.weekday()]


def next_opening(hours: Hours, moment: datetime, *, within: timedelta) -> datetime | None:
    """`moment` itself when open, else the next opening (aware, UTC); None when there is none within that time."""
    last = moment.astimezone(UTC) + within
    at = next(at for at, opened in _changes(hours, moment) if opened or at > last)
    return at if at <= last else None


def closing(hours: Hours, moment: datetime) -> datetime:
    """
    When the hours that are open at `moment` close (aware, UTC); blocks that meet, as at midnight, are one.

    Hours that stay open for a week answer its end.
    Raises ValueError when they are not open.
    """
    changes = _changes(hours, moment)
    at, opened = next(changes)
    if not opened:
        raise ValueError(f"it is closed in {hours.zone} at {moment.isoformat()}: ask next_opening first")
    last = at + WEEK
    if not hours.closed_days and hours.window.never_closes:
        return last
    return min(last, next(at for at, opened in changes if not opened or at >= last))


def next_common_opening(all_hours: tuple[Hours, ...], moment: datetime, *, within: timedelta) -> datetime | None:
    """
    The first moment at or after `moment` at which every one of these hours is open (aware, UTC).

    None when they have no such moment in common within that time: never "send now".
    """
    at = moment.astimezone(UTC)
    last = at + within
    while not all(is_open(hours, at) for hours in all_hours):
        for hours in all_hours:
            opening = next_opening(hours, at, within=last - at)
            if opening is None:
                return None
            at = opening
    return at


def common_closing(all_hours: tuple[Hours, ...], moment: datetime) -> datetime:
    """The first closing among hours that are all open at `moment` (aware, UTC)."""
    return min(closing(hours, moment) for hours in all_hours)


def _changes(hours: Hours, moment: datetime) -> Iterator[tuple[datetime, bool]]:
    """`moment`, then without end every moment at which it may open or close (UTC), each with whether it is open."""
    at, wall = moment.astimezone(UTC), clock(hours.zone, moment)
    while True:
        yield at, _is_open_at(hours, wall)
        at, wall = run_on(hours.zone, at, wall, _next_edge(hours, wall))


def _is_open_at(hours: Hours, wall: datetime) -> bool:
    if hours.closed_days and wall.date() in hours.closed_days:
        return False
    now = wall.time()
    today = hours.window.week[wall.weekday()]
    return any(opens <= now and (now < closes or closes == MIDNIGHT) for opens, closes in today)


def _next_edge(hours: Hours, wall: datetime) -> datetime:
    """The next wall time at which a block opens or closes; a week later when there is none so soon."""
    week, today = hours.window.week, datetime.combine(wall, MIDNIGHT)
    for ahead in range(8):
        day = today + ahead * DAY
        if week[day.weekday()] and day.date() not in hours.closed_days:
            edges = [edge for edge in _edges(day, week[day.weekday()]) if edge > wall]
            if edges:
                return min(edges)
    return wall + WEEK


def _edges(day: datetime, spans: tuple[Span, ...]) -> Iterator[datetime]:
    for opens, closes in spans:
        yield datetime.combine(day, opens)
        yield datetime.combine(day, closes) if closes != MIDNIGHT else day + DAY
