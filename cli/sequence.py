"""`followup sequence …`: read, check and list what operations teams have written."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from engine.errors import FollowupError
    from engine.sequence.catalogue import Catalogue
    from engine.sequence.findings import Finding
    from engine.sequence.pipeline import Pipeline

# The engine is imported inside the commands, so that `--help` answers at once.

INVALID = 2
"""The exit code of an invalid sequence, as of wrong usage."""

ANNOTATIONS = {"error": "error", "warning": "warning", "remark": "notice"}

app = typer.Typer(name="sequence", help="Read and check sequences.", no_args_is_help=True)


class Output(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


class Report(StrEnum):
    """How a check is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


Package = Annotated[str, typer.Option("--package", help="The Python package that holds the catalogue.")]
AsOutput = Annotated[Output, typer.Option("-o", "--output", help="How to print it.")]
AsReport = Annotated[Report, typer.Option("-o", "--output", help="How to print it.")]


@app.command("list")
def list_(package: Package = "sequences", output: AsOutput = Output.TEXT) -> None:
    """What runs, highest first."""
    from engine.sequence.wording import say_list, say_stage, say_trigger

    catalogue = _catalogue(package, output)
    if output is Output.JSON:
        _print_json(
            [
                {
                    "name": sequence.part.name,
                    "maintainer": sequence.part.maintainer,
                    "stages": [plan.name for plan in sequence.part.stages],
                    "starts": [trigger.model_dump(mode="json") for trigger in sequence.part.starts],
                    "where": _relative(str(sequence.place)),
                }
                for sequence in catalogue.written
            ]
        )
        return
    for sequence in catalogue.written:
        stages = say_list([say_stage(plan.name) for plan in sequence.part.stages], "and")
        starts = say_list(
            [say_trigger(trigger) for trigger in sequence.part.starts] or ["a person enrolls a lead"], "or"
        )
        typer.echo(f"{sequence.part.name}  ({_relative(str(sequence.place))})")
        typer.echo(f"  starts when {starts}")
        typer.echo(f"  {stages}")


@app.command()
def describe(
    name: Annotated[str | None, typer.Argument(help="The sequence; see `list`.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every sequence of the catalogue.")] = False,
    package: Package = "sequences",
    output: AsOutput = Output.TEXT,
) -> None:
    """What will happen to a lead, in plain English, for whoever approves it."""
    from engine.sequence.describe import describe as in_english

    if (name is None) is not all_:
        raise typer.BadParameter("name one sequence, or write --all")
    catalogue = _catalogue(package, output)
    chosen = [sequence for sequence in catalogue.sequences if all_ or sequence.name == name]
    if not chosen:
        _fail(_unknown(name or "", catalogue), output)
    if output is Output.JSON:
        _print_json([{"name": sequence.name, "description": in_english(sequence)} for sequence in chosen])
    else:
        typer.echo("\n".join(in_english(sequence) for sequence in chosen), nl=False)


@app.command()
def validate(package: Package = "sequences", output: AsReport = Report.TEXT) -> None:
    """Everything that is wrong or worth a second look; exits with 2 when something is wrong."""
    findings = _findings(package)
    if output is Report.JSON:
        _print_json({"valid": not _errors(findings), "findings": [finding.model_dump() for finding in findings]})
    else:
        say = _annotation if output is Report.GITHUB else _paragraph
        for finding in findings:
            typer.echo(say(finding))
        if output is Report.TEXT:
            typer.echo(_summary(findings))
    if _errors(findings):
        raise typer.Exit(INVALID)


def _catalogue(package: str, output: Output) -> Catalogue:
    from engine.authoring.loading import load_catalogue
    from engine.errors import SequenceInvalid

    _look_here()
    try:
        return load_catalogue(package)
    except SequenceInvalid as error:
        _fail(error, output)


def _findings(package: str) -> tuple[Finding, ...]:
    """What is refused on any line; when nothing is, what a check of the whole finds."""
    from engine.authoring.loading import faults, load_catalogue
    from engine.errors import SequenceInvalid
    from engine.sequence.check import check

    _look_here()
    try:
        refused = faults(package)
        if refused:
            return tuple(_as_finding(error) for error in refused)
        found = check(load_catalogue(package), pipeline=_pipeline(package))
    except SequenceInvalid as error:
        return (_as_finding(error),)
    return tuple(finding.model_copy(update={"where": _relative(finding.where)}) for finding in found)


def _pipeline(package: str) -> Pipeline | None:
    """The pipeline file, when there is one."""
    from importlib.util import find_spec

    from engine.authoring.loading import load_pipeline

    return load_pipeline(package) if find_spec(f"{package}.pipeline") is not None else None


def _as_finding(error: FollowupError) -> Finding:
    from engine.sequence.findings import Finding

    return Finding(severity="error", code=error.code, what=error.what, where=_relative(error.where), next=error.next)


def _unknown(name: str, catalogue: Catalogue) -> FollowupError:
    from engine.errors import FollowupError

    names = ", ".join(sequence.name for sequence in catalogue.sequences)
    return FollowupError(
        code="SEQ052",
        what=f"there is no sequence {name!r} in the catalogue",
        where=_relative(str(catalogue.place)),
        next=f"write one of: {names}",
    )


def _fail(error: FollowupError, output: Output) -> NoReturn:
    """Say what is wrong where people and machines look for it, and end."""
    told = {"code": error.code, "what": error.what, "where": error.where, "why": error.why, "next": error.next}
    typer.echo(json.dumps({"error": told}) if output is Output.JSON else str(error), err=True)
    raise typer.Exit(INVALID)


def _look_here() -> None:
    """Sequences are found in the directory the command is run from, as `python -m` would."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)


def _errors(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def _paragraph(finding: Finding) -> str:
    return f"{finding.where}: {finding.severity} {finding.code}: {finding.what}\n    {finding.next}"


def _summary(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "Nothing to say: the catalogue is fine."
    counts = [f"{sum(finding.severity == severity for finding in findings)} {severity}s" for severity in ANNOTATIONS]
    return ", ".join(counts)


def _annotation(finding: Finding) -> str:
    """A line that GitHub shows beside the code."""
    file, _, line = finding.where.rpartition(":")
    message = f"{finding.what}. {finding.next}".replace("%", "%25").replace("\n", "%0A")
    return f"::{ANNOTATIONS[finding.severity]} file={file},line={line},title={finding.code}::{message}"


def _relative(where: str) -> str:
    """A place as seen from here, when it lies below."""
    return where.removeprefix(f"{Path.cwd()}/")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
