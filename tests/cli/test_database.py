"""`followup database upgrade`: an empty database becomes ours, and one that is ours stays as it is."""

from pathlib import Path

import pytest
from sqlalchemy import update

from adapters import schema
from adapters.database import Database
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


def test_a_verb_that_writes_refuses_a_database_of_another_release(on_new):
    """What it does not know of it would leave out, and nobody would see that."""
    on_new("database", "upgrade")
    database = Database(on_new.variables["FOLLOWUP_DATABASE_URL"])
    with database.transaction() as transaction:
        transaction.execute(update(schema.MARK).values(version_num="9999"))
    database.close()
    said = on_new("lead", "add", "--email", "rosa@example.com", "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.UNREACHABLE, "DBS002")
    again = on_new("database", "upgrade", "-o", "json")
    assert (again.code, again.error["code"]) == (process.ExitCode.UNREACHABLE, "DBS011")


def test_before_that_every_verb_names_the_command(on_new):
    """The first thing that goes wrong on a new machine must cure itself by reading."""
    said = on_new("lead", "list", "-o", "json")
    assert said.code == process.ExitCode.UNREACHABLE
    assert said.error["code"] == ("DBS009" if "sqlite" in on_new.variables["FOLLOWUP_DATABASE_URL"] else "DBS002")
    assert "followup database upgrade" in said.error["next"]


@pytest.mark.parametrize(
    "line",
    [
        "doctor",
        "stuck --no-temporal",
        "lead list",
        "lead show rosa@example.com",
        "lead signal rosa@example.com replied",
        "lead add --first-name Rosa --email rosa@example.com",
        "task list",
        "switch list",
        "rebuild --dry-run",
        "engine forecast",
    ],
)
def test_in_the_wrong_directory_no_command_leaves_a_database(tmp_path, monkeypatch, line):
    """The URL of a first run is relative; an empty file where somebody happened to stand looks like a lost company."""
    monkeypatch.chdir(tmp_path)
    said = Shell(**nowhere("sqlite:///.followup/followup.sqlite"))(*line.split())
    assert said.code == process.ExitCode.UNREACHABLE
    assert str(tmp_path / ".followup" / "followup.sqlite") in said.stdout + said.stderr
    assert not list(tmp_path.rglob("*.sqlite"))


def test_an_import_in_the_wrong_directory_leaves_no_database(tmp_path, monkeypatch):
    """It asks for Temporal first, and a first import is where most people stand wrongly."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text("email\nrosa@example.com\n")
    elsewhere = Shell(**nowhere("sqlite:///.followup/followup.sqlite"))
    assert elsewhere("lead", "import", "leads.csv", "--consent-by", "form", "--consent-for", "email").code != 0
    assert not list(tmp_path.rglob("*.sqlite"))
