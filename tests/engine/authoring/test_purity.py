"""A sequence is the same whenever and wherever it is read."""

import sys
from pathlib import Path

import pytest

from engine.authoring.purity import impure
from engine.authoring.reading import read
from engine.sequence.manuscript import Manuscript
from tests.support.places import line_of

TOP = "from engine.authoring import *\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param("import os\n\nOWNER = os.environ['OWNER']\n", 4, "the environment", id="the environment"),
        pytest.param("from os import environ as e\nOWNER = e['OWNER']\n", 3, "the environment", id="by another name"),
        pytest.param("import os.path\n", 2, "the environment", id="imported and never used"),
        pytest.param("import random\nx = 1\ny = random.random() < 0.5\n", 4, "chance", id="chance"),
        pytest.param("import time\nx = time.time()\n", 3, "the clock", id="the clock"),
        pytest.param("from datetime import date\n\nx = date.today()\n", 4, "the clock", id="today"),
        pytest.param("import datetime\nx = datetime.datetime.now()\n", 3, "the clock", id="now"),
        pytest.param("x = open('steps.csv').read()\n", 2, "files", id="a file"),
        pytest.param("from pathlib import Path\nx = Path('steps.csv').read_text()\n", 3, "files", id="a path"),
        pytest.param("import urllib.request\nx = urllib.request.urlopen('a')\n", 3, "the network", id="the network"),
        pytest.param("def f():\n    import uuid\n    return uuid.uuid4()\n", 4, "chance", id="inside a function"),
        pytest.param("exec('import ' + 'os')\n", 2, "code that nobody has read", id="code made of words"),
        pytest.param("import random\nx = open('a')\ny = random.random()\n", 3, "files", id="the first of two"),
        pytest.param("from datetime import date\nf = date.today\nx = f()\n", 3, "the clock", id="today, by a detour"),
        pytest.param("x = f(*{'ad', 'web'})\n", 2, "a set, whose order is by chance", id="the order of a set"),
        pytest.param("x = [y for y in set(z)]\n", 2, "a set, whose order is by chance", id="one after the other"),
    ],
)
def test_what_changes_is_refused_on_the_line_that_reads_it(text, line, what):
    """Nobody approved what the sequence says tomorrow, or on another machine."""
    found = impure((TOP + text).encode(), "sequences/offer.py")
    assert found is not None
    assert (found.code, line_of(found.where)) == ("SEQ053", f"sequences/offer.py:{line}")
    assert found.what.endswith(f"reads {what}")
    assert found.next


def test_the_column_is_that_of_the_word_that_reads():
    """Where a line does many things, an editor shows which."""
    found = impure(b"import random\nHALF = [1, random.random()]\n", "sequences/offer.py")
    assert found is not None
    assert found.where == "sequences/offer.py:2:12"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("from datetime import date\nEASTER = date(2027, 3, 28)\n", id="a date that is written"),
        pytest.param("from itertools import chain\nimport math\n", id="what is always the same"),
        pytest.param("from .os import steps\nfrom sequences.time import late\n", id="names of our own"),
        pytest.param("opened = [now for now in ('a', 'b')]\n", id="words that look alike"),
        pytest.param("def broken(\n", id="no Python"),
        pytest.param("HOT = 'hot' in {'hot', 'warm'}\n", id="whether something is in a set"),
    ],
)
def test_what_stays_the_same_is_let_be(text):
    """What cannot change needs no rule."""
    assert impure((TOP + text).encode(), "x.py") is None


def test_nothing_is_run_while_a_file_reads_what_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A check must be as safe as reading; and a test beside the sequences may read what it likes."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / f"pure_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "catalogue.py").write_text("")
    (folder / "test_offer.py").write_text("import os\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "people.py").write_text("import random\n")
    (folder / "aaa.py").write_text("raise SystemExit('it was run')\n")
    (folder / "offer.py").write_text("import shutil\nshutil.rmtree('somewhere')\n")
    faults = read(folder.name)
    assert not isinstance(faults, Manuscript)
    (found,) = faults
    assert (found.code, found.where) == ("SEQ053", f"{folder}/offer.py:2:1")
    assert folder.name not in sys.modules


def test_what_a_folder_inside_reads_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever has many sequences keeps them in folders."""
    monkeypatch.syspath_prepend(str(tmp_path))
    inside = tmp_path / f"deep_{tmp_path.name}" / "emea"
    inside.mkdir(parents=True)
    (inside.parent / "__init__.py").write_text("")
    (inside.parent / "catalogue.py").write_text("")
    (inside / "late.py").write_text("import random\nDAYS = random.randint(1, 9)\n")
    faults = read(inside.parent.name)
    assert not isinstance(faults, Manuscript)
    assert [(fault.code, fault.where) for fault in faults] == [("SEQ053", f"{inside}/late.py:2:8")]
