"""The command as a whole: help that answers at once, examples that work, and usage errors that can be acted on."""

import re
import subprocess
import sys
from collections import abc
from typing import NoReturn

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import process
from cli.main import Root, app
from tests.support.shell import Shell, words_of

SLOW = {"sqlalchemy", "temporalio", "pydantic", "rich", "adapters", "api", "workflows", "cli.sequence", "cli.lead_add"}

UNDERSTOOD = 77

OURS = {"lead", "task", "engine", "switch", "stuck", "rebuild", "doctor", "database"}
"""Commands whose verbs are made by `cli.verb`; the others have a room of their own."""


def verbs() -> abc.Iterator[tuple[str, str]]:
    """The path of every verb of ours, and the examples in its help."""
    root = typer.main.get_command(app)
    assert isinstance(root, Root)
    context = root.make_context("followup", ["doctor"])
    for name in sorted(OURS):
        command = root.get_command(context, name)
        if not isinstance(command, typer.core.TyperGroup):
            yield name, getattr(command, "epilog", "")
            continue
        for verb in command.commands:
            yield f"{name} {verb}", command.commands[verb].epilog or ""


def _examples(path: str) -> abc.Iterator[list[str]]:
    """The examples as the shell splits them, without what stands before the command or where data go and come from."""
    text = VERBS[path].partition("Examples:\n")[2].replace("\\\n", " ")
    for line in text.splitlines():
        words = words_of(re.split(r" [|<>] ", line)[0])
        yield words[1:] if "=" in words[0] else words


def _stop_here(seconds: float | None) -> NoReturn:
    """Stands in for what runs a verb, once its words are understood."""
    raise typer.Exit(UNDERSTOOD)


VERBS = dict(verbs())


