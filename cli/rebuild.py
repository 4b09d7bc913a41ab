"""`followup rebuild`: Temporal, rebuilt from the database."""

import asyncio
from collections import abc
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Facts, Output
from cli.process import ExitCode
from cli.verb import verb

if TYPE_CHECKING:
    from api.office import Office
    from api.rebuilding import Rebuilt


@verb("followup rebuild --dry-run", "followup rebuild", "followup rebuild -o json")
def rebuild(
    out: Output,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count whose workflow is missing.")] = False,
) -> None:
    """
    Start the workflow of every open lead that has none; each looks at once and goes on where its row stands.

    Those that run are left alone, so doing it twice changes nothing.
    """
    from adapters.views import runs
    from cli.office import open_office

    with open_office(writes=True) as office:
        with office.database.reading() as transaction:
            total = runs.count(transaction)
        with out.progress("leads", total) as advance:
            rebuilt = asyncio.run(_rebuild(office, dry_run, advance))
    out.one(rebuilt, lambda: _facts(rebuilt, dry_run))
    if rebuilt.failed:
        raise typer.Exit(ExitCode.FAILED)


async def _rebuild(office: "Office", dry_run: bool, advance: abc.Callable[[], None]) -> "Rebuilt":
    from api.rebuilding import Asking, Starting
    from api.rebuilding import rebuild as every_lead

    doorbell = await office.doorbell()
    return await every_lead(office, Asking(doorbell) if dry_run else Starting(doorbell), advance)


def _facts(rebuilt: "Rebuilt", dry_run: bool) -> Facts:
    done = ("missing", str(rebuilt.missing)) if dry_run else ("started", str(rebuilt.started))
    return [("open", str(rebuilt.open)), ("running", str(rebuilt.running)), done, ("failed", str(rebuilt.failed))]
