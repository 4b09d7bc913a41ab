"""`followup sequence …`: read, check and list what operations teams have written."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli import written
from cli.output import Facts, Format, Output, width
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
from cli.sequence_validate import validate
from cli.sequence_versions import diff, show, versions
from cli.verb import verb

if TYPE_CHECKING:  # pydantic and the adapters are imported inside the verbs, so that `--help` answers at once
    from engine.sequence.comparison import Comparison

app = typer.Typer(help="Read, check and publish sequences.", no_args_is_help=True, rich_markup_mode=None)


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
