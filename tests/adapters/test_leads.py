"""People: recorded once, however often and by however many ways they get in touch."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from adapters.lead_file.rows import LeadRow
from adapters.lead_register import Recording
from adapters.leads import ExternalId, NewLead
from adapters.suppression import Consent, standings
from adapters.tables import leads
from engine.life.circumstances import FieldValue
from engine.words import Channel
from tests.adapters.world import MONDAY, ROSA, later


def test_a_new_person_gets_an_opaque_id_of_ours(company):
    """Ids stand in workflow ids and histories, where nothing personal may be."""
    lead = company.captures(ROSA)
    assert "rosa" not in lead
    assert company.lead(lead).external_ids == (ExternalId(system="crm", id="4711"),)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(NewLead(source="crm", external_ids=ROSA.external_ids), id="by what the CRM calls her"),
        pytest.param(NewLead(source="crm", emails=(" Rosa@EXAMPLE.com ",)), id="by her mail address"),
        pytest.param(NewLead(source="crm", phones=("(212) 555-0123",)), id="by her phone as people write it"),
    ],
)
def test_a_known_person_is_recognised(company, again):
    """Two leads for one person are two conversations with one person."""
    lead = company.captures(ROSA)
    captured = company.captured(again)
    assert (captured.lead_id, captured.created) == (lead, False)


PHONE = ("+1 212 555 0123",)
ROSA_WRITES, BEN_WRITES = ("rosa@example.com",), ("ben@example.com",)


@pytest.mark.parametrize(
    ("known", "told", "one_person"),
    [
        pytest.param(ROSA_WRITES, BEN_WRITES, False, id="two mail addresses, as in a family"),
        pytest.param(ROSA_WRITES, ROSA_WRITES, True, id="the same mail address"),
        pytest.param(ROSA_WRITES, (), True, id="the newcomer has only called"),
        pytest.param((), BEN_WRITES, True, id="whom we know has only called"),
        pytest.param((), (), True, id="nobody has written"),
    ],
)
@pytest.mark.parametrize("way", ["captured", "imported"])
def test_who_shares_a_phone_is_one_person_unless_two_mail_addresses_say_otherwise(
    company, way, known, told, one_person
):
    """Merged, Ben would get what Rosa asked for; apart, one person would be called twice. Whatever way they come in."""

    def enters(emails: tuple[str, ...]) -> None:
        if way == "captured":
            company.captures(NewLead(source="web_form", emails=emails, phones=PHONE))
        else:
            row = LeadRow(line=2, emails=emails, phones=("+12125550123",))
            Recording(company.database, company.people, company.inbox).enter([row], MONDAY)

    enters(known)
    enters(told)
    with company.database.reading() as transaction:
        found = transaction.execute(select(leads.c.id)).all()
    assert len(found) == (1 if one_person else 2)


def test_what_is_known_is_added_to_and_never_overwritten(company):
    """A list bought last year must not rename somebody who told us her name today."""
    lead = company.captures(ROSA)
    again = NewLead(
        source="list",
        first_name="R.",
        last_name="Diaz",
        emails=(*ROSA.emails, "rosa.diaz@example.com"),
        fields=(FieldValue(name="budget", value=5000.0),),
    )
    company.captures(again)
    known = company.lead(lead)
    assert (known.first_name, known.last_name) == ("Rosa", "Diaz")
    assert {field.name: field.value for field in known.fields} == {"heat": "hot", "budget": 5000.0}
    assert [a.address for a in known.addresses if a.kind == "email"] == ["rosa@example.com", "rosa.diaz@example.com"]


def test_an_address_nobody_can_use_does_not_lose_the_enquiry(company):
    """The person still wants something from us."""
    captured = company.captured(NewLead(source="web_form", first_name="Max", emails=("max",), phones=("12",)))
    assert captured.created
    assert len(captured.problems) == 2
    assert "max" not in str(captured.problems).lower()


def test_fifty_captures_of_one_person_at_once_become_one_lead(company):
    """Forms are sent twice, and webhooks arrive together."""
    again = NewLead(source="web_form", first_name="Rosa", emails=("rosa@example.com",))
    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(lambda _: company.captures(again), range(50)))
    assert len(found) == 1


def test_consent_is_recorded_with_its_proof_for_the_addresses_it_is_about(company):
    """Who may be texted is a question of law, answered per address."""
    company.captures(ROSA)
    hashes = [company.people.hash("+12125550123"), company.people.hash("rosa@example.com")]
    with company.database.reading() as transaction:
        known = {(s.address_hash, s.channel): s.consented for s in standings(transaction, hashes)}
    assert known[hashes[0], Channel.SMS] is True
    assert known[hashes[0], Channel.VOICE] is None
    assert known[hashes[1], Channel.EMAIL] is None


def test_a_consent_from_the_future_is_taken_back_by_a_later_word(company):
    """A form whose clock is wrong must not agree for the person for ever."""
    said = [(True, later(days=3650), MONDAY), (False, later(days=1), later(days=1))]
    for granted, at, now in said:
        word = Consent(channel=Channel.SMS, granted=granted, basis="consent", source="form", at=at)
        company.captures(ROSA.model_copy(update={"consents": (word,)}), now)
    phone = company.people.hash("+12125550123")
    with company.database.reading() as transaction:
        assert [s.consented for s in standings(transaction, [phone]) if s.channel is Channel.SMS] == [False]


def test_a_later_consent_counts(company):
    """People change their minds, in both directions."""
    company.captures(ROSA)
    no = Consent(channel=Channel.SMS, granted=False, basis="consent", source="call", at=later(days=1))
    company.captures(ROSA.model_copy(update={"consents": (no,)}))
    phone = company.people.hash("+12125550123")
    with company.database.reading() as transaction:
        assert [s.consented for s in standings(transaction, [phone]) if s.channel is Channel.SMS] == [False]


def test_what_people_paste_is_cleaned_before_it_is_kept(company):
    """A null character stops PostgreSQL, and a line break in a name writes a second line into our mail."""
    nasty = NewLead(
        source="web_form",
        first_name="Ro\x00sa\nBcc: everybody\ud800",
        emails=("rosa@example.com",),
        fields=(FieldValue(name="heat", value="ho\x00t"),),
    )
    known = company.lead(company.captures(nasty))
    assert known.first_name == "Ro sa Bcc: everybody"
    assert known.fields == (FieldValue(name="heat", value="ho t"),)


def test_a_new_lead_is_open_and_due_at_once(company):
    """A lead whose first look is lost must be found by `stuck`."""
    lead = company.captures(ROSA)
    with company.database.reading() as transaction:
        row = transaction.execute(select(leads.c.open, leads.c.next_due).where(leads.c.id == lead)).one()
    assert tuple(row) == (True, MONDAY)
