"""What people type on a command line, read strictly: moments, `name=value` pairs, JSON objects, who they are."""

import getpass
import json
import math
import os
import re
from collections import abc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from pydantic import JsonValue

MOST: Final = 1_000_000
"""Rows that one answer can be asked for: more is a slip, and too many digits are no number for a database."""

UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
DISTANCE: Final = re.compile(r"([+-])(\d{1,5})(s|min|h|d|w)")
WALL: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))? ([A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2})")
HOW: Final = "write 2026-12-01T09:00:00-05:00, '2026-12-01 09:00 America/New_York', or a distance like +3d, -15min"

HALVES: Final = re.compile("[\ud800-\udfff]")
PLAIN: Final = re.compile(r"[\x20-\x7e]{1,200}")


def moment(text: str) -> datetime:
    """The instant in this text. Raises: typer.BadParameter."""
    from engine.hearsay import bearable

    try:
        found = _distance(text) or _on_the_wall(text) or datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise typer.BadParameter(f"{text!r} names no time zone; {HOW}")
        return bearable(found).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise typer.BadParameter(f"{text!r} is no moment; {HOW}") from error


def coming(text: str) -> datetime:
    """A moment that has not passed yet. Raises: typer.BadParameter."""
    found = moment(text)
    if found <= datetime.now(UTC):
        raise typer.BadParameter(f"{text!r} has passed already; name a moment to come, such as +3d")
    return found


def steady(text: str, request: str | None) -> str:
    """
    A moment that means the same when the request is sent again.

    Raises: typer.BadParameter for a distance from now beside a request's id.
    """
    if request is not None and DISTANCE.fullmatch(text):
        raise typer.BadParameter(f"with --request, name the moment itself: {text!r} is another one each time")
    return text


def pairs(texts: abc.Iterable[str]) -> dict[str, str]:
    """`name=value`, each name once. Raises: typer.BadParameter."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{text!r} is no pair; write name=value")
        if name in found:
            raise typer.BadParameter(f"{name!r} is given twice")
        found[name] = value
    return found


def json_object(text: str) -> "dict[str, JsonValue]":
    """The JSON object in this text. Raises: typer.BadParameter."""
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        _every_text_is_one(found)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"this is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise typer.BadParameter('this is no JSON object; write {"name": "value"}')
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large a number")
    return number


def _every_text_is_one(value: "JsonValue") -> None:
    """Raises: ValueError for half a character or a NUL, which neither databases nor Temporal can keep."""
    match value:
        case str():
            if "\0" in value or not is_text(value):
                raise ValueError(f"{value!r} holds a character that cannot be kept")
        case list():
            for item in value:
                _every_text_is_one(item)
        case dict():
            for name, item in value.items():
                _every_text_is_one(name)
                _every_text_is_one(item)
        case _:
            pass  # numbers and flags hold no text


def is_text(text: str) -> bool:
    """Whether every character is one: bytes that are not UTF-8 arrive as half a character each."""
    return not HALVES.search(text)


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def identifier(text: str) -> str:
    """An id that logs and other systems can take. Raises: typer.BadParameter."""
    if not PLAIN.fullmatch(text) or text != text.strip():
        raise typer.BadParameter(f"{text!r}: an id has 1 to 200 characters, plain ASCII, no space at either end")
    return text


def whoever_asks() -> str:
    """Who gives the command: FOLLOWUP_USER, else the name of the login."""
    try:
        return os.environ.get("FOLLOWUP_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid-{os.getuid()}"


def _distance(text: str) -> datetime | None:
    found = DISTANCE.fullmatch(text)
    if found is None:
        return None
    sign, count, unit = found.groups()
    distance = int(count) * UNITS[unit]
    return datetime.now(UTC) + (distance if sign == "+" else -distance)


def _on_the_wall(text: str) -> datetime | None:
    found = WALL.fullmatch(text)
    if found is None:
        return None
    day, time, zone = found.groups()
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=ZoneInfo(zone_name(zone)))


def zone_name(name: str) -> str:
    """The name of a time zone. Raises: typer.BadParameter."""
    from engine.calendar.zones import valid_zone

    if not valid_zone(name):
        raise typer.BadParameter(f"there is no time zone {name!r}; write one like Europe/Berlin")
    return name
