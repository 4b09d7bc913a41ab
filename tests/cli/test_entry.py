"""The `followup` script as a process of its own: true exit codes, and a reader who goes away is no error."""

import os
import subprocess
import sys

import pytest

from adapters.leads import NewLead
from cli import process
from tests.adapters.world import Company
from tests.support.shell import Shell

SCRIPT = [sys.executable, "-c", "from cli.main import run; run()"]


def command(shell: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | shell.variables | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([*SCRIPT, *words], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["lead", "list"], process.ExitCode.OK, id="ok"),
        pytest.param(["lead", "show", "nobody"], process.ExitCode.FAILED, id="failed"),
        pytest.param(["lead", "shwo"], process.ExitCode.USAGE, id="usage"),
        pytest.param(["rebuild"], process.ExitCode.UNREACHABLE, id="unreachable"),
    ],
)
def test_the_process_ends_with_the_code_of_its_command(shell, company, words, code):
    """Whatever Temporal's client does while the interpreter shuts down."""
    assert command(shell, *words).returncode == code


def test_a_reader_that_has_enough_is_no_error(shell, company: Company):
    """`followup lead list --limit 0 | head -1` must not end in a traceback."""
    for number in range(400):
        company.captures(NewLead(source="crm", emails=(f"lead{number}@example.com",)))
    environment = os.environ | shell.variables | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = ("lead", "list", "--limit", "0", "-o", "jsonl")
    pipe = subprocess.PIPE
    with subprocess.Popen([*SCRIPT, *words], env=environment, stdout=pipe, stderr=pipe, text=True) as listing:
        assert listing.stdout is not None and listing.stderr is not None
        assert listing.stdout.readline().startswith('{"lead_id"')
        listing.stdout.close()
        assert listing.stderr.read() == ""
    assert listing.returncode == 0
