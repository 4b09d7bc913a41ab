"""`followup lead import`: a file that a CRM or a spreadsheet has exported."""

import asyncio
from collections import Counter, abc
from functools import partial
from pathlib import Path
from typing import Annotated, Protocol

import typer

from adapters.lead_file.faults import LeadFileInvalid
from adapters.lead_file.field import Field
from adapters.lead_file.opening import LeadFile, opened
from adapters.lead_file.rejects import Rejects, rejects_path
from adapters.lead_file.rows import RejectedRow
from adapters.lead_file.terms import Terms
from adapters.lead_register import Register
from api.importing import ROWS_AT_ONCE, Outcome, Summary, Told, entered, recording, rehearsal, rung, terms_of
from api.office import Office
from cli.office import open_office
from cli.output import Facts, Format, Output
from cli.process import ExitCode
from cli.values import listed
from cli.verb import verb
from engine.frozen import Frozen
from engine.words import Channel, LeadId

Reject = abc.Callable[[RejectedRow], None]
Ring = abc.Callable[[tuple[LeadId, ...]], abc.Awaitable[int]]

OFTEN = 5
"""Text repeats a note no more often than that; then it counts."""


class ColumnRead(Frozen):
    """A column of the file and what it is taken for."""

    column: str
    meaning: str | None
    """None: its cells are ignored."""


class Reading(Frozen):
    """How the file is read."""

    file: str
    encoding: str
    delimiter: str
    columns: tuple[ColumnRead, ...]
    consent: str
    dry_run: bool


class Done(Frozen):
    """What came of it, so far."""

    summary: Summary = Summary()
    rejects: Path | None = None
    """The file the rejected rows are in; None when there is none."""
    complete: bool = False
    """False when it was interrupted: what was entered stays."""
    not_rung: int = 0
    """Leads that Temporal was too busy to be told of; the sweep rings them later."""


