"""`followup stuck`: what needs a person, each with the command that repairs it."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output
from cli.process import ExitCode
from cli.values import MOST
from cli.verb import verb
from engine.errors import FollowupError

if TYPE_CHECKING:
    from api.office import Office
    from api.stuck import Repairable


@verb("followup stuck", "followup stuck -o json", "followup stuck --exit-code --no-temporal")
def stuck(
    out: Output,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many of each kind at most.")] = 100,
    temporal: Annotated[bool, typer.Option(help="Also ask Temporal for open leads that do not run.")] = True,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when something is stuck.")] = False,
) -> None:
    """
    Every lead that breaks the promise: an open lead has a future wake-up, an open task of a person, or a Review.

    Also what came in and was not applied, and what nobody knows the end of. The worst stands first.
    """
    from cli.office import open_office

    with open_office() as office:
        found = asyncio.run(_found(out, office, limit, temporal))
    count = out.each(found, lambda one: _lines(out, one), "nothing is stuck")
    if exit_code and count:
        raise typer.Exit(ExitCode.FAILED)


def _lines(out: Output, one: "Repairable") -> tuple[str, ...]:
    whose = f"lead {one.lead_id}" if one.lead_id else one.subject or "-"
    return f"{one.kind}  {whose}  {out.when(one.since)}", f"  {one.what}", f"  next: {one.repair}"


async def _found(out: Output, office: "Office", limit: int, temporal: bool) -> "list[Repairable]":
    from api.stuck import seen_by_records, worst_first

    known = seen_by_records(office, out.now, limit)
    return worst_first(known, await _without_run(out, office, limit) if temporal else ())


async def _without_run(out: Output, office: "Office", limit: int) -> "tuple[Repairable, ...]":
    """Temporal being away is no reason to hide what the database knows."""
    from temporalio.service import RPCError

    from api.stuck import seen_by_temporal
    from api.temporal import connect

    try:
        return await seen_by_temporal(office, await connect(), out.now, limit)
    except (FollowupError, RPCError) as error:
        out.remark(
            f"Temporal could not be asked, so open leads without a workflow are not listed ({error.__class__.__name__})"
        )
        return ()
