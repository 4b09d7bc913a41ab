"""
The hours of a drill: with most of the crowd it is noon, with some it is night, and with some the hours end while things
are broken.

All of them live under one sequence, which is open from 06:00 until a minute past six in the evening; they differ in
their zones.
"""

from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

OPENS = time(6)
SOONEST = timedelta(seconds=15)
"""What a drill has at least until evening comes: a worker has started by then."""

EASTERNMOST = 14
"""Hours that a clock on the wall can be ahead of UTC; whoever would be more is behind by the rest of the day."""


class Home(IntEnum):
    """Where somebody lives: the hour on the clock there when the hours of `EVENING` end."""

    DAY = 12
    EVENING = 18
    NIGHT = 0


class Hours(NamedTuple):
    """When evening comes in a drill, to the minute, as windows do."""

    end: datetime

    @classmethod
    def of_a_drill(cls, begins: datetime) -> "Hours":
        """They end with the first whole minute that is not too soon."""
        after = begins.astimezone(UTC) + SOONEST
        return cls(after.replace(second=0, microsecond=0) + timedelta(minutes=1))

    @property
    def closes(self) -> time:
        """What the clock on the wall says when the hours end; the minute is the same in every zone of whole hours."""
        return time(Home.EVENING, self.end.minute)

    def zone(self, home: Home) -> str:
        """The zone in which that home lies; POSIX counts westwards."""
        ahead = (home - self.end.hour) % 24
        ahead -= 24 * (ahead > EASTERNMOST)
        return f"Etc/GMT{-ahead:+d}"

    def allow(self, home: Home, moment: datetime) -> bool:
        """Whether the clock on the wall of that home says so."""
        return OPENS <= moment.astimezone(ZoneInfo(self.zone(home))).time() < self.closes
