"""What is asked of everything an author writes: is it a name, a word we know, the right kind of thing, a real delay."""

import linecache
import re
import sys
from collections.abc import Iterable
from types import FrameType, FunctionType
from typing import TypeVar

from engine.sequence.compiled import (
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    CarryOn,
    Case,
    Delay,
    Elapsed,
    Finish,
    Goto,
    HumanTask,
    Message,
    Moment,
    Quiet,
    Sequence,
    SimpleDelay,
    StagePlan,
    Start,
    Window,
    Working,
)
from engine.sequence.fields import DeclaredField
from engine.sequence.suggestion import suggestion
from engine.sequence.written import Place, Written, invalid

Kind = TypeVar("Kind")

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
ROLE = re.compile(r"[a-z][a-z0-9_-]*")
TEMPLATE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 60

DELAYS = (Elapsed, Working, CalendarDays, BusinessDays, Quiet)
SIMPLE_DELAYS = (Elapsed, Working, CalendarDays, BusinessDays)
WRITE_A_DELAY = "write elapsed(), working(), calendar(), business_days() or quiet()"
WRITE_A_SIMPLE_DELAY = "write elapsed(), working(), calendar() or business_days()"


CALLED: tuple[tuple[tuple[type, ...], str], ...] = (
    ((CarryOn,), "carry_on()"),
    ((Goto, Start, Finish), "an exit"),
    ((Message, HumanTask, Ask, Branch), "a step"),
    ((Case,), "a case"),
    ((StagePlan,), "a stage"),
    ((Sequence,), "a sequence"),
    ((Window,), "a window"),
    ((Moment,), "a moment"),
    (DELAYS, "a delay"),
)
"""What an author calls the things that words make."""


def here() -> Place:
    """The line of the author: the nearest caller outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals["__name__"].startswith("engine.authoring"):
        frame = frame.f_back
    return place_of(frame)


def place_of(frame: FrameType) -> Place:
    """Where the frame is now."""
    code = frame.f_code
    if code.co_linetable not in _columns:
        _columns[code.co_linetable] = [column or 0 for _, _, column, _ in code.co_positions()]
    # An instruction takes two bytes.
    return place_behind(code.co_filename, frame.f_lineno, _columns[code.co_linetable][frame.f_lasti // 2])


def place_behind(file: str, line: int, before: int) -> Place:
    """Where so many bytes of a line end; people count letters."""
    text = linecache.getline(file, line).encode()
    return Place(file, line, len(text[:before].decode(errors="replace")) + 1)


_columns: dict[bytes, list[int]] = {}
"""Where each instruction of a file begins in its line, in bytes; reading it anew for every word would take minutes."""


def must_be_name(
    value: object, what: str, place: Place, pattern: re.Pattern[str] = NAME, like: str = "first-call"
) -> None:
    """Refuse what is not a name: names are in keys, paths and addresses of pages."""
    if not isinstance(value, str) or not pattern.fullmatch(value) or len(value) > LONGEST_NAME:
        raise invalid("SEQ001", f"{value!r} is no name for a {what}", place, f"write it like {like!r}")


def must_be_role(value: object, what: str, place: Place) -> None:
    """Refuse what is not a role: people change. What was written is not repeated, since it may be an address."""
    if not isinstance(value, str) or not ROLE.fullmatch(value):
        raise invalid("SEQ001", f"this is no name for a {what}", place, "write a role, like 'owner' or 'sales'")


def must_be_pipeline_stage(value: object, place: Place) -> None:
    """Refuse what no CRM would call a stage."""
    if not isinstance(value, str) or not value.strip():
        raise invalid("SEQ001", f"{value!r} is no pipeline stage", place, 'write the name the CRM shows, like "Demo"')


def must_be_told(value: object, what: str, place: Place) -> None:
    """Refuse silence where people need a sentence."""
    if not isinstance(value, str) or not value.strip():
        raise invalid("SEQ043", f"nothing says {what}", place, "say it in a sentence")


def must_be_word(value: object, allowed: Iterable[str], what: str, place: Place) -> None:
    """Refuse a word that the vocabulary does not have."""
    known = tuple(allowed)
    if value not in known:
        raise invalid("SEQ008", f"there is no {what} {value!r}", place, suggestion(str(value), known))


def must_be(value: object, kinds: type | tuple[type, ...], what: str, place: Place, next: str) -> None:
    """Refuse what is another kind of thing than this place takes."""
    if not isinstance(value, kinds):
        raise invalid("SEQ002", f"{_called(value)} is not {what}", place, next)


def must_be_written(value: object, kinds: type | tuple[type, ...], what: str, place: Place, next: str) -> None:
    """Refuse what was not built by the words for this place."""
    if not isinstance(value, Written) or not isinstance(value.part, kinds):
        raise invalid("SEQ002", f"{_called(value)} is not {what}", place, next)


def must_be_delay(value: Delay | None, what: str, place: Place) -> None:
    """Refuse a delay that is none, or that takes no time."""
    if value is not None:
        must_be(value, DELAYS, f"a delay, which {what} takes", place, WRITE_A_DELAY)
        _takes_time(value, what, place)


def must_be_simple_delay(value: SimpleDelay | None, what: str, place: Place) -> None:
    """Refuse a delay that is none, that takes no time, or that silence restarts."""
    if value is not None:
        must_be(value, SIMPLE_DELAYS, f"a delay, which {what} takes", place, WRITE_A_SIMPLE_DELAY)
        _takes_time(value, what, place)


def _called(value: object) -> str:
    """What stands there, in an author's words: a word without its brackets, a field, what a word makes, or as is."""
    part = getattr(value, "part", value)
    declared = getattr(value, "declared", None)
    if isinstance(part, FunctionType):
        return f"{part.__name__} without brackets"
    if isinstance(declared, DeclaredField):
        return f"the field {declared.name}"
    return next((called for kinds, called in CALLED if isinstance(part, kinds)), repr(part))


def _takes_time(value: Delay, what: str, place: Place) -> None:
    if isinstance(value, Elapsed | Working) and value.minutes == 0:
        raise invalid(
            "SEQ003", f"{what} is a delay of nothing", place, f"leave {what} out, or give it minutes or hours"
        )
