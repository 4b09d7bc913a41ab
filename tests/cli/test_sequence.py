"""`followup sequence …`, on sequences that each test writes itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.sequence import app

Run = Callable[..., Result]
Template = Callable[[str], Path]

CATALOGUE = """
from engine.authoring import *

life = sequence(
    "life",
    stage("capture", otherwise=goto("response")),
    stage("response", otherwise=goto("nurture")),
    stage("nurture", *[email(f"mail-{n}", after=calendar(days=3)) for n in range(10)],
          otherwise=goto("re_engage", after=calendar(days=3))),
    stage("re_engage", otherwise=goto("convert", after=calendar(days=3))),
    stage("convert", task("settle", proposes="Lost"), otherwise=goto("retain")),
    stage("retain", otherwise=finish()),
    maintainer="ops",
    starts=["captured", "won"],
)
CATALOGUE = catalogue(life)
"""
OFFER = """
from engine.authoring import *
offer = sequence("offer", stage("as_is", email("hello"), otherwise=finish()), maintainer="ops", starts=["won"])
"""
BOTH = CATALOGUE.replace("catalogue(life)", "catalogue(life, offer)").replace(
    "import *", "import *\nfrom {package}.offer import offer"
)
EMAIL = "---\nvalue: guide\npurpose: commercial\nsubject: Hello\n---\nGood morning.\n"


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """Finds a template of these sequences."""
    return lambda name: tmp_path / f"written_{tmp_path.name}" / "templates" / name


@pytest.fixture
def followup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Writes sequences into an empty directory and runs a command there."""
    package = f"written_{tmp_path.name}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLLOWUP_SEQUENCES", package)
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name in ("life/settle.task", "offer/hello.email", *(f"life/mail-{number}.email" for number in range(10))):
        template = folder / "templates" / name
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(EMAIL)

    def running(*words: str, **modules: str) -> Result:
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text.replace("{package}", package))
        return CliRunner().invoke(app, words)

    return running


def test_list_says_what_runs_and_where_it_is_written(followup: Run):
    """Highest first, since the order decides who takes a lead from whom."""
    told = followup("list", catalogue=BOTH, offer=OFFER)
    heading, first, second = told.stdout.splitlines()
    assert heading.split() == ["SEQUENCE", "STAGES", "STARTS", "WHEN", "WHERE"]
    assert first.startswith("life ")
    assert "capture, response, nurture, re-engage, convert and retain" in first
    assert "a lead is captured" in first
    assert second.split()[-1].endswith("offer.py:3:9")
    assert not second.split()[-1].startswith("/")
    assert told.exit_code == 0


def test_a_sequence_that_nothing_starts_has_a_dash(followup: Run):
    """An empty cell looks like a mistake of ours."""
    told = followup("list", catalogue=CATALOGUE.replace('    starts=["captured", "won"],\n', ""))
    assert told.stdout.splitlines()[1].split()[-2] == "-"


def test_list_gives_machines_the_compiled_form(followup: Run):
    """Whoever builds on it needs the data, not our table."""
    told = json.loads(followup("list", "-o", "json", catalogue=CATALOGUE).stdout)
    assert [sequence["name"] for sequence in told] == ["life"]
    assert told[0]["stages"][2]["steps"][0]["template"] == "life/mail-0"


def test_describe_tells_one_sequence(followup: Run):
    """What a manager approves is what is printed."""
    told = followup("describe", "offer", catalogue=BOTH, offer=OFFER)
    assert told.stdout.startswith("# offer\n")
    assert "Email hello" in told.stdout
    assert "# life" not in told.stdout


def test_describe_all_tells_every_sequence(followup: Run):
    """One document for the folder of a whole catalogue."""
    told = followup("describe", "--all", catalogue=BOTH, offer=OFFER)
    assert [line for line in told.stdout.splitlines() if line.startswith("# ")] == ["# life", "# offer"]


def test_describe_all_says_which_stands_above_which(followup: Run):
    """Each says what the ones above and below it do to a lead."""
    told = followup("describe", "--all", catalogue=BOTH, offer=OFFER)
    assert told.stdout.startswith("Highest first: life, offer.\n\n# life\n")


def test_describe_gives_machines_a_document(followup: Run):
    """One sequence is one document, all of them are a list."""
    one = json.loads(followup("describe", "offer", "-o", "json", catalogue=BOTH, offer=OFFER).stdout)
    every = json.loads(followup("describe", "--all", "-o", "json").stdout)
    assert one["name"] == "offer"
    assert one["description"].startswith("# offer\n")
    assert [document["name"] for document in every] == ["life", "offer"]


