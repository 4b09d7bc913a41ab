"""`followup lead show` and `explain`, as people and scripts read them."""

import re
from datetime import timedelta

import pytest

from cli import process
from engine.words import LeadId
from tests.adapters.world import BEN, MONDAY, ROSA, Company
from tests.support.looking import lives, looks, publishes_a_wait
from tests.support.shell import Shell


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead that has had its first mail and waits for the next."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    return rosa


def due_at(shell: Shell) -> str:
    """When the only lead is due, as machines read it, whatever people asked for."""
    line: dict[str, str] = shell("lead", "list", "-o", "json", "--time-format", "relative").json[0]
    return line["next_due"]


def test_the_page_of_a_lead_reads_from_top_to_bottom(shell, company, rosa):
    """Who, where, why, then what happened."""
    company.hears(rosa, "note_added", MONDAY + timedelta(minutes=1))
    said = shell("lead", "show", "crm:4711", "--time-format", "raw").stdout
    for line in (
        f"lead      {rosa}",
        "email     r***@example.com  (email: no consent recorded)",
        "phone     +1***23  (sms: consent given, voice: no consent recorded)",
        "known as  crm:4711",
        "stage     response",
        f"next      {due_at(shell)}",
        "  2026-11-23T15:00:00Z  email hello: accepted",
        "  2026-11-23T15:00:00Z  capture to response",
        "  2026-11-23T15:01:00Z  note_added from crm by ana: not looked at yet",
    ):
        assert line in said, line
    titles = [line for line in said.splitlines() if line and " " not in line]
    assert titles == ["Enrolments", "Touches", "Stages", "Inbox"]


def test_the_audit_trail_tells_who_commanded_what_and_why(shell, company, rosa):
    """The reason was asked for so that somebody can read it."""
    shell("lead", "reassign", rosa, "--owner", "rep-2", "--reason", "ana is ill", "--by", "mia")
    lives(company, rosa, MONDAY)
    said = shell("lead", "show", rosa, "--time-format", "raw").stdout
    assert re.search(r"^Audit$", said, re.M)
    assert re.search(r"^  \S+Z  mia reassign rep-2 \(applied\): ana is ill$", said, re.M)
    assert re.search(r"^  .* mia reassign rep-2 \(applied\): ana is ill$", shell("lead", "explain", rosa).stdout, re.M)


def test_the_page_says_why_in_words(shell, company, rosa):
    """Codes are for machines."""
    company.hears(rosa, "replied", MONDAY + timedelta(minutes=1), channel="email", reply="positive")
    looks(company, rosa, now=MONDAY + timedelta(minutes=3))
    said = shell("lead", "show", "crm:4711", "--time-format", "raw").stdout
    for line in (
        "1. greeting@",
        ": started because the lead is captured, 2026-11-23T15:00:00Z; ended 2026-11-23T15:03:00Z: the lead answered",
    ):
        assert line in said, said


def test_addresses_are_shown_to_those_who_insist(shell, rosa):
    """And the default is safe to paste into a ticket."""
    assert "rosa@example.com" not in shell("lead", "show", rosa).stdout
    assert "rosa@example.com" not in shell("lead", "show", rosa, "-o", "json").stdout
    assert "rosa@example.com" in shell("lead", "show", rosa, "--reveal").stdout


@pytest.mark.parametrize("verb", ["show", "explain"])
def test_a_lead_that_is_not_there_is_an_error_that_helps(shell, verb):
    """Exit code 1: the command line was right, the lead is not there."""
    said = shell("lead", verb, "nobody@example.com", "-o", "json")
    assert (said.code, said.stdout, said.error["code"]) == (process.ExitCode.FAILED, "", "LED001")
    assert "followup lead list" in said.error["next"]


def test_explain_says_why_what_was_not_noted_and_whether_it_runs(shell, company, rosa):
    """The one question of every day: why has this lead not been contacted?"""
    company.hears(rosa, "replied", MONDAY + timedelta(minutes=1), channel="email", reply="positive")
    said = shell("lead", "explain", "rosa@example.com", "-o", "json").json
    assert said["lead_id"] == rosa
    assert said["explanation"]["lines"] and said["explanation"]["at"] == due_at(shell)
    assert [row["kind"] for row in said["unapplied"]] == ["replied"]
    assert said["run"] is None
    text = shell("lead", "explain", "rosa@example.com").stdout
    assert "Not looked at yet" in text
    assert "Temporal could not be asked" in text


def test_a_lead_nobody_has_looked_at_is_explained_too(shell, company):
    """Nothing to say would look like nothing known."""
    company.captures(BEN)
    assert shell("lead", "explain", "ben@example.com").stdout.startswith("It is recorded, and no look has been at it")


def test_every_message_can_be_read_as_it_was_written(shell, company, rosa):
    """Whoever answers the phone must know what we wrote, and whoever writes sequences how it reads."""
    said = shell("lead", "messages", rosa, "--time-format", "raw")
    assert said.stdout.splitlines()[:6] == [
        "2026-11-23T15:00:00Z  email hello: accepted",
        "    from ana@example.com",
        "    Hello Rosa",
        "",
        "    Hi Rosa, it is us.",
        "",
    ]
    (message,) = shell("lead", "messages", rosa, "-o", "json").json
    assert (message["step"], message["subject"], message["channel"]) == ("hello", "Hello Rosa", "email")


def test_a_lead_that_got_nothing_says_so(shell, company):
    """An empty screen would leave open whether it was asked at all."""
    company.captures(BEN)
    assert shell("lead", "messages", "ben@example.com").stderr == "nothing was written to this lead\n"
