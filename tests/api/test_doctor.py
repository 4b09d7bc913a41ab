"""The doctor finds what is wrong on this machine and behind it, and leaves in peace what is fine."""

from collections import abc
from pathlib import Path

import pytest
from sqlalchemy import update
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

import worker
from adapters import schema
from adapters.catalogue import publish
from adapters.database import Database
from adapters.settings import read_settings
from adapters.tables import leads
from api import doctor
from api.doctor import Finding, Level, examined
from api.doorbell import Doorbell
from api.temporal import connect_to
from cli.temporal_server import LocalServer
from engine.errors import FollowupError
from engine.sequence.pipeline import Pipeline
from engine.words import LeadId
from tests.adapters.world import MONDAY, ROSA, Company, release
from tests.support.life import PIPELINE
from tests.support.waiting import until_so

NOWHERE = "127.0.0.1:1"


class Patient:
    """This process's environment, examined."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self._monkeypatch = monkeypatch
        self.file = str(directory / "followup.sqlite")
        self.url = f"sqlite:///{self.file}"
        self.env_file = directory / ".env"
        self.has(FOLLOWUP_DATABASE_URL=self.url, FOLLOWUP_ENVIRONMENT="test", TEMPORAL_ADDRESS=NOWHERE)

    def has(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    async def examined(self) -> dict[str, Finding]:
        """What each check found."""
        import os

        return {found.check: found async for found in examined(os.environ, self.env_file)}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Patient:
    return Patient(monkeypatch, tmp_path)


@pytest.fixture
def database(patient: Patient) -> abc.Iterator[Database]:
    """The patient's database, migrated."""
    database = Database(patient.url)
    schema.upgrade(database)
    yield database
    database.close()


async def test_a_fresh_machine_is_told_the_next_command(patient):
    """The first failure of everybody is a database that is not there, the second a server that does not run."""
    found = await patient.examined()
    assert (found["database"].level, "followup database upgrade" in found["database"].fix) == (Level.FAIL, True)
    assert patient.file in found["database"].found
    assert (found["temporal"].level, found["temporal"].unreachable) == (Level.FAIL, True)
    assert "followup dev" in found["temporal"].fix
    assert {"migrations", "namespace", "pollers", "pipeline_map"}.isdisjoint(found)


async def test_an_empty_database_raises_the_question_whether_it_is_the_right_one(patient):
    """Whoever obeys "run the migrations" in the wrong place has a company without leads, and every light is green."""
    Database(patient.url).create()
    found = (await patient.examined())["migrations"]
    assert (found.level, found.fix.partition("?")[0]) == (Level.FAIL, "is this the right database")


async def test_what_is_fine_is_said_to_be_fine(patient, database):
    """An examination that only lists faults leaves it open what was looked at."""
    found = await patient.examined()
    fine = [check for check, finding in found.items() if finding.level is Level.OK]
    assert fine == ["python", "tzdata", "settings", "providers", "database", "migrations", "pipeline_map"]
    assert all(not found[check].fix for check in fine)
    assert found["database"].found == f"sqlite {patient.file}"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        pytest.param({"FOLLOWUP_ORG_ZONE": "Mars/Olympus"}, "FOLLOWUP_ORG_ZONE", id="a value that cannot be used"),
        pytest.param({"FOLLOWUP_DATABSE_URL": "x"}, "nobody reads FOLLOWUP_DATABSE_URL", id="a misspelt name"),
        pytest.param(
            {"FOLLOWUP_ADDRESS_KEY": "a", "FOLLOWUP_ADDRESS_KEY_FILE": "/dev/null"}, "is given twice", id="given twice"
        ),
    ],
)
async def test_a_setting_that_cannot_be_meant_is_found(patient, variables, told):
    """A misspelt setting is silently its default, in production too."""
    patient.has(**variables)
    found = (await patient.examined())["settings"]
    assert found.level is Level.FAIL
    assert told in found.found


async def test_a_misspelt_name_in_the_env_file_is_found_too(patient):
    """Most settings stand there."""
    patient.env_file.write_text("FOLLOWUP_LVIE=true\nOTHER=1\n")
    assert "FOLLOWUP_LVIE" in (await patient.examined())["settings"].found


async def test_names_that_are_no_settings_but_ours_are_left_in_peace(patient):
    """Who commands from the shell is named in the environment, not in the settings."""
    patient.has(FOLLOWUP_USER="ann")
    assert (await patient.examined())["settings"].level is Level.OK


async def test_a_database_that_does_not_answer_is_unreachable(patient):
    """The exit code must tell "cannot reach" from "wrong"."""
    patient.has(FOLLOWUP_DATABASE_URL="postgresql+psycopg://ann:secret@127.0.0.1:1/x")
    found = (await patient.examined())["database"]
    assert (found.level, found.unreachable) == (Level.FAIL, True)
    assert "secret" not in found.model_dump_json()


