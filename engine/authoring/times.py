"""Words for times: delays, moments that follow a date, and opening hours."""

import re
from datetime import time
from itertools import pairwise

from engine.authoring.field import DateField
from engine.authoring.refusals import SIMPLE_DELAYS, WRITE_A_SIMPLE_DELAY, here, must_be, must_be_simple_delay
from engine.sequence.compiled import (
    Block,
    BusinessDays,
    CalendarDays,
    Elapsed,
    Moment,
    Quiet,
    SimpleDelay,
    Window,
    Working,
)
from engine.sequence.written import Place, invalid

MINUTES_IN_HOUR = 60
WRITE_A_WINDOW = 'write window("Mon-Fri", "09:00-18:00")'
WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
END_OF_DAY = "24:00"
TEN_YEARS = {"minutes": 5_256_000, "hours": 87_600, "days": 3_650, "business days": 2_600}
"""Nothing in a lead's life waits longer, and a calendar ends somewhere."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def elapsed(*, minutes: int = 0, hours: int = 0) -> Elapsed:
    """An exact duration. A change to daylight saving time moves the wall time."""
    return Elapsed(minutes=_minutes(minutes, hours, here()))


def working(*, minutes: int = 0, hours: int = 0) -> Working:
    """Working time of whoever must act; for a message, time inside the sequence's window."""
    return Working(minutes=_minutes(minutes, hours, here()))


def calendar(*, days: int, at: str | None = None) -> CalendarDays:
    """That many dates later in the lead's zone, at a wall time like "09:00" or at the same one."""
    place = here()
    _count(days, "days", place, 0 if at else 1)
    return CalendarDays(days=days, at=_wall_time(at, place))


def business_days(n: int, *, at: str | None = None) -> BusinessDays:
    """The n-th working day after today, at a wall time like "09:00" or at the same one."""
    place = here()
    _count(n, "business days", place, 1)
    return BusinessDays(days=n, at=_wall_time(at, place))


def quiet(delay: SimpleDelay) -> Quiet:
    """That long without a word from the lead or from a person of ours; each word starts it again."""
    place = here()
    must_be(delay, SIMPLE_DELAYS, "a delay, which quiet takes", place, WRITE_A_SIMPLE_DELAY)
    must_be_simple_delay(delay, "quiet", place)
    return Quiet(delay=delay)


def before(date_field: DateField, *, days: int = 0, hours: int = 0, at: str | None = None) -> Moment:
    """A moment before a date of the lead; it moves when the date does."""
    place = here()
    _moment(date_field, days, hours, at, place)
    return Moment(kind="before", field=date_field.name, days=days, hours=hours, at=_wall_time(at, place))


def since(date_field: DateField, *, days: int = 0, hours: int = 0, at: str | None = None) -> Moment:
    """A moment after a date of the lead; it moves when the date does."""
    place = here()
    _moment(date_field, days, hours, at, place)
    return Moment(kind="since", field=date_field.name, days=days, hours=hours, at=_wall_time(at, place))


def window(days: str, *hours: str, also: Window | None = None) -> Window:
    """
    Opening hours: `window("Mon-Fri", "09:00-18:00")`.

    Several hours leave a break: `window("Mon-Fri", "09:00-12:00", "13:00-17:00")`; `also` adds other days.
    """
    place = here()
    if not hours:
        raise invalid("SEQ005", "a window without hours is never open", place, 'write window("Mon-Fri", "09:00-18:00")')
    if also is not None:
        must_be(also, Window, "a window", place, 'write also=window("Sat", "10:00-14:00")')
    spans = [_span(text, place) for text in hours]
    blocks = [
        Block(weekday=day, opens=opens, closes=closes) for day in _weekdays(days, place) for opens, closes in spans
    ]
    return Window(blocks=_in_order([*blocks, *(also.blocks if also else ())], place))


def _minutes(minutes: int, hours: int, place: Place) -> int:
    _count(minutes, "minutes", place, 0)
    _count(hours, "hours", place, 0)
    return minutes + hours * MINUTES_IN_HOUR


def _count(number: object, what: str, place: Place, least: int) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < least:
        raise invalid("SEQ003", f"{what} cannot be {number!r}", place, _whole(number, what, least))
    if number > TEN_YEARS[what]:
        raise invalid("SEQ003", f"{number} {what} are more than ten years", place, f"write {TEN_YEARS[what]} or less")


def _whole(number: object, what: str, least: int) -> str:
    """What to write instead of a number that is none here."""
    if isinstance(number, float):
        return f"write whole {what}; minutes are the smallest unit, as in elapsed(minutes=30)"
    if isinstance(number, str):
        return "write a number, without quotes"
    return f"write {least} or more"


def _moment(date_field: object, days: int, hours: int, at: str | None, place: Place) -> None:
    must_be(date_field, DateField, "a date field", place, "declare it in fields.py with field.date() and import it")
    _count(days, "days", place, 0)
    _count(hours, "hours", place, 0)
    if hours and at is not None:
        raise invalid("SEQ009", "a moment has both `hours` and `at`", place, "keep the one that says when it is")


def _wall_time(text: str | None, place: Place) -> time | None:
    return None if text is None else _time(text, place)


def _time(text: object, place: Place) -> time:
    if not isinstance(text, str) or not WALL_TIME.fullmatch(text):
        raise invalid("SEQ004", f"{text!r} is no time of day", place, 'write hours and minutes, like "09:00"')
    return time.fromisoformat(text)


def _span(text: str, place: Place) -> tuple[time, time]:
    opens, dash, closes = str(text).partition("-")
    if not dash:
        raise invalid("SEQ005", f"{text!r} are no opening hours", place, 'write them like "09:00-18:00"')
    start = _time(opens.strip(), place)
    end = time(0) if closes.strip() == END_OF_DAY else _time(closes.strip(), place)
    if end != time(0) and end <= start:
        raise invalid(
            "SEQ005", f"{text!r} closes before it opens", place, 'end a day at "24:00" and go on the next day'
        )
    return start, end


def _weekdays(text: str, place: Place) -> list[int]:
    days = [day for part in str(text).split(",") for day in _day_range(part.strip(), text, place)]
    if len(set(days)) < len(days):
        raise invalid("SEQ005", f"{text!r} names a day twice", place, "name each day once")
    return days


def _day_range(part: str, text: str, place: Place) -> range:
    first, _, last = part.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise invalid("SEQ005", f"{text!r} are no days", place, 'write days like "Mon-Fri" or "Mon,Wed"')
    days = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    if not days:
        raise invalid("SEQ005", f"{text!r} runs backwards", place, 'a week begins on Monday: write "Mon,Sat,Sun"')
    return days


def _in_order(blocks: list[Block], place: Place) -> tuple[Block, ...]:
    ordered = sorted(blocks, key=lambda block: (block.weekday, block.opens))
    for block, later in pairwise(ordered):
        if block.weekday == later.weekday and (block.closes == time(0) or later.opens < block.closes):
            overlap = f"{WEEKDAYS[block.weekday]} is open twice at {later.opens:%H:%M}"
            raise invalid("SEQ005", overlap, place, "write hours that do not overlap")
    return tuple(ordered)
