"""What commands say: data on stdout, all else on stderr, the same facts for people and machines."""

import json
from collections import abc
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from cli.output import Color, Format, Output, TimeFormat, plain, relative
from engine.errors import FollowupError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ERROR = FollowupError(code="LED001", what="there is no such lead", where="LEAD", why="nobody", next="look again")


class Fruit(BaseModel):
    """Something to talk about."""

    name: str
    ripe_at: datetime = NOON


APPLE, PEAR = Fruit(name="apple"), Fruit(name="pear")
COLUMNS = {"NAME": lambda fruit: fruit.name, "RIPE": lambda fruit: fruit.ripe_at.isoformat()}


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        pytest.param(timedelta(0), "now", id="now"),
        pytest.param(timedelta(seconds=0.4), "now", id="less than half a second"),
        pytest.param(timedelta(seconds=59), "in 59 s", id="seconds"),
        pytest.param(timedelta(minutes=-5), "5 min ago", id="the past"),
        pytest.param(timedelta(hours=3, minutes=12, seconds=40), "in 3 h 12 min", id="two units and no more"),
        pytest.param(timedelta(days=2, minutes=4), "in 2 d", id="a unit that is zero ends it"),
        pytest.param(timedelta(days=-400, hours=-5), "400 d 5 h ago", id="long ago"),
    ],
)
def test_a_distance_is_said_in_its_two_greatest_units(distance, said):
    """Whoever is on call reads "how long", not a timestamp."""
    assert relative(distance) == said


@pytest.mark.parametrize(
    ("times", "said"),
    [
        pytest.param(TimeFormat.RELATIVE, "in 1 d", id="relative"),
        pytest.param(TimeFormat.ISO, "2026-11-24T07:00:00-05:00 America/New_York", id="iso, in a zone that is named"),
        pytest.param(TimeFormat.RAW, "2026-11-24T12:00:00Z", id="raw, in UTC"),
    ],
)
def test_text_says_when_as_it_was_asked_to(times, said):
    """A time whose zone is not named is read in the wrong one."""
    out = Output(times=times, now=NOON)
    assert out.when(NOON + timedelta(days=1), "America/New_York") == said
    assert out.when(None) == "-"


def test_a_page_names_the_wall_time_beside_the_distance():
    """ "In 3 h" is for planning, the time on the lead's wall for judging."""
    out = Output(now=NOON)
    assert out.moment(NOON, "Asia/Kolkata") == "now (Mon 23 Nov 2026 17:30 Asia/Kolkata)"


@pytest.mark.parametrize(
    ("form", "stdout"),
    [
        pytest.param(Format.TEXT, "name  apple\n", id="text"),
        pytest.param(Format.JSON, '{\n  "name": "apple",\n  "ripe_at": "2026-11-23T12:00:00Z"\n}\n', id="json"),
        pytest.param(Format.JSONL, '{"name":"apple","ripe_at":"2026-11-23T12:00:00Z"}\n', id="jsonl"),
        pytest.param(Format.NONE, "", id="none"),
    ],
)
def test_one_thing_is_one_document_in_every_format(form, stdout, capsys):
    """Scripts parse stdout whole."""
    Output(format=form).one(APPLE, lambda: [("name", "apple")])
    assert capsys.readouterr().out == stdout


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_is_one_json_array_whatever_its_length(count, capsys):
    """An empty answer must parse as well as a long one."""
    assert Output(format=Format.JSON).many([APPLE] * count, COLUMNS, "no fruit") == count
    said = capsys.readouterr()
    assert json.loads(said.out) == [json.loads(APPLE.model_dump_json())] * count
    assert said.err == ""


def test_a_table_lines_up_and_an_empty_one_is_told_beside_the_data(capsys):
    """Piped into another command, a table without rows is nothing at all."""
    out = Output()
    out.many([APPLE, PEAR], COLUMNS)
    assert capsys.readouterr().out.splitlines() == [
        "NAME   RIPE",
        "apple  2026-11-23T12:00:00+00:00",
        "pear   2026-11-23T12:00:00+00:00",
    ]
    out.many([], COLUMNS, "no fruit")
    assert capsys.readouterr() == ("", "no fruit\n")


def test_lines_are_written_as_they_come(capsys):
    """A list of a million leads must not be gathered before the first one is seen."""

    def fruits() -> abc.Iterator[Fruit]:
        yield APPLE
        assert capsys.readouterr().out.count("\n") == 1
        yield PEAR

    assert Output(format=Format.JSONL).many(fruits(), COLUMNS) == 2


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("Rosa\x1b[2J", "Rosa [2J", id="an escape sequence"),
        pytest.param("a\nb\tc", "a b c", id="line breaks"),
        pytest.param("‮gnp", " gnp", id="text that runs backwards"),
        pytest.param("Zoë 日本", "Zoë 日本", id="letters of the world"),
    ],
)
def test_nobody_else_writes_on_our_terminal(written, shown, capsys):
    """Names and replies come from strangers; a terminal obeys what it is sent."""
    assert plain(written) == shown
    Output().many([Fruit(name=written)], {"NAME": lambda fruit: fruit.name})
    assert capsys.readouterr().out == f"NAME\n{shown}\n"


def test_an_error_says_what_where_why_and_what_next(capsys):
    """Who reads it must be able to act without asking."""
    Output().error(ERROR)
    assert capsys.readouterr() == (
        "",
        "LED001: there is no such lead\n  where: LEAD\n  why: nobody\n  next: look again\n",
    )


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL])
def test_an_error_is_one_document_for_machines(form, capsys):
    """A script reads stderr when the exit code says so."""
    Output(format=form).error(ERROR)
    told = {"code": "LED001", "what": "there is no such lead", "where": "LEAD", "why": "nobody", "next": "look again"}
    assert json.loads(capsys.readouterr().err) == {"error": told}


@pytest.mark.parametrize(
    ("color", "variables", "coloured"),
    [
        pytest.param(Color.ALWAYS, {"NO_COLOR": "1"}, True, id="asked for"),
        pytest.param(Color.NEVER, {}, False, id="refused"),
        pytest.param(Color.AUTO, {}, False, id="no terminal"),
    ],
)
def test_colours_are_for_terminals_and_those_who_ask(color, variables, coloured, monkeypatch):
    """Escape codes in a log file are noise."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in Output(color=color).paint("red", "red")) is coloured


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        pytest.param({}, True, id="a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, True, id="NO_COLOR that is empty says nothing"),
        pytest.param({"TERM": "dumb"}, False, id="a terminal that cannot"),
    ],
)
def test_a_terminal_is_coloured_unless_its_user_says_no(variables, coloured, monkeypatch):
    """no-color.org is a promise many tools keep."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert ("\x1b" in Output().paint("red", "red")) is coloured


def test_progress_stays_off_what_is_no_terminal(capsys):
    """A bar in a log file is a thousand lines of nothing."""
    with Output().progress("leads", 2) as advance:
        advance()
        advance()
    assert capsys.readouterr() == ("", "")