async def test_stages_of_the_crm_without_a_meaning_are_named(patient, database):
    """Each one parks a lead; whoever renamed it in the CRM does not know."""
    company = Company(database)
    with database.transaction() as transaction:
        pipeline = Pipeline(rules=(), stages=PIPELINE)
        publish(transaction, release().model_copy(update={"pipeline": pipeline}), "ana", "", MONDAY)
    rosa = company.captures(ROSA)
    stands(database, rosa, pipeline_stage="Proposal")
    assert (await patient.examined())["pipeline_map"].level is Level.OK
    stands(database, rosa, pipeline_stage="Archived")
    found = (await patient.examined())["pipeline_map"]
    assert (found.level, "'Archived' (1)" in found.found, "Proposal" in found.found) == (Level.FAIL, True, False)
    assert "restart the workers" in found.fix
    stands(database, rosa, open=False)
    assert (await patient.examined())["pipeline_map"].level is Level.OK


def stands(database: Database, lead_id: LeadId, **row: object) -> None:
    """The lead's row as a look would have left it."""
    with database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == lead_id).values(row))


async def test_an_old_set_of_time_zones_is_found(patient, monkeypatch):
    """Countries change their clocks at a month's notice."""
    monkeypatch.setattr(doctor, "version", lambda name: "2019.1")
    found = (await patient.examined())["tzdata"]
    assert (found.level, found.found) == (Level.FAIL, "tzdata 2019.1")


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        pytest.param("OLDEST_PYTHON", (99, 0), "python", id="an old Python"),
        pytest.param("OLDEST_SERVER", (99, 0), "temporal", id="an old server"),
    ],
)
async def test_what_is_too_old_is_found(patient, temporal_server, monkeypatch, name, value, check):
    """What we rely on came with these versions."""
    patient.has(TEMPORAL_ADDRESS=temporal_server.address)
    assert (await patient.examined())[check].level is Level.OK
    monkeypatch.setattr(doctor, name, value)
    assert (await patient.examined())[check].level is Level.FAIL


async def test_live_sending_is_refused_in_the_words_of_the_worker(patient):
    """A doctor who calls a deployment live from which nothing leaves is believed for weeks."""
    assert "the Outbox" in (await patient.examined())["providers"].found
    patient.has(FOLLOWUP_LIVE="true")
    found = (await patient.examined())["providers"]
    with pytest.raises(FollowupError) as refused:
        await worker.run(read_settings(env_file=None))
    assert refused.value.code == "CFG006"
    assert (found.level, found.fix) == (Level.FAIL, "unset FOLLOWUP_LIVE")
    assert found.found == f"{refused.value.what}: {refused.value.why}"


async def test_credentials_nobody_reads_are_found(patient):
    """Whoever sets them believes that they are used."""
    patient.has(FOLLOWUP_SENDGRID_API_KEY="SG.x")
    assert "nobody reads FOLLOWUP_SENDGRID_API_KEY" in (await patient.examined())["settings"].found


async def test_a_namespace_that_is_not_there_is_named(patient, temporal_server):
    """The commonest mistake of a first deployment."""
    patient.has(TEMPORAL_ADDRESS=temporal_server.address, TEMPORAL_NAMESPACE="nowhere")
    found = await patient.examined()
    assert (found["temporal"].level, found["namespace"].level) == (Level.OK, Level.FAIL)
    assert found["namespace"].fix == "followup temporal operator namespace create -n nowhere"
    assert {"search_attributes", "pollers"}.isdisjoint(found)


async def test_a_bare_namespace_lacks_search_attributes_and_workers(patient, temporal_server: LocalServer):
    """Without the first every workflow task fails, without the second nothing happens at all."""
    await bare_namespace(temporal_server)
    patient.has(TEMPORAL_ADDRESS=temporal_server.address, TEMPORAL_NAMESPACE="bare")
    found = await patient.examined()
    assert found["namespace"].level is Level.OK
    assert (found["search_attributes"].level, "LeadStage" in found["search_attributes"].found) == (Level.FAIL, True)
    assert "search-attribute create" in found["search_attributes"].fix
    assert (found["pollers"].level, "leads, crm, send-email" in found["pollers"].found) == (Level.FAIL, True)


async def test_leads_that_run_and_are_not_in_the_database_are_a_failure(patient, database, temporal_server):
    """A lost database looks like an empty one: nothing is open, nothing is stuck, and Temporal knows better."""
    patient.has(TEMPORAL_ADDRESS=temporal_server.address)
    rosa = Company(database).opens().captures(ROSA)
    client = await connect_to(temporal_server.address)
    await doorbell_of(client, rosa)
    assert (await patient.examined())["workflows"].level is Level.OK
    await doorbell_of(client, LeadId("stranger"))

    async def seen() -> bool:
        return (await patient.examined())["workflows"].level is Level.FAIL

    await until_so(seen)
    found = (await patient.examined())["workflows"]
    assert "Temporal runs 2 leads, 1 are open" in found.found
    assert ("stranger" in found.found, rosa in found.found) == (True, False)
    assert "is this the right database?" in found.fix


async def doorbell_of(client: Client, lead_id: LeadId) -> None:
    """A lead's workflow runs, and no worker takes from its queue."""
    await Doorbell(client, queue="nobody").ring(lead_id)


async def bare_namespace(server: LocalServer) -> None:
    """A namespace that nobody has prepared."""
    client = await Client.connect(server.address, namespace="bare")
    request = RegisterNamespaceRequest(namespace="bare")
    request.workflow_execution_retention_period.FromSeconds(86_400)
    await client.workflow_service.register_namespace(request)

    async def known() -> bool:
        try:
            return [run async for run in client.list_workflows()] == []
        except RPCError:
            return False

    await until_so(known)
