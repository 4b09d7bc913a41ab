"""`followup sequence schema`, held against what the other verbs write by a checker that knows nothing of us."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.sequence_schema import Document
from engine.sequence.schema import MODELS
from engine.sequence.version import canonical_json
from tests.adapters.pictures.long_sequence import LONG
from tests.sequences.shipped import CATALOGUE
from tests.support.shell import Shell

CHECKER = Path(sys.executable).with_name("check-jsonschema")
"""As in the tests of the compose file; the schema is for such tools, so one of them judges it."""

shell = Shell()


def schema(folder: Path, *words: str) -> Path:
    """What the verb prints, as a file."""
    file = folder / "schema.json"
    file.write_text(shell("sequence", "schema", *words).stdout)
    return file


def judged(schema: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    words: list[str | Path] = [CHECKER, "--schemafile", schema, *files]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def shipped(tmp_path: Path) -> list[Path]:
    """A file for each sequence, in the form that is hashed and published; and the longest that anybody would write."""
    files = []
    for sequence in (*CATALOGUE.sequences, LONG):
        files.append(tmp_path / f"{sequence.name}.json")
        files[-1].write_text(canonical_json(sequence))
    return files


def test_every_shipped_sequence_is_as_the_schema_says(tmp_path: Path, shipped: list[Path]):
    """A schema that refuses what we publish would be worse than none."""
    said = judged(schema(tmp_path), *shipped)
    assert (said.returncode, said.stdout) == (0, "ok -- validation done\n")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        pytest.param('"kind":"email"', '"kind":"pigeon"', id="a step of no kind"),
        pytest.param('"maintainer"', '"maintained_by"', id="a field that is not there"),
        pytest.param('"09:30:00"', '"nine"', id="a time that is none"),
        pytest.param('"09:30:00"', '"25:30:00"', id="a time that no clock shows"),
        pytest.param('"days":21', '"days":-1', id="days that are gone"),
    ],
)
def test_what_is_no_sequence_is_refused(tmp_path: Path, was: str, becomes: str):
    """A schema that lets everything pass would say nothing."""
    (found,) = (sequence for sequence in CATALOGUE.sequences if sequence.name == "keep-in-touch")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(canonical_json(found).replace(was, becomes, 1))
    assert judged(schema(tmp_path), wrong).returncode == 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param("description", ["describe", "missed-call"], id="a description"),
        pytest.param("change", ["describe", "missed-call", "--against", "before.json"], id="a change"),
        pytest.param("graph", ["graph", "missed-call"], id="a graph"),
    ],
)
def test_what_is_told_is_as_its_schema_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: list[Path], document: str, words: list[str]
):
    """Each verb keeps to what is promised of it."""
    monkeypatch.chdir(tmp_path)
    shipped[-1].rename("before.json")
    told = tmp_path / "told.json"
    told.write_text(shell("sequence", *words, "-o", "json").stdout)
    assert judged(schema(tmp_path, document), told).returncode == 0


def test_it_is_the_same_for_people_and_machines():
    """It is JSON either way."""
    assert json.loads(shell("sequence", "schema").stdout) == shell("sequence", "schema", "-o", "json").json


def test_it_is_the_same_every_time():
    """It is kept in a repository, where every difference is read by somebody."""
    assert shell("sequence", "schema").stdout == shell("sequence", "schema").stdout


def test_an_editor_learns_what_a_word_means():
    """It shows the description beside the cursor."""
    told = shell("sequence", "schema", "-o", "json").json
    assert told["$defs"]["Block"]["properties"]["weekday"]["description"] == "0 is Monday"
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_there_is_a_word_for_every_schema():
    """What has one can be asked for."""
    assert [document.value for document in Document] == list(MODELS)
