"""The figures for people, and for machines."""

import json
from collections import abc
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.machine import Machine
from bench.measure import Goal, Row, Spread
from engine.frozen import Frozen

COLUMNS = ("what", "on", "ours", "bare", "ratio", "goal", "met", "n", "of", "over")
FIGURES = ("ours", "bare", "ratio")
SMALL = 10
LARGE = 1000


class Results(Frozen):
    """One run."""

    machine: Machine
    size: str
    servers: tuple[str, ...]
    """Temporal and PostgreSQL, with their versions."""
    rows: tuple[Row, ...]


def show(results: Results, console: Console) -> None:
    """The table, under the name of the machine."""
    machine = results.machine
    console.print(
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb} GB, {machine.system}, Python {machine.python}, "
        f"temporalio {machine.sdk}",
        *results.servers,
        f"{results.size} run, {machine.at:%Y-%m-%d %H:%M} UTC, load at the start {machine.load}",
        sep="\n",
        highlight=False,
    )
    table = Table(
        title="Ours divided by the bare baseline, each measured in turns with the other; median (low to high)"
    )
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in FIGURES else "left")
    for row in results.rows:
        table.add_row(*_cells(row))
    console.print(table, highlight=False)


def write(results: Results, path: Path) -> None:
    """The same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(results) + "\n")


def as_json(results: Results) -> str:
    """The run as JSON."""
    return json.dumps(results.model_dump(mode="json"), indent=2)


def _cells(row: Row) -> abc.Iterable[str]:
    met = {None: "", True: "yes", False: "NO"}[row.met]
    yield from (row.name, row.on, f"{_number(row.ours.median)} {row.unit}", f"{_number(row.bare.median)} {row.unit}")
    yield from (_spread(row.ratio), _goal(row.goal), met, str(row.turns), row.of, row.over)


def _spread(spread: Spread) -> str:
    return f"{_number(spread.median)} ({_number(spread.low)} to {_number(spread.high)})"


def _goal(goal: Goal | None) -> str:
    if goal is None:
        return ""
    said = f"≥ {_number(goal.at_least)}" if goal.at_least is not None else f"≤ {_number(goal.at_most or 0)}"
    return said if goal.of == "ratio" else f"ours {said}"


def _number(value: float) -> str:
    if value >= LARGE:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= SMALL else f"{value:.3g}"
