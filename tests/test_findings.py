"""
Every page in docs/findings shows a mistake and its repair, and both are checked here: the page is the fixture.

A fenced block is a file, named in its first line; what a page does not write is the ordinary house below. In a wrong
block the line that is found ends with `# <-- SEQ010`, in a template with `{# <-- TPL003 #}`; where neither may stand,
a sentence under the block says it: "TPL007 is found in line 2."
"""

import re
from collections import abc
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.authors import Authors
from tests.support.places import line_of
from tests.support.shell import Shell, nowhere
from tests.test_error_codes import explained

PAGES = sorted((Path(__file__).resolve().parents[1] / "docs" / "findings").glob("*.md"))

TITLE = re.compile(r"# ([A-Z]{3}\d{3}): \S.*")
SECTION = re.compile(r"^## (Wrong|Right)\b(.*)$", re.MULTILINE)
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"(?:#|\{#) <-- ([A-Z]{3}\d{3})\b")
SENTENCE = re.compile(r"^([A-Z]{3}\d{3}) is found in line (\d+)\.$", re.MULTILINE)

PACKAGE = "sequences"
"""What the pages call the package; each fixture has one of its own name."""

NO_PAGE = {
    "CFG001": "a setting is wrong, no file is",
    "SEQ051": "a command names the sequence, no file does",
    "SEQ052": "a command names what to compare with",
    "SEQ054": "a command would write in a directory that is not the author's",
    "SEQ055": "a command looks for tests",
    "SEQ056": "a command would write over what is there",
    "TPL006": "publishing says it of a file that vanished; a check says SEQ201 at the step",
}
"""Codes that files alone cannot show."""

# --- the ordinary house -----------------------------------------------------------------------------------------------

FIELDS = """
from engine.authoring import field

budget = field.number("budget")
source = field.choice("source", "web_form", "ad", "referral")
team_size = field.choice("team_size", "small", "large")
renewal_on = field.date("renewal_on")
vip = field.flag("vip")
"""
RULES = "\n".join(
    f'    stage_rule("{stage}", owner="owner", enters="It is asked.", leaves="It is answered."),'
    for stage in ("capture", "response", "nurture", "re_engage", "convert", "retain")
)
PIPELINE = f"""
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule

PIPELINE = pipeline(
{RULES}
    pipeline_stage("New", is_stage="capture"),
    pipeline_stage("Demo", is_stage="convert"),
    pipeline_stage("Won", is_stage="retain"),
    pipeline_stage("Lost", is_stage="retain"),
)
"""
FRONT = "---\nvalue: guide\npurpose: commercial\n"
WORDS = "---\nGood morning, {{ company_name }} here.\n"
TEMPLATES = {
    **{f"{name}.email": f"{FRONT}subject: Hello\n{WORDS}" for name in ("reminder", "last-word", "what-to-expect")},
    **{f"{name}.sms": FRONT + WORDS for name in ("got-it", "short-note", "which-size")},
    **{f"{name}.call": FRONT + WORDS for name in ("first-call", "second-call", "third-call")},
    **{f"{name}.task": FRONT + WORDS for name in ("prepare", "settle")},
}


class Fixture(NamedTuple):
    """Some files of a page, and what a check must find in them."""

    page: str
    files: abc.Mapping[str, str]
    found: frozenset[tuple[str, str]]
    """Codes with their `file:line`, as the page writes them."""


def read(path: Path) -> abc.Iterator[tuple[str, Fixture]]:
    """Each section of a page, with the word it is headed by."""
    parts = SECTION.split(path.read_text())[1:]
    for word, title, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        blocks = list(BLOCK.finditer(text))
        ends = [*(block.start() for block in blocks[1:]), len(text)]
        found = {
            place for block, end in zip(blocks, ends, strict=True) for place in places(block, text[block.end() : end])
        }
        files = {block[1]: block[2] for block in blocks}
        yield word, Fixture(f"{path.stem} {word}{title}", files, frozenset(found))


def places(block: re.Match[str], below: str) -> abc.Iterator[tuple[str, str]]:
    """What is marked in a block, and said below it."""
    file = block[1]
    for number, line in enumerate(block[2].splitlines(), start=1):
        yield from ((code, f"{file}:{number}") for code in MARK.findall(line))
    yield from ((code, f"{file}:{number}") for code, number in SENTENCE.findall(below))


SHOWN = [(word, fixture) for path in PAGES for word, fixture in read(path)]
WRONG = [fixture for word, fixture in SHOWN if word == "Wrong"]
RIGHT = [fixture for word, fixture in SHOWN if word == "Right"]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> abc.Callable[[Fixture], Any]:
    """Writes a fixture into the house and says what `followup sequence validate` finds."""
    monkeypatch.chdir(tmp_path)
    authors = Authors(tmp_path, Shell(**nowhere("sqlite:///none.sqlite")), f"team_{tmp_path.name}")
    authors.write("fields.py", FIELDS)
    authors.write("pipeline.py", PIPELINE)
    for name, text in TEMPLATES.items():
        authors.says(f"offer/{name}", text)

    def checked(fixture: Fixture) -> Any:
        for file, text in fixture.files.items():
            folder, _, name = file.partition("/")
            if folder == PACKAGE:
                authors.write(name, text.replace(f"from {PACKAGE}.", f"from {authors.package}."))
            else:
                assert folder == "templates", file
                authors.says(name, text)
        said = authors("sequence", "validate", "-o", "json")
        report = said.json
        assert (said.code == 0) is report["valid"]
        for finding in report["findings"]:
            where = finding["where"].replace(f"{authors.package}/templates/", "templates/")
            finding["where"] = line_of(where.replace(f"{authors.package}/", f"{PACKAGE}/"))
        return report

    return checked


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", WRONG, ids=lambda fixture: fixture.page)
def test_a_wrong_example_is_found_on_its_line_and_nothing_else_is(check, fixture):
    """Whoever makes this mistake is sent to the line that has it, and to no other."""
    code = fixture.page[:6]
    assert code in {found for found, _ in fixture.found}
    report = check(fixture)
    assert sorted((finding["code"], finding["where"]) for finding in report["findings"]) == sorted(fixture.found)
    assert all(finding["what"] and finding["next"] for finding in report["findings"])


@pytest.mark.parametrize("fixture", RIGHT, ids=lambda fixture: fixture.page)
def test_a_right_example_gives_nothing_to_say(check, fixture):
    """A repair that is copied must not be the next mistake."""
    assert fixture.found == frozenset()
    report = check(fixture)
    assert (report["valid"], report["findings"]) == (True, [])


def test_every_code_that_a_check_prints_has_a_page():
    """A finding without a page leaves its reader with one sentence."""
    printed = {code for code in explained() if code[:3] in ("SEQ", "TPL") or code in ("CFG001", "CFG005")}
    assert {path.stem for path in PAGES} == printed - NO_PAGE.keys()
    assert NO_PAGE.keys() <= printed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_what_its_name_says_and_shows_both(path):
    """One looks up a code and must land on it."""
    title = TITLE.fullmatch(path.read_text().partition("\n")[0])
    assert title is not None
    assert title[1] == path.stem
    words = [word for word, _ in read(path)]
    assert words[0] == "Wrong"
    assert words[-1] == "Right"
    assert all(fixture.files for _, fixture in read(path))


def test_there_are_enough_mistakes():
    """Forty were promised; a page that is read wrongly shows none."""
    assert len(WRONG) >= 40
