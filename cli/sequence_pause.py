"""`followup sequence pause` and `resume`: the leads of a sequence stand still, and go on."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.confirming import YesOption, confirm
from cli.output import Output
from cli.plan_telling import counted
from cli.posting import ByOption
from cli.values import identifier, whoever_asks
from cli.verb import verb

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from api.pausing import Resumed, Standing, Stopped, Wanted

FASTEST: Final = 60_000


class Mode(StrEnum):
    """What becomes of the time in which the leads stood still."""

    SHIFT = "shift"
    CATCH_UP = "catch-up"
    DROP_OVERDUE = "drop-overdue"


NameArgument = Annotated[str, typer.Argument(metavar="SEQ", help="The sequence.")]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the audit trail.")]


@verb(
    "followup sequence pause inbound-lead --reason 'the price in the mails is wrong'",
    "followup sequence pause inbound-lead --reason 'new words tomorrow' -o json",
)
def pause(out: Output, name: NameArgument, reason: ReasonOption, by: ByOption = None) -> None:
    """
    Let everybody in a sequence stand still from this second on; whoever begins it meanwhile waits at its first step.

    People's tasks, their deadlines and what comes in go on as ever.
    """
    from api.pausing import stop
    from cli.office import open_office

    with open_office(writes=True) as office:
        stopped = stop(office, name, by or identifier(whoever_asks()), reason, out.now)
    out.one(stopped, lambda: [("", _stopped(out, stopped))])


@verb(
    "followup sequence resume inbound-lead",
    "followup sequence resume inbound-lead --mode catch-up --pace 60",
    "followup sequence resume inbound-lead --mode drop-overdue --yes -o json",
)
def resume(
    out: Output,
    name: NameArgument,
    mode: Annotated[
        Mode,
        typer.Option(
            help="shift: what was left of every wait is left still; catch-up: what came due meanwhile leaves now;"
            " drop-overdue: it is left out."
        ),
    ] = Mode.SHIFT,
    pace: Annotated[
        float | None,
        typer.Option(
            min=1, max=FASTEST, metavar="N", help="Leads that go on in a minute.", show_default="30 with catch-up"
        ),
    ] = None,
    reason: ReasonOption = "",
    by: ByOption = None,
    yes: YesOption = False,
) -> None:
    """Let everybody in a sequence go on, one after the other; never all at once with what came due meanwhile."""
    from api.moving import in_it
    from api.pausing import Resumed, Wanted, go_on, standing
    from cli.office import open_office
    from engine.words import ResumeMode

    wanted = Wanted(ResumeMode(mode.replace("-", "_")), pace, by or identifier(whoever_asks()), reason)
    with open_office(writes=True) as office:
        with out.progress("leads looked at", sum(in_it(office, name).values())) as advance:
            found = standing(office, name, out.now, advance)
        resumed = Resumed(sequence=name, changed=False, mode=wanted.mode)
        if found is not None:
            if not yes:
                out.remark(_meaning(out, found, wanted))
            confirm(out, f"Let {name} go on?", yes=yes)
            resumed = go_on(office, wanted, found, datetime.now(UTC))
    out.one(resumed, lambda: [("", _resumed(resumed, found, wanted))])


# --- how it is told ---------------------------------------------------------------------------------------------------


def _stopped(out: Output, stopped: "Stopped") -> str:
    if stopped.changed:
        return f"{stopped.sequence} is paused: {counted(stopped.leads)} stand still"
    since = f"since {out.when(stopped.since)}, by {stopped.by}: {stopped.reason}"
    return f"{stopped.sequence} was paused already, {since}"


def _meaning(out: Output, found: "Standing", wanted: "Wanted") -> str:
    since = f"paused {out.when(found.since)} by {found.by}: {found.reason}"
    return f"{found.sequence}, {since}\n{_said(found, wanted)}"


def _said(found: "Standing", wanted: "Wanted") -> str:
    from engine.words import ResumeMode

    becomes = {
        ResumeMode.SHIFT: "what was left of their waits is left still",
        ResumeMode.CATCH_UP: "what came due meanwhile leaves",
        ResumeMode.DROP_OVERDUE: "what came due meanwhile is left out",
    }
    takes = found.takes(wanted.a_minute)
    last = f"the last goes on after {_length(takes)}" if takes else "all go on at once"
    leads = f"{counted(found.leads)} stand still, for {found.overdue:,} of them something came due"
    return f"{leads}; {becomes[wanted.mode]}, and {last}"


def _resumed(resumed: "Resumed", found: "Standing | None", wanted: "Wanted") -> str:
    if found is None or not resumed.changed:
        return f"{resumed.sequence} is not paused: nothing was changed"
    return f"{resumed.sequence} goes on: {_said(found, wanted)}"


def _length(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return f"{int(time.total_seconds())} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
