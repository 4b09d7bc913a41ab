"""Where a lead may be, and when it may be called there: never narrowed by a guess."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import timezone

from adapters.contact_hours import RULES, STATE_UNKNOWN, legal_hours, public_holidays, rule_for
from adapters.regions import AREA_CODES, NAMES, ZONES, state_of, state_of_area_code
from adapters.windows import window_of
from adapters.zones import Place, Whereabouts, places
from engine.calendar.hours import is_open
from engine.calendar.zones import valid_zone
from engine.sequence.compiled import Window

NEW_YORK, CHICAGO, DENVER = "America/New_York", "America/Chicago", "America/Denver"
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def said(**known: str) -> list[tuple[str, str | None, str | None]]:
    return [(place.zone, place.country, place.state) for place in places(Whereabouts.model_validate(known))]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({"phone": "+12125550123"}, [(NEW_YORK, "US", "NY")], id="an area code of one state and zone"),
        pytest.param(
            {"phone": "+18505550123"},
            [(CHICAGO, "US", "FL"), (NEW_YORK, "US", "FL")],
            id="an area code of two zones, whatever the longest prefix says",
        ),
        pytest.param(
            {"phone": "+12125550123", "zone": "America/Phoenix"},
            [("America/Phoenix", "US", None)],
            id="a number that has moved to a state nobody named",
        ),
        pytest.param(
            {"phone": "+12125550123", "zone": NEW_YORK, "region": "NJ"},
            [(NEW_YORK, "US", "NJ"), (NEW_YORK, "US", "NY")],
            id="a stated state and a number of another: both laws",
        ),
        pytest.param(
            {"phone": "+12125550123", "region": "texas"},
            [(CHICAGO, "US", "TX"), (DENVER, "US", "TX"), (NEW_YORK, "US", "NY")],
            id="a state with two zones, and the number's",
        ),
        pytest.param({"phone": "+442079460123"}, [("Europe/London", "GB", None)], id="another country"),
        pytest.param({"zone": "Europe/Paris", "country": "FR"}, [("Europe/Paris", "FR", None)], id="said, no phone"),
        pytest.param({"zone": NEW_YORK}, [(NEW_YORK, "US", None)], id="a zone of ours without a state"),
        pytest.param({"zone": "Mars/Olympus", "phone": "+12125550123"}, [(NEW_YORK, "US", "NY")], id="no such zone"),
        pytest.param({}, [], id="nothing is known"),
    ],
)
def test_every_place_that_is_possible_counts(known, expected):
    """A text at five in the morning costs up to 1,500 dollars."""
    assert said(**known) == expected


def test_a_toll_free_number_may_ring_anywhere():
    """Its paper country says nothing about whose night it is."""
    assert len(said(phone="+18005550123")) > 40
    assert {country for _, country, _ in said(phone="+18005550123")} == {None}


ALL_AREA_CODES = [code for codes in AREA_CODES.values() for code in codes.split()]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL_AREA_CODES), st.integers(0, 9_999_999))
def test_no_zone_that_the_prefix_table_knows_is_left_out(area_code, rest):
    """The union over the area code must hold whatever any longer prefix says."""
    number = f"+1{area_code}{rest:07}"
    known = set(timezone.time_zones_for_number(phonenumbers.parse(number))) - {"Etc/Unknown"}
    found = {zone for zone, _, _ in said(phone=number)}
    assert not known or known <= found or len(known) > 4


def test_the_tables_are_whole():
    """A state without a zone would have no hours, and an area code in two states would have one of them at random."""
    assert set(AREA_CODES) == set(ZONES) == set(NAMES.values())
    assert len(ALL_AREA_CODES) == len(set(ALL_AREA_CODES))
    assert all(valid_zone(zone) for zones in ZONES.values() for zone in zones)
    assert (state_of(" new york "), state_of("ny"), state_of("Bavaria"), state_of(None)) == ("NY", "NY", None, None)
    assert state_of_area_code("999") is None


# --- hours ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "local", "open_then"),
    [
        pytest.param(Place(zone=NEW_YORK, country="US", state="NY"), "2026-11-23 20:59", True, id="federal, to nine"),
        pytest.param(Place(zone=NEW_YORK, country="US", state="NY"), "2026-11-23 21:00", False, id="and no longer"),
        pytest.param(Place(zone=NEW_YORK, country="US", state="FL"), "2026-11-23 20:00", False, id="Florida, eight"),
        pytest.param(Place(zone=CHICAGO, country="US", state="AL"), "2026-11-22 12:00", False, id="Alabama, a Sunday"),
        pytest.param(Place(zone=NEW_YORK, country="US", state="PA"), "2026-11-28 12:00", False, id="PA, Saturday noon"),
        pytest.param(Place(zone=NEW_YORK, country="US", state="PA"), "2026-11-26 12:00", False, id="PA, Thanksgiving"),
        pytest.param(Place(zone=NEW_YORK, country="US", state="NY"), "2026-11-26 12:00", True, id="NY, Thanksgiving"),
        pytest.param(Place(zone=CHICAGO, country="US", state="TX"), "2026-11-22 11:59", False, id="Texas, Sunday"),
        pytest.param(Place(zone=NEW_YORK, country="US"), "2026-11-23 09:30", False, id="an unknown state, before ten"),
        pytest.param(Place(zone=NEW_YORK, country="US"), "2026-11-23 17:59", True, id="an unknown state, before six"),
        pytest.param(Place(zone=NEW_YORK, country="US"), "2026-11-26 12:00", False, id="an unknown state, a holiday"),
        pytest.param(Place(zone="Europe/Paris", country="FR"), "2026-11-23 13:30", False, id="France, lunch"),
        pytest.param(Place(zone="Europe/Berlin", country="DE"), "2026-12-25 12:00", False, id="Germany, Christmas"),
        pytest.param(Place(zone="Asia/Tokyo", country="JP"), "2026-11-23 19:59", True, id="elsewhere, our own hours"),
        pytest.param(Place(zone="Asia/Tokyo", country=None), "2026-11-22 12:00", False, id="elsewhere, a Sunday"),
    ],
)
def test_the_law_of_the_place_decides(place, local, open_then):
    """Each row is a rule with a source; the table in the code is the specification."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(place.zone)).astimezone(UTC)
    assert is_open(legal_hours(place, moment), moment) is open_then


