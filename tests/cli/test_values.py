"""What people type is read strictly, or refused with how to write it."""

from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli.values import coming, identifier, json_object, moment, pairs, steady, whoever_asks
from engine.hearsay import EARLIEST, LATEST


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2026-12-01T09:00:00-05:00", datetime(2026, 12, 1, 14, tzinfo=UTC), id="with an offset"),
        pytest.param("2026-12-01T14:00Z", datetime(2026, 12, 1, 14, tzinfo=UTC), id="in UTC"),
        pytest.param("2026-12-01 09:00 America/New_York", datetime(2026, 12, 1, 14, tzinfo=UTC), id="on a wall"),
        pytest.param("2026-07-01 Europe/Berlin", datetime(2026, 6, 30, 22, tzinfo=UTC), id="a date in a zone"),
        pytest.param("2026-12-01T09:00 UTC", datetime(2026, 12, 1, 9, tzinfo=UTC), id="a zone of one word"),
        pytest.param("9999-12-31T23:59:59-05:00", LATEST, id="no end"),
        pytest.param("0001-01-01 Asia/Tokyo", EARLIEST, id="before all time"),
    ],
)
def test_a_moment_that_names_its_zone_is_understood(text, instant):
    """The same words must mean the same instant on every machine."""
    assert moment(text) == instant


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        pytest.param("+3d", timedelta(days=3), id="days"),
        pytest.param("-15min", timedelta(minutes=-15), id="the past"),
        pytest.param("+2w", timedelta(weeks=2), id="weeks"),
    ],
)
def test_a_distance_counts_from_now(text, distance):
    """Nobody should have to work out the date of the day after tomorrow."""
    assert abs(moment(text) - datetime.now(UTC) - distance) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-12-01T09:00", id="no zone"),
        pytest.param("tomorrow", id="a word"),
        pytest.param("3d", id="a distance without a direction"),
        pytest.param("2026-02-30T09:00Z", id="a day there is not"),
        pytest.param("2026-12-01 09:00 Europe/Atlantis", id="a zone there is not"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_moment_is_refused_with_how_to_write_one(text):
    """A time read in the wrong zone calls people at night."""
    with pytest.raises(typer.BadParameter):
        moment(text)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_refusal(text):
    """A traceback explains nothing to whoever made a typing mistake."""
    try:
        assert moment(text).tzinfo is not None
    except typer.BadParameter as refusal:
        assert refusal.message


def test_pairs_are_read_once_each():
    """The second of two contradicting values would win silently."""
    assert pairs(["a=1", "b==", "c="]) == {"a": "1", "b": "=", "c": ""}
    for wrong in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(typer.BadParameter):
            pairs(wrong)


@given(st.text(max_size=40))
def test_any_text_is_a_json_object_or_a_refusal(text):
    """As with moments."""
    try:
        assert isinstance(json_object(text), dict)
    except typer.BadParameter as refusal:
        assert refusal.message


def test_a_deep_nest_is_refused():
    """Python's own reader gives up with an error of its own there."""
    with pytest.raises(typer.BadParameter):
        json_object("[" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"first_name": NaN}', id="not a number"),
        pytest.param('{"fields": {"x": 1e400}}', id="beyond every number"),
        pytest.param('{"fields": [-Infinity]}', id="infinity"),
        pytest.param('{"reason": "\\ud800"}', id="half a character"),
        pytest.param('{"fields": {"\\udcff": 1}}', id="half a character in a name"),
        pytest.param('{"owner": "a\\u0000b"}', id="nul"),
    ],
)
def test_json_that_no_database_can_keep_is_refused(text):
    """It would be taken, and break when it is written down or read back."""
    with pytest.raises(typer.BadParameter, match="no JSON"):
        json_object(text)


def test_json_may_hold_what_can_be_kept():
    """A name with a wide character, and a backslash that only looks like a NUL."""
    assert json_object('{"a": "\\ud83d\\ude00", "b": "\\\\u0000", "c": [1.5, null]}') == {
        "a": "😀",
        "b": "\\u0000",
        "c": [1.5, None],
    }


def test_a_moment_to_come_has_not_passed():
    """A pause until yesterday pauses nobody, whatever the answer says."""
    assert coming("+1d") > datetime.now(UTC)
    with pytest.raises(typer.BadParameter, match="has passed"):
        coming("-1min")


@pytest.mark.parametrize("text", ["", " ", "rep-1 ", "a\x1bb", "Zoë", "a\nb", "x" * 201])
def test_an_id_that_other_systems_could_not_take_is_refused(text):
    """It stands in logs, URLs and the audit trail."""
    with pytest.raises(typer.BadParameter):
        identifier(text)


def test_a_request_that_may_be_repeated_names_its_moment_itself():
    """ "In three days" said again tomorrow is another request under the same id."""
    assert steady("+3d", None) == "+3d"
    assert steady("2026-12-01T09:00Z", "req-1") == "2026-12-01T09:00Z"
    with pytest.raises(typer.BadParameter):
        steady("+3d", "req-1")


def test_who_asks_is_the_user_unless_a_name_is_set(monkeypatch):
    """The audit trail needs a name, also in a container that has none."""
    monkeypatch.setenv("FOLLOWUP_USER", "ann")
    assert whoever_asks() == "ann"
    monkeypatch.delenv("FOLLOWUP_USER")
    monkeypatch.setenv("LOGNAME", "ben")
    assert whoever_asks() == "ben"
