"""The list of leads: what each filter lets through, newest first, without reading what it does not show."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.leads import NewLead
from adapters.tables import leads
from adapters.views.leads import STATES, LeadLine, Which, lines, states_of
from engine.words import LeadId, Stage
from tests.adapters.world import BEN, MONDAY, ROSA, Company, later
from tests.support.looking import lives, publishes_a_wait


def listed(company: Company, **which: object) -> list[LeadLine]:
    with company.database.reading() as transaction:
        return list(lines(transaction, Which.model_validate(which)))


@pytest.fixture
def rosa(company: Company) -> LeadId:
    return company.captures(ROSA, MONDAY)


@pytest.fixture
def ben(company: Company, rosa: LeadId) -> LeadId:
    ben = company.captures(BEN, later(hours=1))
    state = {"stage": "nurture", "lead_state": "review.missing_token", "next_due": later(days=3), "sequence": "life"}
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == ben).values(state))
    return ben


@pytest.mark.parametrize(
    ("which", "names"),
    [
        pytest.param({}, ["Ben", "Rosa"], id="all, newest first"),
        pytest.param({"limit": 1}, ["Ben"], id="so many"),
        pytest.param({"stage": Stage.NURTURE}, ["Ben"], id="stage"),
        pytest.param({"state": "review.missing_token"}, ["Ben"], id="a state"),
        pytest.param({"state": "review"}, ["Ben"], id="a family of states"),
        pytest.param({"state": "over"}, [], id="a family nobody is in"),
        pytest.param({"sequence": "life"}, ["Ben"], id="sequence"),
        pytest.param({"owner": "ana"}, ["Rosa"], id="owner"),
        pytest.param({"due_before": later(days=1)}, ["Rosa"], id="due before"),
        pytest.param({"owner": "ana", "stage": Stage.NURTURE}, [], id="several filters are all meant"),
    ],
)
def test_a_filter_lets_through_what_it_names(company, rosa, ben, which, names):
    """A lead that a filter hides is a lead nobody looks after."""
    assert [line.name for line in listed(company, **which)] == names


def test_a_line_says_where_the_lead_stands(company, rosa):
    """The list must answer "who, where, until when, why" without opening each lead."""
    publishes_a_wait(company)
    company.hears(rosa, "captured")
    lives(company, rosa)
    (line,) = listed(company)
    assert (line.lead_id, line.name, line.open, line.stage) == (rosa, "Rosa", True, "response")
    assert (line.sequence, line.owner, line.zone) == ("greeting", "ana", "America/New_York")
    assert line.next_due is not None and line.next_due > MONDAY
    assert line.why


def test_a_lead_that_is_over_is_due_never(company, rosa):
    """The time it was last looked at would read as an alarm."""
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == rosa).values(open=False))
    assert [(line.open, line.next_due) for line in listed(company)] == [(False, None)]
    assert listed(company, due_before=later(days=9)) == []


def test_times_are_told_in_the_owners_zone_when_the_lead_has_none(company):
    """A zone that does not exist must not break a list of a thousand leads."""
    company.captures(NewLead(source="crm", emails=("kim@example.com",), owner="ana", zone="Mars/Olympus"))
    assert [line.zone for line in listed(company)] == ["America/New_York"]


def test_a_long_list_is_read_as_it_is_asked_for(company):
    """A million leads must not be held in memory to print the first."""
    for number in range(3):
        new = NewLead(source="crm", emails=(f"lead{number}@example.com",))
        company.captures(new, MONDAY + timedelta(minutes=number))
    with company.database.reading() as transaction:
        coming = lines(transaction, Which())
        first = next(coming)
        assert [first, *coming] == listed(company)


def test_every_state_stands_for_itself_and_a_family_for_all_of_its():
    """A Review with a new reason must be found by `--state review` from its first day."""
    assert all(states_of(state) == (state,) for state in STATES)
    assert set(states_of("review")) == {state for state in STATES if state.startswith("review.")}
    assert states_of("asleep") == ()