def test_a_law_holds_from_its_day_on():
    """Last year's report must show last year's law."""
    texas = Place(zone=CHICAGO, country="US", state="TX")
    assert rule_for(texas, date(2025, 8, 31)).source.startswith("47 CFR")
    assert "SB 140" in rule_for(texas, date(2025, 9, 1)).source


def test_the_hours_of_an_unknown_state_are_inside_those_of_every_state():
    """Otherwise not knowing would allow what some law forbids."""
    zone = ZoneInfo(NEW_YORK)
    today = date(2026, 11, 23)
    unknown = window_of(STATE_UNKNOWN.hours)
    for state in ZONES:
        rule = rule_for(Place(zone=NEW_YORK, country="US", state=state), today)
        assert not rule.no_holidays or STATE_UNKNOWN.no_holidays
        for quarter in range(7 * 24 * 4):
            moment = datetime(2026, 11, 23, tzinfo=zone) + timedelta(minutes=15 * quarter)
            inside = _in(unknown, moment)
            assert not inside or _in(window_of(rule.hours), moment), (state, moment)


def _in(window: Window, moment: datetime) -> bool:
    wall = moment.time()
    return any(block.weekday == moment.weekday() and block.opens <= wall < block.closes for block in window.blocks)


def test_every_rule_can_be_read_and_names_its_source():
    """A number without a source is somebody's memory."""
    for rule in (*RULES, STATE_UNKNOWN):
        assert window_of(rule.hours).blocks
        assert rule.source
    assert len({(rule.country, rule.state, rule.since) for rule in RULES}) == len(RULES)


def test_holidays_reach_a_year_back_and_two_ahead():
    """Working days are counted over the turn of the year."""
    days = public_holidays("US", None, 2026)
    assert (days[0].year, days[-1].year) == (2025, 2028)
    assert date(2026, 11, 26) in days
    assert public_holidays("XX", None, 2026) == ()
    assert public_holidays("US", "Atlantis", 2026) == days
