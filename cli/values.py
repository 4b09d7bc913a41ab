"""What people type on a command line, read strictly: moments, `name=value` pairs, JSON objects, who they are."""

import getpass
import json
import os
import re
from collections import abc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from pydantic import JsonValue

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

PLAIN: Final = re.compile(r"[\x20-\x7e]{1,200}")


def moment(text: str) -> datetime:
    """The instant in this text. Raises: typer.BadParameter."""
    try:
        found = _distance(text) or _on_the_wall(text) or datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise typer.BadParameter(f"{text!r} names no time zone; {HOW}")
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise typer.BadParameter(f"{text!r} is no moment; {HOW}") from error


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
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"this is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise typer.BadParameter('this is no JSON object; write {"name": "value"}')
    return found


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def identifier(text: str) -> str:
    """An id that logs and other systems can take. Raises: typer.BadParameter."""
    if not PLAIN.fullmatch(text):
        raise typer.BadParameter("an id has 1 to 200 characters, all of them plain ASCII")
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
