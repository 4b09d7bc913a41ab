"""`followup sequence …`: read, check and list what operations teams have written."""

import re
from collections import abc
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli import written
from cli.output import Facts, Format, Output, width
from cli.process import ExitCode
from cli.sequence_enroll import enroll
from cli.sequence_graph import graph
from cli.sequence_init import init, test
from cli.sequence_migrate import migrate
from cli.sequence_pause import pause, resume
from cli.sequence_plan import plan
from cli.sequence_preview import preview
from cli.sequence_publish import publish, retire, rollback
from cli.sequence_results import results
from cli.sequence_schema import schema
from cli.sequence_send_test import send_test
from cli.sequence_simulate import simulate
from cli.sequence_versions import diff, show, versions
from cli.verb import verb
from engine.errors import FollowupError

if TYPE_CHECKING:  # pydantic and the adapters are imported inside the verbs, so that `--help` answers at once
    from engine.sequence.comparison import Comparison
    from engine.sequence.findings import Finding, Report

GITHUB: Final = {"error": "error", "warning": "warning", "remark": "notice"}
"""What GitHub calls the severities."""

PLACE: Final = re.compile(r"(.+):(\d+):(\d+)")

app = typer.Typer(help="Read, check and publish sequences.", no_args_is_help=True, rich_markup_mode=None)


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

    catalogue = written.files().catalogue
    places = {sequence.part.name: sequence.place for sequence in catalogue.written}
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


@verb(
    "followup sequence describe inbound-lead",
    "followup sequence describe --all",
    "followup sequence describe inbound-lead --against published",
)
def describe(
    out: Output,
    name: Annotated[str | None, typer.Argument(help="The sequence, or a draft.", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every sequence of the catalogue.")] = False,
    against: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="What changes: since `published`, a version, or a .json file."),
    ] = None,
) -> None:
    """What will happen to a lead, in plain English, for whoever approves it."""
    from engine.sequence.describe import description_of

    if (name is None) is not all_:
        raise typer.BadParameter("name one sequence, or write --all")
    if against is not None:
        _describe_change(out, name, against)
        return
    files = written.files()
    chosen = [
        description_of(sequence)
        for sequence in (files.catalogue.sequences if name is None else [written.named(files, name)])
    ]
    if all_ and out.format is not Format.TEXT:
        out.many(chosen, {})
        return
    order = f"Highest first: {', '.join(described.name for described in chosen)}.\n\n" if all_ else ""
    for number, described in enumerate(chosen):
        out.one(described, partial(_lines, described.description if number else order + described.description))


def _describe_change(out: Output, name: str | None, against: str) -> None:
    from cli.against import earlier_plan, written_plan
    from engine.sequence.comparison import compare

    if name is None:
        raise typer.BadParameter("name the one sequence to compare")
    after = written_plan(written.files(), name)
    comparison = compare(earlier_plan(name, against), after)
    out.one(comparison, lambda: _comparison(comparison))


@verb("followup sequence validate", "followup sequence validate -o github", formats=CheckFormat)
def validate(out: Output) -> None:
    """Everything that is wrong or worth a second look, in drafts too; exits with 2 when the catalogue is wrong."""
    report = _report()
    on_github = out.own == CheckFormat.GITHUB
    out.one(report, lambda: _annotations(report) if on_github else _paragraphs(report))
    if not report.valid:
        raise typer.Exit(ExitCode.USAGE)


for each in (
    init,
    list_,
    describe,
    validate,
    test,
    graph,
    schema,
    preview,
    send_test,
    simulate,
    plan,
    publish,
    versions,
    show,
    diff,
    results,
    migrate,
    enroll,
    rollback,
    retire,
    pause,
    resume,
):
    each.mount(app)

# --- what is found ---------------------------------------------------------------------------------------------------


def _report() -> "Report":
    """What is refused on any line; when nothing is, what a check of the whole and of the templates finds."""
    from adapters import sequence_files
    from engine.sequence.check import check, check_drafts
    from engine.sequence.findings import in_order, report

    settings = written.settings()
    files = sequence_files.read(settings.sequences)
    if not isinstance(files, sequence_files.SequenceFiles):
        return report(tuple(map(_as_finding, files)))
    found = check(files.catalogue, files.template_facts(), files.pipeline, files.folder)
    texts = (*map(_as_finding, files.problems(settings.language)), *files.remarks(settings.our_tokens()))
    ours = in_order((*texts, *found))
    drafts = files.of_drafts()
    found = check_drafts(drafts.catalogue, files.catalogue, drafts.template_facts(), files.pipeline, files.folder)
    texts = (*map(_as_finding, drafts.problems(settings.language)), *drafts.remarks(settings.our_tokens()))
    theirs = [finding for finding in in_order((*texts, *found)) if finding not in ours]
    marked = (finding.model_copy(update={"draft": True}) for finding in theirs)
    return report((*ours, *marked), tuple(draft.name for draft in drafts.catalogue.sequences))


def _as_finding(error: FollowupError) -> "Finding":
    from engine.sequence.findings import Finding

    what = f"{error.what}: {error.why}" if error.why else error.what
    return Finding(severity="error", code=error.code, what=what, where=error.where, next=error.next)


# --- how it is told ---------------------------------------------------------------------------------------------------


def _comparison(comparison: "Comparison") -> Facts:
    """The differences as clauses, then the lines that changed."""
    from cli.side_by_side import beside

    title = f"{comparison.name}: before is {comparison.before_version}, after is what is written now"
    if not comparison.changes and not comparison.changed:
        return [("", title), ("", "Nothing changed.")]
    clauses = [f"  {change.clause}" for change in comparison.changes]
    return [("", line) for line in (title, "", *clauses, "", *beside(comparison.rows(), width()))]


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
    message = f"{finding.what}. {finding.next}".replace("%", "%25")
    place = PLACE.fullmatch(finding.where)
    where = f"file={finding.where}" if place is None else f"file={place[1]},line={place[2]},col={place[3]}"
    return f"::{GITHUB[finding.severity]} {where},title={_title(finding)}::{message}"
