"""The world of one lead, read from live tables."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters import owners, switches
from adapters.catalogue import published
from adapters.circumstances import NEVER_OPEN, circumstances_of, known
from adapters.leads import NewLead, lock
from adapters.owners import Owner
from adapters.settings import Settings
from adapters.switches import Scope
from adapters.tables import leads
from adapters.windows import window_of
from engine.calendar.hours import next_common_opening
from engine.life.circumstances import Circumstances, FieldValue, SequencePause
from engine.reasons import SkipReason
from engine.words import Channel, LeadId, ZoneSource
from tests.adapters.world import ANA, MONDAY, ROSA, SETTINGS, Company, later


def world(company: Company, lead: LeadId, settings: Settings = SETTINGS) -> Circumstances:
    with company.database.transaction() as transaction:
        row = lock(transaction, lead)
        assert row is not None
        now = MONDAY
        return circumstances_of(transaction, known(transaction, row), published(transaction), settings, now)


def hired(company: Company, **changes: object) -> None:
    with company.database.transaction() as transaction:
        owners.save(transaction, ANA.model_copy(update=changes))


@pytest.mark.parametrize(
    ("said", "of_the_owner", "expected"),
    [
        pytest.param("America/Chicago", "America/Denver", ("America/Chicago", ZoneSource.LEAD), id="the lead's"),
        pytest.param(None, "America/Denver", ("America/Denver", ZoneSource.OWNER), id="the owner's"),
        pytest.param("Middle-earth", "America/Denver", ("America/Denver", ZoneSource.OWNER), id="one that is none"),
        pytest.param(None, "Nowhere", ("America/New_York", ZoneSource.ORG), id="the organisation's"),
        pytest.param("", None, ("America/New_York", ZoneSource.ORG), id="nobody said anything"),
    ],
)
def test_the_zone_is_the_leads_then_the_owners_then_ours(company, said, of_the_owner, expected):
    """One bad zone string stopped all other leads of a peer."""
    hired(company, zone=of_the_owner)
    found = world(company, company.captures(ROSA.model_copy(update={"zone": said})))
    assert (found.zone, found.zone_source) == expected


def test_channels_are_those_with_an_address_and_say_why_not(company):
    """What is not listed has no address; what is listed may still be closed."""
    by_mail = world(company, company.captures(NewLead(source="web_form", emails=("ben@example.com",))))
    assert [state.channel for state in by_mail.channels] == [Channel.EMAIL]
    rosa = company.captures(ROSA)
    company.hears(rosa, "bounced", channel="sms")
    found = world(company, rosa)
    assert (found.why_not(Channel.EMAIL), found.why_not(Channel.VOICE)) == (None, None)
    assert found.why_not(Channel.SMS) is SkipReason.ADDRESS_BOUNCED


def test_only_declared_fields_reach_the_engine(company):
    """A condition cannot depend on what nobody declared."""
    new = ROSA.model_copy(update={"fields": (*ROSA.fields, FieldValue(name="shoe_size", value=39.0))})
    assert world(company, company.captures(new)).fields == (FieldValue(name="heat", value="hot"),)


def test_working_time_is_the_owners_or_ours(company):
    """An hour of work in Denver is not an hour in New York."""
    rosa = company.captures(ROSA)
    hired(company, hours="Mon-Thu 07:00-15:00", zone="America/Denver")
    found = world(company, rosa).owner_hours
    assert (found.zone, found.window) == ("America/Denver", window_of("Mon-Thu 07:00-15:00"))
    hired(company, hours="whenever", zone="Nowhere")
    found = world(company, rosa).owner_hours
    assert (found.zone, found.window) == ("America/New_York", SETTINGS.owner_hours)
    assert found.closed_days


def test_a_lead_whose_owner_we_do_not_know_has_a_world_too(company):
    """A CRM may name somebody we have never heard of."""
    found = world(company, company.captures(ROSA.model_copy(update={"owner": "stranger"})))
    assert (found.owner, found.zone_source) == ("stranger", ZoneSource.LEAD)


def test_an_absence_that_is_over_is_none(company):
    """Nobody has to come back and say so when the end was named."""
    rosa = company.captures(ROSA)
    hired(company, absent_until=later(days=2))
    assert world(company, rosa).owner_absent_until == later(days=2)
    hired(company, absent_until=MONDAY)
    assert world(company, rosa).owner_absent_until is None


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param("+1 800 555 0123", id="toll-free"),
        pytest.param("+881 6 1234 5678", id="a satellite phone"),
    ],
)
def test_a_phone_nobody_can_place_is_never_open(company, phone):
    """Then a person decides; the engine never guesses whose night it is."""
    found = world(company, company.captures(NewLead(source="web_form", phones=(phone,))))
    assert found.channels
    assert found.contact_hours == (NEVER_OPEN,)
    assert next_common_opening(found.contact_hours, MONDAY, within=timedelta(days=21)) is None


def test_without_a_phone_no_law_about_phones_applies(company):
    """Mail has no quiet hours."""
    assert world(company, company.captures(NewLead(source="x", emails=("ben@example.com",)))).contact_hours == ()


def test_kill_switches_are_read_live_and_leave_a_trail(company):
    """Pause-all must hold for the very next look."""
    rosa = company.captures(ROSA)
    with company.database.transaction() as transaction:
        assert switches.turn_off(transaction, Scope.ALL, "", "ana", "wrong price", MONDAY)
        assert not switches.turn_off(transaction, Scope.ALL, "", "ben", "me too", MONDAY)
        switches.turn_off(transaction, Scope.CHANNEL, "sms", "ana", "carrier trouble", MONDAY)
        switches.turn_off(transaction, Scope.SEQUENCE, "greeting", "ana", "new text", MONDAY)
    found = world(company, rosa)
    assert found.all_switched_off
    assert (found.switched_off, found.paused_sequences) == ((Channel.SMS,), ())
    assert found.pauses == (SequencePause(sequence="greeting", since=MONDAY),)
    with company.database.transaction() as transaction:
        assert switches.turn_on(transaction, Scope.ALL, "", "ana", "mended", later(hours=1))
        assert not switches.turn_on(transaction, Scope.ALL, "", "ana", "again", later(hours=1))
    assert not world(company, rosa).all_switched_off


def test_the_numbers_of_the_deployment_reach_the_engine(company):
    """A demo needs seconds where production needs minutes."""
    settings = SETTINGS.model_copy(update={"lead_cap": 7, "min_gap_seconds": 1})
    found = world(company, company.captures(ROSA), settings)
    assert (found.policy.lead_cap, found.policy.min_gap) == (7, timedelta(seconds=1))


def test_owners_are_saved_again_under_their_id(company):
    """The CRM tells us about everybody every night."""
    with company.database.transaction() as transaction:
        owners.save(transaction, Owner(id="ben", name="Ben"))
        owners.save(transaction, Owner(id="ben", name="Ben Okri", email="ben@example.com"))
        assert [owner.name for owner in owners.everybody(transaction)] == ["Ana Ortiz", "Ben Okri"]
        assert owners.read(transaction, "nobody") is None


def test_a_zone_is_recomputed_when_somebody_says_another(company):
    """The lead moved; the next look must know."""
    rosa = company.captures(ROSA)
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).values(zone="Pacific/Honolulu"))
    assert {hours.zone for hours in world(company, rosa).contact_hours} == {"Pacific/Honolulu"}
