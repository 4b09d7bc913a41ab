"""Phones, addresses, names, zones, countries and consents as people and programs write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.addresses import mail_address, phone_number
from adapters.lead_file.cells import Unreadable
from adapters.lead_file.consent import read_consent, read_opt_out
from adapters.lead_file.countries import country_of
from adapters.lead_file.emails import read_email
from adapters.lead_file.names import split_name
from adapters.lead_file.own_fields import read_own
from adapters.lead_file.phones import read_phone
from adapters.lead_file.zone_names import read_zone
from engine.calendar.zones import valid_zone
from engine.errors import FollowupError
from engine.words import Channel
from tests.adapters.lead_file.exports import OUR_FIELDS

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        pytest.param("(415) 555-0100", "US", "+14155550100", id="american"),
        pytest.param("p:+14155550100", None, "+14155550100", id="facebook"),
        pytest.param("tel:+1-415-555-0100", None, "+14155550100", id="link"),
        pytest.param("00 49 30 23125 001", "DE", "+493023125001", id="international prefix"),
        pytest.param("030 23125001", "DE", "+493023125001", id="national prefix"),
        pytest.param("14155550100.0", "US", "+14155550100", id="a number that was a float once"),
        pytest.param("''+14155550100", "US", "+14155550100", id="apostrophes"),
        pytest.param("+1 415 555 0100 ext. 5", "US", "+14155550100", id="extension"),
    ],
)
def test_a_phone_number_becomes_e164(text, region, e164):
    """Numbers are compared, deduplicated and suppressed in that form."""
    assert read_phone(text, region).e164 == e164
    assert phone_number(e164, "US").address == e164


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        pytest.param("1.21E+10", "US", "rounded", id="scientific notation"),
        pytest.param("1,21e10", "DE", "rounded", id="scientific notation with a comma"),
        pytest.param("415 555 0100", None, "no region", id="no country"),
        pytest.param("call me", "US", "not a phone number", id="words"),
        pytest.param("+1 415 555", "US", "exists", id="too short"),
        pytest.param("+999 1234567", "US", "not a phone number", id="no such country"),
    ],
)
def test_what_cannot_be_dialled_is_said_to_be_so(text, region, reason):
    """The reason goes into the rejects file, for a person who did not write the export."""
    with pytest.raises(Unreadable, match=reason):
        read_phone(text, region)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("Ada.Lovelace+x@Example.COM", "ada.lovelace+x@example.com", id="case"),
        pytest.param("Ada Lovelace <ada@example.com>", "ada@example.com", id="with a name"),
        pytest.param("mailto:ada@example.com", "ada@example.com", id="link"),
        pytest.param("zoë@müller.example.com", "zoë@müller.example.com", id="other alphabets"),
    ],
)
def test_a_mail_address_has_one_form(text, address):
    """Two spellings of one address are one person."""
    assert read_email(text) == address


@given(st.from_regex(r"[A-Za-z0-9.!+_\-\"]{1,70}@[a-z0-9.\-]{1,20}", fullmatch=True))
def test_the_quick_way_to_check_an_address_agrees_with_the_thorough_one(text):
    """The domain is checked once for all people in it; that must not let a bad address through."""
    try:
        thorough = mail_address(text).address
    except FollowupError:
        thorough = None
    try:
        quick = read_email(text)
    except Unreadable:
        quick = None
    assert quick == thorough


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        pytest.param("Ada Lovelace", "Ada", "Lovelace", id="two words"),
        pytest.param("Lovelace, Ada", "Ada", "Lovelace", id="last name first"),
        pytest.param("Dr. Ada King Lovelace", "Ada King", "Lovelace", id="title and two given names"),
        pytest.param("Ludwig van Beethoven", "Ludwig", "van Beethoven", id="particle"),
        pytest.param("Rosa van der Berg", "Rosa", "van der Berg", id="two particles"),
        pytest.param("Al Green", "Al", "Green", id="a given name that is a particle elsewhere"),
        pytest.param("Plato", "Plato", "", id="one word"),
        pytest.param("Dr", "Dr", "", id="a title alone is kept"),
        pytest.param("Plato,", "Plato", "", id="a comma and nothing"),
    ],
)
def test_a_full_name_is_split(full, first, last):
    """A greeting needs the first name, and nothing of the name may be lost."""
    assert split_name(full) == (first, last)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        pytest.param("America/New_York", "America/New_York", id="iana"),
        pytest.param("america/new york", "America/New_York", id="spelling"),
        pytest.param("US/Eastern", "US/Eastern", id="old name"),
        pytest.param("america_slash_new_york", "America/New_York", id="hubspot"),
        pytest.param("Eastern Time (US & Canada)", "America/New_York", id="spreadsheet"),
        pytest.param("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York", id="windows"),
        pytest.param("EST", "America/New_York", id="what people call it all year"),
        pytest.param("Pacific Standard Time", "America/Los_Angeles", id="windows name"),
        pytest.param("europe/berlin", "Europe/Berlin", id="case"),
    ],
)
def test_a_zone_is_known_by_the_names_people_use(text, zone):
    """A wrong zone is a text at night."""
    assert read_zone(text) == zone
    assert valid_zone(zone)


@pytest.mark.parametrize("text", ["Nowhere/Land", "Factory", "+05:00", "posixrules"])
def test_what_is_no_zone_is_not_guessed(text):
    """Rejected and said, rather than read as another place."""
    with pytest.raises(Unreadable):
        read_zone(text)


@pytest.mark.parametrize(
    ("text", "country"),
    [("US", "US"), ("de", "DE"), ("Deutschland", "DE"), ("UNITED KINGDOM", "GB"), ("Narnia", None), ("", None)],
)
def test_a_country_is_known_by_its_name_and_its_code(text, country):
    """Whose rules of calling hold, and how a phone number is read, depends on it."""
    assert country_of(text) == country


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param("Web form", "source", "web_form", id="choice"),
        pytest.param("2026-10-03", "renewal_on", "2026-10-03", id="date"),
        pytest.param("2026-10-03T09:00Z", "renewal_on", "2026-10-03T09:00:00+00:00", id="moment"),
        pytest.param("1250.5", "seats", 1250.5, id="number"),
        pytest.param("No", "outside_area", False, id="flag"),
    ],
)
def test_a_field_of_ours_gets_the_value_conditions_compare(text, name, value):
    """A value in another spelling would never be met by any condition."""
    (field,) = [field for field in OUR_FIELDS if field.name == name]
    assert read_own(text, field) == value


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        pytest.param("Trade fair", "source", "none of web_form, ad, list", id="choice"),
        pytest.param("next year", "renewal_on", "not a date", id="date"),
        pytest.param("03/10/2026", "renewal_on", "not a date", id="a date that is two dates"),
        pytest.param("many", "seats", "not a number", id="number"),
        pytest.param("nan", "seats", "not a number", id="not a number at all"),
        pytest.param("perhaps", "outside_area", "neither yes nor no", id="flag"),
    ],
)
def test_a_field_of_ours_is_read_strictly(text, name, reason):
    """The company declared what it can be."""
    (field,) = [field for field in OUR_FIELDS if field.name == name]
    with pytest.raises(Unreadable, match=reason):
        read_own(text, field)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        pytest.param("Yes", "given", id="yes"),
        pytest.param("TRUE", "given", id="true"),
        pytest.param("1", "given", id="one"),
        pytest.param("Subscribed", "given", id="pipedrive yes"),
        pytest.param("no", "not_given", id="no"),
        pytest.param("No consent", "not_given", id="pipedrive no"),
        pytest.param("Legitimate interest \u2013 other", "not_given", id="an interest is no consent"),
        pytest.param("Freely given consent from contact;Legitimate interest - other", "given", id="hubspot, two bases"),
        pytest.param("Unsubscribed", "withdrawn", id="withdrawn"),
        pytest.param("yes; revoked", "withdrawn", id="the later word counts"),
    ],
)
def test_consent_is_read_in_the_words_exports_use(text, verdict):
    """What is not clearly a yes is none."""
    assert read_consent(text, TODAY).verdict == verdict


def test_a_date_is_the_day_consent_was_given():
    """The day belongs to the proof."""
    assert read_consent("2026-10-03T09:00:00Z", TODAY).on == date(2026, 10, 3)


def test_a_cell_may_name_the_channels_itself():
    """`email and text` is an answer many forms write."""
    assert read_consent("Email and SMS, calls", TODAY).channels == (Channel.EMAIL, Channel.SMS, Channel.VOICE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("maybe", "neither yes, no nor a date", id="maybe"),
        pytest.param("03/10/2026", "neither yes, no nor a date", id="a date that is two dates"),
        pytest.param("2026-02-30", "does not exist|not a date that exists", id="no such day"),
        pytest.param("2027-01-01", "future", id="the future"),
    ],
)
def test_a_consent_nobody_can_read_is_not_guessed(text, reason):
    """A wrong guess is a message to somebody who did not want it."""
    with pytest.raises(Unreadable, match=reason):
        read_consent(text, TODAY)


@pytest.mark.parametrize(
    ("text", "out"),
    [("true", True), ("Unsubscribed", True), ("2026-01-31", True), ("no", False), ("0", False), ("Subscribed", False)],
)
def test_an_opt_out_is_read(text, out):
    """An opt-out that is overlooked costs more than a lead."""
    assert read_opt_out(text, TODAY) is out


def test_an_opt_out_nobody_can_read_is_not_taken_for_a_no():
    """It might be one."""
    with pytest.raises(Unreadable):
        read_opt_out("see notes", TODAY)
