"""What `followup lead import` shows: how the file is read, the rows there is something to say about, and the sums."""

from collections import Counter
from pathlib import Path
from typing import Protocol

from adapters.lead_file.field import Field
from adapters.lead_file.opening import LeadFile
from adapters.lead_file.terms import Terms
from api.importing import Outcome, Summary, Told
from cli.output import Facts, Format, Output
from engine.frozen import Frozen
from engine.life.sentences import summary

OFTEN = 5
"""Text repeats a note no more often than that; then it counts."""

LONGEST_NOTE = 160
LONGEST_LIST = 500
"""Characters of a note, and of the columns: text is cut there, and the file of rejected rows has all of it."""


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

    @property
    def nothing_but_rejects(self) -> bool:
        """Whether the file had rows, and not one of them is good."""
        sums = self.summary
        return sums.rejected > 0 and sums.rejected + sums.blank == sums.rows


class Report(Frozen):
    """All of it in one document."""

    reading: Reading
    rows: tuple[Told, ...]
    """Those there is something to say about."""
    done: Done


class Shown(Protocol):
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


def shown_on(out: Output, reading: Reading) -> Shown:
    return _Document(out, reading) if out.format is Format.JSON else _Stream(out, reading)


def _is_remarkable(told: Told) -> bool:
    return bool(told.notes) or told.outcome is Outcome.REJECTED


def _lines(told: Told) -> tuple[str]:
    notes = "; ".join(summary(note, LONGEST_NOTE) for note in told.notes)
    return (f"line {told.line}: {told.outcome}: {notes}",)


def reading_of(leads: LeadFile, terms: Terms, *, dry_run: bool) -> Reading:
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
        ("read", summary(", ".join(read), LONGEST_LIST)),
        ("ignored", summary(", ".join(ignored), LONGEST_LIST) or "no column"),
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
