"""
What every test may ask for: a Temporal server whose time can be moved, and an empty database of either kind.

A server that cannot be had is an error that names its cure, never a skipped test. Where several processes share a run
(pytest-xdist), each has servers of its own, from its first test that asks for one.
"""

import asyncio
import os
from collections import abc
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from cli import logs, process, zone_data
from cli.temporal_server import LocalServer, find_server_binary
from tests.support.postgres import Postgres, fresh_database
from tests.support.seeds import fresh_from

OURS = ("FOLLOWUP_", "TEMPORAL_", "TWILIO_", "SENDGRID_", "HUBSPOT_", "SALESFORCE_", "PIPEDRIVE_")

POSTGRES_URL = os.environ.get("FOLLOWUP_TEST_POSTGRES_URL", "")
for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]  # a developer's real keys and servers never reach a test

logs.configure(level="error")  # what a test expects to fail is not told twice
zone_data.pin()
process.heed_sigterm()  # a run that is told to end stops its servers first

ended = pytest.StashKey[pytest.Session]()
crashed = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full`: what is proven by many lives takes as many as CI asks for."""
    parser.addoption("--full", action="store_true", help="prove at the size CI does; without it, at about a tenth")


def pytest_report_header(config: pytest.Config) -> str | None:
    """From where the fresh seeds of a full run come, so that each of them can be lived again."""
    return f"fresh seeds: from {fresh_from()} on, by the commit" if config.getoption("full") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A proof marked `chunks(few, full=many)` runs once for each number of a chunk: processes can share them."""
    mark = metafunc.definition.get_closest_marker("chunks")
    if mark is not None:
        (few,), many = mark.args, mark.kwargs["full"]
        metafunc.parametrize("chunk", range(many if metafunc.config.getoption("full") else few))


@pytest.fixture(scope="session")
def running_temporal() -> abc.Iterator[LocalServer]:
    """The Temporal server of this run, in memory, whose workflows' clocks can be moved."""
    with LocalServer(find_server_binary(print), time_skipping=True) as server:
        yield server


@pytest.fixture
def temporal_server(running_temporal: LocalServer) -> abc.Iterator[LocalServer]:
    """The server, on which no workflow of an earlier test runs."""
    yield running_temporal
    asyncio.run(terminate_everything(running_temporal.address))


async def terminate_everything(address: str) -> None:
    """End every workflow, so that the next test's workers have nobody else's work to do."""
    client = await Client.connect(address)
    async for left in client.list_workflows('ExecutionStatus="Running"'):
        with suppress(RPCError):  # it has ended meanwhile
            await client.get_workflow_handle(left.id, run_id=left.run_id).terminate()


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> abc.Iterator[str]:
    """A PostgreSQL server: the one FOLLOWUP_TEST_POSTGRES_URL names, or one of this process's own."""
    if named := getattr(pytestconfig, "workerinput", {}).get("postgres_url", POSTGRES_URL):
        yield named
        return
    with Postgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> abc.Iterator[str]:
    """The URL of an empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'followup.sqlite'}"
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Of `-n auto`: a selection stays in this process, since two of everything would cost more than it saves."""
    narrowed = any(config.getoption(name, None) for name in ("keyword", "markexpr", "lf"))
    return 0 if narrowed or not all(map(os.path.isdir, config.args)) else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Hand a worker what the scrubbed environment can no longer tell it."""
    node.workerinput["postgres_url"] = POSTGRES_URL


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """Remember a worker that died: what it still had to say is lost, whatever its last test had answered."""
    if error is not None:
        node.config.stash[crashed] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remember the session: its exit code is final only after everybody else has finished too."""
    session.config.stash[ended] = session
    if session.exitstatus == pytest.ExitCode.OK and session.config.stash.get(crashed, False):
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave by our own door, see `cli.process`: every report is written by now."""
    session = config.stash.get(ended, None)
    if session is not None and session.exitstatus != pytest.ExitCode.USAGE_ERROR:  # pytest still has to say which
        process.leave(int(session.exitstatus))
