"""`followup sequence publish`, `rollback` and `retire`: what runs from now on, and who is reached by it."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from cli import written
from cli.confirming import YesOption, confirm
from cli.output import Facts, Output
from cli.plan_telling import counted, summary
from cli.posting import ByOption
from cli.values import identifier, whoever_asks
from cli.verb import verb

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.release import Release
    from api.commanding import Commanded
    from api.office import Office
    from api.planning import Planned
    from api.publishing import Publishing, Signed

FASTEST: Final = 1000


class Running(StrEnum):
    """What leads in flight get."""

    PIN = "pin"
    COPY = "copy"


MessageOption = Annotated[str, typer.Option(metavar="TEXT", help="What for; it stands beside the publication.")]
AtMostOption = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Do nothing if more leads in flight would be affected.")
]
RunningOption = Annotated[
    Running, typer.Option(help="copy: leads in flight get the words too, where nothing but words is different.")
]
PaceOption = Annotated[
    float, typer.Option(min=1, max=FASTEST, metavar="N", help="Leads in flight to reach in a second.")
]


@verb(
    "followup sequence publish --message 'shorter subject lines'",
    "followup sequence publish --running copy --at-most 5000 --yes",
    "followup sequence publish --yes -o json",
)
def publish(
    out: Output,
    message: MessageOption = "",
    by: ByOption = None,
    running: RunningOption = Running.PIN,
    at_most: AtMostOption = None,
    pace: PaceOption = 50,
    yes: YesOption = False,
) -> None:
    """
    Let what is written run for every lead that starts from now on; leads in flight keep the version they began with.

    With --running copy, a second time goes on where the first one was interrupted.
    """
    from adapters.git_commit import commit_of
    from api.publishing import Signed, checked
    from cli.office import open_office

    files = written.files()
    release = checked(files, written.settings().language)
    signed = Signed(by or identifier(whoever_asks()), message, commit_of(_beside(files.catalogue.place.file)))
    with open_office() as office:
        outcome = _published(out, office, release, signed, _Reaching(running is Running.COPY, at_most, pace, yes))
    _tell(out, outcome)


@verb(
    "followup sequence rollback --to 3 --message 'the new order lost replies'",
    "followup sequence rollback inbound-lead --to 3",
    "followup sequence rollback inbound-lead --to inbound-lead@1f0c8a2b9d3e --yes",
)
def rollback(
    out: Output,
    to: Annotated[str, typer.Option(metavar="N|VERSION", help="A publication's number, or a version of the sequence.")],
    name: Annotated[
        str | None, typer.Argument(metavar="[SEQ]", help="Only this one.", show_default="the whole publication")
    ] = None,
    message: MessageOption = "",
    by: ByOption = None,
    running: RunningOption = Running.PIN,
    at_most: AtMostOption = None,
    pace: PaceOption = 50,
    yes: YesOption = False,
) -> None:
    """Publish anew what ran before, under a new number; leads in flight keep the version they began with."""
    from api.publishing import Signed
    from cli.office import open_office

    signed = Signed(by or identifier(whoever_asks()), message or f"back to {to}")
    with open_office() as office:
        release = _earlier(office, name, to)
        outcome = _published(out, office, release, signed, _Reaching(running is Running.COPY, at_most, pace, yes))
    _tell(out, outcome)


@verb(
    "followup sequence retire win-back --message 'the offer is over'",
    "followup sequence retire win-back --stop --at-most 500 --yes",
)
def retire(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="The sequence.")],
    stop: Annotated[
        bool, typer.Option("--stop/--drain", help="End it for whoever is in it, or let them go on to its end.")
    ] = False,
    message: MessageOption = "",
    by: ByOption = None,
    at_most: AtMostOption = None,
    pace: PaceOption = 50,
    yes: YesOption = False,
) -> None:
    """
    Let nobody start a sequence any more; take it out of the catalogue too, or the next `publish` brings it back.

    With --stop, a second time goes on where the first one was interrupted.
    """
    from api.moving import allowed, in_it
    from api.planning import planned
    from api.publishing import Signed, without
    from cli.office import open_office

    who = by or identifier(whoever_asks())
    with open_office() as office:
        release = without(office, name)
        found = planned(office, release)
        leads = sum(in_it(office, name).values())
        allowed(leads if stop else 0, at_most)
        if found.differs or (stop and leads):
            end = f"and end it for {counted(leads)}" if stop else f"and let {counted(leads)} go on to its end"
            confirm(out, f"Retire {name}, {end}?", yes=yes)
        signed = Signed(who, message or f"{name} is retired", retires=name)
        outcome = _put_in_force(office, release, found, signed)
        if stop:
            outcome = _with(outcome, _stopped(out, office, name, who, message, pace))
    _tell(out, outcome)


# --- what is done -----------------------------------------------------------------------------------------------------


class _Reaching(NamedTuple):
    """Whom a publication reaches, and whether somebody is asked before."""

    copies: bool
    at_most: int | None
    pace: float
    yes: bool


def _published(
    out: Output, office: "Office", release: "Release", signed: "Signed", reaching: _Reaching
) -> "Publishing":
    """Publish the release once it is agreed to, and let it reach whom it is meant to reach."""
    from api.moving import allowed
    from api.planning import planned

    found = planned(office, release)
    copies = reaching.copies and found.reached > 0
    allowed(found.reached if copies else 0, reaching.at_most)
    if found.differs or copies:
        confirm(out, _question(found, copies=copies), yes=reaching.yes)
    outcome = _put_in_force(office, release, found, signed)
    if not copies:
        return outcome
    return _with(outcome, _copied(out, office, found, outcome.number, signed.by, reaching.pace))


def _put_in_force(office: "Office", release: "Release", found: "Planned", signed: "Signed") -> "Publishing":
    from api.publishing import Publishing, publish_release

    number = publish_release(office, release, signed, after=found.seen) if found.differs else found.seen
    return Publishing(number=number, published=found.differs, what=summary(found))


def _copied(out: Output, office: "Office", found: "Planned", number: int, by: str, pace: float) -> "Commanded":
    from api.moving import copy

    with out.progress("leads", found.reached) as advance:
        return asyncio.run(copy(office, found, number, by, per_second=pace, advance=advance))


def _stopped(out: Output, office: "Office", name: str, by: str, reason: str, pace: float) -> "Commanded":
    from api.moving import in_it, stop

    with out.progress("leads", sum(in_it(office, name).values())) as advance:
        return asyncio.run(stop(office, name, by, reason, per_second=pace, advance=advance))


def _with(outcome: "Publishing", commanded: "Commanded") -> "Publishing":
    told = {"reached": commanded.leads, "known": commanded.known, "trouble": commanded.trouble}
    return outcome.model_copy(update=told)


def _earlier(office: "Office", name: str | None, to: str) -> "Release":
    """The release that `--to` means. Raises: FollowupError PUB003, PUB004, PUB006, DBS006."""
    from api.publishing import as_in, with_version
    from api.versions import version_named

    if to.isdecimal():
        return as_in(office, int(to), name)
    if name is None and "@" not in to:
        raise typer.BadParameter(f"{to!r} is neither a publication's number nor a version", param_hint="--to")
    said = to if "@" in to else f"{name}@{to}"
    with office.database.reading() as transaction:
        plan = version_named(transaction, said)
    if name not in (None, plan.sequence.name):
        raise typer.BadParameter(f"{plan.version} is no version of {name}", param_hint="--to")
    return with_version(office, plan.version)


def _beside(file: str) -> Path:
    return Path(file).resolve().parent


# --- how it is told ---------------------------------------------------------------------------------------------------


def _question(found: "Planned", *, copies: bool) -> str:
    reached = f", with new words for {counted(found.reached)} in flight" if copies else ""
    return f"Publish {summary(found)}{reached}?"


def _tell(out: Output, outcome: "Publishing") -> None:
    out.one(outcome, lambda: list(_lines(outcome)))
    if outcome.trouble is not None:
        out.warning(outcome.trouble)


def _lines(outcome: "Publishing") -> Facts:
    done = f"publication {outcome.number} runs: {outcome.what}"
    lines = [("", done if outcome.published else f"publication {outcome.number} runs already; nothing was published")]
    if outcome.reached:
        before = f", {outcome.known:,} of them before" if outcome.known else ""
        lines.append(("", f"{counted(outcome.reached)} in flight were told{before}; each does it at its next look"))
    return lines