@pytest.mark.parametrize(
    "words", [pytest.param(["describe"], id="nothing"), pytest.param(["describe", "life", "--all"], id="both")]
)
def test_describe_needs_one_name_or_all(followup: Run, words: list[str]):
    """To print everything by accident would hide what was asked for."""
    told = followup(*words, catalogue=CATALOGUE)
    assert told.exit_code == 2
    assert "name one sequence, or write --all" in told.stderr


def test_a_sequence_that_is_not_there_names_those_that_are(followup: Run):
    """A typing mistake costs one look, not a search."""
    told = followup("describe", "lief", catalogue=CATALOGUE)
    assert told.exit_code == 2
    assert "SEQ051: there is no sequence 'lief'" in told.stderr
    assert "write one of: life; write a new one in a file beside the catalogue, then add it there" in told.stderr
    assert told.stdout == ""


def test_a_line_that_cannot_be_meant_is_told_by_every_command(followup: Run):
    """Nothing is described that could not be published."""
    told = followup("list", "-o", "json", catalogue=CATALOGUE, bad="from engine.authoring import *\nemail('No')\n")
    assert told.exit_code == 2
    assert json.loads(told.stderr)["error"]["code"] == "SEQ001"


def test_validate_has_little_to_say_of_a_good_catalogue(followup: Run):
    """And its exit code lets it pass."""
    told = followup("validate", catalogue=CATALOGUE)
    assert (told.stdout, told.exit_code) == ("The catalogue is fine.\n", 0)


def test_validate_tells_what_is_wrong_where_and_what_to_do(followup: Run):
    """A warning lets the catalogue pass; the reader decides."""
    told = followup("validate", catalogue=BOTH, offer=OFFER)
    first, second, *_, summary = told.stdout.splitlines()
    assert first.endswith("in the moment 'hello' is sent; nobody could answer it")
    assert "offer.py:3:42: warning SEQ107: " in first
    assert second.startswith("    give the end time")
    assert summary == "0 errors, 1 warning, 1 remark"
    assert told.exit_code == 0


def test_validate_fails_on_an_error(followup: Run):
    """A pipeline must stop before leads do."""
    told = followup("validate", catalogue=CATALOGUE.replace("range(10)", "range(6)"))
    assert "SEQ102" in told.stdout
    assert told.exit_code == 2


def test_validate_tells_every_line_that_cannot_be_meant(followup: Run):
    """All of them at once, not one per run."""
    told = followup(
        "validate",
        "-o",
        "json",
        catalogue=CATALOGUE,
        bad="from engine.authoring import *\nemail('No Name')\n",
        worse="from engine.authoring import *\n\nelapsed(hours=-1)\n",
    )
    report = json.loads(told.stdout)
    assert [finding["code"] for finding in report["findings"]] == ["SEQ001", "SEQ003"]
    assert report["valid"] is False
    assert told.exit_code == 2


def test_validate_tells_when_there_is_no_catalogue(followup: Run):
    """An empty package would otherwise look like a good one."""
    told = followup("validate", "-o", "json", other="")
    assert [finding["code"] for finding in json.loads(told.stdout)["findings"]] == ["CFG005"]
    assert told.exit_code == 2


def test_validate_reads_the_templates_too(followup: Run, template: Template):
    """A message without its words is found here, and not when a lead should get it."""
    template("life/mail-3.email").unlink()
    told = followup("validate", catalogue=CATALOGUE)
    assert "SEQ201: email 'mail-3' has no template" in told.stdout
    assert told.exit_code == 2


def test_a_mail_without_a_subject_is_one_mistake(followup: Run, template: Template):
    """Two codes for one missing line look like two things to mend."""
    template("life/mail-3.email").write_text(EMAIL.replace("subject: Hello\n", ""))
    first, *_, summary = followup("validate", catalogue=CATALOGUE).stdout.splitlines()
    assert "templates/life/mail-3.email:1:1: error TPL004: " in first
    assert summary == "1 error, 0 warnings, 0 remarks"


def test_front_matter_is_told_by_its_line_and_its_reason(followup: Run, template: Template):
    """The path opens in the editor, and the text says what is wrong there."""
    template("life/mail-3.email").write_text(EMAIL.replace("subject", "subjekt"))
    first, second, _ = followup("validate", catalogue=CATALOGUE).stdout.splitlines()
    assert "templates/life/mail-3.email:4:1: error TPL001: " in first
    assert first.endswith("there is no 'subjekt' in front matter")
    assert second.strip() == "did you mean 'subject'?"


# --- drafts


