"""`followup dev` says only what is so."""

from pathlib import Path

import pytest

from cli import child
from cli.dev import alone, elsewhere, ended_by, until_told
from cli.temporal_server import LocalServer
from engine.errors import FollowupError

ADDRESS = "127.0.0.1:7300"


def test_a_port_that_was_asked_for_is_not_said_to_stand_in_for_a_taken_one():
    """Whoever chose the port would look for a program on 7233 that is not there."""
    assert elsewhere(ADDRESS, asked_for=True) == "in other terminals, export TEMPORAL_ADDRESS=127.0.0.1:7300"


def test_a_port_that_was_found_is_explained():
    """Else nobody knows why it is another one today."""
    assert elsewhere(ADDRESS, asked_for=False).startswith("port 7233 is taken: in other terminals, export")


def test_there_is_one_of_its_kind_in_a_directory(tmp_path, monkeypatch):
    """Two Temporal servers on one file would each lose what the other writes."""
    monkeypatch.chdir(tmp_path)
    with alone():
        with pytest.raises(FollowupError, match="runs here already"), alone():
            pass
    with alone():
        pass  # the one before is gone, and so is its claim


@pytest.mark.parametrize(("code", "said"), [(-9, "killed by SIGKILL"), (3, "exit code 3")], ids=["killed", "gave up"])
def test_a_worker_that_ends_is_said_to_have_ended(code, said):
    """Else the terminal shows nothing but the end of make."""
    assert said in ended_by(code)


class Killed(LocalServer):
    """A server that somebody has killed."""

    ended = -9


def test_a_server_that_ends_is_said_to_have_ended(tmp_path, monkeypatch):
    """Leads would stand still behind a terminal that says all is well."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test keeps its own Ctrl-C
    worker = child.start(["sleep", "60"])
    try:
        with pytest.raises(FollowupError, match="server has ended") as told:
            until_told(worker, Killed(Path("temporal"), tmp_path))
    finally:
        child.end(worker)
    assert (told.value.code, told.value.why) == ("DEV003", "it was killed by SIGKILL")
    assert told.value.where == str(tmp_path / "temporal.log")
