"""Every mistake in the files that operations teams edit."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.authoring.reading import read
from engine.errors import FollowupError
from engine.sequence.manuscript import Manuscript
from tests.support.places import line_of

Write = Callable[..., str]

GOOD = """
from engine.authoring import *
life = sequence("life", stage("nurture", email("hello"), otherwise=finish()), maintainer="ops")
"""
CATALOGUE = """
from engine.authoring import *
from tests.support.places import line_of
from {package}.good import life
CATALOGUE = catalogue(life)
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a package of sequences that only this test knows, and forgets it again."""
    package = f"written_{tmp_path.name}"
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


def faults(package: str) -> tuple[FollowupError, ...]:
    """What is wrong with the package."""
    found = read(package)
    assert not isinstance(found, Manuscript)
    return found


def test_what_can_be_read_is_a_manuscript(write: Write):
    """Whatever a check says of it."""
    found = read(write(good=GOOD, catalogue=CATALOGUE))
    assert isinstance(found, Manuscript)
    assert [sequence.name for sequence in found.catalogue.sequences] == ["life"]
    assert (found.drafts, found.fields, found.pipeline) == ((), (), None)


@pytest.mark.parametrize(
    ("text", "line", "says", "next"),
    [
        pytest.param(
            "\n\nlife = sequence(\n", 3, "was never closed", "look for a bracket", id="a parenthesis that is missing"
        ),
        pytest.param(
            "\nlife = sequence()\n",
            2,
            "'sequence' is not defined",
            "import it at the top of the file",
            id="a word that is not imported",
        ),
        pytest.param(
            "\n\nimport {package}.missing\n", 3, "No module named", "mend the import", id="a module that is missing"
        ),
        pytest.param(
            "\nfrom engine.authoring import *\nemail('a', delay=3)\n",
            3,
            "unexpected keyword",
            "take delay out of email()",
            id="no such parameter",
        ),
        pytest.param(
            "\nfrom engine.authoring import *\nstage('nurture')\n",
            3,
            "missing",
            "give stage() what it asks for: 'otherwise'",
            id="a parameter that is missing",
        ),
        pytest.param(
            "\nfrom engine.authoring import *\nemial('a')\n",
            3,
            "'emial'",
            "did you mean 'email'?",
            id="a word misspelled",
        ),
        pytest.param(
            "\nfrom engine.authoring import emails\n",
            2,
            "cannot read it: there is no 'emails' in engine.authoring",
            "did you mean 'email'?",
            id="an import misspelled",
        ),
        pytest.param(
            "\nfrom engine.authoring import *\ncalendar(3)\n",
            3,
            "takes 0 positional",
            "say in calendar() what each value is",
            id="a value without its name",
        ),
        pytest.param("\n1 + 'a'\n", 2, "unsupported operand", "mend the line that is named", id="anything else"),
        pytest.param("raise SystemExit\n", 1, "ends the program", "mend the line", id="an end without a word"),
        pytest.param("raise RuntimeError('no')\n", 1, "cannot read it: no", "mend the line", id="an error of its own"),
    ],
)
def test_a_mistake_of_python_is_told_like_any_other(write: Write, text: str, line: int, says: str, next: str):
    """Who does not program should not have to read a traceback, and needs to know what to write."""
    (fault,) = faults(write(catalogue=text))
    assert fault.code == "SEQ050"
    assert says in fault.what
    assert next in fault.next
    assert line_of(fault.where).endswith(f"catalogue.py:{line}")


def test_every_fault_of_a_package_is_found_at_once(write: Write):
    """Authors should not have to mend one mistake to see the next."""
    package = write(
        good=GOOD,
        bad="from engine.authoring import *\nemail('No Name')\n",
        worse="from engine.authoring import *\n\nelapsed(hours=-1)\n",
        catalogue="from {package}.bad import *\n",
    )
    assert [(fault.code, fault.where.rpartition("/")[2]) for fault in faults(package)] == [
        ("SEQ001", "bad.py:2:1"),
        ("SEQ003", "worse.py:3:1"),
    ]


def test_a_package_that_is_missing_is_a_fault(tmp_path: Path):
    """Its name is then all there is to show."""
    (fault,) = faults("no_such_package")
    assert (fault.code, fault.where) == ("CFG005", "FOLLOWUP_SEQUENCES")
    assert "no_such_package" in fault.what


def test_what_the_catalogue_does_not_list_is_a_draft(write: Write):
    """Whoever writes a sequence wants to hear what is wrong with it before it runs for anybody."""
    found = read(write(good=GOOD, other=GOOD.replace("life", "later"), catalogue=CATALOGUE))
    assert isinstance(found, Manuscript)
    assert [draft.part.name for draft in found.drafts] == ["later"]
