"""`followup engine …`: what this release foresees for every open lead, and what it decides otherwise than another."""

import sys
from collections import Counter, abc
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from cli.output import Facts, Format, Output
from cli.process import ExitCode
from cli.verb import verb
from engine.distances import say_distance
from engine.errors import FollowupError

if TYPE_CHECKING:
    from api.comparing import Comparison, Group, Verdict
    from api.forecasting import Forecast
    from api.office import Office

Item = TypeVar("Item")

MOST_GROUPS: Final = 30
"""Kinds of change that text tells; there are all of them in JSON."""

STDIN: Final = "-"

REST: Final = {
    "moved_on": "have been looked at since the forecast",
    "over": "are over since the forecast",
    "came": "are not in the forecast",
    "busy": "are being looked at right now",
    "not_looked_at": "were not looked at since the database knows when that is",
}
"""Leads that cannot be compared, and why."""

ONE_LOOK: Final = (
    "this looks one look ahead: what changes later in a life is not seen; to see it, let the release that runs write"
    " `followup engine forecast > forecast.jsonl`, and compare with that"
)


@verb("followup engine forecast > forecast.jsonl", "followup engine forecast | gzip > forecast.jsonl.gz")
def forecast(out: Output) -> None:
    """
    What this release foresees for every open lead in the next ninety days, a JSON line each, as of its last look.

    Only reads. Run it with the release that is deployed, then `followup engine diff` with the one to come.
    """
    from adapters.views import runs
    from api.forecasting import Library, forecast_of, memories
    from cli.office import open_office

    foreseen: Counter[bool] = Counter()
    lines = replace(out, format=Format.JSONL) if out.format is Format.TEXT else out
    with open_office() as office:
        library = Library(office)
        published = library.latest()
        with office.database.reading() as transaction:
            total = runs.count(transaction)
        with out.progress("leads", total) as advance:
            written = (forecast_of(memory, published, library) for memory in _each(memories(office), advance))
            lines.many(_noting_lives(written, foreseen), {})
    out.remark(f"{foreseen[True]:,} of {total:,} open leads foreseen")


@verb(
    "followup engine diff",
    "followup engine diff forecast.jsonl --exit-code",
    "followup engine diff - -o json < forecast.jsonl",
)
def diff(
    out: Output,
    forecast: Annotated[
        str | None,
        typer.Argument(
            metavar="FORECAST",
            help="What the other release foresaw: a file of `followup engine forecast`, or - for stdin.",
            show_default="what each row waits for",
        ),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 when something differs.")] = False,
) -> None:
    """
    What this release decides otherwise for open leads than the one that looked at them last.

    Only reads: the running release goes on meanwhile. A lead for which this release fails is told like any difference.
    """
    from adapters.views import runs
    from api.comparing import compared
    from cli.office import open_office

    with _opened(forecast) as file, open_office() as office:
        with office.database.reading() as transaction:
            total = runs.count(transaction)
        with out.progress("leads", total) as advance:
            verdicts = _each(_verdicts(office, file), advance)
            found = compared(verdicts, total, complete=out.format is not Format.TEXT)
    out.one(found, lambda: _told(found))
    if forecast is None:
        out.remark(ONE_LOOK)
    if exit_code and found.changes:
        raise typer.Exit(ExitCode.CHANGES)


def _noting_lives(lines: "abc.Iterable[Forecast]", foreseen: Counter[bool]) -> "abc.Iterator[Forecast]":
    """The same lines; how many of them foresee something is counted."""
    for line in lines:
        foreseen[line.life is not None] += 1
        yield line


def _verdicts(office: "Office", file: IO[bytes] | None) -> "abc.Iterator[Verdict]":
    from api.comparing import verdicts_on_forecasts, verdicts_on_rows

    return verdicts_on_rows(office) if file is None else verdicts_on_forecasts(office, _forecasts(file))


def _each(items: abc.Iterable[Item], advance: abc.Callable[[], None]) -> abc.Iterator[Item]:
    for item in items:
        yield item
        advance()


# --- the file ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(name: str | None) -> abc.Iterator[IO[bytes] | None]:
    """The file of this name; none without a name. Raises: FollowupError ENG001 when it cannot be read."""
    if name is None or name == STDIN:
        yield None if name is None else sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")
    except OSError as error:
        raise FollowupError(
            code="ENG001",
            what="the forecast cannot be read",
            where=name,
            why=error.strerror or type(error).__name__,
            next="write it with `followup engine forecast > forecast.jsonl`",
        ) from error
    with file:
        yield file


def _forecasts(file: IO[bytes]) -> "abc.Iterator[Forecast]":
    return (_forecast(line, number) for number, line in enumerate(file, start=1))


def _forecast(line: bytes, number: int) -> "Forecast":
    """Raises: FollowupError ENG002 for a line that is no forecast."""
    from pydantic import ValidationError

    from api.forecasting import Forecast

    try:
        return Forecast.model_validate_json(line)
    except ValidationError as error:
        raise FollowupError(
            code="ENG002",
            what="a line of the forecast cannot be understood",
            where=f"line {number}",
            why="it is cut off, or was not written by `followup engine forecast`",
            next="write it again with `followup engine forecast > forecast.jsonl`",
        ) from error


# --- how it is told ---------------------------------------------------------------------------------------------------


def _told(found: "Comparison") -> Facts:
    lines = [("", _counted(found))]
    lines += [("", f"{count:,} {why}") for name, why in REST.items() if (count := getattr(found, name))]
    shown = found.groups[:MOST_GROUPS]
    lines += [(_leads(group.leads), f"{_said(group)}: e.g. {', '.join(group.examples)}") for group in shown]
    if len(found.groups) > len(shown):
        lines.append(("", f"{len(found.groups) - len(shown):,} more kinds of change stand in -o json"))
    return lines


def _counted(found: "Comparison") -> str:
    said = f"{found.open:,} open leads: {found.same:,} the same, {found.different:,} different"
    return f"{said}, {found.undecided:,} cannot be decided: error" if found.undecided else said


def _said(group: "Group") -> str:
    if group.least is None or group.most is None:
        return group.said
    span = dict.fromkeys((say_distance(group.least), say_distance(group.most)))
    return f"{group.said}, by {' to '.join(span)}"


def _leads(count: int) -> str:
    return f"{count:,} lead" if count == 1 else f"{count:,} leads"


app = typer.Typer(help="What another release would decide differently.", no_args_is_help=True, rich_markup_mode=None)

for each in (forecast, diff):
    each.mount(app)
