"""The exports people really have are read as they come."""

from datetime import date

import pytest

from adapters.lead_file.field import System
from adapters.lead_file.rows import BlankRow, Consent, ExternalId, LeadRow
from engine.words import Channel
from tests.adapters.lead_file.exports import (
    ALL_AGREED,
    COLUMNS_SAY,
    EXCEL,
    FACEBOOK,
    HUBSPOT,
    PIPEDRIVE,
    facts_of,
    lead_file,
    only_lead,
    rows_of,
    said_of,
)


def test_hubspot_says_who_what_zone_and_on_which_basis(tmp_path):
    """The commonest CRM export works without a single option."""
    ada, alan = rows_of(tmp_path, HUBSPOT, COLUMNS_SAY)
    assert isinstance(ada, LeadRow) and isinstance(alan, LeadRow)
    assert (ada.emails, ada.phones) == (("ada@example.com",), ("+14155550100",))
    assert facts_of(ada) == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "company": "Analytical Engines",
        "owner": "user-7",
        "region": "CA",
        "country": "US",
        "zone": "America/New_York",
    }
    assert ada.external_ids == (ExternalId(system=System.HUBSPOT, id="51"),)
    assert ada.consents == (
        Consent(
            channel=Channel.EMAIL,
            on=None,
            proof="Legal basis for processing contact's data: Freely given consent from contact",
        ),
    )


def test_a_hubspot_opt_out_is_never_read_as_consent(tmp_path):
    """Whoever unsubscribed there must not be written to from here, and a legitimate interest is no consent."""
    alan = rows_of(tmp_path, HUBSPOT, COLUMNS_SAY)[1]
    assert isinstance(alan, LeadRow)
    assert (alan.emails, alan.opted_out, alan.consents) == (("alan@example.com",), (Channel.EMAIL,), ())


def test_a_number_is_read_in_the_country_its_row_names(tmp_path):
    """A British number in an American file is a British number."""
    alan = rows_of(tmp_path, HUBSPOT, COLUMNS_SAY)[1]
    assert isinstance(alan, LeadRow)
    assert alan.phones == ("+442079460018",)


def test_pipedrive_keeps_every_address_with_the_mobile_first(tmp_path):
    """A text goes to the first phone, so that had better be the mobile."""
    rosa, zoe = rows_of(tmp_path, PIPEDRIVE, COLUMNS_SAY)
    assert isinstance(rosa, LeadRow) and isinstance(zoe, LeadRow)
    assert rosa.emails == ("rosa@example.com", "r.home@example.com")
    assert rosa.phones == ("+14155550102", "+14155550101")
    assert facts_of(rosa) == {"first_name": "Rosa", "last_name": "van der Berg", "company": "Berg BV"}
    assert {external.system for external in rosa.external_ids} == {System.PIPEDRIVE_PERSON, System.PIPEDRIVE_LEAD}
    assert [consent.channel for consent in rosa.consents] == [Channel.EMAIL]
    assert (facts_of(zoe)["last_name"], zoe.consents) == ("Müller", ())


def test_facebook_ids_and_phones_lose_their_letters(tmp_path):
    """`p:` and `l:` are Facebook's way to keep spreadsheets from rounding."""
    mary = only_lead(tmp_path, FACEBOOK, ALL_AGREED)
    assert (mary.phones, mary.emails) == (("+14155550103",), ("mary@example.com",))
    assert mary.external_ids == (ExternalId(system=System.FACEBOOK, id="1234567890123456"),)
    assert facts_of(mary) == {"first_name": "Mary", "last_name": "Shelley"}
    assert {consent.proof for consent in mary.consents} == {"web form 2026-10, opt-in box"}


def test_excel_marks_are_taken_off_and_consent_is_read_per_channel(tmp_path):
    """An apostrophe before a number is not part of it, and a yes for mail is no yes for texts."""
    joerg, zoe, blank = rows_of(tmp_path, EXCEL, COLUMNS_SAY)
    assert isinstance(joerg, LeadRow) and isinstance(zoe, LeadRow)
    assert (facts_of(joerg)["last_name"], joerg.phones) == ("Groß", ("+493023125001",))
    assert [consent.channel for consent in joerg.consents] == [Channel.EMAIL]
    assert facts_of(zoe) == {"first_name": "Zoë", "last_name": "O'Neil", "company": 'Quotes; "R" us'}
    assert zoe.phones == ("+14155550104",)
    assert [(consent.channel, consent.on) for consent in zoe.consents] == [
        (Channel.EMAIL, date(2026, 1, 31)),
        (Channel.SMS, None),
    ]
    assert blank == BlankRow(line=5)


@pytest.mark.parametrize(
    ("export", "encoding", "delimiter"),
    [
        pytest.param(HUBSPOT, "UTF-8", "comma", id="hubspot"),
        pytest.param(PIPEDRIVE, "UTF-8 with BOM", "comma", id="pipedrive"),
        pytest.param(FACEBOOK, "UTF-16 LE with BOM", "tab", id="facebook"),
        pytest.param(EXCEL, "Windows-1252", "semicolon", id="excel"),
    ],
)
def test_encoding_and_delimiter_are_found_and_said(tmp_path, export, encoding, delimiter):
    """Whoever sees the plan can tell at once when a guess is wrong."""
    terms = ALL_AGREED if export is FACEBOOK else COLUMNS_SAY
    with lead_file(tmp_path, export, terms) as opening:
        assert (opening.encoding.name, opening.delimiter_name) == (encoding, delimiter)


@pytest.mark.parametrize(
    ("export", "ignored"),
    [
        pytest.param(PIPEDRIVE, ("Lead - Title",), id="pipedrive"),
        pytest.param(HUBSPOT, ("Lifecycle Stage", "Lead Status", "Create Date"), id="hubspot"),
    ],
)
def test_columns_nobody_knows_are_listed(tmp_path, export, ignored):
    """A column is left out with a line that says so, never silently."""
    with lead_file(tmp_path, export, COLUMNS_SAY) as opening:
        assert said_of(opening) == ignored