def test_help_loads_nothing_slow():
    """`followup --help` is typed by people who wait for it; a second of imports is a second of doubt."""
    code = (
        "import sys\n"
        "from cli.main import app\n"
        "try:\n    app(['--help'])\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        f"print(sorted({SLOW!r} & sys.modules.keys()), file=sys.stderr)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr.strip() == "[]"
    assert "Start the workflow of every open lead that has none." in said.stdout


def test_help_lists_every_command_there_is():
    """A command that is not listed is not found."""
    listed = Shell()("--help").stdout
    for name, place in Root.elsewhere.items():
        assert (f"  {name} " in listed) is place.exists


def test_temporals_own_command_line_is_at_hand():
    """On-call is told to describe and terminate, and the `temporal` that we built is not on the PATH."""
    ask = [sys.executable, "-m", "cli.main", "temporal", "workflow", "describe", "--help"]
    said = subprocess.run(ask, capture_output=True, text=True, check=True)
    assert "--workflow-id" in said.stdout
    assert subprocess.run([*ask[:-1], "--no-such"], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("path", VERBS)
def test_every_verb_shows_examples_and_how_to_answer(path):
    """People copy an example sooner than they read a list of options."""
    said = Shell()(*path.split(), "--help")
    assert said.code == 0
    assert f"Examples:\n    followup {path}" in said.stdout or "followup database" in said.stdout
    for flag in ("-o, --output", "--time-format", "--color", "--profile", "--command-timeout", "--debug"):
        assert flag in said.stdout


@pytest.mark.parametrize("path", VERBS)
def test_every_example_is_a_command_line_that_is_understood(path, monkeypatch):
    """An example that fails teaches that the manual lies."""
    examples = [words for words in _examples(path) if words]
    assert examples
    monkeypatch.setattr("cli.verb.at_most", _stop_here)
    for words in examples:
        assert path in " ".join(words)
        assert (words[0], Shell()(*words[1:]).code) == ("followup", UNDERSTOOD), words


@pytest.mark.parametrize(
    ("words", "what", "where"),
    [
        pytest.param(["laed"], "There is no command 'laed'. Did you mean 'lead'?", "followup", id="a misspelt command"),
        pytest.param(
            ["lead", "lits"], "There is no command 'lits'. Did you mean 'list'?", "followup lead", id="a verb"
        ),
        pytest.param(["lead", "show"], "Missing argument 'LEAD'.", "followup lead show", id="an argument is missing"),
        pytest.param(["stuck", "--limt"], "No such option: --limt", "followup stuck", id="a misspelt option"),
        pytest.param(["-o", "json"], "Missing command.", "followup", id="only flags"),
        pytest.param(["lead", "show", "\udcff"], r"Invalid value: '\udcff' is no text", "followup", id="no text"),
        pytest.param(
            ["lead", "list", "--limit", "9" * 26], "Invalid value for '--limit'", "followup lead list", id="leads"
        ),
        pytest.param(
            ["task", "list", "--limit", "9" * 26], "Invalid value for '--limit'", "followup task list", id="tasks"
        ),
        pytest.param(
            ["lead", "pause", "x", "--wait", "nan"], "Invalid value for '--wait'", "followup lead pause", id="a nan"
        ),
        pytest.param(["stuck", "--limit", "9" * 26], "Invalid value for '--limit'", "followup stuck", id="stuck"),
        pytest.param(
            ["stuck", "--command-timeout", "inf"], "Invalid value for '--command-timeout'", "followup stuck", id="inf"
        ),
        pytest.param(
            ["stuck", "--command-timeout", "nan"], "Invalid value for '--command-timeout'", "followup stuck", id="nan"
        ),
        pytest.param(
            ["lead", "reassign", "x", "--owner", " "],
            "Invalid value for '--owner'",
            "followup lead reassign",
            id="an owner without a name",
        ),
        pytest.param(
            ["lead", "pause", "x", "--until", "-3d"], "Invalid value", "followup lead pause", id="a pause in the past"
        ),
    ],
)
def test_a_wrong_command_line_exits_with_2_and_says_where_help_is(words, what, where):
    """Scripts tell a mistake of theirs (2) from a failure of ours (1) by the code."""
    said = Shell()(*words)
    assert (said.code, said.stdout) == (process.ExitCode.USAGE, "")
    as_json = Shell()(*words, "-o", "json") if "-o" not in words else said
    assert as_json.error["code"] == "CLI001"
    assert as_json.error["what"].startswith(what)
    assert (as_json.error["where"], as_json.error["next"]) == (where, f"{where} --help")


@pytest.mark.parametrize("words", [[], ["lead"], ["task"], ["database"]], ids=" ".join)
def test_a_group_alone_answers_with_its_help(words):
    """Whoever types half a command wants to know the other half."""
    said = Shell()(*words)
    assert (said.code, said.stdout) == (process.ExitCode.USAGE, "")
    assert said.stderr.startswith("Usage: followup")


@pytest.mark.parametrize("flags", [["-o", "json"], ["--output=json"], ["-ojson"]], ids=" ".join)
def test_flags_may_stand_before_or_behind_the_verb(flags, shell):
    """People put them where they think of them."""
    assert shell("lead", "list", *flags).json == []
    assert shell(*flags, "lead", "list").json == []


def test_a_flag_behind_the_verb_overrules_one_before_it(shell):
    """The nearer word is the one that is meant."""
    assert shell("-o", "json", "lead", "list", "-o", "none").stdout == ""


def test_a_database_that_cannot_be_reached_is_code_4(shell):
    """A monitor tells "cannot reach" from "failed" by it."""
    said = shell("lead", "list", "-o", "json", FOLLOWUP_DATABASE_URL="postgresql+psycopg://u:secret@127.0.0.1:1/x")
    assert (said.code, said.stdout) == (process.ExitCode.UNREACHABLE, "")
    assert said.error["code"] == "DBS001"
    assert "secret" not in said.stderr


def test_a_wrong_setting_is_code_2(shell):
    """It is the caller's to mend."""
    said = shell("lead", "list", FOLLOWUP_ORG_ZONE="Mars/Olympus")
    assert (said.code, said.stdout) == (process.ExitCode.USAGE, "")
    assert said.stderr.startswith("CFG001: FOLLOWUP_ORG_ZONE")


def test_debug_shows_where_an_error_came_from(shell):
    """Support needs the way to the error, users do not."""
    assert "Traceback" not in shell("lead", "show", "nobody").stderr
    assert "Traceback" in shell("lead", "show", "nobody", "--debug").stderr


@pytest.mark.parametrize("seconds", ["0.001", "1e-9"])
def test_a_command_gives_up_when_its_time_is_over(shell, seconds):
    """A cron job must not hang for ever behind a server that does not answer."""
    said = shell("lead", "list", "--command-timeout", seconds, "-o", "json")
    assert said.code == process.ExitCode.FAILED
    assert said.error["code"] == "CLI002"


WORDS = st.one_of(
    st.text(max_size=12), st.sampled_from(["-o", "json", "--", "--at", "--limit", "-1", "x=y", "{}", "+1d"])
)


@given(path=st.sampled_from(sorted(VERBS.keys() - {"rebuild", "stuck", "doctor"})), words=st.lists(WORDS, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_words_end_in_a_traceback(shell, path, words):
    """Whatever is typed, the answer is an exit code and a sentence; `Shell` raises anything else."""
    usable = [word.encode("utf-8", "replace").decode().replace("\x00", "") for word in words]
    assert shell(*path.split(), *usable).code in set(process.ExitCode) - {process.ExitCode.CHANGES}
