"""The cast of the demo: synthetic through and through, and told in words the engine knows."""

import csv
import re
import tomllib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import phonenumbers
import pytest

from engine.life.events import EventData
from engine.sequence.outcomes import CALL_OUTCOMES
from engine.words import EventKind
from tests.sequences.shipped import FILES, PIPELINE

DATA = Path(__file__).parents[2] / "cli" / "demo_data"
ROWS = list(csv.DictReader((DATA / "leads.csv").read_text(encoding="utf-8").splitlines()))
SCRIPT = tomllib.loads((DATA / "script.toml").read_text(encoding="utf-8"))
LEADS = SCRIPT["lead"]
EVENTS = [(lead, event) for lead in LEADS for event in lead["events"]]
FIELDS = {field.name: field for field in FILES.fields}
OUR_WORDS = {"after", "event", "set"}
RELATIVE = {"returns_at"}
DURATION = re.compile(r"(\d+d)?( ?\d+h)?( ?\d+m)?")
HALF_A_YEAR = timedelta(days=182)


def duration(text: str) -> timedelta:
    """ "2d 3h 10m" as a duration."""
    assert DURATION.fullmatch(text), text
    units = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
    return sum((int(part[:-1]) * units[part[-1]] for part in text.split()), timedelta(0))


def kinds_of(lead) -> set[str]:
    """The kinds of what happens to a lead."""
    return {event["event"] for event in lead["events"]}


def leads_with(kind: str, **data: str) -> int:
    """How many leads have an event of this kind with this data."""
    return len({lead["record"] for lead, event in EVENTS if event["event"] == kind and data.items() <= event.items()})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Record ID"])
def test_nobody_in_it_can_exist(row: dict[str, str]):
    """A demo that reaches a real person by a slip of the settings is a disaster."""
    assert row["Email"].lower().endswith("@example.com")
    phone = row["Phone Number"]
    assert phone == "" or re.search(r"555[ -]01\d\d$", phone)
    assert phone == "" or phonenumbers.is_valid_number(phonenumbers.parse(phone, "US"))


def test_the_file_holds_twenty_five_leads_one_of_them_twice():
    """The import must show that it knows a person it has already."""
    addresses = Counter(row["Email"].lower() for row in ROWS)
    assert (len(ROWS), len(addresses)) == (26, 25)
    assert max(addresses.values()) == 2


def test_the_file_shows_what_real_exports_lack():
    """Missing phones and missing consents are the ordinary case."""
    assert sum(row["Phone Number"] == "" for row in ROWS) >= 3
    assert any(row["Phone Number"] and row["Consent sms"] == "No" for row in ROWS)
    assert len({row["Time Zone"] for row in ROWS}) >= 5


def test_the_script_tells_of_every_lead_in_the_file():
    """A lead without a script would stand still on the screen."""
    names = {row["Record ID"]: f"{row['First Name']} {row['Last Name']}" for row in ROWS}
    told = {lead["record"]: lead["name"] for lead in LEADS}
    assert told == {record: name for record, name in names.items() if record != "1026"}


@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead["name"])
def test_a_lead_is_told_in_words_the_engine_knows(lead):
    """A typing error in the script must not end as an event nobody understands."""
    assert set(lead.get("calls", [])) <= {*CALL_OUTCOMES, "left_open"}
    assert set(lead["fields"]) <= set(FIELDS)
    assert all(value in FIELDS[name].values for name, value in lead["fields"].items() if FIELDS[name].values)
    moments = [duration(event["after"]) for event in lead["events"]]
    assert moments == sorted(moments)
    assert all(moment < HALF_A_YEAR for moment in moments)
    for event in lead["events"]:
        assert event["event"] in set(EventKind)
        data = {name: value for name, value in event.items() if name not in OUR_WORDS | RELATIVE}
        assert set(data) <= set(EventData.model_fields)
        EventData.model_validate(data)
        assert {FIELDS[name].kind for name in event.get("set", {})} <= {"date"}


def test_every_pipeline_stage_in_the_script_is_in_the_pipeline():
    """An unmapped stage would park a lead of the demo."""
    assert PIPELINE is not None
    named = {event["pipeline_stage"] for _, event in EVENTS if event["event"] == "stage_changed"}
    assert all(PIPELINE.has(name) for name in named)


def test_the_cast_shows_everything_that_happens_in_half_a_year():
    """Each way a lead can go stands on the screen at least once."""
    assert sum(not lead["events"] for lead in LEADS) >= 5
    assert leads_with("replied", reply="question") + leads_with("replied", reply="positive") >= 3
    assert leads_with("meeting_booked") >= 2
    assert {event["channel"] for _, event in EVENTS if event["event"] == "opted_out"} == {"sms", "email"}
    assert leads_with("won") == 4
    assert leads_with("lost") == 2
    assert leads_with("replied", reply="out_of_office") == 1
    assert leads_with("bounced") == 1
    assert leads_with("call_missed") == 1
    assert sum("proposal_sent" in kinds_of(lead) and "won" not in kinds_of(lead) for lead in LEADS) == 2
    assert leads_with("stage_changed", pipeline_stage="Delayed") == 1
