"""`followup upcoming`: what leaves next, as a team reads it in the morning."""

import pytest
from sqlalchemy import select

from adapters.catalogue import publish
from adapters.tables import leads
from engine.words import LeadId
from tests.adapters.world import BEN, MONDAY, ROSA, Company
from tests.support.house import released
from tests.support.looking import lives, publishes_a_wait
from tests.support.shell import Shell
from tests.support.small_sequences import call, sequence, stage


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead that has had its first mail and waits for the next."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    return rosa


@pytest.fixture
def day(company: Company, rosa: LeadId) -> str:
    """The day on which her next mail leaves."""
    with company.database.reading() as transaction:
        row = transaction.execute(select(leads.c.next_due).where(leads.c.id == rosa)).one()
    return f"{row.next_due:%Y-%m-%d}"


def test_the_next_message_of_every_lead_stands_on_its_day(shell: Shell, rosa: LeadId, day: str) -> None:
    """To whom, when by the lead's clock, and why then; and how much there is of everything."""
    said = shell("upcoming", "--day", day, "-o", "json")
    assert [(one["lead_id"], one["act"], one["sequence"]) for one in said.json] == [(rosa, "send_email", "greeting")]
    text = shell("upcoming", "--day", day)
    assert "Rosa" in text.stdout
    assert text.stderr.strip() == "1 email"


def test_other_days_people_and_sequences_are_empty(shell: Shell, rosa: LeadId, day: str) -> None:
    """Each option reaches the query."""
    assert shell("upcoming", "--day", day, "--owner", "ana", "--sequence", "greeting", "-o", "json").json != []
    for words in (("--owner", "nobody"), ("--sequence", "other"), ("--day", "2030-01-01")):
        assert shell("upcoming", "--day", day, *words, "-o", "json").json == []
    assert "nothing leaves in that time" in shell("upcoming", "--day", "2030-01-01").stderr


def test_a_lead_that_waits_for_a_person_is_not_upcoming(shell: Shell, company: Company) -> None:
    """The call was asked for already; what wakes the lead next is only that nobody made it."""
    with company.database.transaction() as transaction:
        publish(
            transaction, released(sequence("calls", stage("nurture", call("talk", blocks=True)))), "ana", "", MONDAY
        )
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    due = lives(company, rosa).due
    (row,) = shell("lead", "list", "--state", "task", "-o", "json").json
    assert row["act"] == "create_task"
    assert shell("upcoming", "--day", f"{due:%Y-%m-%d}", "-o", "json").json == []


def test_the_first_of_many_are_shown_and_all_counted(shell: Shell, company: Company, rosa: LeadId, day: str) -> None:
    """A thousand mails need not be read to be known."""
    ben = company.captures(BEN)
    company.hears(ben, "captured")
    lives(company, ben)
    said = shell("upcoming", "--day", day, "--limit", "1")
    assert said.stderr.strip() == "the first 1 of 2: 2 emails"


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", ""])
def test_what_is_no_day_is_a_mistake(shell: Shell, company: Company, day: str) -> None:
    """And not an empty list."""
    assert shell("upcoming", "--day", day).code == 2
