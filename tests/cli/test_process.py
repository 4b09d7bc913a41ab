"""Every process of ours ends with its true exit code, whatever the interpreter would make of it."""

import os
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from cli.process import ExitCode, exit_code_of
from engine.errors import FollowupError, SequenceInvalid

ROOT = Path(__file__).resolve().parents[2]
ABORT_AT_EXIT = """
import atexit, os
atexit.register(os.abort)
atexit.register(os.write, 2, b"the interpreter shuts down\\n")
"""
HOOKS = (
    "postgres_url, pytest_configure_node, pytest_sessionfinish, pytest_testnodedown, pytest_unconfigure, "
    "pytest_xdist_auto_num_workers"
)
DIES_WHEN_ALL_IS_DONE = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    yield
    os.abort() if hasattr(session.config, "workerinput") else None
    return True
"""


def python(code: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False, timeout=60, **options
    )


def returning(value: int | None):
    return lambda: value


def raising(error: BaseException):
    def main() -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        pytest.param(returning(None), ExitCode.OK, id="nothing to say is success"),
        pytest.param(returning(3), ExitCode.CHANGES, id="a code is passed on"),
        pytest.param(raising(SystemExit()), ExitCode.OK, id="a bare exit is success"),
        pytest.param(raising(SystemExit(2)), ExitCode.USAGE, id="an exit with a code is that code"),
        pytest.param(raising(SystemExit("no such lead")), ExitCode.FAILED, id="an exit with words has failed"),
        pytest.param(raising(KeyboardInterrupt()), ExitCode.INTERRUPTED, id="Ctrl-C is an interruption"),
        pytest.param(raising(FollowupError(code="TMP001", what="x")), ExitCode.UNREACHABLE, id="no Temporal"),
        pytest.param(raising(FollowupError(code="DBS001", what="x")), ExitCode.UNREACHABLE, id="no database"),
        pytest.param(raising(FollowupError(code="CFG001", what="x")), ExitCode.USAGE, id="a wrong setting"),
        pytest.param(raising(SequenceInvalid(code="SEQ001", what="x")), ExitCode.USAGE, id="an invalid sequence"),
        pytest.param(raising(FollowupError(code="CRM001", what="x")), ExitCode.FAILED, id="any other error"),
        pytest.param(raising(ZeroDivisionError()), ExitCode.FAILED, id="a bug"),
    ],
)
def test_every_way_to_end_has_its_exit_code(main, expected):
    """A supervisor acts on these numbers, so they never depend on how the end came about."""
    assert exit_code_of(main) == expected


SHADOWED = """
from datetime import datetime
from zoneinfo import ZoneInfo
from cli import process

def main():
    print(datetime(2026, 1, 15, tzinfo=ZoneInfo("America/New_York")).utcoffset(), flush=True)

process.run(main)
"""


def test_time_zones_come_from_the_pinned_package_whatever_the_machine_has(tmp_path):
    """Two machines with two sets of rules would send the same message at two times."""
    (tmp_path / "America").mkdir()
    tokyo = resources.files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes()
    (tmp_path / "America" / "New_York").write_bytes(tokyo)
    said = python(SHADOWED, env=os.environ | {"PYTHONTZPATH": str(tmp_path)}, stdout=subprocess.PIPE)
    assert (said.returncode, said.stdout) == (0, "-1 day, 19:00:00\n"), said.stderr


def test_an_error_is_told_without_a_traceback_and_a_bug_with_one(capsys):
    """A person can act on the first and report the second."""
    exit_code_of(raising(FollowupError(code="TMP001", what="no Temporal", next="start one")))
    assert capsys.readouterr().err == "TMP001: no Temporal\n  next: start one\n"

    exit_code_of(raising(ZeroDivisionError("seven")))
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.endswith("ZeroDivisionError: seven\n")


def test_an_interpreter_that_aborts_while_shutting_down_cannot_change_the_exit_code():
    """Temporal's client does that to one process in five; without our door the code would be -6."""
    ended = python(ABORT_AT_EXIT + "from cli import process; process.run(lambda: 3)")
    assert ended.returncode == ExitCode.CHANGES


def test_what_was_written_arrives_although_nobody_shuts_down():
    """Leaving early must not cost the last lines of a report or a log."""
    code = "import logging, sys; from cli import process\n"
    code += "logging.basicConfig(); sys.stdout.write('report'); logging.error('logged'); process.leave(0)"
    ended = python(code, stdout=subprocess.PIPE)
    assert (ended.stdout, ended.stderr) == ("report", "ERROR:root:logged\n")


def test_a_report_that_found_no_room_is_not_a_success():
    """`followup … > file` on a full disk must not pass a pipeline."""
    with Path("/dev/full").open("w") as full:
        ended = python("from cli import process; print('report'); process.leave(0)", stdout=full)
    assert ended.returncode == ExitCode.FAILED


