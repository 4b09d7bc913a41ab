"""
A process that used Temporal's client ends with its true exit code, however often it is tried.

Without our own door (`cli.process.leave`) the interpreter shuts down beside the client's threads and is sometimes
aborted (SIGABRT, 134 to a shell) or falls (SIGSEGV, 139), after its work was done and its answer printed.
"""

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


def code_of(call: Call, variables: abc.Mapping[str, str], directory: Path) -> int:
    """How a fresh process of `followup` ended; negative when a signal ended it."""
    command = [sys.executable, "-m", "cli.main", *call.words.split()]
    return subprocess.run(
        command,
        env={**variables, **call.variables},
        cwd=directory,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    ).returncode


@pytest.mark.chunks(1, full=5)
def test_hundreds_of_calls_end_with_their_true_codes(chunk: int, shell: dict[str, str], tmp_path: Path) -> None:
    """
    A supervisor or a pipeline acts on the code; one that lies now and then is worth nothing.

    Each call is a process of its own from its first byte to its exit, which costs a second or two of a processor; two
    of them run at a time, 40 in a chunk and 200 with `--full`.
    """
    calls = CALLS * 4
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda call: code_of(call, shell, tmp_path), calls))
    wrong = [(call.words, call.code, code) for call, code in zip(calls, codes, strict=True) if code != call.code]
    assert wrong == []


def test_twenty_test_runs_with_workers_end_with_success() -> None:
    """
    A run whose tests have passed and whose process then dies is called broken, and soon nobody believes any.

    They run one after the other, each with a server and a worker of its own.
    """
    for _ in range(20):
        run = subprocess.run(A_TEST_RUN, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE)
        assert run.returncode == pytest.ExitCode.OK, run.stdout.decode()[-3000:]
