"""What others tell us is kept in a shape that no zone, no delay and no database trips over."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine.calendar.zones import clock, zone_names
from engine.hearsay import EARLIEST, LATEST, LONGEST_TEXT, SaidMoment, SaidText, bearable
from engine.life.sentences import say_wall

offsets = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
any_moment = st.datetimes(timezones=offsets) | offsets.flatmap(
    lambda offset: st.sampled_from([datetime.min.replace(tzinfo=offset), datetime.max.replace(tzinfo=offset)])
)
texts = st.text(st.characters(exclude_categories=())) | st.just("a\0b\ud800c" * LONGEST_TEXT)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("9999-12-31T23:59:59-12:00", LATEST, id="no end"),
        pytest.param("0001-01-01T00:00:00+14:00", EARLIEST, id="no beginning"),
        pytest.param("2026-12-01T09:00:00-05:00", datetime(2026, 12, 1, 14, tzinfo=UTC), id="a morning"),
    ],
)
def test_a_moment_that_stands_for_never_becomes_the_end_of_our_calendar(told, kept):
    """One row that says "until the last day of all" must not raise in the zones whose calendar has no such day."""
    assert TypeAdapter(SaidMoment).validate_json(f'"{told}"') == kept


@given(any_moment, st.sampled_from(sorted(zone_names())))
def test_every_moment_can_be_said_and_counted_from_in_every_zone(moment, zone):
    """Whatever the offset, and with a delay of centuries."""
    assert say_wall(moment, zone)
    for years in (-500, 500):
        assert clock(zone, bearable(moment) + timedelta(days=365 * years)).tzinfo is None


@given(texts)
def test_every_text_can_be_stored_and_what_any_database_takes_is_kept_as_it_is(text):
    """PostgreSQL refuses NUL and lone surrogates; everything else, white space too, may be what a rule matches."""
    kept = TypeAdapter(SaidText).validate_python(text)
    assert kept.encode().count(b"\0") == 0
    assert len(kept) <= LONGEST_TEXT
    assert kept == text or len(text) > LONGEST_TEXT or not text.isprintable()
