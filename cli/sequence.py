"""`followup sequence …`: read, check and list what operations teams have written."""

import sys
from collections import abc
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import Facts, Format, Output
from cli.process import ExitCode
from cli.verb import verb
from engine.errors import FollowupError

if TYPE_CHECKING:  # pydantic and the adapters are imported inside the verbs, so that `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from adapters.settings import Settings
    from engine.sequence.findings import Finding, Report
    from engine.sequence.written import Place

GITHUB: Final = {"error": "error", "warning": "warning", "remark": "notice"}
"""What GitHub calls the severities."""

app = typer.Typer(help="Read and check sequences.", no_args_is_help=True, rich_markup_mode=None)


class CheckFormat(StrEnum):
    """How a check is told: as any answer, or as annotations beside the code on GitHub."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    NONE = "none"
    GITHUB = "github"


@verb("followup sequence list", name="list")
def list_(out: Output) -> None:
    """What runs, highest first."""
    from engine.sequence.wording import say_list, say_stage, say_trigger

    catalogue = _files().catalogue
    places = {written.part.name: written.place for written in catalogue.written}
    out.many(
        catalogue.sequences,
        {
            "SEQUENCE": lambda sequence: sequence.name,
            "STAGES": lambda sequence: say_list([say_stage(plan.name) for plan in sequence.stages], "and"),
            "STARTS WHEN": lambda sequence: (
                say_list(map(say_trigger, sequence.starts), "or") if sequence.starts else "-"
            ),
            "WHERE": lambda sequence: str(places[sequence.name]),
        },
        nothing="The catalogue is empty.",
    )


@verb("followup sequence describe inbound-lead", "followup sequence describe --all")
def describe(
    out: Output,
    name: Annotated[str | None, typer.Argument(help="The sequence, or a draft.", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every sequence of the catalogue.")] = False,
) -> None:
    """What will happen to a lead, in plain English, for whoever approves it."""
    from engine.sequence.describe import description_of

    if (name is None) is not all_:
        raise typer.BadParameter("name one sequence, or write --all")
    files = _files()
    drafts = () if all_ else _drafts(files).catalogue.sequences
    known = {sequence.name: sequence for sequence in (*drafts, *files.catalogue.sequences)}
    chosen = [description_of(sequence) for sequence in known.values() if all_ or sequence.name == name]
    if not chosen:
        raise _unknown(name, list(known), files.catalogue.place)
    if all_ and out.format is not Format.TEXT:
        out.many(chosen, {})
        return
    for description in chosen:
        out.one(description, partial(_lines, description.description))


@verb("followup sequence validate", "followup sequence validate -o github", formats=CheckFormat)
def validate(out: Output) -> None:
    """Everything that is wrong or worth a second look, in drafts too; exits with 2 when the catalogue is wrong."""
    report = _report()
    on_github = out.own == CheckFormat.GITHUB
    out.one(report, lambda: _annotations(report) if on_github else _paragraphs(report))
    if not report.valid:
        raise typer.Exit(ExitCode.USAGE)


for each in (list_, describe, validate):
    each.mount(app)

# --- what was written -------------------------------------------------------------------------------------------------


def _files() -> "SequenceFiles":
    """What the settings name. Raises: FollowupError, the first of all there are."""
    from adapters import sequence_files

    settings = _settings()
    for fault in _faults(settings):
        raise fault
    return sequence_files.load(settings.catalogue, settings.templates)


def _report() -> "Report":
    """What is refused on any line; when nothing is, what a check of the whole and of the templates finds."""
    from adapters import sequence_files
    from engine.sequence.check import check, check_drafts
    from engine.sequence.findings import report

    settings = _settings()
    faults = _faults(settings)
    if faults:
        return report(tuple(map(_as_finding, faults)))
    try:
        files = sequence_files.load(settings.catalogue, settings.templates)
    except FollowupError as error:
        return report((_as_finding(error),))
    found = check(files.catalogue, files.template_facts(), files.pipeline, files.folder)
    ours = (*map(_as_finding, files.problems()), *found)
    drafts = _drafts(files)
    found = check_drafts(drafts.catalogue, files.catalogue, drafts.template_facts(), files.pipeline, files.folder)
    theirs = [finding for finding in (*map(_as_finding, drafts.problems()), *found) if finding not in ours]
    marked = (finding.model_copy(update={"draft": True}) for finding in theirs)
    return report((*ours, *marked), tuple(draft.name for draft in drafts.catalogue.sequences))


def _drafts(files: "SequenceFiles") -> "SequenceFiles":
    """The same files, with what the catalogue does not list in the catalogue's place."""
    from adapters.sequence_files import package_of
    from engine.authoring.reading import drafts

    return replace(files, catalogue=drafts(package_of(_settings().catalogue), files.catalogue))


def _settings() -> "Settings":
    from adapters.settings import read_settings

    return read_settings()


def _faults(settings: "Settings") -> abc.Sequence[FollowupError]:
    """Every line that cannot be meant, in the working directory's modules as well as in installed ones."""
    from adapters.sequence_files import package_of
    from engine.authoring.reading import faults

    if "" not in sys.path:
        sys.path.append("")
    try:
        return faults(package_of(settings.catalogue))
    except FollowupError as error:
        return (error,)


def _as_finding(error: FollowupError) -> "Finding":
    from engine.sequence.findings import Finding

    what = f"{error.what}: {error.why}" if error.why else error.what
    return Finding(severity="error", code=error.code, what=what, where=error.where, next=error.next)


def _unknown(name: str | None, names: abc.Sequence[str], place: "Place") -> FollowupError:
    return FollowupError(
        code="SEQ051",
        what=f"there is no sequence {name!r}, in the catalogue or as a draft beside it",
        where=str(place),
        next=f"write one of: {', '.join(names)}; write a new one in a file beside the catalogue, then add it there",
    )


# --- how it is told ---------------------------------------------------------------------------------------------------


def _lines(text: str) -> Facts:
    return [("", line) for line in text.splitlines()]


def _paragraphs(report: "Report") -> Facts:
    told = [
        ("", line)
        for finding in report.findings
        for line in (f"{finding.where}: {finding.severity} {_title(finding)}: {finding.what}", f"    {finding.next}")
    ]
    ours = [finding for finding in report.findings if not finding.draft]
    told.append(("", _counted(ours) or "The catalogue is fine."))
    if report.drafts:
        theirs = _counted([finding for finding in report.findings if finding.draft]) or "nothing to mend"
        told.append(("", f"Not in the catalogue, so not published: {', '.join(report.drafts)} ({theirs})."))
    return told


def _title(finding: "Finding") -> str:
    return f"{finding.code} in a draft" if finding.draft else finding.code


def _counted(findings: abc.Sequence["Finding"]) -> str:
    """How many there are of each severity; nothing when there are none at all."""
    if not findings:
        return ""
    counts = [sum(finding.severity == severity for finding in findings) for severity in GITHUB]
    return ", ".join(
        f"{count} {severity}{'' if count == 1 else 's'}" for count, severity in zip(counts, GITHUB, strict=True)
    )


def _annotations(report: "Report") -> Facts:
    return [("", _annotation(finding)) for finding in report.findings]


def _annotation(finding: "Finding") -> str:
    """A line that GitHub shows beside the code."""
    file, _, line = finding.where.rpartition(":")
    message = f"{finding.what}. {finding.next}".replace("%", "%25")
    where = f"file={file},line={line}" if line.isdigit() else f"file={finding.where}"
    return f"::{GITHUB[finding.severity]} {where},title={_title(finding)}::{message}"
