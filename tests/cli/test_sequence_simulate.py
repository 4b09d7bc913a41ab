"""`followup sequence simulate`, as an operations team types it."""

from pathlib import Path

import pytest

from cli import process
from tests.support.shell import Shell

WORDS = ("sequence", "simulate", "proposal-follow-up", "--leads", "20", "--days", "60", "--from", "2026-11-23")


@pytest.fixture
def shell() -> Shell:
    """No database, no server."""
    return Shell(FOLLOWUP_DATABASE_URL="sqlite:////nowhere/at/all.sqlite")


def test_it_needs_no_server_and_no_database_and_says_the_same_each_time(shell: Shell):
    """Whoever writes a sequence runs it on the train."""
    one, again = shell(*WORDS, "-o", "json"), shell(*WORDS, "-o", "json")
    assert one.stdout == again.stdout
    assert (one.code, one.json["leads"], one.json["since"]) == (0, 20, "2026-11-23")
    other = shell(*WORDS, "--seed", "9", "-o", "json")
    assert other.stdout != one.stdout


def test_people_read_tables_and_the_story_of_one_lead(shell: Shell):
    """The totals say what to change; the story says why."""
    said = shell(*WORDS)
    assert "proposal-follow-up, rehearsed" in said.stdout
    assert "Where leads leave, and why" in said.stdout
    story = shell(*WORDS, "--lead", "3")
    assert "comes to us" in story.stdout
    assert "All times are those of America/New_York." in story.stdout
    assert shell(*WORDS, "--lead", "21").code == 2


def test_tables_and_plots_go_to_files(shell: Shell, tmp_path: Path):
    """For a spreadsheet, and for the meeting."""
    page = tmp_path / "page.html"
    assert shell(*WORDS, "--csv", str(tmp_path / "tables"), "--html", str(page), "-o", "none").code == 0
    steps = (tmp_path / "tables" / "steps.csv").read_text().splitlines()
    assert steps[0].startswith("sequence,stage,step,channel")
    assert any(row.startswith("proposal-follow-up,convert,how-to-read,email") for row in steps)
    html = page.read_text()
    assert html.count("<svg") == 2
    assert "http" not in html.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_what_people_do_can_be_printed_changed_and_given_back(shell: Shell, tmp_path: Path):
    """The file is its own manual."""
    ours = tmp_path / "ours.toml"
    ours.write_text(shell("sequence", "simulate", "--print-behaviour").stdout)
    assert shell(*WORDS, "--behaviour", str(ours), "-o", "json").stdout == shell(*WORDS, "-o", "json").stdout
    ours.write_text("[replies]\nemail = 7\n")
    wrong = shell(*WORDS, "--behaviour", str(ours), "-o", "json")
    assert (wrong.code, wrong.error["code"]) == (1, "SIM001")


def test_days_off_are_read_from_a_file(shell: Shell, tmp_path: Path):
    """Whoever closes in summer says so once."""
    closed = tmp_path / "closed.txt"
    closed.write_text("2026-11-25  # inventory\n2026-11-27\n\n")
    told = shell(*WORDS, "--calendar", str(closed), "-o", "json").json
    assert not {"2026-11-25", "2026-11-27"} & {load["day"] for load in told["messages"]}
    closed.write_text("2026-11-25\nChristmas\n")
    wrong = shell(*WORDS, "--calendar", str(closed), "-o", "json").error
    assert (wrong["code"], wrong["where"]) == ("SIM002", f"{closed}:2")


def test_a_sequence_that_is_not_there_is_one_clear_error(shell: Shell):
    """With the names that are."""
    said = shell("sequence", "simulate", "no-such-thing", "-o", "json")
    assert said.error["code"] == "SEQ051"


def test_two_sequences_stand_side_by_side(shell: Shell):
    """What-if, before anybody gets a word of it."""
    words = (
        "sequence",
        "simulate",
        "--compare",
        "proposal-follow-up",
        "keep-in-touch",
        "--leads",
        "15",
        "--days",
        "30",
    )
    said = shell(*words)
    assert said.code == 0
    assert "messages email" in said.stdout
    told = shell(*words, "-o", "json").json
    assert (told["one"]["sequence"], told["other"]["sequence"]) == ("proposal-follow-up", "keep-in-touch")
    assert told["called"] == ["proposal-follow-up", "keep-in-touch"]


def test_only_a_version_is_asked_of_the_database(shell: Shell):
    """Where there is none, the error says so."""
    said = shell("sequence", "simulate", "--compare", "keep-in-touch", "published", "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.UNREACHABLE, "DBS009")
