"""`followup sequence plan`: what publishing would change, before it does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import written
from cli.output import Output
from cli.process import ExitCode
from cli.verb import verb
from cli.writing import write_file

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from api.planning import Planned


@verb(
    "followup sequence plan",
    "followup sequence plan inbound-lead --html plan.html",
    "followup sequence plan --exit-code -o json",
)
def plan(
    out: Output,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SEQ]…", help="Only these.", show_default="every sequence")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 when something would change.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="A page with every changed message, before and after."),
    ] = None,
) -> None:
    """
    What publishing would change: steps, timers, words, the order, and what happens to the leads in flight.

    Only reads. What is wrong is refused as `followup sequence publish` would refuse it.
    """
    from api.planning import planned
    from api.publishing import checked
    from cli.office import open_office
    from cli.plan_telling import told

    release = checked(written.files(), written.settings().language)
    with open_office() as office:
        found = planned(office, release, _known(names or []))
        if html is not None:
            from api.plan_page import page

            write_file(html, page(found, release, office.settings))
            out.remark(f"The page is {html}")
    out.one(found, lambda: told(found, out), marked=True)
    if exit_code and _changes(found):
        raise typer.Exit(ExitCode.CHANGES)


def _changes(found: "Planned") -> bool:
    """Of what was asked for."""
    around = found.order_changed or bool(found.company)
    return around or any(one.state != "unchanged" for one in found.sequences)


def _known(names: list[str]) -> list[str]:
    """The names, each of a sequence that is written or was published. Raises: FollowupError SEQ051."""
    from adapters import catalogue
    from cli.office import open_records

    if names:
        with open_records() as records:
            published = catalogue.names(records.transaction)
        files = written.files()
        for name in names:
            if name not in published:
                written.named(files, name)
    return names
