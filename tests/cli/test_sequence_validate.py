"""`followup sequence validate --watch`, in a process of its own, as it runs beside an editor."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.process import ExitCode
from tests.support.authors import OFFER, Authors
from tests.support.shell import Shell, nowhere

HOUSE = Path(__file__).parents[2]


class Watch:
    """The command, while somebody edits."""

    def __init__(self, authors: Authors) -> None:
        command = [sys.executable, "-m", "cli.main", "sequence", "validate", "--watch", "-o", "jsonl"]
        environment = os.environ | authors.shell.variables
        self.process = subprocess.Popen(command, env=environment, cwd=HOUSE, stdout=subprocess.PIPE, text=True)

    def says(self) -> list[str]:
        """The codes of the next report."""
        assert self.process.stdout is not None
        report: dict[str, Any] = json.loads(self.process.stdout.readline())
        return [finding["code"] for finding in report["findings"]]

    def ends(self) -> int:
        """Ctrl-C; how it ended."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()
        return self.process.returncode


@pytest.fixture
def authors(tmp_path: Path) -> Authors:
    """A team with two good sequences."""
    return Authors(tmp_path, Shell(**nowhere("sqlite:///none.sqlite")), "ours")


@pytest.fixture
def watch(authors: Authors) -> Iterator[Watch]:
    """The command at work."""
    watching = Watch(authors)
    yield watching
    if watching.process.poll() is None:
        watching.ends()


def test_every_time_a_file_is_saved_it_is_checked_anew(authors: Authors, watch: Watch) -> None:
    """A mistake is seen while the hand is still on it: in a sequence, in a template, in a new file."""
    assert watch.says() == []
    authors.write("offer.py", OFFER.replace("hours=1", "hours=-1"))
    assert watch.says() == ["SEQ003"]
    authors.write("offer.py", OFFER)
    assert watch.says() == []
    authors.says("offer/hello.email", "Hello\n")
    assert watch.says() == ["TPL001"]
    (authors.directory / authors.package / "templates/offer/hello.email").unlink()
    assert watch.says() == ["SEQ201"]
    assert watch.ends() == ExitCode.INTERRUPTED
