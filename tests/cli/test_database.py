"""`followup database upgrade`: an empty database becomes ours, and one that is ours stays as it is."""

from pathlib import Path

import pytest

from adapters import schema
from cli import process
from tests.support.shell import Shell, nowhere


@pytest.fixture
def on_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Shell:
    """A shell with an empty database, of either kind."""
    monkeypatch.chdir(tmp_path)
    return Shell(**nowhere(database_url))


def test_an_empty_database_is_made_ours_and_twice_is_once(on_new):
    """Compose runs it before every start."""
    first = on_new("database", "upgrade", "-o", "json")
    assert (first.code, first.json) == (0, {"before": None, "after": schema.head()})
    again = on_new("database", "upgrade", "-o", "json")
    assert (again.code, again.json) == (0, {"before": schema.head(), "after": schema.head()})
    assert on_new("lead", "list", "-o", "json").json == []


def test_before_that_every_verb_names_the_command(on_new):
    """The first thing that goes wrong on a new machine must cure itself by reading."""
    said = on_new("lead", "list", "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.UNREACHABLE, "DBS002")
    assert "followup database upgrade" in said.error["next"]
