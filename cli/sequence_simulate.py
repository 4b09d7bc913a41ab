"""`followup sequence simulate`: a sequence, run over months on leads that do not exist."""

import csv
from collections import abc
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from cli.output import Facts, Output
from cli.sides import Side, sides
from cli.verb import verb
from cli.writing import write_file
from engine.errors import FollowupError

if TYPE_CHECKING:  # as everywhere in cli: the verbs import what they need when they run
    from adapters.views.history import Remembered
    from rehearsal.behaviour import Behaviour
    from rehearsal.scenario import Scenario
    from rehearsal.totals import Totals
    from rehearsal.world import World

Name = Annotated[
    str | None,
    typer.Argument(
        help="The sequence, a draft, or a version (name@hash); without it the whole catalogue.", show_default=False
    ),
]
Leads = Annotated[
    str,
    typer.Option(metavar="N|from-history", help="How many leads come; or those that really came, with what they did."),
]
Days = Annotated[
    int | None, typer.Option(min=1, max=3660, help="How long it goes on.", show_default="90, or until now")
]
Seed = Annotated[int, typer.Option(help="The dice: the same seed, the same leads and the same luck.")]
Since = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.", show_default="tomorrow, or 30 days ago"),
]
BehaviourFile = Annotated[
    Path | None, typer.Option("--behaviour", help="A file (TOML) that says what people do; see --print-behaviour.")
]
CalendarFile = Annotated[
    Path | None, typer.Option("--calendar", help="A file of days on which we are closed besides, a date on each line.")
]
Owners = Annotated[int, typer.Option(min=1, max=1000, help="How many people of ours share the leads.")]
Lead = Annotated[
    str | None,
    typer.Option(metavar="N|ID", help="Tell the story of this lead instead: its number, or a real one's id."),
]
ToCsv = Annotated[Path | None, typer.Option("--csv", help="A folder for the tables, a file each.")]
ToPage = Annotated[Path | None, typer.Option("--html", help="A file for the same as a page with plots.")]
Both = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--compare",
        metavar="A B",
        help="Two, side by side, on the same leads with the same luck: sequences, versions (name@hash), `published`.",
    ),
]
Printed = Annotated[bool, typer.Option("--print-behaviour", help="Write down what people do, and simulate nothing.")]


A_DAY: Final = timedelta(days=1)
A_MONTH: Final = timedelta(days=30)
HISTORY: Final = "from-history"
MOST_LEADS: Final = 1_000_000
DAYS: Final = 90


class Scene(NamedTuple):
    """What is played."""

    side: Side
    scenario: "Scenario"
    remembered: "tuple[Remembered, ...] | None" = None
    """Leads of the past; None: they are made up."""


@verb(
    "followup sequence simulate inbound-lead --leads 500 --days 90",
    "followup sequence simulate inbound-lead --lead 7",
    "followup sequence simulate --compare proposal-follow-up gentle-proposal",
    "followup sequence simulate --compare inbound-lead published",
    "followup sequence simulate --behaviour ours.toml --html year.html --days 365",
    "followup sequence simulate inbound-lead --leads from-history --from 2026-10-01",
)
def simulate(
    out: Output,
    name: Name = None,
    leads: Leads = "200",
    days: Days = None,
    seed: Seed = 1,
    since: Since = None,
    behaviour: BehaviourFile = None,
    calendar: CalendarFile = None,
    owners: Owners = 1,
    lead: Lead = None,
    csv_: ToCsv = None,
    html: ToPage = None,
    compare: Both = None,
    print_behaviour: Printed = False,
) -> None:
    """
    What a sequence would do to leads and to the people of ours who work with them; no server, no database.

    With --leads from-history, which reads the database, leads are those who began it in that time: they answer, call
    and leave when they did, whatever they are sent now, and our people do what they did. Versions that were published
    are read from the database too.
    """
    from cli import logs
    from engine.calendar.delays import instant
    from rehearsal import behaviour as doing
    from rehearsal.scenario import Scenario, totals

    logs.configure(level="error")  # a look tells what it does, and there are thousands
    acts = doing.Behaviour() if behaviour is None else doing.read(behaviour)
    if print_behaviour:
        out.one(acts, _printed)
        return
    number = _number(leads)
    first = since.date() if since else out.now.date() + (A_DAY if number is not None else -A_MONTH)
    long = days or (DAYS if number is not None else max(1, (out.now.date() - first).days + 1))
    found = sides(compare or (name or "",), owners, () if calendar is None else _closed(calendar))
    midnight = instant(first, time(0), found[0].company.home.zone)
    names, until = [side.sequence for side in found], midnight + timedelta(days=long)
    remembered = None if number is not None else _remembered(names, midnight, until, out.now)
    same = Scenario(leads=number or len(remembered or ()), days=long, seed=seed, since=midnight)
    scenes = [Scene(side, same.model_copy(update={"sequence": side.sequence}), remembered) for side in found]
    if compare is not None:
        _compares(out, acts, *scenes)
        return
    (scene,) = scenes
    world = _played(out, acts, scene)
    if lead is not None:
        _tells(out, world, lead)
        return
    summed = totals(world, scene.side.company, scene.scenario)
    if csv_ is not None:
        write_csv(csv_, summed)
    if html is not None:
        from rehearsal.page import page

        write_file(html, page(summed))
    out.one(summed, partial(_totals, summed))


