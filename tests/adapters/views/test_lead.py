"""One lead's page: everything people ask for, and no address in full unless they insist."""

import pytest

from adapters.views.lead import LeadPage, masked, memory, page, received, revealed, unapplied
from engine.errors import FollowupError
from engine.words import LeadId
from tests.adapters.world import ROSA, Company, later
from tests.support.looking import lives, publishes_a_wait


def shown(company: Company, lead: LeadId, show=masked) -> LeadPage:
    with company.database.reading() as transaction:
        return page(transaction, lead, show)


@pytest.fixture
def rosa(company: Company) -> LeadId:
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured", id="hello")
    lives(company, rosa)
    return rosa


def test_the_page_tells_the_whole_story(company, rosa):
    """On-call must not have to open a second window to see why a lead stands where it stands."""
    company.hears(rosa, "note_added", later(minutes=1), reason="likes tea")
    told = shown(company, rosa)
    assert (told.who.first_name, told.who.external_ids[0].id, told.who.fields[0].value) == ("Rosa", "4711", "hot")
    assert (told.standing.stage, told.standing.state, told.standing.owner) == ("response", "waiting", "ana")
    assert told.standing.version is not None and told.standing.version.startswith("greeting@")
    assert [(one.number, one.sequence, one.ended_at) for one in told.enrolments] == [(1, "greeting", None)]
    assert [(touch.channel, touch.step, touch.state) for touch in told.touches] == [("email", "hello", "accepted")]
    assert [change.to_stage for change in told.stage_changes] == ["response"]
    assert [(row.kind, row.disposition) for row in told.inbox] == [("captured", "applied"), ("note_added", None)]


def test_addresses_are_masked_unless_somebody_insists(company, rosa):
    """A screen is shared and a log is kept; the first and last characters are enough to recognise an address."""
    assert "rosa@example.com" not in shown(company, rosa).model_dump_json()
    assert "+12125550123" not in shown(company, rosa).model_dump_json()
    assert {address.address for address in shown(company, rosa).who.addresses} == {"r***@example.com", "+1***23"}
    in_full = {address.address for address in shown(company, rosa, revealed).who.addresses}
    assert in_full == {"rosa@example.com", "+12125550123"}


def test_each_address_says_what_we_may_do_with_it(company, rosa):
    """ "Why did she get no text?" is answered by consent and suppression, per channel."""
    company.hears(rosa, "opted_out", channel="email")
    told = {
        (address.kind, word.channel.value): (word.closed, word.consented)
        for address in shown(company, rosa).who.addresses
        for word in address.channels
    }
    assert told["email", "email"] == ("channel_suppressed", None)
    assert told["phone", "sms"] == (None, True)
    assert told["phone", "voice"] == (None, None)


def test_the_audit_trail_has_what_people_commanded_and_what_the_engine_did_in_one_order(company, rosa):
    """Who paused this lead, when and why: an auditor asks once, and of every command, not of the last twenty rows."""
    company.hears(rosa, "pause", later(minutes=1), source="operator", id="p1", reason="on holiday")
    company.hears(rosa, "resume", later(minutes=2), source="operator", id="p2")
    company.hears(rosa, "resume", later(minutes=3), source="operator", id="p3", reason="to be sure")
    company.hears(rosa, "replied", later(minutes=4), channel="email", reply="unclear")
    lives(company, rosa, later(minutes=5))
    company.hears(rosa, "enroll", later(minutes=6), source="operator", id="e1", sequence="greeting", reason="asked")
    lives(company, rosa, later(minutes=6))
    company.hears(rosa, "jump", later(minutes=7), source="operator", id="j1", stage="convert", step="offer")
    told = [(e.actor, e.action, e.reason, e.at, e.request, e.became) for e in shown(company, rosa).audit]
    assert [entry for entry in told if entry[0] == "ana"] == [
        ("ana", "pause", "on holiday", later(minutes=1), "p1", "applied"),
        ("ana", "resume", "", later(minutes=2), "p2", "applied"),
        ("ana", "resume", "to be sure", later(minutes=3), "p3", "ignored: not_paused"),
        ("ana", "enroll greeting", "asked", later(minutes=6), "e1", "refused: already_enrolled"),
        ("ana", "jump convert offer", "", later(minutes=7), "j1", None),
    ]
    assert [entry[1] for entry in told if entry[0] == "engine"] == ["parked"]
    assert told == sorted(told, key=lambda entry: entry[3])
    for number in range(30):
        company.hears(rosa, "note_added", later(minutes=7), id=f"n{number}")
    assert len(shown(company, rosa).audit) == len(told)


def test_what_a_person_reported_is_in_the_trail_without_what_it_said(company, rosa):
    """A new address is personal; that somebody changed one is not."""
    company.hears(rosa, "fields_changed", later(minutes=1), source="operator", email="rosa.d@example.com")
    company.hears(rosa, "note_added", later(minutes=2), reason="from the CRM, no command")
    (entry,) = [entry for entry in shown(company, rosa).audit if entry.actor != "engine"]
    assert (entry.actor, entry.action, entry.reason) == ("ana", "fields_changed", "")


def test_what_no_look_has_noted_yet_stands_apart(company, rosa):
    """A reply that was not applied is the first thing to look for when a lead gets a message it should not have got."""
    company.hears(rosa, "replied", later(minutes=1), channel="email", reply="positive")
    with company.database.reading() as transaction:
        assert [row.kind for row in unapplied(transaction, rosa)] == ["replied"]
        assert [row.kind for row in received(transaction, rosa, limit=1)] == ["replied"]


def test_the_memory_is_what_the_look_left_behind(company):
    """Explain must speak of the same facts that the engine decides with."""
    rosa = company.captures(ROSA)
    publishes_a_wait(company)
    with company.database.reading() as transaction:
        assert memory(transaction, rosa) is None
    company.hears(rosa, "captured", id="hello")
    lives(company, rosa)
    with company.database.reading() as transaction:
        known = memory(transaction, rosa)
    assert known is not None and known.enrolment is not None
    assert known.enrolment.plan.sequence.name == "greeting"


def test_a_lead_that_is_not_there_has_no_page(company):
    """An empty page would say that nothing ever happened."""
    with pytest.raises(FollowupError) as caught:
        shown(company, LeadId("nobody"))
    assert caught.value.code == "LED001"


@pytest.mark.parametrize(
    ("address", "mask"),
    [
        pytest.param("rosa@example.com", "r***@example.com", id="mail"),
        pytest.param("+12125550123", "+1***23", id="phone"),
        pytest.param("a@example.com", "a***@example.com", id="a name of one letter looks like any other"),
    ],
)
def test_a_mask_hides_all_but_what_recognition_needs(address, mask):
    """The length of a name tells something too."""
    assert masked(address) == mask


def test_reading_changes_nothing(company, rosa):
    """A page that is looked at often must not move a lead."""
    before = company.rows()
    shown(company, rosa)
    assert company.rows() == before
    assert shown(company, rosa) == shown(company, rosa)