@pytest.mark.parametrize("buffering", [pytest.param([], id="buffered"), pytest.param(["-u"], id="line by line")])
def test_a_reader_who_has_seen_enough_does_not_make_a_command_fail(buffering):
    """`followup lead list | head -1` is no error, whether we notice while printing or while leaving."""
    code = "from cli import process; process.run(lambda: (input(), print('line'))[1])"
    command = [sys.executable, *buffering, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as lister:
        assert lister.stdin and lister.stdout
        lister.stdout.close()  # gone before the first line
        lister.stdin.write("go\n")
        lister.stdin.flush()
        assert lister.wait(60) == ExitCode.OK


def test_another_broken_connection_is_a_failure():
    """Only our reader may go; a server that hangs up has not been answered."""
    assert exit_code_of(raising(BrokenPipeError())) == ExitCode.FAILED


WAITS = """
import asyncio
from cli import process

async def main():
    try:
        print("ready", flush=True)
        await asyncio.Event().wait()
    finally:
        print("closed", flush=True)

process.run(lambda: asyncio.run(main()))
"""


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        pytest.param("", signal.SIGINT, id="Ctrl-C"),
        pytest.param("", signal.SIGTERM, id="a supervisor's SIGTERM"),
        pytest.param(
            "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)", signal.SIGTERM, id="in a shell's background"
        ),
    ],
)
def test_asked_to_end_a_process_closes_what_it_holds_and_says_it_was_interrupted(before, sent):
    """Clients, workers and servers are closed on the way out, however the wish to end arrives."""
    command = [sys.executable, "-c", before + WAITS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout and waiting.stdout.readline() == "ready\n"
        waiting.send_signal(sent)
        rest, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, rest) == (ExitCode.INTERRUPTED, "closed\n")


@pytest.mark.parametrize("processes", [pytest.param([], id="alone"), pytest.param(["-n", "2"], id="in two processes")])
@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param("assert True", pytest.ExitCode.OK, id="all passed"),
        pytest.param("assert False", pytest.ExitCode.TESTS_FAILED, id="one failed"),
    ],
)
def test_a_test_run_ends_with_its_own_code_and_its_summary_last(tmp_path, test, expected, processes):
    """Who runs the tests reads the last line and the exit code; neither may depend on the interpreter's end."""
    ended = run_pytest(tmp_path, test, *processes)
    assert ended.returncode == expected
    assert "shuts down" not in ended.stderr
    assert ended.stdout.rstrip().endswith("==")


@pytest.mark.parametrize(
    ("test", "hook"),
    [
        pytest.param("os.abort()", "", id="in the middle of a test"),
        pytest.param("assert True", DIES_WHEN_ALL_IS_DONE, id="after its last test had passed"),
    ],
)
def test_a_process_of_a_test_run_that_dies_fails_the_run(tmp_path, test, hook):
    """What it had still to say is lost, so nobody may call that a success."""
    ended = run_pytest(tmp_path, test, "-n", "1", "--max-worker-restart", "0", before=hook)
    assert ended.returncode in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERNAL_ERROR)
    assert "node down: Not properly terminated" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "shared"),
    [
        pytest.param([], True, id="everything"),
        pytest.param(["-k", "one"], False, id="a name"),
        pytest.param(["test_one.py"], False, id="a file"),
    ],
)
def test_many_tests_share_the_processors_and_a_few_stay_together(tmp_path, arguments, shared):
    """Two servers of each kind would cost a small selection more than the second processor saves."""
    claim = f"assert ('PYTEST_XDIST_WORKER' in os.environ) is {shared}"
    assert run_pytest(tmp_path, claim, "-n", "auto", *arguments).returncode == pytest.ExitCode.OK


@pytest.mark.parametrize("processes", [pytest.param([], id="alone"), pytest.param(["-n", "1"], id="in another")])
def test_every_process_of_a_test_run_uses_the_server_that_was_named(tmp_path, monkeypatch, processes):
    """The environment is scrubbed before the others start, so they have to be told."""
    monkeypatch.setenv("FOLLOWUP_TEST_POSTGRES_URL", "postgresql://elsewhere")
    claim = "assert request.getfixturevalue('postgres_url') == 'postgresql://elsewhere'"
    assert run_pytest(tmp_path, claim, *processes).returncode == pytest.ExitCode.OK


def test_a_test_run_still_says_which_of_its_arguments_was_wrong(tmp_path):
    """Pytest names a missing file after everything else, so we must not leave before."""
    ended = run_pytest(tmp_path, "assert True", "no_such_file.py", before="")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no_such_file.py" in ended.stderr


def run_pytest(
    directory: Path, test: str, *arguments: str, before: str = ABORT_AT_EXIT
) -> subprocess.CompletedProcess[str]:
    (directory / "conftest.py").write_text(f"import os\nfrom tests.conftest import {HOOKS}\n{before}")
    (directory / "test_one.py").write_text(f"import os\n\ndef test_one(request):\n    {test}\n")
    (directory / "pytest.ini").write_text("[pytest]\n")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "no:cacheprovider", *arguments],
        cwd=directory,
        env={**outside, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
