"""One module chooses the Temporal server, and a local one behaves like the real thing, crashes included."""

import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cli.temporal_build import pinned
from cli.temporal_server import LocalServer, configured_address, find_server_binary
from engine.errors import FollowupError

QUEUE = "test-temporal-server"


@workflow.defn
class SleepsThirtyDays:
    """The shortest life that is longer than a test."""

    @workflow.run
    async def run(self) -> str:
        """Sleep, then say so."""
        await workflow.sleep(timedelta(days=30))
        return "rested"


@pytest.fixture(scope="session")
def binary() -> Path:
    """The server every test and demo uses."""
    return find_server_binary(print)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A user with an empty cache, nothing but a shell on the PATH, and a network that answers nobody."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def test_thirty_days_pass_in_a_moment(temporal_server):
    """Tests over weeks need a server whose clock can be moved, or they would not be written."""
    client = await Client.connect(temporal_server.address)
    worker = Worker(client, task_queue=QUEUE, workflows=[SleepsThirtyDays], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        told = await TimeSkipper(client).client.execute_workflow(
            SleepsThirtyDays.run, id="sleeper", task_queue=QUEUE, execution_timeout=timedelta(days=60)
        )
    assert told == "rested"


async def test_our_search_attributes_are_known_from_the_start(temporal_server):
    """An unknown attribute fails the first workflow task, so the first lead would already be stuck."""
    client = await Client.connect(temporal_server.address)
    assert (await client.count_workflows("LeadStage = 'no stage' and LeadState = 'no state'")).count == 0


async def test_a_crash_loses_no_workflow_and_the_address_stays(binary, tmp_path):
    """Clients find the same server again at the same place, with everything it had accepted."""
    with LocalServer(binary, tmp_path, database=tmp_path / "temporal.sqlite") as server:
        before = server.address
        client = await Client.connect(server.address)
        await client.start_workflow("NobodyRunsThis", id="survivor", task_queue="nobody")
        server.kill()
        server.restart()
        assert server.address == before
        described = await (await Client.connect(server.address)).get_workflow_handle("survivor").describe()
        assert described.workflow_type == "NobodyRunsThis"


def test_nothing_is_left_of_a_stopped_server(binary):
    """Neither its ports nor its files: hundreds may be started in a day."""
    with LocalServer(binary) as server:
        ports, directory = server.ports, server.log.parent
        assert directory.is_dir()
    assert not directory.exists()
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_a_port_lost_to_another_program_is_no_misfortune(binary, tmp_path):
    """Two checkouts start at once every day; the second of them takes other ports."""
    luckless = script(
        tmp_path / "temporal",
        f'[ -e "$0.ran" ] && exec "{binary}" "$@"; touch "$0.ran"; echo "listen: address already in use"; exit 1',
    )
    with LocalServer(luckless) as server:
        assert server.log.read_text().count("address already in use") == 1


def test_a_port_that_was_asked_for_and_is_taken_is_named(tmp_path):
    """Whoever asks for a port wants that one, so another would be no answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(FollowupError, match=f"TMP022: port {port} is taken"):
            LocalServer(tmp_path / "never-run", port=port).start()


def test_a_server_that_ends_at_once_is_quoted(tmp_path):
    """The server's own last words are the shortest way to the cause."""
    with pytest.raises(FollowupError, match=r"TMP019(.|\n)*exit code 7: .*unknown flag"):
        LocalServer(script(tmp_path / "temporal", "echo 'unknown flag'; exit 7")).start()


def test_a_new_enough_temporal_on_the_path_is_used_as_it_is(machine):
    """Who has one needs no compiler and no download."""
    own = script(machine / "bin" / "temporal", "echo 'temporal version 1.9.1 (Server 1.33.0, UI 2.60.0)'")
    assert find_server_binary(print) == own


def test_an_old_temporal_on_the_path_is_passed_over_and_told(machine):
    """Time skipping needs 1.32; an older server would fail in the middle of a test instead."""
    script(machine / "bin" / "temporal", "echo 'temporal version 1.5.0 (Server 1.29.1, UI 2.40.0)'")
    cached = machine / "cache" / "followup" / f"temporal-{pinned()}-go1.99.0"
    cached.parent.mkdir(parents=True)
    cached.write_text("built earlier")
    told: list[str] = []
    assert find_server_binary(told.append) == cached
    assert "1.29.1" in told[0]


def test_where_there_is_no_way_to_a_server_every_way_and_cure_is_named(machine):
    """One message tells a newcomer all there is to choose from."""
    with pytest.raises(FollowupError) as told:
        find_server_binary(print)
    assert told.value.code == "TMP018"
    for way in ("no `temporal` on the PATH", "Go is not installed", "cannot be downloaded"):
        assert way in told.value.why
    assert "install Go" in told.value.next


def test_development_uses_the_server_that_temporal_address_names(tmp_path, monkeypatch):
    """Dev and production follow Temporal's own variables; tests and the demo never do."""
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "nobody-wrote-this.toml"))
    assert configured_address() is None
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    assert configured_address() == "temporal.example:7233"
