"""Leads that are gone: whoever asks again is heard, and what comes for a merged lead is its survivor's."""

from datetime import datetime

import pytest

from adapters.addresses import mail_address
from adapters.departed import standing_in
from adapters.leads import ExternalId, NewLead
from adapters.views.finding import find
from engine.words import Channel, EventKind, LeadId
from tests.adapters.world import BEN, MONDAY, ROSA, Company, later
from tests.support.looking import lives

IN_THE_CRM = ROSA.external_ids[0]
ROSAS = mail_address("rosa@example.com")


def leaves(company: Company, lead: LeadId, kind: EventKind, at: datetime = MONDAY, **said: str) -> None:
    """The CRM says that there is no such lead any more, and the lead has looked."""
    company.hears(lead, kind, at, **said)
    assert lives(company, lead, at).over


@pytest.mark.parametrize("kind", [EventKind.MERGED, EventKind.DELETED, EventKind.ERASED])
def test_who_asks_again_after_leaving_is_another_lead(company: Company, kind: EventKind) -> None:
    """A person who writes into the form a year later was told "received", and nobody ever came."""
    rosa = company.captures(ROSA)
    leaves(company, rosa, kind)
    again = company.captures(ROSA, later(days=200))
    assert again != rosa
    assert company.hears(IN_THE_CRM, "stage_changed", later(days=201), pipeline_stage="Proposal").lead_id == again
    with company.database.reading() as transaction:
        assert find(transaction, company.people, "rosa@example.com") == again


def test_what_a_lead_refused_before_it_left_stays_refused(company: Company) -> None:
    """An address is the person's, whatever becomes of the record."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "opted_out", channel="email")
    leaves(company, rosa, EventKind.DELETED)
    company.captures(ROSA, later(days=200))
    assert Channel.EMAIL in company.closed("rosa@example.com")


def test_what_comes_for_a_merged_lead_is_its_survivors(company: Company) -> None:
    """The survivor is written to: its answers, and what the CRM says under the old name, must stop that."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    leaves(company, rosa, EventKind.MERGED, survivor=ben)
    for to in (rosa, IN_THE_CRM, ROSAS):
        assert company.hears(to, "replied", channel="email", reply="question").lead_id == ben
    assert company.captures(ROSA, later(days=1)) == ben


def test_an_answer_by_address_is_not_for_who_is_gone(company: Company) -> None:
    """The lead that was merged wrote last; the one that was kept is called by that address now, and writes on."""
    rosa = company.captures(ROSA)
    lives(company, rosa)
    ben = company.captures(BEN)
    company.hears(ben, "fields_changed", email="rosa@example.com")
    leaves(company, rosa, EventKind.MERGED)
    assert company.hears(ROSAS, "replied", channel="email", reply="question").lead_id == ben


def test_survivors_in_a_circle_stand_in_for_nobody(company: Company) -> None:
    """A CRM that merges two records into each other may not hold up whoever asks."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    leaves(company, rosa, EventKind.MERGED, survivor=ben)
    leaves(company, ben, EventKind.MERGED, survivor=rosa)
    with company.database.reading() as transaction:
        assert standing_in(transaction, rosa) is None
    assert company.captures(ROSA, later(days=1)) not in (rosa, ben)


@pytest.mark.parametrize("said", [{}, {"survivor": "nobody"}], ids=["none is named", "nobody knows it"])
def test_a_survivor_nobody_knows_is_none(company: Company, said: dict[str, str]) -> None:
    """What comes is kept under the name it came for."""
    rosa = company.captures(ROSA)
    leaves(company, rosa, EventKind.MERGED, MONDAY, **said)
    assert company.hears(rosa, "note_added").lead_id == rosa


def test_an_id_of_somebody_who_is_there_stays_theirs(company: Company) -> None:
    """Only the name of who is gone is free."""
    rosa = company.captures(ROSA)
    both = NewLead(source="web_form", emails=BEN.emails, external_ids=(ExternalId(system="crm", id="4712"), IN_THE_CRM))
    assert company.captures(both) == rosa
