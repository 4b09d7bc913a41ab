"""`followup sequence graph`: a sequence as an outline, or as a picture in a file."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import written
from cli.output import Facts, Output
from cli.verb import verb
from cli.writing import write_file

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from engine.sequence.compiled import Sequence
    from engine.sequence.graph import Graph


@verb(
    "followup sequence graph inbound-lead",
    "followup sequence graph inbound-lead --svg inbound-lead.svg",
    "followup sequence graph inbound-lead --html inbound-lead.html",
    "followup sequence graph inbound-lead --mermaid > inbound-lead.mmd",
    "followup sequence graph inbound-lead -o json",
)
def graph(
    out: Output,
    name: Annotated[str, typer.Argument(help="The sequence, or a draft.", show_default=False)],
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it into this file.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a web page, with the words.")] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print it as Mermaid's text.")] = False,
) -> None:
    """A sequence at a glance: its stages, steps, waits, branches, reactions and ways out."""
    from engine.sequence.graph import graph_of

    if sum((svg is not None, html is not None, mermaid)) > 1:
        raise typer.BadParameter("choose one of --svg, --html and --mermaid")
    sequence = written.named(written.files(), name)
    drawn = graph_of(sequence)
    if svg is not None:
        write_file(svg, _svg(drawn))
    if html is not None:
        write_file(html, _page(drawn, sequence))
    file = svg or html
    text = f"{name} is drawn in {file}" if file is not None else _mermaid(drawn) if mermaid else _outline(drawn)
    out.one(drawn, partial(_lines, text))


def _svg(drawn: "Graph") -> str:
    from adapters.pictures.svg import draw

    return draw(drawn)


def _page(drawn: "Graph", sequence: "Sequence") -> str:
    from adapters.pictures.page import page
    from engine.sequence.describe import describe

    return page(drawn, describe(sequence))


def _mermaid(drawn: "Graph") -> str:
    from adapters.pictures.mermaid import mermaid

    return mermaid(drawn)


def _outline(drawn: "Graph") -> str:
    from adapters.pictures.outline import outline

    return outline(drawn)


def _lines(text: str) -> Facts:
    return [("", line) for line in text.splitlines()]
