"""`python -m bench`: measure, show a table, and keep the figures."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.groups import GROUPS, NAMES, Bench
from bench.machine import Machine
from bench.sizes import FULL, QUICK
from bench.table import Results, as_json, show, write
from cli import logs, process

RESULTS = Path(__file__).with_name("results")
WIDE = 220
"""Columns for a table that nobody looks at in a terminal."""


class Output(StrEnum):
    """How the figures are written to stdout."""

    TEXT = "text"
    JSON = "json"
    NONE = "none"


def _listed(names: list[str]) -> list[str]:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return names


WHICH = "Only these rows: " + "; ".join(f"{group.name} ({group.what})" for group in GROUPS) + ". May be repeated."
Full = Annotated[bool, typer.Option("--full", help="Measure more and longer: an hour instead of minutes.")]
Only = Annotated[list[str], typer.Option("--only", metavar="NAME", help=WHICH, callback=_listed)]
To = Annotated[Path | None, typer.Option("--to", metavar="PATH", help="Where the figures are kept as JSON.")]
How = Annotated[Output, typer.Option("-o", "--output", help="What goes to stdout.")]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def measure(full: Full = False, only: Only = [], to: To = None, output: How = Output.TEXT) -> None:  # noqa: B006 - typer reads it and changes nothing
    """
    Measure against bare baselines, in turns with them, on servers and databases of this run's own.

    Close everything else first: what other programs do is in the figures.
    """
    logs.configure(level="error")
    machine, size = Machine.this(), FULL if full else QUICK
    path = to or RESULTS / f"{machine.at:%Y-%m-%d}-{machine.slug}.json"
    errors = Console(stderr=True)
    with errors.status("getting ready") as status:

        def progress(line: str) -> None:
            status.update(line)
            if not errors.is_terminal:
                errors.print(line, highlight=False)

        bench = Bench(size, only or NAMES, progress)
        try:
            bench.run()
        finally:  # an hour's figures are not lost to the last one's error
            results = Results(machine=machine, size=size.name, servers=tuple(bench.servers), rows=tuple(bench.rows))
            write(results, path)
            errors.print(f"{len(results.rows)} rows are kept in {path}", highlight=False)
    match output:
        case Output.TEXT:
            show(results, Console() if sys.stdout.isatty() else Console(width=WIDE))
        case Output.JSON:
            sys.stdout.write(as_json(results) + "\n")
        case Output.NONE:
            pass


def main() -> int:
    """Measure."""
    app(prog_name="python -m bench")
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
