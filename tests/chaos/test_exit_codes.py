"""
A process that used Temporal's client ends with its true exit code, however often it is tried.

Without our own door (`cli.process.leave`) the interpreter shuts down beside the client's threads and is sometimes
aborted (SIGABRT, 134 to a shell) or falls (SIGSEGV, 139), after its work was done and its answer printed.
"""

import json
import os
import subprocess
import sys
from collections import abc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters import schema
from adapters.database import Database
from cli.process import ExitCode
from cli.temporal_server import LocalServer
from tests.adapters.world import ROSA, Company
from tests.support.shell import nowhere

ROOT = Path(__file__).resolve().parents[2]
CALLER = """
import json, os, sys
import api.office, api.rebuilding, api.temporal, cli.lead_commands, cli.lead_signal, cli.rebuild, cli.stuck
from cli.main import run

assert len(os.listdir("/proc/self/task")) == 1, "a fork would lose a thread"
for words, variables in json.loads(sys.argv.pop()):
    called = os.fork()
    if not called:
        os.environ.update(variables)
        os.dup2(2, 1)
        sys.argv[1:] = words.split()
        run()
    print(os.waitstatus_to_exitcode(os.waitpid(called, 0)[1]), flush=True)
"""
"""Makes calls one after the other, each in a process of its own that shares what is loaded: loading takes the most."""

A_TEST_RUN = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/workflows/test_plugin.py")
PATIENCE = 1200
"""Seconds that the processes may take on a busy machine."""

NOBODY_LISTENS = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
NO_SUCH_NAMESPACE = {"TEMPORAL_NAMESPACE": "nowhere"}


class Call(NamedTuple):
    """One command line, and the code that is true for it."""

    words: str
    code: ExitCode
    variables: abc.Mapping[str, str] = {}


CALLS = (
    Call("rebuild --dry-run", ExitCode.OK),
    Call("lead list -o json", ExitCode.OK),
    Call("lead pause crm:4711 --reason holiday --wait 0", ExitCode.OK),
    Call("lead shwo", ExitCode.USAGE),
    Call("rebuild", ExitCode.OK),
    Call("rebuild", ExitCode.UNREACHABLE, NO_SUCH_NAMESPACE),
    Call("lead show nobody", ExitCode.FAILED),
    Call("lead signal crm:4711 note_added --wait 0", ExitCode.OK),
    Call("rebuild", ExitCode.UNREACHABLE, NOBODY_LISTENS),
    Call("stuck -o json", ExitCode.OK),
)
"""Seven that ask Temporal and three that do not; successes and errors of both kinds."""


@pytest.fixture
def shell(temporal_server: LocalServer, tmp_path: Path) -> dict[str, str]:
    """The variables of a shell in a house where a lead is known and nobody is at work."""
    url = f"sqlite:///{tmp_path / 'followup.sqlite'}"
    database = Database(url)
    schema.upgrade(database)
    Company(database).opens().captures(ROSA)
    database.close()
    return {**os.environ, **nowhere(url), "TEMPORAL_ADDRESS": temporal_server.address, "PYTHONPATH": str(ROOT)}


def codes_of(calls: abc.Sequence[Call], variables: abc.Mapping[str, str], directory: Path) -> list[int]:
    """How the process of each call ended; negative when a signal ended it."""
    told = json.dumps([(call.words, dict(call.variables)) for call in calls])
    caller = subprocess.run(
        [sys.executable, "-c", CALLER, told],
        env=variables,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert caller.returncode == 0, caller.stderr
    return [int(line) for line in caller.stdout.split()]


def test_two_hundred_calls_end_with_their_true_codes(shell: dict[str, str], tmp_path: Path) -> None:
    """A supervisor or a pipeline acts on the code; one that lies now and then is worth nothing."""
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda calls: codes_of(calls, shell, tmp_path), [CALLS * 10] * 2))
    assert both == [[call.code for call in CALLS] * 10] * 2


def test_twenty_test_runs_with_workers_end_with_success() -> None:
    """A run whose tests have passed and whose process then dies is called broken, and soon nobody believes any."""

    def code_of(command: abc.Sequence[str]) -> int:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE).returncode

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(code_of, [A_TEST_RUN] * 20))
    assert codes == [pytest.ExitCode.OK] * 20
