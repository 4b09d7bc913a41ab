"""
When the law lets us call or text, by place: data with sources and the day from which each row holds.

An engineering input, not legal advice. Where sources disagree, the hours they share are used; exemptions for business
customers or earlier dealings are not encoded. Each row names its source.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Final

import holidays

from adapters.windows import window_of
from adapters.zones import Place
from engine.calendar.hours import Hours
from engine.calendar.zones import clock
from engine.frozen import Frozen

EARLIEST: Final = date(1991, 1, 1)


class Rule(Frozen):
    """Hours in which calls and texts may arrive, in the recipient's local time."""

    country: str | None
    """None: wherever no other row holds."""
    state: str | None = None
    hours: str
    no_holidays: bool = False
    """Not on public holidays either."""
    since: date = EARLIEST
    source: str


FEDERAL: Final = "47 CFR 64.1200(c)(1), 16 CFR 310.4(c)"
SURVEY: Final = "survey of state laws, 2025-11-01"

_EIGHT_TO_EIGHT: Final = "Mon-Sun 08:00-20:00"
_NINE_TO_NINE: Final = "Mon-Sun 09:00-21:00"
_NOT_ON_SUNDAY: Final = "Mon-Sat 08:00-20:00"


def _state(state: str, hours: str, source: str, *, no_holidays: bool = False, since: date = EARLIEST) -> Rule:
    return Rule(country="US", state=state, hours=hours, no_holidays=no_holidays, source=source, since=since)


RULES: Final[tuple[Rule, ...]] = (
    Rule(country="US", hours="Mon-Sun 08:00-21:00", source=FEDERAL),
    _state("AL", _NOT_ON_SUNDAY, SURVEY, no_holidays=True),
    _state("LA", _NOT_ON_SUNDAY, SURVEY, no_holidays=True),
    _state("MS", _NOT_ON_SUNDAY, f"{SURVEY}; one source knows no ban on Sundays"),
    _state("CT", "Mon-Sun 09:00-20:00", SURVEY),
    _state("NV", "Mon-Sun 09:00-20:00", SURVEY),
    _state("FL", _EIGHT_TO_EIGHT, "Fla. Stat. 501.616(6)", since=date(2021, 7, 1)),
    _state("OK", _EIGHT_TO_EIGHT, "15 Okla. Stat. 775C.4", since=date(2022, 11, 1)),
    _state("MD", _EIGHT_TO_EIGHT, SURVEY),
    _state("MA", _EIGHT_TO_EIGHT, SURVEY),
    _state("NJ", _EIGHT_TO_EIGHT, "one survey only, 2025"),
    _state("WA", _EIGHT_TO_EIGHT, "WA HB 1497", since=date(2022, 6, 9)),
    _state("KY", "Mon-Sun 10:00-21:00", "KRS 367.46955"),
    *(_state(state, _NINE_TO_NINE, SURVEY) for state in ("MI", "MN", "NM")),
    *(_state(state, _NINE_TO_NINE, "one survey only, 2026-04-08") for state in ("CA", "IL")),
    _state("PA", "Mon-Fri 08:00-21:00, Sat 08:00-12:00, Sun 08:00-21:00", SURVEY, no_holidays=True),
    _state("RI", "Mon-Fri 09:00-18:00, Sat-Sun 10:00-17:00", SURVEY),
    _state("TX", "Mon-Sat 09:00-21:00, Sun 12:00-21:00", "Tex. Bus. & Com. Code 302; SB 140", since=date(2025, 9, 1)),
    Rule(country="GB", hours="Mon-Sat 08:00-20:00", no_holidays=True, source="PECR, unverified summary"),
    Rule(country="DE", hours="Mon-Sat 08:00-20:00", no_holidays=True, source="UWG 7, unverified summary"),
    Rule(
        country="FR",
        hours="Mon-Fri 10:00-13:00, Mon-Fri 14:00-20:00",
        no_holidays=True,
        source="Code de la consommation D223-8 (calls), unverified summary",
    ),
    Rule(country=None, hours="Mon-Sat 08:00-20:00", source="ours, where we know no law"),
)
"""One row per place and day of effect; of several for a place the youngest that already holds is used."""

STATE_UNKNOWN: Final = Rule(
    country="US",
    hours="Mon-Fri 10:00-18:00, Sat 10:00-12:00",
    no_holidays=True,
    source="the hours that every state above shares",
)


def legal_hours(place: Place, now: datetime) -> Hours:
    """When calls and texts may arrive in that place, by the law of the day."""
    rule = rule_for(place, clock(place.zone, now).date())
    closed = public_holidays(rule.country, None, now.year) if rule.no_holidays and rule.country else ()
    return Hours(zone=place.zone, window=window_of(rule.hours), closed_days=closed)


def rule_for(place: Place, day: date) -> Rule:
    """The row that holds in that place on that day."""
    if place.country == "US" and place.state is None:
        return STATE_UNKNOWN
    exact = _youngest(place.country, place.state, day)
    return exact or _youngest(place.country, None, day) or _anywhere(day)


def public_holidays(country: str, region: str | None, year: int) -> tuple[date, ...]:
    """The public holidays of the year before, that year and the two after it; none for a country we know nothing of."""
    return _holidays(country, region, year)


def _youngest(country: str | None, state: str | None, day: date) -> Rule | None:
    holding = [rule for rule in RULES if (rule.country, rule.state) == (country, state) and rule.since <= day]
    return max(holding, key=lambda rule: rule.since, default=None)


def _anywhere(day: date) -> Rule:
    rule = _youngest(None, None, day)
    if rule is None:
        raise RuntimeError("the table of contact hours has no last row")
    return rule


@lru_cache(maxsize=256)
def _holidays(country: str, region: str | None, year: int) -> tuple[date, ...]:
    regions = holidays.list_supported_countries().get(country)
    if regions is None:
        return ()
    known = region if region in regions else None
    return tuple(sorted(holidays.country_holidays(country, subdiv=known, years=range(year - 1, year + 3))))
