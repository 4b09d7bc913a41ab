"""Zones: which names are valid, and what the clock on the wall shows in them."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NO_PLACE = {"Factory", "localtime"}
"""Names every machine understands differently, or not at all."""


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name that means the same on every machine."""
    return frozenset(available_timezones() - _NO_PLACE)


def valid_zone(name: str) -> bool:
    """Whether `name` is an IANA zone, spelled exactly."""
    return name in zone_names()


# ZoneInfo keeps only the eight zones used last; reading one again costs more than deciding a lead.
@cache
def zone_info(name: str) -> ZoneInfo:
    """The zone of that valid name."""
    return ZoneInfo(name)


def clock(name: str, moment: datetime) -> datetime:
    """What the clock on the wall shows in that zone at `moment` (aware): date and time, without a zone."""
    return moment.astimezone(zone_info(name)).replace(tzinfo=None)


def run_on(name: str, at: datetime, wall: datetime, until: datetime) -> tuple[datetime, datetime]:
    """
    Let the clock run on, from `at` (UTC), when it shows `wall`, until it shows `until` or is changed before that.

    `until` is at most a week ahead: since 2000 no zone has changed its clocks and back again within so short a time.
    Returns: that moment (UTC), and what the clock shows then.
    """
    then = at + (until - wall)
    if clock(name, then) == until:
        return then, until
    changed = _clock_change(zone_info(name), at, then)
    return changed, clock(name, changed)


def _clock_change(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(place).utcoffset()
    while after - before > datetime.resolution:
        middle = before + (after - before) / 2
        if middle.astimezone(place).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
