"""`followup lead import`: a file that a CRM or a spreadsheet has exported."""

import asyncio
from collections import abc
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from adapters.lead_file.faults import LeadFileInvalid
from adapters.lead_file.opening import LeadFile, opened
from adapters.lead_file.rejects import Rejects, rejects_path
from adapters.lead_file.rows import RejectedRow
from adapters.lead_register import Register
from api.importing import ROWS_AT_ONCE, entered, recording, rehearsal, rung, terms_of
from api.office import Office
from cli.import_report import Done, Shown, reading_of, shown_on
from cli.office import open_office
from cli.output import Output
from cli.process import ExitCode
from cli.values import listed
from cli.verb import verb
from engine.words import Channel, LeadId

Reject = abc.Callable[[RejectedRow], None]
Ring = abc.Callable[[tuple[LeadId, ...]], abc.Awaitable[int]]


@verb(
    "followup lead import contacts.csv --dry-run",
    "followup lead import contacts.csv --region GB --rejects bad.csv",
    "followup lead import leads.csv --consent-by 'web form 2026-10, opt-in box' --consent-for email,sms",
    name="import",
)
def command(
    out: Output,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="As HubSpot, Pipedrive, Facebook or Excel save it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")] = False,
    region: Annotated[
        str | None, typer.Option(metavar="CC", help="Country of phone numbers that name none.", show_default="ours")
    ] = None,
    consent_by: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How all these people agreed, when no column says it.")
    ] = None,
    consent_for: Annotated[
        str, typer.Option(metavar="CHANNELS", help="What --consent-by, or a yes in the file, is for: email,sms,voice.")
    ] = "",
    rejects: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where rejected rows go.", show_default="FILE.rejects.csv")
    ] = None,
) -> None:
    """
    Add the leads of a CSV file, each once however often it is imported, and let their sequences start.

    Good rows go on; bad ones go to a file of their own, with line, column and reason. Exits with 1 when all are bad.
    """
    channels = _channels(consent_for)
    try:
        with open_office(writes=True) as office:
            terms = terms_of(office, out.now, region=region, consent_by=consent_by, consent_for=channels)
            with (
                opened(file, terms) as leads,
                Rejects(rejects or rejects_path(file), leads.header, leads.delimiter) as bin_,
            ):
                shown = shown_on(out, reading_of(leads, terms, dry_run=dry_run))
                work = _Work(out, leads, bin_, shown)
                done = asyncio.run(work.rehearse(office) if dry_run else work.carry_out(office))
    except LeadFileInvalid as error:
        out.error(error)
        raise typer.Exit(ExitCode.USAGE) from error
    if not done.complete:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if done.nothing_but_rejects:
        raise typer.Exit(ExitCode.FAILED)


class _Work:
    """A file on its way in."""

    def __init__(self, out: Output, leads: LeadFile, bin_: Rejects, shown: Shown) -> None:
        self._out = out
        self._leads = leads
        self._bin = bin_
        self._shown = shown
        self._done = Done()

    async def rehearse(self, office: Office) -> Done:
        """Say what would happen."""
        return await self._follow(rehearsal(office), lambda row: None, _ring_nobody)

    async def carry_out(self, office: Office) -> Done:
        """Enter every row and ring whoever is to be rung. Raises: FollowupError TMP001 before anything is entered."""
        ring = partial(rung, await office.doorbell())
        return await self._follow(recording(office), self._bin.write, ring)

    async def _follow(self, register: Register, reject: Reject, ring: Ring) -> Done:
        """Show batch after batch; Ctrl-C takes effect between two of them."""
        batches = entered(self._leads.rows(), register, reject, self._out.now)
        try:
            with self._out.progress("rows", self._batches) as advance:
                for batch in batches:
                    self._note(summary=batch.summary, rejects=self._bin.written)
                    self._shown.rows(batch.told)
                    self._note(not_rung=self._done.not_rung + await ring(batch.ring))
                    advance()
                    await asyncio.sleep(0)
            self._note(complete=True)
        except asyncio.CancelledError:
            pass  # what is shown says so, and the exit code
        finally:
            if self._done.complete or self._done.summary.rows:
                self._shown.end(self._done)
        return self._done

    @property
    def _batches(self) -> int:
        return -(-self._leads.encoding.lines // ROWS_AT_ONCE)

    def _note(self, **news: object) -> None:
        self._done = self._done.model_copy(update=news)


async def _ring_nobody(ring: tuple[LeadId, ...]) -> int:
    return 0


def _channels(text: str) -> tuple[Channel, ...]:
    try:
        return tuple(dict.fromkeys(Channel(name) for name in listed(text)))
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r}: the channels are {', '.join(Channel)}", param_hint="--consent-for"
        ) from error
