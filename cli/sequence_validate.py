"""`followup sequence validate`: everything that is wrong or worth a second look in what operations teams wrote."""

import re
import time
from collections import abc
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from cli import written
from cli.output import Facts, Output
from cli.process import ExitCode
from cli.verb import verb
from engine.errors import FollowupError

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from adapters.settings import Settings
    from engine.sequence.findings import Finding, Report

GITHUB: Final = {"error": "error", "warning": "warning", "remark": "notice"}
"""What GitHub calls the severities."""

PLACE: Final = re.compile(r"(.+):(\d+):(\d+)")
LOOKED_AT_EVERY: Final = 0.3
"""Seconds between two looks at the files."""

Stamps = abc.Mapping[Path, tuple[int, int]]
"""When each file was written, and how long it is."""


class CheckFormat(StrEnum):
    """How a check is told: as any answer, or as annotations beside the code on GitHub."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    NONE = "none"
    GITHUB = "github"


@verb(
    "followup sequence validate",
    "followup sequence validate --watch",
    "followup sequence validate -o github",
    formats=CheckFormat,
)
def validate(
    out: Output,
    watch: Annotated[bool, typer.Option("--watch", help="Again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Everything that is wrong or worth a second look, in drafts too; exits with 2 when the catalogue is wrong."""
    if watch:
        _watch(out)
    if not _told(out).valid:
        raise typer.Exit(ExitCode.USAGE)


def _watch(out: Output) -> NoReturn:
    while True:
        stamps = _stamps()  # before they are read, so that what is saved meanwhile is seen
        _told(out)
        out.remark("waiting for a file to change; Ctrl-C ends it")
        while _stamps() == stamps:
            time.sleep(LOOKED_AT_EVERY)


def _told(out: Output) -> "Report":
    report, on_github = _report(), out.own == CheckFormat.GITHUB
    out.one(report, lambda: _annotations(report) if on_github else _paragraphs(report))
    return report


def _stamps() -> Stamps:
    from adapters.apart import whereabouts

    found: dict[Path, tuple[int, int]] = {}
    for path in whereabouts(written.settings().sequences).directory.rglob("*.*"):
        with suppress(FileNotFoundError):  # an editor saves by putting another file in its place
            stat = path.stat()
            found[path] = stat.st_mtime_ns, stat.st_size
    return found


# --- what is found ---------------------------------------------------------------------------------------------------


def _report() -> "Report":
    """What is refused on any line; when nothing is, what a check of the whole and of the templates finds."""
    from adapters import apart

    settings = written.settings()
    reading = apart.begin(settings.sequences)
    from adapters import sequence_files  # these take as long as the reading
    from engine.sequence.findings import report

    files = sequence_files.read(reading)
    if not isinstance(files, sequence_files.SequenceFiles):
        return report(tuple(map(_as_finding, files)))
    ours = _findings(files, settings)
    if not files.drafts:
        return report(ours)
    theirs = [finding for finding in _findings(files.of_drafts(), settings, beside=files) if finding not in ours]
    marked = (finding.model_copy(update={"draft": True}) for finding in theirs)
    return report((*ours, *marked), tuple(draft.part.name for draft in files.drafts))


def _findings(
    files: "SequenceFiles", settings: "Settings", beside: "SequenceFiles | None" = None
) -> "tuple[Finding, ...]":
    """What is to be said of the whole and of its templates; `beside` is the catalogue in which drafts are not."""
    from engine.sequence.check import check, check_drafts
    from engine.sequence.findings import in_order

    facts = files.template_facts()
    found = (
        check(files.catalogue, facts, files.pipeline, files.folder)
        if beside is None
        else check_drafts(files.catalogue, beside.catalogue, facts, files.pipeline, files.folder)
    )
    texts = (*map(_as_finding, files.problems(settings.language)), *files.remarks(settings.our_tokens()))
    return in_order((*texts, *found))


def _as_finding(error: FollowupError) -> "Finding":
    from engine.sequence.findings import Finding

    what = f"{error.what}: {error.why}" if error.why else error.what
    return Finding(severity="error", code=error.code, what=what, where=error.where, next=error.next)


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
