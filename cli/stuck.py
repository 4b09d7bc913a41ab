"""`followup stuck`: what needs a person, each with the command that repairs it."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

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

    Exits with 4 when Temporal or the database does not answer: then this is not all there is.
    """
    from cli.office import open_office

    with open_office() as office:
        seen = asyncio.run(_seen(office, out.now, limit, temporal))
    count = out.each(seen.found, lambda one: _lines(out, one), "" if seen.trouble else "nothing is stuck")
    if seen.trouble:
        out.remark("open leads without a workflow are not listed, nor workflows without a lead: Temporal was not asked")
        raise seen.trouble
    if exit_code and count:
        raise typer.Exit(ExitCode.FAILED)


def _lines(out: Output, one: "Repairable") -> tuple[str, ...]:
    whose = f"lead {one.lead_id}" if one.lead_id else one.subject or "-"
    return f"{one.kind}  {whose}  {out.when(one.since)}", f"  {one.what}", f"  next: {one.repair}"


class Seen(NamedTuple):
    """What is stuck, and why that may not be all."""

    found: "list[Repairable]"
    trouble: FollowupError | None = None


async def _seen(office: "Office", now: datetime, limit: int, temporal: bool) -> Seen:
    """Temporal being away is no reason to hide what the database knows."""
    from temporalio.service import RPCError

    from api.stuck import seen_by_records, seen_by_temporal, worst_first
    from api.temporal import connect, troubled

    known = seen_by_records(office, now, limit)
    if not temporal:
        return Seen(worst_first(known))
    try:
        client = await connect()
    except FollowupError as error:
        return Seen(worst_first(known), error)
    try:
        return Seen(worst_first(known, await seen_by_temporal(office, client, now, limit)))
    except RPCError as error:
        return Seen(worst_first(known), troubled(client, error))