def write_csv(folder: Path, found: "Totals") -> None:
    """Every table of the totals, a file each. Raises: FollowupError CLI003 when one cannot be written."""
    with suppress(OSError):  # a folder that cannot be made is told with the first file
        folder.mkdir(parents=True, exist_ok=True)
    for name, rows in found.model_dump(mode="json").items():
        if isinstance(rows, list) and rows:
            text = StringIO(newline="")
            table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
            write_file(folder / f"{name}.csv", text.getvalue())


def _cell(value: object) -> object:
    """What is no single value is written as people write lists."""
    if isinstance(value, list):
        return "; ".join(f"{one['because']} {one['count']}" for one in value)
    if isinstance(value, dict):
        return f"{value['low']:.4f} to {value['high']:.4f}"
    return value


# --- what is simulated ------------------------------------------------------------------------------------------------


def _number(leads: str) -> int | None:
    """How many come; None: those who came. Raises: typer.BadParameter."""
    if leads == HISTORY:
        return None
    if not leads.isdecimal() or not 1 <= int(leads) <= MOST_LEADS:
        raise typer.BadParameter(
            f"{leads!r} is no number from 1 to {MOST_LEADS:,}, and not {HISTORY}", param_hint="--leads"
        )
    return int(leads)


def _remembered(names: abc.Sequence[str], since: datetime, until: datetime, now: datetime) -> "tuple[Remembered, ...]":
    """Whoever began the first of these sequences that anybody began: a draft has no history of its own."""
    from adapters.catalogue import published
    from adapters.views.history import Asked, history
    from cli.office import open_records

    with open_records() as records:
        known = published(records.transaction)
        every = (
            history(records.transaction, known, records.settings, Asked(name, since, until), now) for name in names
        )
        return next(filter(None, every), ())


def _closed(path: Path) -> tuple[date, ...]:
    """The days in the file. Raises: FollowupError SIM002 naming the line that is no date."""
    days = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _no_calendar(str(path), str(error)) from error
    for number, line in enumerate(lines, start=1):
        said = line.partition("#")[0].strip()
        if said:
            try:
                days.append(date.fromisoformat(said))
            except ValueError as error:
                raise _no_calendar(f"{path}:{number}", f"{said!r} is no date") from error
    return tuple(days)


def _no_calendar(where: str, why: str) -> FollowupError:
    return FollowupError(
        code="SIM002",
        what="these closed days cannot be read",
        where=where,
        why=why,
        next="write one day on each line, like 2026-12-24, and what it is behind a #",
    )


def _played(out: Output, acts: "Behaviour", scene: Scene) -> "World":
    from rehearsal.scenario import play

    side, scenario, remembered = scene
    with out.progress(f"{scenario.leads} leads, {scenario.days} days", scenario.days) as tick:
        return play(side.company, acts, scenario, tick, remembered)


# --- how it is told ---------------------------------------------------------------------------------------------------


def _tells(out: Output, world: "World", lead: str) -> None:
    from engine.words import LeadId
    from rehearsal.people import name_of
    from rehearsal.telling import story_of

    row = world.records.rows.get(name_of(int(lead)) if lead.isdecimal() else LeadId(lead))
    if row is None:
        raise typer.BadParameter(f"there is no lead {lead}", param_hint="--lead")
    story = story_of(world.journal, row.person.lead, row.world.zone)
    last = f"All times are those of {story.zone}."
    out.one(story, lambda: [("", line) for line in (*story.lines, "", last)])


def _printed() -> Facts:
    from rehearsal.behaviour import DEFAULTS

    return [("", line) for line in DEFAULTS.read_text(encoding="utf-8").splitlines()]


def _compares(out: Output, acts: "Behaviour", one: Scene, other: Scene) -> None:
    from rehearsal.comparing import compare, tell
    from rehearsal.scenario import totals

    def summed(scene: Scene) -> "Totals":
        return totals(_played(out, acts, scene), scene.side.company, scene.scenario)

    found = compare(summed(one), summed(other), (one.side.called, other.side.called))
    out.one(found, lambda: [("", line) for line in tell(found)])


def _totals(found: "Totals") -> Facts:
    from rehearsal.telling import tell

    return [("", line) for line in tell(found)]
