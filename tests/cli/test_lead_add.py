"""`followup lead add`: one person, kept with the event that starts its sequences, whatever Temporal says."""

import json

import pytest

from cli import process
from engine.words import LeadId
from tests.adapters.world import ROSA

ROSA_SAID = ("--first-name", "Rosa", "--email", "rosa@example.com")


def test_what_is_said_is_what_is_kept(shell, company):
    """A person typed at the counter must not lose a field on the way."""
    said = shell(
        *("lead", "add", "--first-name", "Rosa", "--last-name", "Díaz", "--email", "Rosa@Example.com"),
        *("--phone", "(212) 555-0123", "--zone", "America/New_York", "--country", "us", "--region", "NY"),
        *("--company", "Díaz & Co", "--account", "acc-1", "--language", "es", "--owner", "ana"),
        *("--external-id", "crm:4711", "--field", "heat=hot", "--field", "budget=1200.5", "--field", "vip=yes"),
        *(
            "--consent",
            "email",
            "--consent",
            "sms,email",
            "--consent-by",
            "web form v3",
            "--source",
            "ad",
            "-o",
            "json",
        ),
    )
    lead = company.lead(LeadId(said.json["lead_id"]))
    assert said.json["created"] is True
    assert (lead.first_name, lead.last_name, lead.company, lead.account) == ("Rosa", "Díaz", "Díaz & Co", "acc-1")
    assert (lead.zone, lead.country, lead.region, lead.language, lead.owner) == (
        *("America/New_York", "US", "NY", "es", "ana"),
    )
    assert {field.name: field.value for field in lead.fields} == {"heat": "hot", "budget": 1200.5, "vip": True}
    assert {address.address for address in lead.addresses} == {"rosa@example.com", "+12125550123"}
    assert lead.external_ids[0].id == "4711"
    shown = shell("lead", "show", "crm:4711", "-o", "json").json
    channels = {word["channel"]: word["consented"] for a in shown["who"]["addresses"] for word in a["channels"]}
    assert channels == {"email": True, "sms": True, "voice": None}


def test_the_event_is_kept_with_the_lead_though_temporal_is_away(shell, company):
    """A lead typed in during an outage starts when it is over, and nobody needs to type it again."""
    said = shell("lead", "add", *ROSA_SAID, "--request", "req-1", "-o", "json")
    assert (said.code, said.json["created"], said.json["rung"], said.json["request"]) == (0, True, False, "req-1")
    assert said.json["trouble"].startswith("it is filed, but Temporal cannot be reached")
    assert json.loads(said.stderr) == {"warning": said.json["trouble"]}
    (row,) = company.rows()
    assert (row.kind, row.source, row.event_id, row.by, row.lead) == (
        *("captured", "operator", "req-1", "ann", said.json["lead_id"]),
    )


def test_the_same_request_twice_is_one_lead_and_one_event(shell, company):
    """A script that is run again after a time-out must not greet a person twice."""
    first = shell("lead", "add", *ROSA_SAID, "--request", "req-1", "-o", "json").json
    again = shell("lead", "add", *ROSA_SAID, "--request", "req-1", "-o", "json").json
    assert (again["lead_id"], again["duplicate"]) == (first["lead_id"], True)
    assert len(company.rows()) == 1


def test_a_request_used_for_somebody_else_adds_nobody(shell, company):
    """The id stands for the first person; the second would be lost in silence."""
    shell("lead", "add", *ROSA_SAID, "--request", "req-1")
    said = shell("lead", "add", "--email", "ben@example.com", "--request", "req-1", "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "CMD001")
    assert [line["name"] for line in shell("lead", "list", "-o", "json").json] == ["Rosa"]


def test_somebody_we_know_is_not_added_again(shell, company):
    """Two leads for one person get two first messages."""
    rosa = company.captures(ROSA)
    said = shell("lead", "add", "--email", "rosa@example.com", "--company", "Díaz & Co")
    assert said.stdout == f"lead {rosa}: known already; what was new is added to it\n"
    assert company.lead(rosa).company == "Díaz & Co"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["--first-name", "Rosa"], "a lead needs an --email, a --phone or", id="nothing to reach it by"),
        pytest.param(["--email", "rosa@"], "this is no mail address", id="a mail that is none"),
        pytest.param(["--phone", "12"], "this is no phone number", id="a phone that is none"),
        pytest.param([*ROSA_SAID, "--zone", "EST5"], "there is no time zone 'EST5'", id="a zone that is none"),
        pytest.param([*ROSA_SAID, "--country", "USA"], "'USA' is no country", id="a country that is none"),
        pytest.param([*ROSA_SAID, "--external-id", "4711"], "'4711' is none", id="an id of no system"),
        pytest.param([*ROSA_SAID, "--external-id", "crm:" + "4" * 60_000], "300 at most", id="an id without end"),
        pytest.param([*ROSA_SAID, "--consent", "email"], "write both --consent", id="a consent without proof"),
        pytest.param([*ROSA_SAID, "--consent-by", "form"], "write both --consent", id="a proof of nothing"),
        pytest.param([*ROSA_SAID, "--consent", "fax", "--consent-by", "x"], "'fax' is no channel", id="a channel"),
        pytest.param([*ROSA_SAID, "--field", "size=9"], "there is no field 'size'; declared are", id="a field"),
        pytest.param(
            [*ROSA_SAID, "--field", "heat=warm"], "heat cannot be 'warm'; it is one of hot, cold", id="choice"
        ),
        pytest.param([*ROSA_SAID, "--field", "budget=nan"], "budget cannot be 'nan'; it is a number", id="a number"),
        pytest.param([*ROSA_SAID, "--field", "vip=perhaps"], "vip cannot be 'perhaps'; it is yes or no", id="a flag"),
        pytest.param([*ROSA_SAID, "--field", "renewal_on=soon"], "it is a date, such as", id="a date"),
        pytest.param([*ROSA_SAID, "--by", "Zoë"], "an id has 1 to 200 characters", id="who asks"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_kept(shell, company, words, what):
    """What a person types is corrected at once, while it is on the screen; afterwards nobody knows what was meant."""
    said = shell("lead", "add", *words, "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert what in said.error["what"]
    assert company.rows() == []
    assert shell("lead", "list", "-o", "json").json == []


def test_before_anything_is_published_a_field_is_what_it_says(shell, records_url):
    """The first leads may come before the first sequence."""
    said = shell("lead", "add", *ROSA_SAID, "--field", "size=9", "-o", "json")
    shown = shell("lead", "show", said.json["lead_id"], "-o", "json").json
    assert shown["who"]["fields"] == [{"name": "size", "value": "9"}]
