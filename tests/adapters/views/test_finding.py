"""Which lead somebody means."""

import pytest

from adapters.leads import ExternalId, NewLead
from adapters.views.finding import find
from engine.errors import FollowupError
from tests.adapters.world import BEN, ROSA, Company


def meant(company: Company, text: str) -> str:
    with company.database.reading() as transaction:
        return find(transaction, company.people, text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("crm:4711", id="another system's id"),
        pytest.param("rosa@example.com", id="mail"),
        pytest.param(" Rosa@Example.COM ", id="mail, as people write it"),
        pytest.param("+1 212 555 0123", id="phone"),
        pytest.param("(212) 555-0123", id="phone, as written at home"),
    ],
)
def test_a_lead_is_found_by_whatever_people_have_at_hand(company, text):
    """On-call has a mail or a CRM record open, never our id."""
    rosa, _ = company.captures(ROSA), company.captures(BEN)
    assert meant(company, text) == rosa
    assert meant(company, rosa) == rosa


@pytest.mark.parametrize(
    "text", ["nobody", "crm:4712", "other:4711", "ben@example.com", "+12125550199", "", ":", "@", "a@b@c"]
)
def test_nobody_is_said_to_be_nobody_without_repeating_the_address(company, text):
    """The error may end in a log, and the address is somebody's."""
    company.captures(ROSA)
    with pytest.raises(FollowupError) as caught:
        meant(company, text)
    assert caught.value.code == "LED001"
    assert "ben" not in str(caught.value)


def test_several_are_listed_and_none_is_chosen(company):
    """Families share a phone; pausing the wrong one is worse than asking."""
    first = company.captures(NewLead(source="crm", phones=("+12125550123",), external_ids=(external("1"),)))
    second = company.captures(NewLead(source="crm", emails=("kim@example.com",), external_ids=(external("2"),)))
    with company.database.transaction() as transaction:
        phone = company.people.phone("+12125550123")
        company.people.add_addresses(transaction, second, [phone], "crm", company.lead(second).created_at)
    with pytest.raises(FollowupError) as caught:
        meant(company, "+12125550123")
    assert caught.value.code == "LED002"
    assert first in caught.value.why and second in caught.value.why


def external(name: str) -> ExternalId:
    return ExternalId(system="crm", id=name)
