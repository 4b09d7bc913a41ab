"""Columns are known by the names programs give them, in any order and spelling."""

import pytest

from adapters.lead_file.aliases import ALIASES
from adapters.lead_file.field import Field, Role, System
from adapters.lead_file.headers import MAX_COLUMNS, columns_of, key, role_of
from engine.errors import FollowupError
from engine.words import Channel


def test_no_name_means_two_things():
    """A table with a contradiction would be read by luck."""
    meanings: dict[str, set[Role]] = {}
    for role, names in ALIASES.items():
        for name in names:
            meanings.setdefault(key(name), set()).add(role)
    assert {name: roles for name, roles in meanings.items() if len(roles) > 1} == {}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        pytest.param("EMAIL", Role(field=Field.EMAIL), id="upper case"),
        pytest.param(" e-mail_address ", Role(field=Field.EMAIL), id="punctuation"),
        pytest.param("phone_number", Role(field=Field.PHONE, rank=2), id="facebook"),
        pytest.param("Person - Phone - Mobile", Role(field=Field.PHONE), id="pipedrive"),
        pytest.param("Person - Time zone", Role(field=Field.ZONE), id="pipedrive's own prefix"),
        pytest.param("Renewal On", Role(field=Field.OWN, name="renewal_on"), id="a field of ours"),
        pytest.param("Record ID", Role(field=Field.EXTERNAL_ID, system=System.HUBSPOT), id="hubspot"),
        pytest.param("Person - Marketing consent phone", Role(field=Field.CONSENT, channel=Channel.VOICE), id="custom"),
        pytest.param("Has Opted Out of Email", Role(field=Field.OPTED_OUT, channel=Channel.EMAIL), id="salesforce"),
        pytest.param("Einwilligung E-Mail", Role(field=Field.CONSENT, channel=Channel.EMAIL), id="german consent"),
        pytest.param("SMS-Einwilligung", Role(field=Field.CONSENT, channel=Channel.SMS), id="german, in one word"),
        pytest.param("Consentement téléphone", Role(field=Field.CONSENT, channel=Channel.VOICE), id="french consent"),
        pytest.param("Consentimiento SMS", Role(field=Field.CONSENT, channel=Channel.SMS), id="spanish consent"),
        pytest.param("Straße", None, id="unknown"),
        pytest.param("", None, id="no name"),
        pytest.param("ID", None, id="an id of nobody knows what"),
    ],
)
def test_a_name_is_known_however_it_is_spelt(name, role):
    """Case, spaces and punctuation differ from export to export."""
    assert role_of(name, ["renewal_on"]) == role


def test_facebook_s_id_is_known_by_its_company():
    """`id` alone could be anybody's; beside created_time and form_id it is Facebook's."""
    columns = columns_of(("id", "created_time", "form_id", "email"), "leads.csv:1")
    assert columns.of(Field.EXTERNAL_ID)[0].role == Role(field=Field.EXTERNAL_ID, system=System.FACEBOOK)


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        pytest.param(("Email", "E-Mail"), "CSV005", ("Email and E-Mail",), id="two columns, one meaning"),
        pytest.param(("Name", "Company", ""), "CSV006", ("Name, Company, column 3 (no name)",), id="no address"),
        pytest.param(("Email", "Newsletter?"), "CSV011", ("Newsletter?", "Email consent"), id="newsletter"),
        pytest.param(("Email", "WERBE-EINWILLIGUNG"), "CSV011", ("WERBE-EINWILLIGUNG",), id="unknown german consent"),
        pytest.param(("Email", "mkt_opt_in_2"), "CSV011", ("mkt_opt_in_2",), id="opt_in"),
        pytest.param(("Email", "Consent", "DSGVO ok"), "CSV011", ("DSGVO ok",), id="beside a known consent"),
        pytest.param(("Email",) + ("x",) * MAX_COLUMNS, "CSV004", ("2,001 columns",), id="no header but a bomb"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(names, code, said):
    """Refused before the first row, with the names to look for."""
    with pytest.raises(FollowupError) as error:
        columns_of(names, "leads.csv:1")
    assert error.value.code == code
    assert all(text in str(error.value) for text in said)


@pytest.mark.parametrize("name", ["Adopting", "Option inside", "Opt out list", "Coptine"])
def test_an_ordinary_column_is_not_taken_for_consent(name):
    """A file must not be refused for a word that only looks like it."""
    assert [column.name for column in columns_of(("Email", name), "leads.csv:1").ignored] == [name]


def test_columns_of_one_field_come_in_the_order_of_their_rank():
    """The first choice is written to, wherever its column stands."""
    columns = columns_of(("Person - Email - Home", "Email", "Work email"), "leads.csv:1")
    assert [column.name for column in columns.of(Field.EMAIL)] == ["Email", "Work email", "Person - Email - Home"]
