"""
The clock on a wall, written down minute by minute before anything is asked: a clock change is a place where what it
shows jumps, and every answer is found by running a finger along the minutes.

Nothing here uses the code under test. What is shown is read from zoneinfo, from UTC to the wall and never back.
"""

from collections import abc
from datetime import date, datetime, timedelta
from itertools import compress, count, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.sequence.compiled import Window
from tests.engine.calendar.slow_clock import MINUTE

DAY = 24 * 60
WEEK = 7 * DAY
OPEN, SHUT = b"\x01", b"\x00"
DAYS_BEFORE_A_MONDAY = 6
"""Of day 0 as dates are counted; day 1, the first of January of the year 1, is a Monday."""


class Run(NamedTuple):
    """Minutes in which the clock runs evenly."""

    at: int
    """The first, counted from where the minutes begin."""
    shows: int
    """What the clock shows then, in minutes since day 0."""
    length: int


class MinuteClock:
    """What the clock in a zone shows in every minute of some days that begin at a quarter of an hour (UTC)."""

    def __init__(self, zone: str, begins: datetime, days: int) -> None:
        self.begins = begins
        self.runs = tuple(_runs(ZoneInfo(zone), begins, days * DAY))

    def moment(self, minute: int) -> datetime:
        """When a minute begins (UTC)."""
        return self.begins + timedelta(minutes=minute)

    def minute(self, moment: datetime) -> int:
        """The place of a moment among the minutes."""
        return (moment - self.begins) // MINUTE

    def shows(self, minute: int) -> int:
        """What the clock shows in a minute."""
        run = next(run for run in self.runs if minute < run.at + run.length)
        return run.shows + minute - run.at

    def first(self, shown: int) -> int:
        """
        The first minute in which the clock shows this.

        When it is skipped: the minute in which it would have been shown, had nobody changed the clock.
        """
        before = self.runs[0]
        for run in self.runs:
            if shown < run.shows:
                return before.at + shown - before.shows
            if shown < run.shows + run.length:
                return run.at + shown - run.shows
            before = run
        raise ValueError("the minutes end before the clock shows this")

    def opened(self, window: Window, closed_days: abc.Iterable[date] = ()) -> bytes:
        """One byte for every minute: whether whoever looks at the clock in it finds it inside a block."""
        week = _week(window) * 5
        opened = bytearray()
        for run in self.runs:
            start = (run.shows + DAYS_BEFORE_A_MONDAY * DAY) % WEEK
            opened += week[start : start + run.length]
            assert len(opened) == run.at + run.length, "the run is longer than the weeks laid out for it"
        for day in closed_days:
            self._close(opened, day.toordinal() * DAY)
        return bytes(opened)

    def _close(self, opened: bytearray, midnight: int) -> None:
        for run in self.runs:
            first, last = max(midnight - run.shows, 0), min(midnight + DAY - run.shows, run.length)
            opened[run.at + first : run.at + last] = SHUT * max(last - first, 0)


class Openings:
    """Answers about the minutes of one clock."""

    def __init__(self, opened: bytes) -> None:
        self.opened = opened

    def opens(self, minute: int) -> int:
        """The first open minute, from this one on."""
        return self.opened.index(OPEN, minute)

    def closes(self, minute: int) -> int:
        """The first minute that is not open, from this one on; a week later at the most."""
        return closes(self.opened, minute)

    def worked(self, minute: int, minutes: int) -> int:
        """When so many open minutes have gone by since this one."""
        first = self.opens(minute)
        following = compress(count(first), self.opened[first:])
        return next(islice(following, minutes - 1, None)) + 1


def closes(opened: bytes, minute: int) -> int:
    """The first minute that is not open, from this one on; a week later at the most."""
    found = opened.find(SHUT, minute, minute + WEEK)
    return minute + WEEK if found < 0 else found


def wall(day: date, hour: int, minute: int = 0) -> int:
    """A date and a time as the clock counts them."""
    return day.toordinal() * DAY + hour * 60 + minute


def _runs(place: ZoneInfo, begins: datetime, minutes: int) -> abc.Iterator[Run]:
    run = Run(0, _shown(begins, place), 0)
    for at in range(0, minutes, 60):
        even = _shown(begins + timedelta(minutes=at + 60), place) == run.shows + run.length + 60
        if even:
            run = run._replace(length=run.length + 60)
            continue
        for quarter in range(at, at + 60, 15):
            shown = _shown(begins + timedelta(minutes=quarter), place)
            if shown != run.shows + run.length:
                yield run
                run = Run(quarter, shown, 0)
            run = run._replace(length=run.length + 15)
    yield run


def _shown(moment: datetime, place: ZoneInfo) -> int:
    local = moment.astimezone(place)
    return wall(local, local.hour, local.minute)


def _week(window: Window) -> bytes:
    """One byte for each minute of a week that begins on a Monday."""
    week = bytearray(WEEK)
    for block in window.blocks:
        opens = block.opens.hour * 60 + block.opens.minute
        closes = block.closes.hour * 60 + block.closes.minute or DAY
        week[block.weekday * DAY + opens : block.weekday * DAY + closes] = OPEN * (closes - opens)
    return bytes(week)
