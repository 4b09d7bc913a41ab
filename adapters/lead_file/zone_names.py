"""A time zone as exports write it, turned into its IANA name."""

import re
from functools import cache, lru_cache
from zoneinfo import available_timezones

from adapters.lead_file.cells import Unreadable

NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
"""Names in the database that are no place's time."""

SPOKEN: dict[str, str] = {
    "eastern": "America/New_York",
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "central": "America/Chicago",
    "ct": "America/Chicago",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mountain": "America/Denver",
    "mt": "America/Denver",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "pacific": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "cet": "Europe/Berlin",
    "mez": "Europe/Berlin",
}
"""How people in these places say it. They mean the place's clock, with its summer time; tzdata's own EST has none."""

_OFFSET = re.compile(r"^\((?:UTC|GMT)[^)]*\)\s*", re.IGNORECASE)
_COUNTRY = re.compile(r"\s*\(US\s*(?:&|and)\s*Canada\)\s*$|\s+(?:standard|daylight)?\s*time\b.*$", re.IGNORECASE)


@lru_cache(maxsize=10_000)  # a column repeats a few zones
def read_zone(text: str) -> str:
    """
    The IANA name: `america/new_york`, HubSpot's `america_slash_new_york`, `Eastern Time (US & Canada)`, `EST`.

    Raises: Unreadable when it names no zone.
    """
    bare = _OFFSET.sub("", text)
    spoken = SPOKEN.get(_COUNTRY.sub("", bare).strip().casefold())
    slashed = bare.casefold().replace("_slash_", "/").replace("_hyphen_", "-").replace(" ", "_")
    found = spoken or _by_folded_name().get(slashed)
    if found is None:
        raise Unreadable("is not a time zone; write it as America/New_York")
    return found


@cache
def _by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() - NO_ZONES}
