"""`followup sequence init` and `test`, as somebody types them who begins with nothing."""

import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.support.places import line_of
from tests.support.shell import Said, Shell

RUFF = Path(sys.executable).with_name("ruff")
NUMBERS = count(1)


class House:
    """An empty directory, a package in it that is not there yet, and a shell."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.package = f"house_{next(NUMBERS)}"
        self.shell = Shell(FOLLOWUP_SEQUENCES=self.package)

    def __call__(self, *words: str) -> Said:
        return self.shell("sequence", *words)

    def file(self, name: str) -> Path:
        return self.place / self.package / name

    def files(self) -> dict[str, str]:
        return {str(path): path.read_text() for path in self.place.rglob("*") if path.suffix not in ("", ".pyc")}

    def finds(self) -> object:
        """What the check has to say."""
        said = self("validate", "-o", "json")
        return said.code, said.json["findings"], said.json["drafts"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    return House(tmp_path)


def test_where_nothing_is_a_whole_catalogue_is_begun_and_is_fine(house: House):
    """The first command of a new user leaves something that can be published, with nothing to mend."""
    said = house("init", "welcome", "-o", "json").json
    assert (said["draft"], said["catalogue"], said["lines"]) == (False, f"{house.package}/catalogue.py", [])
    assert sorted(house.files()) == sorted(str(house.place / file["path"]) for file in said["files"])
    assert house.finds() == (0, [], [])
    assert "welcome" in house("list").stdout


def test_beside_a_catalogue_it_is_a_draft_and_says_what_makes_it_run(house: House):
    """Nothing that is there is touched; the two lines it names are all that is left to do."""
    house("init", "welcome")
    before = house.files()
    said = house("init", "no-show", "-o", "json").json
    assert {path: text for path, text in house.files().items() if path in before} == before
    assert house.finds() == (0, [], ["no-show"])

    imported, listed = said["lines"]
    catalogue = house.place / said["catalogue"]
    text = catalogue.read_text().replace("from .welcome", f"{imported}\nfrom .welcome")
    catalogue.write_text(text.replace("catalogue(\n", f"catalogue(\n    {listed}\n"))
    assert house.finds() == (0, [], [])


def test_people_are_told_the_files_the_lines_and_what_comes_next(house: House):
    """The answer is the manual."""
    house("init", "welcome")
    told = house("init", "no-show").stdout
    assert f"  {house.package}/tests/test_no_show.py\n" in told
    assert "  from .no_show import no_show\n" in told
    assert "followup sequence test no-show" in told


def test_nothing_is_ever_written_over(house: House):
    """Somebody's evening of work must not end with a typing error: one file is there, so none is written."""
    house("init", "welcome")
    house.file("templates/no-show").mkdir()
    house.file("templates/no-show/first-word.email").write_text("precious")
    before = house.files()
    said = house("init", "no-show", "-o", "json")
    assert (said.code, said.error["code"]) == (2, "SEQ056")
    assert said.error["where"] == f"{house.package}/templates/no-show/first-word.email"
    assert house.files() == before


def test_a_name_that_another_sequence_has_is_refused(house: House):
    """Two sequences of one name could not be told apart in a lead's history."""
    house("init", "welcome")
    house.file("welcome.py").rename(house.file("hello.py"))
    house.file("catalogue.py").write_text(house.file("catalogue.py").read_text().replace(".welcome", ".hello"))
    for path in (*house.file("templates/welcome").iterdir(), *house.file("tests").iterdir()):
        path.unlink()
    said = house("init", "welcome", "-o", "json").error
    assert (said["code"], line_of(said["where"]).rpartition(":")[0]) == ("SEQ056", f"{house.package}/hello.py")


@pytest.mark.parametrize("name", ["No Show", "no_show", "2-days", "class", "../welcome", "a" * 61])
def test_a_name_that_is_none_writes_nothing(house: House, name: str):
    """A name becomes a path and a word of Python."""
    assert house("init", name, "-o", "json").error["code"] == "SEQ001"
    assert house.files() == {}


@pytest.mark.parametrize("name", ["catalogue", "fields", "pipeline"])
def test_a_sequence_is_not_called_like_a_file_of_the_house(house: House, name: str):
    """The catalogue would be the sequence."""
    assert house("init", name, "-o", "json").error["code"] == "SEQ056"
    assert house.files() == {}


def test_what_is_installed_or_lies_elsewhere_is_not_written_into(house: House):
    """The next upgrade would take it away."""
    house.package = "sequences"  # the one that is shipped
    said = Shell()("sequence", "init", "no-show", "-o", "json")
    assert (said.code, said.error["code"]) == (2, "SEQ054")

    place = house.place / ".venv" / "lib" / "site-packages" / "sold"
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    sys.path.append(str(place.parent))
    try:
        said = Shell(FOLLOWUP_SEQUENCES="sold")("sequence", "init", "no-show", "-o", "json")
    finally:
        sys.path.remove(str(place.parent))
    assert said.error["code"] == "SEQ054"
    assert [path.name for path in place.iterdir()] == ["__init__.py"]


def test_its_form_is_the_one_that_tools_would_give_it(house: House):
    """The first commit of a new repository must not fail in its own checks."""
    house("init", "welcome")
    house("init", "a-sequence-with-a-name-that-is-as-long-as-a-name-may-ever-be")
    for words in (["check", "--select", "E,F,W,I,UP,B,RUF"], ["format", "--check"]):
        ran = subprocess.run(
            [str(RUFF), *words, "--isolated", "--line-length", "120", "."], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout


def test_the_tests_it_writes_pass_and_end_as_pytest_ends(house: House):
    """Of a first sequence and of a draft; and a promise that is broken is heard of, by name and behind --."""
    house("init", "welcome")
    house("init", "no-show")
    assert house("test", "-o", "json", "--", "-q").json == {"tests": f"{house.package}/tests", "exit_code": 0}
    steps = house.file("no_show.py")
    steps.write_text(steps.read_text().replace('email("last-word"', 'email("last-words"'))
    (house.file("templates/no-show/last-word.email")).rename(house.file("templates/no-show/last-words.email"))
    broken = house("test", "no-show", "-o", "json", "--", "-k", "hears_from_us_twice")
    assert (broken.code, broken.json["exit_code"]) == (1, 1)
    assert house("test", "no-show", "-o", "json", "--", "-k", "nothing_of_this_name").code == 5


def test_where_there_are_no_tests_it_says_where_one_would_be(house: House):
    """A run of nothing must not look like a run that passed."""
    said = house("test", "-o", "json")
    assert (said.code, said.error["code"], said.error["where"]) == (2, "SEQ055", f"{house.package}/tests")
    house("init", "welcome")
    said = house("test", "no-show", "-o", "json")
    assert (said.error["code"], said.error["where"]) == ("SEQ055", f"{house.package}/tests/test_no_show.py")
