"""`followup sequence enroll`: many leads into one sequence, chosen by what is known of them or by a list."""

import asyncio
from collections import abc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.confirming import YesOption, confirm
from cli.output import Output
from cli.plan_telling import counted
from cli.posting import ByOption
from cli.sequence_publish import PaceOption
from cli.values import identifier, whoever_asks
from cli.verb import verb
from cli.where import WhereOption, filters
from engine.errors import FollowupError

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.database import Transaction
    from adapters.leads import People
    from api.enrolling import Enrolling
    from engine.words import LeadId

HEADS: Final = ("lead", "id", "email", "mail", "phone", "address", "external_id")
"""What a first line may say that names no lead."""


@verb(
    "followup sequence enroll win-back --where state=over --where heat=cold --dry-run",
    "followup sequence enroll price-change --csv leads.csv --per-day 50 --reason 'new price list'",
)
def enroll(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="A published sequence.")],
    where: WhereOption = None,
    list_: Annotated[
        Path | None, typer.Option("--csv", help="A file with a lead on each line: an id, a mail address, crm:4711.")
    ] = None,
    per_day: Annotated[int | None, typer.Option(min=1, metavar="N", help="Let only so many begin on each day.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What for; it stands in every lead's audit trail.")] = "",
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="Given again, nobody is enrolled twice.", show_default="the date")
    ] = None,
    by: ByOption = None,
    pace: PaceOption = 50,
    yes: YesOption = False,
) -> None:
    """
    Let many leads begin a sequence; those who would be refused are counted by reason, and left alone.

    With --per-day the others wait in their own workflows: nothing has to run here until then. If the command is
    interrupted, give it again: it goes on where it was.
    """
    from api.enrolling import Enrolling, Wanted, enroll_each, foretell
    from api.versions import must_be_known
    from cli.office import open_office

    if (where is None) == (list_ is None):
        raise typer.BadParameter("choose leads by --where, or by --csv")
    wanted = Wanted(name, by or identifier(whoever_asks()), reason, request or f"{out.now:%Y-%m-%d}", per_day)
    with open_office() as office:
        with office.database.reading() as transaction:
            must_be_known(transaction, name)
            leads, unknown = _chosen(transaction, office.people, where or [], list_)
            found = foretell(transaction, office.settings, wanted, leads, out.now)
        if not dry_run and found.begin:
            question = f"Let {counted(len(found.begin))} begin {name}?"
            if not yes:
                for line in _told(Enrolling(foretold=found, unknown=unknown)):
                    out.remark(line)
            confirm(out, question, yes=yes)
            with out.progress(f"enroll in {name}", len(found.begin)) as advance:
                done = asyncio.run(enroll_each(office, wanted, found, out.now, per_second=pace, advance=advance))
            outcome = Enrolling(foretold=found, unknown=unknown, commanded=done)
        else:
            outcome = Enrolling(foretold=found, unknown=unknown)
    out.one(outcome, lambda: [("", line) for line in _told(outcome)])


# --- who is meant -----------------------------------------------------------------------------------------------------


def _chosen(
    transaction: "Transaction", book: "People", where: abc.Sequence[str], list_: Path | None
) -> "tuple[tuple[LeadId, ...], tuple[str, ...]]":
    """The leads, and the lines of the list that name none, or several. Raises: typer.BadParameter."""
    from adapters.views.choosing import chosen
    from adapters.views.finding import find

    if list_ is None:
        return tuple(chosen(transaction, filters(transaction, where))), ()
    found: dict[LeadId, None] = {}
    unknown: list[str] = []
    for number, line in enumerate(_lines(list_), 1):
        named = line.partition(",")[0].strip().strip('"')
        try:
            if named and not (number == 1 and named.lower() in HEADS):
                found[find(transaction, book, named)] = None
        except FollowupError as error:
            unknown.append(f"line {number}: {error.what}")
    return tuple(found), tuple(unknown)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}", param_hint="--csv") from error


# --- how it is told ---------------------------------------------------------------------------------------------------


def _told(outcome: "Enrolling") -> abc.Iterator[str]:
    from engine.life.sentences import REFUSALS
    from engine.reasons import EnrollRefusal

    found, done = outcome.foretold, outcome.commanded
    yield f"{found.sequence} for {counted(found.chosen)}"
    if found.known:
        yield f"  {found.known:,} were asked for before, and are left alone"
    last = f", the last on {found.last_on:%a %-d %b %Y}" if found.last_on else ""
    yield f"  {len(found.begin):,} {'would begin' if done is None else 'begin'}{last}"
    for count in found.refused:
        yield f"  {count.count:,} {'would' if done is None else 'do'} not: {REFUSALS[EnrollRefusal(count.because)]}"
    yield from (f"  {line}" for line in outcome.unknown)
    if done is not None and done.trouble:
        yield f"  not rung now, a worker will: {done.trouble}"
