"""`followup sequence describe --against`: what a change of the files changes for leads."""

import json
from pathlib import Path

import pytest

from adapters.catalogue import publish
from adapters.database import Database
from engine.sequence.compiled import CalendarDays, Message, Sequence
from engine.sequence.structure import steps
from tests.adapters.world import MONDAY
from tests.sequences.shipped import RELEASE
from tests.support.shell import Shell

NAME = "keep-in-touch"
NOW = next(plan for plan in RELEASE.plans if plan.sequence.name == NAME)


def earlier(sequence: Sequence) -> Sequence:
    """The sequence as it may have been: its first mail came a week sooner."""
    (plan,) = sequence.stages
    first, *others = steps(plan)
    assert isinstance(first, Message)
    sooner = first.model_copy(update={"after": CalendarDays(days=14)})
    return sequence.model_copy(update={"stages": (plan.model_copy(update={"steps": (sooner, *others)}),)})


BEFORE = NOW.model_copy(update={"version": f"{NAME}@0123456789ab", "sequence": earlier(NOW.sequence)})
BOTH = (BEFORE.version, BEFORE.version.partition("@")[2])
CLAUSE = "email lower-bills: sent 21 days later, at 09:30 (was: sent 14 days later)"


@pytest.fixture
def published(shell: Shell, records_url: str) -> Shell:
    """A shell with a database in which the earlier version is published."""
    database = Database(records_url)
    plans = tuple(BEFORE if plan.sequence.name == NAME else plan for plan in RELEASE.plans)
    with database.transaction() as transaction:
        publish(transaction, RELEASE.model_copy(update={"plans": plans}), "ana", "first", MONDAY)
    database.close()
    return shell


def test_it_tells_what_changed_since_it_was_published(published: Shell):
    """Whoever approves the change reads that, and not the whole sequence once more."""
    said = published("sequence", "describe", NAME, "--against", "published")
    lines = said.stdout.splitlines()
    assert lines[0] == f"{NAME}: before is {BEFORE.version}, after is what is written now"
    assert f"  {CLAUSE}" in lines
    assert "- 1. Email lower-bills: sent 14 days later." in lines
    assert "+ 1. Email lower-bills: sent 21 days later, at 09:30." in lines
    assert said.code == 0


@pytest.mark.parametrize(
    "version", [BEFORE.version, BEFORE.version.partition("@")[2]], ids=["by its name", "by its hash"]
)
def test_any_version_can_be_compared_with(published: Shell, version: str):
    """Leads live on old ones for years."""
    told = published("sequence", "describe", NAME, "--against", version, "-o", "json").json
    assert [change["clause"] for change in told["changes"]] == [CLAUSE]
    assert (told["before_version"], told["after_version"]) == (BEFORE.version, NOW.version)
    assert told["before"].startswith(f"# {NAME}\n") and told["after"].startswith(f"# {NAME}\n")
    assert [row["changed"] for row in told["changed"]] == [True]


def test_what_is_as_published_changes_nothing(published: Shell):
    """An empty answer would look like an error."""
    said = published("sequence", "describe", "missed-call", "--against", "published")
    assert said.stdout.splitlines()[1] == "Nothing changed."


def test_other_words_are_a_change(published: Shell, tmp_path: Path):
    """The sequence is the same and the lead hears something else."""
    (ref, *others) = NOW.templates
    before = NOW.model_copy(update={"templates": (ref.model_copy(update={"digest": "another"}), *others)})
    (tmp_path / "before.json").write_text(before.model_dump_json())
    told = published("sequence", "describe", NAME, "--against", "before.json", "-o", "json").json
    assert [change["kind"] for change in told["changes"]] == ["words"]
    assert told["changed"] == []


def test_a_list_in_a_file_will_do(shell: Shell, tmp_path: Path):
    """`followup sequence list -o json` on the other branch is the easiest way to get one."""
    (tmp_path / "main.json").write_text(f"[{NOW.sequence.model_dump_json()},{BEFORE.sequence.model_dump_json()}]")
    (tmp_path / "one.json").write_text(BEFORE.sequence.model_dump_json())
    assert "Nothing changed." in shell("sequence", "describe", NAME, "--against", "main.json").stdout
    assert CLAUSE in shell("sequence", "describe", NAME, "--against", "one.json").stdout


@pytest.mark.parametrize(
    ("against", "what"),
    [
        pytest.param("published", f"no sequence '{NAME}' is published in this database", id="nothing is published"),
        pytest.param("0123456789ab", f"{NAME}@0123456789ab was never published in this database", id="no such version"),
        pytest.param("nothing.json", "nothing.json cannot be read", id="no such file"),
        pytest.param("text.json", "text.json cannot be read", id="no JSON"),
        pytest.param("other.json", "other.json holds no compiled sequence", id="something else"),
        pytest.param("empty.json", f"empty.json holds no sequence '{NAME}'", id="an empty list"),
    ],
)
def test_what_cannot_be_compared_with_is_named(shell: Shell, tmp_path: Path, against: str, what: str):
    """A comparison with nothing would say that everything is new."""
    (tmp_path / "text.json").write_text("hello")
    (tmp_path / "other.json").write_text(json.dumps({"name": NAME}))
    (tmp_path / "empty.json").write_text("[]")
    said = shell("sequence", "describe", NAME, "--against", against, "-o", "json")
    assert (said.code, said.error["code"], said.error["what"]) == (2, "SEQ052", what)


def test_a_database_without_our_tables_says_what_to_do(shell: Shell, tmp_path: Path):
    """Published or not, it cannot be known there."""
    (tmp_path / "empty.sqlite").touch()
    empty = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    said = shell("sequence", "describe", NAME, "--against", "published", "-o", "json", FOLLOWUP_DATABASE_URL=empty)
    assert said.error["code"] == "DBS002"


def test_one_sequence_is_compared_at_a_time(shell: Shell):
    """Each has a version of its own."""
    said = shell("sequence", "describe", "--all", "--against", "published")
    assert said.code == 2
    assert "name the one sequence to compare" in said.stderr
