"""Posting: a letter is filed whatever Temporal says, and a lead that has to be woken wakes where it stands."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from temporalio.client import Client

from adapters.letters import Letter
from adapters.tables import leads
from api.capturing import capture, captured
from api.doorbell import Doorbell
from api.office import Office
from api.posting import post
from api.sweeping import sweep
from cli.temporal_server import LocalServer
from engine.words import Channel, LeadId, Stage
from tests.adapters.world import MONDAY, ROSA, Company, later
from workflows.names import LEAD_STAGE, workflow_id

NOTE = Letter(source="crm", id="note-1", kind="note_added", occurred_at=MONDAY)
AT_ONCE = timedelta(0)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead in nurture whose workflow somebody has ended."""
    rosa = company.captures(ROSA)
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == rosa).values(stage=Stage.NURTURE.value))
    return rosa


@pytest.fixture
def reachable(temporal_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office connects to this run's server, where nobody works."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers where the office looks for Temporal."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


async def stage_of(client: Client, lead: LeadId) -> str | None:
    """The stage that the lead's workflow began with, as the Temporal UI shows it."""
    return (await client.get_workflow_handle(workflow_id(lead)).describe()).typed_search_attributes.get(LEAD_STAGE)


async def test_a_run_that_a_letter_starts_begins_in_the_stage_of_the_row(reachable, client, office, rosa):
    """Begun in another one, it would change its stage, its history and the list of on-call at once."""
    posted = await post(office, NOTE, rosa, wait=AT_ONCE)
    assert (posted.ring.rung, posted.ring.trouble) == (True, None)
    assert await stage_of(client, rosa) == "nurture"


async def test_every_crash_point_on_the_way_in_is_passed_in_its_order(reachable, office, rosa):
    """A drill of the ways in kills whoever is armed there, whichever process that is."""
    passed: list[str] = []
    office.reached = passed.append
    await post(office, NOTE, rosa, wait=AT_ONCE)
    assert passed == ["before_inbox_insert", "after_inbox_commit", "after_signal"]


async def test_a_run_that_a_capture_starts_begins_in_the_stage_of_the_row(reachable, client, office, rosa):
    """Somebody we know gets in touch again."""
    taken = await capture(office, ROSA, captured("again", "ann", MONDAY), MONDAY)
    assert (taken.lead_id, taken.created, taken.rung) == (rosa, False, True)
    assert await stage_of(client, rosa) == "nurture"


@pytest.mark.usefixtures("away")
async def test_whoever_is_captured_is_known_with_all_that_was_filed_before(office, company):
    """Between the capture and the next sweep there is time for a first message."""
    company.hears(ROSA.external_ids[0], "opted_out", channel="email")
    taken = await capture(office, ROSA, captured("first", "ann", MONDAY), MONDAY)
    assert [(row.lead, row.kind) for row in company.rows()] == [
        (taken.lead_id, "opted_out"),
        (taken.lead_id, "captured"),
    ]
    assert set(company.closed("rosa@example.com")) == {Channel.EMAIL}


async def test_a_run_that_the_sweep_starts_begins_in_the_stage_of_the_row(client, office, company, rosa):
    """The same, when the ring was lost."""
    company.hears(rosa, "note_added")
    assert (await sweep(office, Doorbell(client), later(hours=1))).rung == 1
    assert await stage_of(client, rosa) == "nurture"


async def test_a_letter_is_filed_though_temporal_is_away_and_nobody_waits_for_the_lead(away, office, company, rosa):
    """It is kept and applied later: an error would make people, and CRMs, send it again."""
    posted = await post(office, NOTE, rosa, wait=AN_HOUR)
    assert (posted.filed.lead_id, posted.filed.number, posted.answer) == (rosa, 1, None)
    assert not posted.ring.rung
    assert posted.ring.trouble is not None
    assert posted.ring.trouble.startswith("it is filed, but Temporal cannot be reached (127.0.0.1:1)")
    assert [row.kind for row in company.rows()] == ["note_added"]


async def test_a_person_is_kept_though_temporal_is_away(away, office: Office, company):
    """The same for whoever gets in touch during an outage."""
    taken = await capture(office, ROSA, captured("first", "ann", MONDAY), MONDAY)
    assert (taken.created, taken.rung) == (True, False)
    assert taken.trouble is not None
    assert company.lead(taken.lead_id).first_name == "Rosa"
