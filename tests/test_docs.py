"""What the documents name exists: pages, files, commands, settings, tables and words."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from adapters.settings import Settings
from adapters.tables import metadata
from adapters.views.stuck import Kind
from cli.main import app
from engine.life.sentences import HOLDS, REVIEWS, SKIPS, STOPS
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.words import Act, EventKind, Stage, TouchState, Verb

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "docs" / "cookbook" / "README.md"])
IMAGES = sorted(ROOT.glob("docs/images/*"))

LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"[\w.-]+/(?:[\w.-]+/)*[\w.-]*")
NAME = re.compile(r"([a-z_]+(?:\.[a-z_]+)*):([A-Za-z_]+)")
COLUMN = re.compile(r"([a-z_]+)(?:\.([a-z_]+))?")
SENTENCE_END = re.compile(r"[.!?] [A-Z]")

OF_THE_RUN = (".venv/", ".followup", ".cache/")
"""Paths that a checkout gets only once something has run in it."""

OTHERS = {"FOLLOWUP_USER", "FOLLOWUP_TEST_POSTGRES_URL"}
"""Names of ours that are no settings: who commands from the shell, and the database of the tests."""


each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def page(name: str) -> str:
    return (ROOT / name).read_text()


def spans(text: str) -> list[str]:
    """What stands between backticks in prose."""
    return CODE.findall(FENCE.sub("", text))


def shown(text: str, command: str) -> list[str]:
    """Each use of a command, in prose and in blocks."""
    lines = [line for _, block in FENCE.findall(text) for line in block.splitlines()]
    prompted = [line.removeprefix("$ ").partition("  #")[0].strip() for line in lines]
    return [said for said in (*spans(text), *prompted) if said == command or said.startswith(f"{command} ")]


# --- pages and files --------------------------------------------------------------------------------------------------


@each_page
def test_every_link_leads_somewhere(path):
    """A reader who is sent away must arrive."""
    prose = CODE.sub("", FENCE.sub("", path.read_text()))
    targets = [target for target in LINK.findall(prose) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


@each_page
def test_every_file_that_is_named_exists(path):
    """A map to a house that was rebuilt leads into walls."""
    paths = [span for span in spans(path.read_text()) if PATH.fullmatch(span) and not span.startswith(OF_THE_RUN)]
    assert [name for name in paths if not (ROOT / name).exists()] == []


def test_every_page_is_in_the_index():
    """A page that nobody is sent to is not read."""
    linked = {(ROOT / "docs" / target).resolve() for target in LINK.findall(page("docs/README.md"))}
    assert {path for path in PAGES if path != ROOT / "docs/README.md"} == {p for p in linked if p.suffix == ".md"}


def test_pictures_are_small_and_shown():
    """A clone carries every picture for ever."""
    assert IMAGES
    assert [image.name for image in IMAGES if image.stat().st_size > 300_000] == []
    shown_somewhere = {target.rpartition("/")[2] for path in PAGES for target in LINK.findall(path.read_text())}
    assert [image.name for image in IMAGES if image.name not in shown_somewhere] == []


@each_page
def test_prose_has_one_sentence_a_line(path):
    """Then a change shows the sentence that was changed."""
    prose = FENCE.sub("", path.read_text()).splitlines()
    lines = [CODE.sub("", line) for line in prose if not line.startswith(("|", "#"))]
    assert [line for line in lines if SENTENCE_END.search(line)] == []


@each_page
def test_python_that_is_shown_is_python_that_runs(path):
    """A sequence in a document is one that is shipped, word by word; a test in it is one of ours that passes."""
    known = (*sorted((ROOT / "sequences").rglob("*.py")), ROOT / "tests" / "rehearsal" / "test_example.py")
    runs = "\n".join(file.read_text() for file in known)
    assert [block for kind, block in FENCE.findall(path.read_text()) if kind == "python" and block not in runs] == []


# --- commands and settings --------------------------------------------------------------------------------------------


@each_page
def test_every_command_that_is_named_exists(path):
    """On-call must not learn at night that a command was only planned."""
    assert [said for said in shown(path.read_text(), "followup") if mistake_in(said)] == []


def mistake_in(said: str) -> str | None:
    """What the command line would not understand, down to the option; arguments are not looked at."""
    command = typer.main.get_command(app)
    words = said.partition(" -- ")[0].split()[1:]  # what stands behind is for another program
    known = {option for param in command.params for option in param.opts}
    while words and isinstance(command, TyperGroup) and not words[0].startswith("-"):
        found = command.get_command(typer.Context(command), words[0])
        if found is None:
            return words[0]
        command, words = found, words[1:]
        known |= {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
        if command.context_settings.get("ignore_unknown_options"):  # what follows is for somebody else's command line
            return None
    options = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
    return next(iter(options - known - {"--help"}), None)


def test_a_command_that_does_not_exist_is_noticed():
    """The test above must be able to fail."""
    assert mistake_in("followup sequence promise") == "promise"
    assert mistake_in("followup lead pause LEAD --for +3d") == "--for"
    assert mistake_in("followup lead pause LEAD --until +3d") is None
    assert mistake_in("followup sequence results SEQ --since -30d") is None


@each_page
def test_every_make_target_that_is_named_exists(path):
    """The first thing a newcomer types must work."""
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    named = {said.split()[1] for said in shown(path.read_text(), "make") if len(said.split()) > 1}
    assert named - targets == set()


@each_page
def test_every_setting_that_is_named_exists(path):
    """A setting that nobody reads is obeyed by nobody."""
    settings = {f"FOLLOWUP_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bFOLLOWUP_[A-Z_]*[A-Z]", path.read_text()))
    assert named - settings - {f"{name}_FILE" for name in settings} - OTHERS == set()


# --- words ------------------------------------------------------------------------------------------------------------


@each_page
def test_every_name_in_the_code_is_one(path):
    """`module:Name` sends a reader to a definition."""
    named = [found for span in spans(path.read_text()) if (found := NAME.fullmatch(span)) and found[1] != "crm"]
    assert [found[0] for found in named if not hasattr(import_module(found[1]), found[2])] == []


@pytest.mark.parametrize("words", [Stage, Act, Verb, TouchState], ids=lambda words: words.__name__)
def test_the_glossary_explains_every_member_and_no_other(words):
    """A word that is in the UI and not in the glossary means nothing to its reader."""
    section = page("docs/glossary.md").partition(f":{words.__name__}`\n")[2].partition("\n### ")[0]
    told = re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE)
    assert told == [member.value for member in words]


def test_the_glossary_names_every_kind_of_event():
    """Whoever connects a CRM looks here for what may be said."""
    section = page("docs/glossary.md").partition(":EventKind`\n")[2].partition("\n### ")[0]
    assert sorted(CODE.findall(section)) == sorted(kind.value for kind in EventKind)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [(HoldReason, HOLDS), (ReviewReason, REVIEWS), (StopReason, STOPS), (SkipReason, SKIPS)],
    ids=["hold", "review", "stop", "skip"],
)
def test_every_reason_has_its_words(reasons, words):
    """A reason without words would fail the look of the first lead that meets it."""
    assert set(words) == set(reasons)


def test_every_kind_of_stuck_has_its_repair():
    """Whatever `followup stuck` prints is found on the page of on-call."""
    section = page("docs/a-lead-is-stuck.md").partition("## Find and repair")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [kind.value for kind in Kind]


def test_every_review_says_what_a_person_decides():
    """A lead that is parked and nobody knows how to free is lost."""
    section = page("docs/a-lead-is-stuck.md").partition("## Reviews")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    never_raised = set(CODE.findall(section.partition("never raises:")[2].partition("\n")[0]))
    assert told | never_raised == {reason.value for reason in ReviewReason}
    assert told & never_raised == set()


def test_what_is_said_to_be_stored_has_its_table():
    """The database is where on-call looks when everything else is silent."""
    lines = [line for line in page("docs/how-a-lead-lives.md").splitlines() if line.startswith("- **Stored:**")]
    named = [found for line in lines for span in CODE.findall(line) if (found := COLUMN.fullmatch(span))]
    assert named
    tables = {name: set(table.columns.keys()) for name, table in metadata.tables.items()}
    assert [f[0] for f in named if f[1] not in tables or (f[2] and f[2] not in tables[f[1]])] == []