def test_validate_checks_drafts_too(followup: Run, template: Template):
    """Who has just written a sequence wants to hear about it, not about those that were fine before."""
    template("offer/hello.email").unlink()
    told = followup("validate", catalogue=CATALOGUE, offer=OFFER)
    first, second, third, _, summary, drafts = told.stdout.splitlines()
    assert "offer.py:3:42: error SEQ201 in a draft: email 'hello' has no template" in first
    assert second.endswith("/templates/offer/hello.email, or name another one")
    assert "offer.py:3:42: warning SEQ107 in a draft: " in third
    assert summary == "The catalogue is fine."
    assert drafts == "Not in the catalogue, so not published: offer (1 error, 1 warning, 0 remarks)."


def test_a_draft_keeps_nothing_from_being_published(followup: Run, template: Template):
    """What is half done today must not stop what has run for months."""
    template("offer/hello.email").write_text(EMAIL.replace("guide", "nice"))
    told = followup("validate", "-o", "json", catalogue=CATALOGUE, offer=OFFER)
    report = json.loads(told.stdout)
    assert [(found["code"], found["draft"]) for found in report["findings"]] == [("TPL007", True), ("SEQ107", True)]
    assert (report["valid"], report["drafts"], told.exit_code) == (True, ["offer"], 0)


def test_a_good_draft_is_named_as_one(followup: Run):
    """Its author should know that it does not run yet."""
    patient = OFFER.replace("finish()", "finish(after=calendar(days=7))")
    told = followup("validate", catalogue=CATALOGUE, offer=patient)
    assert told.stdout.splitlines() == [
        "The catalogue is fine.",
        "Not in the catalogue, so not published: offer (nothing to mend).",
    ]


def test_a_copy_that_kept_its_name_is_told(followup: Run):
    """Every new sequence begins as a copy, and two of one name cannot be told apart."""
    told = followup("validate", catalogue=CATALOGUE, offer=OFFER.replace('"offer"', '"life"'))
    assert "offer.py:3:9: error SEQ117 in a draft: sequence 'life' is in the catalogue already, from " in told.stdout


def test_describe_tells_a_draft(followup: Run):
    """It is approved before it runs, not after."""
    told = followup("describe", "offer", catalogue=CATALOGUE, offer=OFFER)
    assert told.stdout.startswith("# offer\n")
    assert told.exit_code == 0


def test_describe_all_tells_what_runs_and_no_draft(followup: Run):
    """The folder of what was approved has no room for what was not."""
    told = followup("describe", "--all", catalogue=CATALOGUE, offer=OFFER)
    assert [line for line in told.stdout.splitlines() if line.startswith("# ")] == ["# life"]


def test_validate_writes_annotations_for_github(followup: Run):
    """Findings stand beside the lines they are about."""
    told = followup("validate", "-o", "github", catalogue=BOTH, offer=OFFER)
    warning, remark = told.stdout.splitlines()
    assert warning.startswith("::warning file=written_")
    assert "/offer.py,line=3,col=42,title=SEQ107::" in warning
    assert remark.startswith("::notice file=written_")
    assert told.exit_code == 0


@pytest.mark.parametrize(
    ("words", "written"),
    [
        pytest.param(["-o", "jsonl"], 1, id="jsonl"),
        pytest.param(["-o", "none"], 0, id="none"),
        pytest.param(["-o", "github", "--time-format", "raw", "--debug"], 2, id="github, with what every verb takes"),
    ],
)
def test_validate_answers_as_every_verb_does(followup: Run, words: list[str], written: int):
    """A pipeline that knows one verb knows them all."""
    told = followup("validate", *words, catalogue=BOTH, offer=OFFER)
    assert (told.exit_code, len(told.stdout.splitlines())) == (0, written)


def test_only_a_check_writes_for_github(followup: Run):
    """A list has no lines to stand beside."""
    told = followup("list", "-o", "github", catalogue=CATALOGUE)
    assert told.exit_code == 2
    assert "'github' is not one of 'text', 'json', 'jsonl', 'none'" in told.stderr


@pytest.mark.parametrize("words", [["list"], ["describe", "--all"], ["validate"]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    "module", ["catalogue", "", "sys.exit"], ids=["a module without a package", "nothing", "beside a module"]
)
def test_a_catalogue_in_no_package_is_an_error_that_helps(
    followup: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], module: str
):
    """It used to be a traceback."""
    monkeypatch.setenv("FOLLOWUP_SEQUENCES", module)
    told = followup(*words)
    assert told.exit_code == 2
    assert "CFG005" in told.output


def test_an_annotation_without_a_line_names_the_file(followup: Run):
    """A missing setting has no line to stand beside."""
    told = followup("validate", "-o", "github", other="")
    assert told.stdout.startswith("::error file=FOLLOWUP_SEQUENCES,title=CFG005::")
    assert told.exit_code == 2


def test_help_answers_without_the_engine():
    """Whoever only asks for help should not wait for pydantic."""
    told = CliRunner().invoke(app, ["--help"])
    assert "validate" in told.stdout
    assert told.exit_code == 0
