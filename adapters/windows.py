"""Opening hours as people write them, `Mon-Fri 09:00-18:00, Sat 10:00-14:00`, and as the engine reads them."""

import re
from collections import abc
from datetime import time

from engine.errors import FollowupError
from engine.sequence.compiled import Block, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


def window_of(text: str) -> Window:
    """
    The window this text describes; 24:00 is the end of the day.

    Raises: FollowupError CFG003 when it cannot be read.
    """
    return Window(blocks=tuple(block for part in text.split(",") for block in _blocks(part.strip(), text)))


def _blocks(part: str, text: str) -> abc.Iterator[Block]:
    found = _PART.fullmatch(part.lower())
    if found is None or not {found["first"], found["last"] or found["first"]} <= set(DAYS):
        raise _unreadable(text)
    first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
    opens, closes = _clock(found["opens"], text), _clock(found["closes"], text)
    if last < first or (closes <= opens and closes != time(0)):
        raise _unreadable(text)
    for weekday in range(first, last + 1):
        yield Block(weekday=weekday, opens=opens, closes=closes)


def _clock(text: str, whole: str) -> time:
    try:
        return time.fromisoformat("00:00" if text == "24:00" else text)
    except ValueError as error:
        raise _unreadable(whole) from error


def _unreadable(text: str) -> FollowupError:
    return FollowupError(
        code="CFG003",
        what=f"{text!r} is not a week of opening hours",
        why="days are Mon to Sun, in order, and an hour closes after it opens",
        next="write it like `Mon-Fri 09:00-18:00, Sat 10:00-14:00`",
    )
