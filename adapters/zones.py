"""
Where a lead may be: every place that its state and its phone leave possible.

Quiet hours must hold wherever the person really is, so a guess is never narrowed to one place.
"""

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import timezone

from adapters.regions import ZONES, state_of, state_of_area_code
from engine.calendar.zones import valid_zone
from engine.frozen import Frozen

NORTH_AMERICA: Final = "1"
NOWHERE: Final = "Etc/Unknown"

MOST_ZONES_OF_ONE_AREA: Final = 4


class Place(Frozen):
    """One possibility: a zone, and the country and state whose rules hold there."""

    zone: str
    country: str | None
    """ISO 3166; None when nobody knows."""
    state: str | None = None
    """Two letters, in the United States only."""


class Whereabouts(Frozen):
    """What is known about where a lead is."""

    zone: str | None = None
    """Said by somebody."""
    country: str | None = None
    region: str | None = None
    phone: str | None = None
    """E.164."""


def places(known: Whereabouts) -> tuple[Place, ...]:
    """
    Every place the lead may be, in a fixed order; empty when nothing at all is known.

    A stated zone or state is believed. A phone of another state than the stated one adds that state: numbers move with
    their owners, and the law looks at both.
    """
    by_phone = () if known.phone is None else _by_phone(known.phone)
    stated = _stated(known, by_phone)
    if not stated:
        return by_phone
    state = state_of(known.region)
    elsewhere = [place for place in by_phone if state and place.state and place.state != state]
    return tuple(dict.fromkeys((*stated, *elsewhere)))


def _stated(known: Whereabouts, by_phone: tuple[Place, ...]) -> tuple[Place, ...]:
    state = state_of(known.region) if known.country in (None, "US") else None
    country = "US" if state else known.country
    zone = known.zone if known.zone and valid_zone(known.zone) else None
    if zone and (state or country):
        return (Place(zone=zone, country=country, state=state),)
    if zone:
        return _in_zone(zone, by_phone)
    return tuple(Place(zone=name, country="US", state=state) for name in ZONES[state]) if state else ()


def _in_zone(zone: str, by_phone: tuple[Place, ...]) -> tuple[Place, ...]:
    """The zone is known and the law is not: whatever the phone leaves possible, there."""
    at_home = "US" if zone in _zones_of_states() else None
    rules = dict.fromkeys(_rule_in(zone, place) for place in by_phone) or {(at_home, None): None}
    return tuple(Place(zone=zone, country=country or at_home, state=state) for country, state in rules)


def _rule_in(zone: str, place: Place) -> tuple[str | None, str | None]:
    if place.state is not None and zone not in ZONES[place.state]:
        return place.country, None  # the number has moved, and nobody knows to which state
    return place.country, place.state


@lru_cache(maxsize=1)
def _zones_of_states() -> frozenset[str]:
    return frozenset(zone for zones in ZONES.values() for zone in zones)


@lru_cache(maxsize=4096)
def _by_phone(e164: str) -> tuple[Place, ...]:
    number = phonenumbers.parse(e164)
    if number.country_code == 1:
        return _north_american(e164, phonenumbers.region_code_for_number(number))
    country = phonenumbers.region_code_for_number(number)
    zones = [zone for zone in timezone.time_zones_for_number(number) if zone != NOWHERE]
    return tuple(Place(zone=zone, country=country) for zone in zones)


def _north_american(e164: str, country: str | None) -> tuple[Place, ...]:
    area_code = e164[2:5]
    state = state_of_area_code(area_code)
    zones = _zones_of_area_code(area_code)
    # Toll-free and personal numbers belong to a country on paper and may ring anywhere.
    country = country if state or len(zones) <= MOST_ZONES_OF_ONE_AREA else None
    return tuple(Place(zone=zone, country=country, state=state) for zone in zones)


@lru_cache(maxsize=1024)
def _zones_of_area_code(area_code: str) -> tuple[str, ...]:
    """
    Every zone that any number of the area code is known to be in.

    The longest prefix alone misleads: +1 850 555 says New York, +1 850 234 says Chicago.
    """
    prefix = NORTH_AMERICA + area_code
    found = {zone for known, zones in _north_american_zones() if known.startswith(prefix) for zone in zones}
    return tuple(sorted(found)) or tuple(sorted(dict(_north_american_zones())[NORTH_AMERICA]))


@lru_cache(maxsize=1)
def _north_american_zones() -> tuple[tuple[str, tuple[str, ...]], ...]:
    from phonenumbers.tzdata import TIMEZONE_DATA  # large, and needed only where such phones are

    return tuple((known, zones) for known, zones in TIMEZONE_DATA.items() if known.startswith(NORTH_AMERICA))
