"""Finding what operations teams have written."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.authoring.loading import faults, load_catalogue, load_fields, load_pipeline
from engine.errors import SequenceInvalid
from engine.sequence.fields import DeclaredField
from engine.words import Stage

Write = Callable[..., str]

FIELDS = """
from engine.authoring import field
source = field.choice("source", "ad", "web_form")
vip = field.flag("vip")
"""
GOOD = """
from engine.authoring import *
life = sequence("life", stage("nurture", email("hello"), otherwise=finish()), maintainer="ops")
"""
CATALOGUE = """
from engine.authoring import *
from {package}.good import life
CATALOGUE = catalogue(life)
"""
PIPELINE = """
from engine.authoring.pipeline import *
RULES = [
    stage_rule(name, owner="owner", enters="it is new", leaves="it is not")
    for name in ("capture", "response", "nurture", "re_engage", "convert", "retain")
]
PIPELINE = pipeline(*RULES, pipeline_stage("Demo", is_stage="convert"))
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Write]:
    """Writes a package of sequences that only this test knows, and forgets it again."""
    package = f"written_{abs(hash(request.node.name))}"
    monkeypatch.syspath_prepend(str(tmp_path))

    def writing(**modules: str) -> str:
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text.replace("{package}", package))
        return package

    yield writing
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def test_the_catalogue_is_found_by_its_kind(write: Write):
    """Its name in the file is the author's own."""
    package = write(good=GOOD, catalogue=CATALOGUE)
    assert [sequence.name for sequence in load_catalogue(package).sequences] == ["life"]


def test_the_pipeline_is_found_by_its_kind(write: Write):
    """SLA and owner roles come from here."""
    found = load_pipeline(write(pipeline=PIPELINE))
    assert found.rule(Stage.RETAIN).owner == "owner"


def test_the_fields_are_those_that_are_declared(write: Write):
    """The records accept values of these and of nothing else."""
    assert load_fields(write(fields=FIELDS)) == (
        DeclaredField(name="source", kind="choice", values=("ad", "web_form")),
        DeclaredField(name="vip", kind="flag"),
    )


def test_a_module_without_a_catalogue_says_what_to_write(write: Write):
    """An empty catalogue file publishes nothing, and must say so."""
    with pytest.raises(SequenceInvalid, match="SEQ051") as caught:
        load_catalogue(write(catalogue="from engine.authoring import *"))
    assert caught.value.where.endswith("catalogue.py:1")
    assert "CATALOGUE = catalogue" in caught.value.next


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("\n\nlife = sequence(\n", 3, "was never closed", id="a parenthesis that is missing"),
        pytest.param("\nlife = sequence()\n", 2, "'sequence' is not defined", id="a word that is not imported"),
        pytest.param("\n\nimport {package}.missing\n", 3, "No module named", id="a module that is missing"),
        pytest.param(
            "\nfrom engine.authoring import *\nemail('a', delay=3)\n", 3, "unexpected keyword", id="no such parameter"
        ),
    ],
)
def test_a_mistake_of_python_is_told_like_any_other(write: Write, text: str, line: int, says: str):
    """Who does not program should not have to read a traceback."""
    with pytest.raises(SequenceInvalid, match="SEQ050") as caught:
        load_catalogue(write(catalogue=text))
    assert says in caught.value.what
    assert caught.value.where.endswith(f"catalogue.py:{line}")


def test_a_package_that_is_missing_has_no_line(tmp_path: Path):
    """The name is then all there is to show."""
    with pytest.raises(SequenceInvalid, match="SEQ050") as caught:
        load_catalogue("no_such_package")
    assert caught.value.where == "no_such_package.catalogue:1"


def test_every_fault_of_a_package_is_found_at_once(write: Write):
    """Authors should not have to mend one mistake to see the next."""
    package = write(
        good=GOOD,
        bad="from engine.authoring import *\nemail('No Name')\n",
        worse="from engine.authoring import *\n\nelapsed(hours=-1)\n",
        catalogue="from {package}.bad import *\n",
    )
    found = faults(package)
    assert [(fault.code, fault.where.rpartition("/")[2]) for fault in found] == [
        ("SEQ001", "bad.py:2"),
        ("SEQ003", "worse.py:3"),
    ]


def test_a_package_without_faults_has_none(write: Write):
    """What can be read is not a fault, whatever the check says of it."""
    assert faults(write(good=GOOD, catalogue=CATALOGUE)) == ()
