"""`followup lead list`, as people and scripts read it."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli import process
from engine.words import LeadId
from tests.adapters.world import BEN, MONDAY, ROSA, Company
from tests.support.looking import lives, publishes_a_wait
from tests.support.shell import Shell


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead that has had its first mail and waits for the next."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    return rosa


def test_the_list_is_a_table_for_people_and_objects_for_machines(shell, company, rosa):
    """The same leads, whoever asks."""
    company.captures(BEN, MONDAY + timedelta(hours=1))
    text = shell("lead", "list")
    assert [line.split()[1] for line in text.stdout.splitlines()] == ["NAME", "Ben", "Rosa"]
    assert [line["name"] for line in shell("lead", "list", "-o", "json").json] == ["Ben", "Rosa"]
    assert [line["name"] for line in shell("lead", "list", "-o", "jsonl").lines] == ["Ben", "Rosa"]
    assert shell("lead", "list", "-o", "none").stdout == ""


def test_filters_are_options(shell, company, rosa):
    """Each option reaches the query."""
    company.captures(BEN, MONDAY + timedelta(hours=1))

    def names(*words: str) -> list[str]:
        return [line["name"] for line in shell("lead", "list", "-o", "json", *words).json]

    assert names("--stage", "response") == ["Rosa"]
    assert names("--sequence", "greeting", "--owner", "ana", "--state", "waiting") == ["Rosa"]
    assert names("--due-before", "2026-11-24T00:00Z") == ["Ben"]
    assert names("--limit", "1") == ["Ben"]
    assert "the newest 1; --limit 0 lists all" in shell("lead", "list", "--limit", "1").stderr


def test_a_state_that_does_not_exist_is_a_mistake_not_an_empty_list(shell):
    """ "No lead is in revue" would be read as good news."""
    said = shell("lead", "list", "--state", "revue", "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert "review.missing_token" in said.error["what"]


def test_an_empty_list_is_told_to_people_and_is_empty_for_machines(shell):
    """Exit code 0: nothing went wrong."""
    assert (shell("lead", "list").code, shell("lead", "list").stderr) == (0, "no lead is like that\n")
    assert shell("lead", "list", "-o", "json").json == []


def test_times_are_relative_named_or_raw(shell: Shell, rosa: LeadId):
    """Whoever compares with another system wants the instant, whoever decides wants the distance."""

    def due(form: str) -> str:
        return shell("lead", "list", "--time-format", form).stdout

    instant: str = shell("lead", "list", "-o", "json", "--time-format", "relative").json[0]["next_due"]
    assert instant.endswith("Z")
    assert re.search(r" in \d+ d", due("relative"))
    assert instant in due("raw")
    wall = datetime.fromisoformat(instant).astimezone(ZoneInfo("America/New_York"))
    assert f"{wall.isoformat()} America/New_York" in due("iso")
