"""From an anchor and a delay, or a date and a moment, to an instant."""

from datetime import date, datetime, time

from engine.calendar.hours import Hours
from engine.sequence.compiled import Moment, SimpleDelay


def instant(day: date, wall: time, zone: str) -> datetime:
    """The instant (UTC) of a wall time: in a gap, forward by the gap; in an overlap, the first occurrence."""
    raise NotImplementedError


def after(anchor: datetime, delay: SimpleDelay, hours: Hours) -> datetime:
    """
    The instant (UTC) a delay ends: dates in the zone of `hours`, working time inside its window.

    A business day is Monday to Friday and not closed, whatever the window says (semantics.md 1.1).
    """
    raise NotImplementedError


def moment_of(moment: Moment, value: str, zone: str) -> datetime | None:
    """
    The instant (UTC) of a moment tied to a date field whose value is an ISO date or datetime.

    A date without `at` means 09:00 in the zone. None when the value is no date.
    """
    raise NotImplementedError
