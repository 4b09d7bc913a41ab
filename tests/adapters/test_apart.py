"""Authors' files are read where they can do nothing; what they do instead of being read is told with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.apart import begin, parcel, whereabouts
from engine.errors import FollowupError
from engine.sequence.manuscript import Manuscript
from tests.support.places import line_of

Write = Callable[..., Path]

GOOD = """
from engine.authoring import *
from ours.words import REASON

life = sequence("life", stage("nurture", email("hello"), otherwise=finish(REASON)), maintainer="ops")
CATALOGUE = catalogue(life)
"""
WORDS = "REASON = 'completed'\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a directory of sequences."""

    def writing(place: str = "ours", **modules: str) -> Path:
        for name, text in {"catalogue": GOOD, "words": WORDS, **modules}.items():
            file = tmp_path / place / f"{name.replace('__', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / place

    return writing


def fault_of(directory: Path, longest: int = 30) -> FollowupError:
    """The one thing that is wrong with it."""
    found = begin(str(directory), longest).said()
    assert not isinstance(found, Manuscript)
    (fault,) = found
    return fault


def test_what_is_written_comes_back_whole(write: Write):
    """A check, a publication and a picture need every line, and the place it is from."""
    found = begin(
        str(write(fields="from engine.authoring import field\nheat = field.choice('heat', 'hot', 'cold')\n"))
    ).said()
    assert isinstance(found, Manuscript)
    (life,) = found.catalogue.written
    assert life.place == (f"{found.directory}/catalogue.py", 5, 8)
    assert [part.place.column for part in life.walk()] == [8, 25, 42, 68]
    assert [field.name for field in found.fields] == ["heat"]


def test_two_directories_may_call_a_file_the_same(write: Write):
    """Whoever tries out an offer beside what runs has two directories that import `ours.words`."""
    first, second = write("a/ours"), write("b/ours", words="REASON = 'goal_met'\n")
    for directory, reason in ((first, "completed"), (second, "goal_met"), (first, "completed")):
        found = begin(str(directory)).said()
        assert isinstance(found, Manuscript)
        (sequence,) = found.catalogue.sequences
        assert sequence.stages[0].otherwise.model_dump()["reason"] == reason


def test_what_a_file_prints_is_not_what_it_says(write: Write, capfd: pytest.CaptureFixture[str]):
    """Somebody looks for a mistake with print, and asks for JSON."""
    found = begin(str(write(words="print('here')\n" + WORDS))).said()
    assert isinstance(found, Manuscript)
    assert capfd.readouterr() == ("", "here\n")


def test_it_is_read_in_an_empty_environment(write: Write, monkeypatch: pytest.MonkeyPatch):
    """A key of the company must not get into a sequence, by whatever detour."""
    monkeypatch.setenv("REASON", "goal_met")
    helper = "from os import environ\nREASON = environ.get('REASON', 'completed')\n"
    directory = write(words="from helper import REASON\n")
    (directory.parent / "helper.py").write_text(helper)
    found = begin(str(directory)).said()
    assert isinstance(found, Manuscript)
    assert found.catalogue.sequences[0].stages[0].otherwise.model_dump()["reason"] == "completed"


@pytest.mark.parametrize(
    ("helper", "what"),
    [
        pytest.param("REASON = open(__file__).read()", "files", id="a file"),
        pytest.param("from pathlib import Path\nREASON = [*Path('.').iterdir()]", "files", id="a directory"),
        pytest.param("import socket\nsocket.create_connection(('127.0.0.1', 9))", "the network", id="the network"),
        pytest.param("import subprocess\nsubprocess.run(['true'])", "other programs", id="another program"),
        pytest.param("import os\nos.system('true')", "other programs", id="a shell"),
        pytest.param(
            "import os\ntry:\n    os.remove('x')\nexcept Exception:\n    REASON = 'completed'", "files", id="and caught"
        ),
    ],
)
def test_what_a_helper_does_is_refused_on_its_line(write: Write, helper: str, what: str):
    """The text of the sequences is checked before; a module that they import is watched while it runs."""
    directory = write(words="from helper import REASON\n")
    (directory.parent / "helper.py").write_text(helper)
    fault = fault_of(directory)
    line = next(n for n, text in enumerate(helper.splitlines(), 1) if "(" in text)
    assert (fault.code, line_of(fault.where)) == ("SEQ053", f"{directory.parent}/helper.py:{line}")
    assert fault.what.endswith(f"reads {what}")


def test_what_never_ends_is_told_with_the_line_it_is_at(write: Write):
    """A loop without an end would keep a pull request waiting for hours."""
    found = begin(str(write(words="REASON = ''\nwhile True: REASON += ''\n")), longest=1).said()
    assert not isinstance(found, Manuscript)
    assert {(fault.code, fault.what) for fault in found} == {("SEQ050", "Python cannot read it: it takes too long")}
    assert {line_of(fault.where).rpartition("/")[2] for fault in found} == {"words.py:2"}


def test_whoever_ends_the_process_is_told_that_it_ended(write: Write):
    """There is no line to name then."""
    directory = write(words="from ctypes_free import *\n")
    (directory.parent / "ctypes_free.py").write_text("import os\nos._exit(3)\n")
    fault = fault_of(directory)
    assert (fault.code, fault.where) == ("SEQ050", str(directory))
    assert fault.what.endswith("ended with 3")


def test_nothing_but_our_own_words_is_made_of_an_answer():
    """What comes from where authors' code ran must not run here."""
    with pytest.raises(ValueError, match=r"posix\.system is none of our words"):
        parcel.unpacked(b"cposix\nsystem\n(S'true'\ntR.")
    for module, name in (("engine.authoring.refusals", "linecache.os.system"), ("engine.authoring.reading", "Path")):
        stacked = (
            b"\x80\x04\x8c" + bytes([len(module)]) + module.encode() + b"\x8c" + bytes([len(name)]) + name.encode()
        )
        with pytest.raises(ValueError, match="is none of our words"):
            parcel.unpacked(stacked + b"\x93.")
    with pytest.raises(ValueError, match="Ran out of input"):
        parcel.unpacked(b"")


@pytest.mark.parametrize(
    ("said", "package", "root"),
    [
        pytest.param("sequences", "sequences", ".", id="a directory here"),
        pytest.param("./sequences/", "sequences", ".", id="the same, otherwise written"),
        pytest.param("docs/cookbook", "docs.cookbook", ".", id="below"),
        pytest.param("docs.cookbook", "docs.cookbook", ".", id="as Python names it"),
        pytest.param("{tmp}/ours", "ours", "{tmp}", id="elsewhere"),
    ],
)
def test_a_directory_is_a_package_of_where_it_lies(said: str, package: str, root: str, tmp_path: Path):
    """Files of a directory import each other by the name that they have in their repository."""
    found = whereabouts(said.format(tmp=tmp_path))
    assert (found.package, found.root) == (package, Path(root.format(tmp=tmp_path)).resolve())
