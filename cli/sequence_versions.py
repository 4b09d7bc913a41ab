"""`followup sequence versions`, `show` and `diff`: what was published, by whom, and what it said."""

from collections import abc
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import Facts, Output
from cli.plan_telling import changed_words, clauses
from cli.verb import verb

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from api.versions import Brought, Compared, Issue, Shown

COMMIT: Final = 10
"""Letters of a commit that people compare."""

VersionArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="name@hash, the beginning of it, or a name for what runs now.")
]


@verb("followup sequence versions", "followup sequence versions inbound-lead -o json")
def versions(
    out: Output,
    name: Annotated[
        str | None, typer.Argument(metavar="[SEQ]", help="Only what changed this one.", show_default="everything")
    ] = None,
) -> None:
    """What was published, the newest first: by whom, what for, and how many leads are in each version now."""
    from api.versions import issues
    from cli.office import open_records

    with open_records() as records:
        found = issues(records.transaction, name)
    out.each(found, lambda issue: _issue(issue, out), "Nothing is published yet: `followup sequence publish`.")


@verb("followup sequence show inbound-lead", "followup sequence show inbound-lead@1f0c --templates -o json")
def show(
    out: Output,
    version: VersionArgument,
    templates: Annotated[bool, typer.Option("--templates", help="The words of its messages too.")] = False,
) -> None:
    """A version as it was published, in plain English; with -o json, its compiled form."""
    from api.versions import shown, version_named
    from cli.office import open_records

    with open_records() as records:
        found = shown(records.transaction, version_named(records.transaction, version), templates=templates)
    out.one(found, lambda: list(_shown(found)))


@verb(
    "followup sequence diff inbound-lead@1f0c inbound-lead",
    "followup sequence diff inbound-lead@1f0c inbound-lead@9d3e",
)
def diff(out: Output, before: VersionArgument, after: VersionArgument) -> None:
    """What changed from one published version to another, in its steps and in its words."""
    from api.versions import compared, version_named
    from cli.office import open_records

    with open_records() as records:
        one, other = (version_named(records.transaction, said) for said in (before, after))
        found = compared(records.transaction, one, other)
    out.one(found, lambda: list(_compared(found)), marked=True)


def _issue(issue: "Issue", out: Output) -> abc.Iterator[str]:
    commit = f", from {issue.commit[:COMMIT]}" if issue.commit else ""
    yield f"{issue.number}: {out.when(issue.at)} by {issue.by}{commit}" + (
        f": {issue.message}" if issue.message else ""
    )
    yield from (f"    {_version(brought)}" for brought in issue.brought)
    yield from (f"    {name} is withdrawn" for name in issue.withdrawn)
    if not issue.brought and not issue.withdrawn:
        yield "    the order, fields or the pipeline"


def _version(brought: "Brought") -> str:
    return f"{brought.version}{' runs' if brought.runs else ''}, {brought.leads:,} in flight"


def _shown(found: "Shown") -> Facts:
    from engine.sequence.describe import describe

    lines = [found.version, "", *describe(found.plan.sequence).splitlines()]
    for text in found.templates:
        lines += ["", f"--- {text.name}", *text.text.splitlines()]
    return [("", line) for line in lines]


def _compared(found: "Compared") -> Facts:
    lines = [*clauses(found.changes), *changed_words(found.copy_changes)]
    return [("", line) for line in (f"{found.before} -> {found.after}", *(lines or ["  nothing changed"]))]