class Report(Frozen):
    """All of it in one document."""

    reading: Reading
    rows: tuple[Told, ...]
    """Those there is something to say about."""
    done: Done


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

    Good rows go on; bad ones go to a file of their own, with line, column and reason.
    """
    channels = _channels(consent_for)
    try:
        with open_office() as office:
            terms = terms_of(office, out.now, region=region, consent_by=consent_by, consent_for=channels)
            with (
                opened(file, terms) as leads,
                Rejects(rejects or rejects_path(file), leads.header, leads.delimiter) as bin_,
            ):
                shown = _shown(out, _reading(leads, terms, dry_run=dry_run))
                work = _Work(out, leads, bin_, shown)
                done = asyncio.run(work.rehearse(office) if dry_run else work.carry_out(office))
    except LeadFileInvalid as error:
        out.error(error)
        raise typer.Exit(ExitCode.USAGE) from error
    if not done.complete:
        raise typer.Exit(ExitCode.INTERRUPTED)


class _Work:
    """A file on its way in."""

    def __init__(self, out: Output, leads: LeadFile, bin_: Rejects, shown: "_Shown") -> None:
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


# --- what is shown ----------------------------------------------------------------------------------------------------


class _Shown(Protocol):
    """How an import is shown."""

    def rows(self, told: tuple[Told, ...]) -> None:
        """Rows that were entered together."""
        ...

    def end(self, done: Done) -> None:
        """There are no more."""
        ...


class _Stream:
    """Row after row, for people and for `jsonl`."""

    def __init__(self, out: Output, reading: Reading) -> None:
        self._out = out
        self._dry_run = reading.dry_run
        self._often: Counter[str] = Counter()
        out.one(reading, lambda: _facts_of_reading(reading))

    def rows(self, told: tuple[Told, ...]) -> None:
        """People read the rows there is something to say about, machines read all."""
        shown = told if self._out.format is Format.JSONL else tuple(filter(_is_remarkable, told))
        self._out.each(filter(self._is_worth_a_line, shown), _lines)

    def end(self, done: Done) -> None:
        """The sums, and the notes that were not repeated."""
        for note, times in self._often.items():
            if times > OFTEN:
                self._out.remark(f"and {times - OFTEN:,} rows more: {note}")
        self._out.one(done, lambda: _facts_of_done(done, dry_run=self._dry_run))

    def _is_worth_a_line(self, told: Told) -> bool:
        if self._out.format is not Format.TEXT:
            return True
        said = "; ".join(told.notes)
        self._often[said] += 1
        return self._often[said] <= OFTEN


class _Document:
    """Everything in one document, at the end."""

    def __init__(self, out: Output, reading: Reading) -> None:
        self._out = out
        self._reading = reading
        self._rows: list[Told] = []

    def rows(self, told: tuple[Told, ...]) -> None:
        """Keep what there is something to say about."""
        self._rows += filter(_is_remarkable, told)

    def end(self, done: Done) -> None:
        """Write it."""
        self._out.one(Report(reading=self._reading, rows=tuple(self._rows), done=done), tuple)


def _shown(out: Output, reading: Reading) -> _Shown:
    return _Document(out, reading) if out.format is Format.JSON else _Stream(out, reading)


def _is_remarkable(told: Told) -> bool:
    return bool(told.notes) or told.outcome is Outcome.REJECTED


def _lines(told: Told) -> tuple[str]:
    return (f"line {told.line}: {told.outcome}: {'; '.join(told.notes)}",)


def _reading(leads: LeadFile, terms: Terms, *, dry_run: bool) -> Reading:
    return Reading(
        file=str(leads.path),
        encoding=leads.encoding.name,
        delimiter=leads.delimiter_name,
        columns=tuple(
            ColumnRead(column=column.said, meaning=column.role.meaning if column.role else None)
            for column in leads.columns.columns
        ),
        consent=_consent(leads, terms),
        dry_run=dry_run,
    )


def _consent(leads: LeadFile, terms: Terms) -> str:
    said = [column.said for column in leads.columns.of(Field.CONSENT)]
    if any(column.channel is None for column in leads.columns.of(Field.CONSENT)):
        said.append(f"a yes that names no channel is for {', '.join(terms.consent_means)} (see --consent-for)")
    if terms.statement:
        said.append(f"{terms.statement.text} ({', '.join(terms.statement.channels)})")
    return "; ".join(said)


def _facts_of_reading(reading: Reading) -> Facts:
    read = [f"{column.column} = {column.meaning}" for column in reading.columns if column.meaning]
    ignored = [column.column for column in reading.columns if not column.meaning]
    return [
        ("file", f"{reading.file}: {reading.encoding}, {reading.delimiter}"),
        ("read", ", ".join(read)),
        ("ignored", ", ".join(ignored) or "no column"),
        ("consent", reading.consent),
    ]


def _facts_of_done(done: Done, *, dry_run: bool) -> Facts:
    sums = done.summary
    stopped = f"interrupted at line {sums.last_line}: what was entered stays, import it again for the rest"
    facts = [
        f"{sums.rows:,} rows: {sums.added:,} added, {sums.merged:,} merged, {sums.known:,} already known,"
        f" {sums.rejected:,} rejected, {sums.blank:,} blank",
        f"{sums.without_consent:,} of them agree to nothing" if sums.without_consent else "",
        f"{sums.closed:,} of them have an address nothing will be sent to" if sums.closed else "",
        f"rejected rows are in {done.rejects}" if done.rejects else "",
        f"{done.not_rung:,} leads will be rung later, Temporal is busy" if done.not_rung else "",
        "a dry run: nothing was written" if dry_run else "",
        "" if done.complete else stopped,
    ]
    return [("", fact) for fact in facts if fact]


def _channels(text: str) -> tuple[Channel, ...]:
    try:
        return tuple(dict.fromkeys(Channel(name) for name in listed(text)))
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r}: the channels are {', '.join(Channel)}", param_hint="--consent-for"
        ) from error
