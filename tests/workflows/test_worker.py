"""What a worker refuses to begin with: what it would do wrong on every lead."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import insert
from structlog.testing import capture_logs
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

import worker
from adapters import schema
from adapters.catalogue import published
from adapters.tables import leads
from api.office import Office
from cli import child, process
from cli.temporal_server import LocalServer
from engine.errors import FollowupError
from engine.words import Act
from tests.support.house import settings
from tests.support.waiting import until_so
from workflows.names import LEAD_STAGE, LEAD_STATE
from workflows.pace import SENDS, Pace

NAMESPACE = "unprepared"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def unprepared(temporal_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A namespace that nobody has registered our search attributes in."""
    client = await Client.connect(temporal_server.address, namespace=NAMESPACE)
    request = RegisterNamespaceRequest(namespace=NAMESPACE)
    request.workflow_execution_retention_period.FromSeconds(86_400)
    await client.workflow_service.register_namespace(request)

    async def answers() -> bool:
        try:
            return (await client.count_workflows()).count == 0
        except RPCError:
            return False

    await until_so(answers)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)


@pytest.mark.usefixtures("unprepared")
async def test_a_worker_refuses_a_namespace_without_our_search_attributes(tmp_path: Path) -> None:
    """Every workflow task of every lead would fail there, and the list of problems stays empty for a while."""
    chosen = settings(f"sqlite:///{tmp_path / 'followup.sqlite'}")
    with Office(chosen) as office:
        schema.upgrade(office.database)
    with pytest.raises(FollowupError) as refused:
        await worker.run(chosen)
    assert refused.value.code == "TMP002"
    assert {LEAD_STAGE.name, LEAD_STATE.name} <= set(refused.value.what.replace(",", " ").split())


def test_a_sweep_that_dies_ends_the_process_and_everybody_sees_it(temporal_server: LocalServer, tmp_path: Path) -> None:
    """A worker that only looks as if it swept leaves every lost ring unheard; a supervisor starts a dead one again."""
    url = f"sqlite:///{tmp_path / 'followup.sqlite'}"
    with Office(settings(url)) as office:
        schema.upgrade(office.database)
        with office.database.transaction() as transaction:  # a stage that only a later release knows
            transaction.execute(
                insert(leads).values(id="rosa", created_at=LONG_AGO, next_due=LONG_AGO, stage="afterlife")
            )
    environment = {
        "FOLLOWUP_DATABASE_URL": url,
        "FOLLOWUP_ENVIRONMENT": "test",
        "FOLLOWUP_GRACEFUL_SHUTDOWN_SECONDS": "1",
    }
    running = child.start(
        [sys.executable, worker.__file__],
        log=tmp_path / "log",
        environment=os.environ | environment | {"TEMPORAL_ADDRESS": temporal_server.address},
        directory=tmp_path,
    )
    try:
        assert running.wait(60) == process.ExitCode.FAILED
    finally:
        child.end(running)
    assert "'afterlife' is not a valid Stage" in (tmp_path / "log").read_text()


def test_in_production_a_worker_publishes_nothing_and_reads_no_file(tmp_path: Path) -> None:
    """Publishing is somebody's decision there, and a broken file must not keep a worker from starting."""
    fit = {"environment": "production", "address_key": "a-real-key", "link_key": "another", "catalogue": "no.such"}
    with Office(settings(f"sqlite:///{tmp_path / 'followup.sqlite'}", **fit)) as office:
        schema.upgrade(office.database)
        with capture_logs() as logged:
            worker.have_something_to_run(office)
        assert [(line["event"], line["next"]) for line in logged] == [("catalogue.empty", "followup sequence publish")]
        with office.database.reading() as transaction:
            assert published(transaction).number == 0


def test_elsewhere_what_is_written_runs(tmp_path: Path) -> None:
    """Whoever tries something out wants to see it, not to learn a command first."""
    with Office(settings(f"sqlite:///{tmp_path / 'followup.sqlite'}")) as office:
        schema.upgrade(office.database)
        worker.have_something_to_run(office)
        worker.have_something_to_run(office)
        with office.database.reading() as transaction:
            assert published(transaction).number == 1


def test_an_attempt_is_longer_than_the_providers_deadline() -> None:
    """Else a second attempt begins while the first may still send."""
    with pytest.raises(ValidationError, match="provider_deadline_seconds must be shorter"):
        settings("sqlite:///unused", start_to_close_seconds=5, provider_deadline_seconds=5)


def test_only_sends_have_an_end() -> None:
    """A look that fails is retried until the fix; a message has its hours."""
    pace = Pace()
    for act in SENDS:
        assert pace.options(act)["schedule_to_close_timeout"] == pace.send_within
    for act in set(Act) - SENDS:
        assert pace.options(act)["schedule_to_close_timeout"] is None
        assert pace.options(act)["retry_policy"].maximum_attempts == 0
