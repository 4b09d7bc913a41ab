"""`followup sequence migrate`: leads in flight on to another version of their sequence."""

import asyncio
from collections import abc
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.confirming import YesOption, confirm
from cli.output import Columns, Output
from cli.plan_telling import counted
from cli.posting import ByOption
from cli.sequence_publish import AtMostOption, MessageOption, PaceOption
from cli.values import identifier, whoever_asks
from cli.verb import verb
from cli.where import WhereOption, filters

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from api.migrating import Group, Journey, Migrated, Moving
    from api.office import Office
    from engine.life.events import Rename
    from engine.life.foresight import Foreseen
    from engine.words import LeadId

EVERY: Final = "all"


@verb(
    "followup sequence migrate inbound-lead --dry-run",
    "followup sequence migrate inbound-lead --from 1f0c8a2b9d3e --rename intro=welcome --dry-run --each",
    "followup sequence migrate inbound-lead --where heat=cold --at-most 500 --pace 20 --yes",
)
def migrate(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="A sequence that leads are in.")],
    from_: Annotated[str, typer.Option("--from", metavar="VERSION|all", help="The version they leave.")] = EVERY,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version they go to.", show_default="what runs now")
    ] = None,
    where: WhereOption = None,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="A step that has another name in the new version.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")] = False,
    each: Annotated[bool, typer.Option("--each", help="With --dry-run: every lead on a line of its own.")] = False,
    message: MessageOption = "",
    by: ByOption = None,
    at_most: AtMostOption = None,
    pace: PaceOption = 50,
    wait: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="To see what became of the last ones.")] = 30,
    yes: YesOption = False,
) -> None:
    """
    Move leads in flight to another version of their sequence; each keeps its step, and nothing is sent twice.

    A wait is counted anew from when the step before it ended. Whoever has no place in the new version stays in the old
    one. If the command is interrupted, give it again: it goes on where it was.
    """
    from api.migrating import Wanted, foretold, grouped, planned_journey
    from api.moving import allowed
    from cli.office import open_office

    with open_office() as office:
        wanted = Wanted(
            sequence=name,
            leaving=None if from_ == EVERY else _version(name, from_),
            to=None if to is None else _version(name, to),
            renames=tuple(map(_rename, rename or ())),
            by=by or identifier(whoever_asks()),
            reason=message,
            among=None if where is None else _chosen(office, where),
        )
        journey = planned_journey(office, wanted)
        with out.progress("leads looked at", journey.leads) as advance:
            found = list(foretold(office, journey, out.now, advance))
        if dry_run:
            nothing = f"nobody is in {name} who is not in {journey.plan.version} already"
            if each:
                out.many(found, _columns(out), nothing)
            else:
                out.many(grouped(found), _columns_of_groups(out), nothing)
            return
        going = sum(one.stays is None for one in found)
        allowed(going, at_most)
        if going and not yes:
            for group in grouped(found):
                out.remark(_said(group))
        if going:
            confirm(out, f"Move {counted(going)} to {journey.plan.version}?", yes=yes)
        outcome = _moved(out, office, journey, pace, timedelta(seconds=wait))
    out.one(outcome, lambda: [("", line) for line in _lines(outcome)])
    if outcome.trouble is not None:
        out.warning(outcome.trouble)


def _moved(out: Output, office: "Office", journey: "Journey", pace: float, patience: timedelta) -> "Migrated":
    from api.migrating import became, migrate_each

    async def move() -> "Migrated":
        with out.progress("leads told", journey.leads) as advance:
            told = await migrate_each(office, journey, per_second=pace, advance=advance)
        return await became(office, journey, told, patience)

    return asyncio.run(move())


# --- what is meant ----------------------------------------------------------------------------------------------------


def _version(name: str, said: str) -> str:
    """The version written out; the name alone is what runs. Raises: typer.BadParameter for another sequence."""
    version = said if "@" in said or said == name else f"{name}@{said}"
    if version.partition("@")[0] != name:
        raise typer.BadParameter(f"{said} is no version of {name}")
    return version


def _rename(text: str) -> "Rename":
    from engine.life.events import Rename

    old, sign, new = text.partition("=")
    if not (old and sign and new):
        raise typer.BadParameter(f"{text!r} renames nothing; write old=new", param_hint="--rename")
    return Rename(old=old, new=new)


def _chosen(office: "Office", where: abc.Sequence[str]) -> "frozenset[LeadId]":
    from adapters.views.choosing import chosen

    with office.database.reading() as transaction:
        return frozenset(chosen(transaction, filters(transaction, where)))


# --- how it is told ---------------------------------------------------------------------------------------------------


def _columns(out: Output) -> "Columns[Moving]":
    return {
        "lead": lambda one: one.lead,
        "version": lambda one: one.version,
        "stage": lambda one: one.stage,
        "is at": lambda one: _place(one.step),
        "goes to": lambda one: _goal(one),
        "next now": lambda one: _coming(out, one.before),
        "next then": lambda one: _coming(out, one.after),
    }


def _columns_of_groups(out: Output) -> "Columns[Group]":
    return {
        "leads": lambda one: f"{one.leads:,}",
        "version": lambda one: one.version,
        "stage": lambda one: one.stage,
        "are at": lambda one: _place(one.step),
        "go to": lambda one: _goal(one),
        "first now": lambda one: _coming(out, one.before),
        "first then": lambda one: _coming(out, one.after),
        "such as": lambda one: ", ".join(one.some),
    }


def _place(step: str | None) -> str:
    return step or "the end of the stage"


def _goal(one: "Moving | Group") -> str:
    return _place(one.to_step) if one.stays is None else f"stays: {_why(one.stays)}"


def _why(because: str) -> str:
    """Why a lead stays, in words; a command that no look could read has none but its own."""
    from engine.life.sentences import STAYS

    return {reason.value: said for reason, said in STAYS.items()}.get(because, because.replace("_", " "))


def _coming(out: Output, coming: "Foreseen | None") -> str:
    return "" if coming is None else f"{coming.about} {out.moment(coming.at)}"


def _said(group: "Group") -> str:
    return f"{counted(group.leads)} at {_place(group.step)} ({group.stage}): {_goal(group)}"


def _lines(outcome: "Migrated") -> abc.Iterator[str]:
    yield f"{counted(outcome.moved)} moved to {outcome.to}"
    for count in outcome.stayed:
        yield f"  {count.count:,} stay where they are: {_why(count.because)}"
    if outcome.waiting:
        yield f"  {outcome.waiting:,} were told, and have not been looked at yet; each moves at its next look"
