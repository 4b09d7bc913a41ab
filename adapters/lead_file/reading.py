"""A record, read column by column into a lead with checked addresses, or rejected with every reason."""

import re
from collections import abc
from typing import TypeVar

from adapters.lead_file.cells import Unreadable, one_line, plain
from adapters.lead_file.consent import read_consent, read_opt_out
from adapters.lead_file.consent_columns import Said, wishes_of
from adapters.lead_file.emails import read_email
from adapters.lead_file.field import TEXT_FIELDS, Field, System
from adapters.lead_file.headers import Column, Columns
from adapters.lead_file.names import split_name
from adapters.lead_file.phones import Phone, read_phone
from adapters.lead_file.records import Record
from adapters.lead_file.regions import region_of
from adapters.lead_file.rows import BlankRow, ExternalId, Fact, LeadRow, Problem, RejectedRow, Row
from adapters.lead_file.terms import Terms
from adapters.lead_file.zone_names import read_zone
from engine.words import Channel

LONGEST_TEXT = 300
LONGEST_ID = 100
LONGEST_CELL = 1_000
"""Of a cell with several addresses."""
NO_ADDRESS = frozenset({"-", "--", "n/a", "#n/a", "none", "null"})
"""What exports write where there is none."""
LEAD_PREFIX = "l:"
"""Facebook's, before the id of a lead."""

_MANY_EMAILS = re.compile(r"[;,]")
_MANY_PHONES = re.compile(r";|,\s")  # two commas without a space are a pause before an extension
_ROUNDED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)

T = TypeVar("T")


class RecordReader:
    """Reads the records of one file."""

    def __init__(self, columns: Columns, terms: Terms) -> None:
        """`columns` are the file's own; `terms` hold for all of it."""
        self.terms = terms
        self.of = {field: columns.of(field) for field in Field}
        self.texts = tuple(field for field in TEXT_FIELDS if self.of[field])
        self._width = len(columns.columns)

    def read(self, record: Record) -> Row:
        """The record as a lead, a rejection or a blank; never raises, whatever the file holds."""
        if not any(cell.strip() for cell in record.cells):
            return BlankRow(line=record.line)
        if fault := record.fault or self._misfit(record.cells):
            problem = Problem(column="", value="", reason=fault)
            return RejectedRow(line=record.line, problems=(problem,), cells=record.cells)
        return _Reading(self, record).row()

    def _misfit(self, cells: tuple[str, ...]) -> str:
        """Why the cells cannot be told apart; empty cells beyond the header are no reason."""
        if len(cells) < self._width or any(cell.strip() for cell in cells[self._width :]):
            return f"has {len(cells)} cells where the header has {self._width}"
        return ""


class _Reading:
    """One record while it is read: its problems and notes gather here."""

    def __init__(self, reader: RecordReader, record: Record) -> None:
        self._of, self._texts, self._terms = reader.of, reader.texts, reader.terms
        self._record = record
        self._problems: list[Problem] = []
        self._notes: list[str] = []

    def row(self) -> LeadRow | RejectedRow:
        emails, facts = self._emails(), self._facts()
        phones = self._phones(facts)
        if not emails and not phones and not self._problems:
            self._problems.append(
                Problem(column="", value="", reason="has neither an email address nor a phone number")
            )
        wishes = wishes_of(_reached(emails, phones), self._said(), self._left(), self._terms)
        found = LeadRow(
            line=self._record.line,
            emails=emails,
            phones=phones,
            facts=facts,
            zone=self._zone(),
            external_ids=self._external_ids(),
            consents=wishes.agreed,
            opted_out=wishes.left,
            notes=tuple(self._notes),
        )
        if self._problems:
            return RejectedRow(line=found.line, problems=tuple(self._problems), cells=self._record.cells)
        return found

    # --- addresses ----------------------------------------------------------------------------------------------------

    def _emails(self) -> tuple[str, ...]:
        found = (
            self._read(c, read_email, part) for c in self._of[Field.EMAIL] for part in self._parts(c, _MANY_EMAILS)
        )
        return tuple(dict.fromkeys(email for email in found if email))

    def _phones(self, facts: tuple[Fact, ...]) -> tuple[str, ...]:
        country = next((fact.value for fact in facts if fact.field is Field.COUNTRY), "")
        region = region_of(country) or self._terms.region
        found: list[str] = []
        for column in self._of[Field.PHONE]:
            for part in self._parts(column, _MANY_PHONES):
                phone = self._read(column, lambda text: read_phone(text, region), part)
                if phone:
                    found.append(self._without_extension(column, phone))
        return tuple(dict.fromkeys(found))

    def _parts(self, column: Column, separators: re.Pattern[str]) -> list[str]:
        cell = self._cell(column, LONGEST_CELL)
        parts = (part.strip() for part in separators.split(cell))
        return [part for part in parts if part and part.casefold() not in NO_ADDRESS]

    def _without_extension(self, column: Column, phone: Phone) -> str:
        if phone.extension:
            self._notes.append(f"{column.said}: the extension {phone.extension} is not kept")
        return phone.e164

    # --- facts --------------------------------------------------------------------------------------------------------

    def _facts(self) -> tuple[Fact, ...]:
        said = {field: self._first(field, LONGEST_TEXT) for field in self._texts}
        full = self._first(Field.FULL_NAME, LONGEST_TEXT)
        if full:
            name = split_name(full)
            said[Field.FIRST_NAME] = said.get(Field.FIRST_NAME) or name.first
            said[Field.LAST_NAME] = said.get(Field.LAST_NAME) or name.last
        return tuple(Fact(field=field, value=value) for field, value in said.items() if value)

    def _zone(self) -> str | None:
        for column in self._of[Field.ZONE]:
            if cell := self._cell(column, LONGEST_TEXT):
                return self._read(column, read_zone, cell)
        return None

    def _external_ids(self) -> tuple[ExternalId, ...]:
        return tuple(
            ExternalId(system=column.role.system, id=id_)
            for column in self._of[Field.EXTERNAL_ID]
            if column.role and column.role.system and (id_ := self._external_id(column, column.role.system))
        )

    def _external_id(self, column: Column, system: System) -> str:
        cell = self._cell(column, LONGEST_ID)
        if _ROUNDED.fullmatch(cell):
            self._notes.append(f"{column.said}: {cell} was rounded by a spreadsheet and is not kept")
            return ""
        return cell.removeprefix(LEAD_PREFIX) if system is System.FACEBOOK else cell

    # --- consent ------------------------------------------------------------------------------------------------------

    def _said(self) -> tuple[Said, ...]:
        """What the consent columns say, those that name a channel first."""
        columns = sorted(self._of[Field.CONSENT], key=lambda column: column.channel is None)
        return tuple(
            Said(column=column, cell=cell, answer=answer)
            for column in columns
            if (cell := self._cell(column, LONGEST_TEXT))
            and (answer := self._read(column, lambda text: read_consent(text, self._terms.today), cell))
        )

    def _left(self) -> frozenset[Channel]:
        """The channels an opt-out column closes."""
        closed: set[Channel] = set()
        for column in self._of[Field.OPTED_OUT]:
            cell = self._cell(column, LONGEST_TEXT)
            out = self._read(column, lambda text: read_opt_out(text, self._terms.today), cell) if cell else None
            if out:
                closed.update([column.channel] if column.channel else Channel)
        return frozenset(closed)

    # --- one cell -----------------------------------------------------------------------------------------------------

    def _first(self, field: Field, longest: int) -> str:
        """The first filled cell among the columns of a field."""
        return next((cell for column in self._of[field] if (cell := self._cell(column, longest))), "")

    def _cell(self, column: Column, longest: int) -> str:
        """The cell's text, empty when it cannot be read; then that is a problem."""
        raw = self._record.cells[column.index]
        if not raw:
            return ""
        text = self._read(column, lambda text: one_line(plain(text), longest=longest), raw)
        return text or ""

    def _read(self, column: Column, reader: abc.Callable[[str], T], text: str) -> T | None:
        """What `reader` makes of the text, None when it cannot; then that is a problem."""
        try:
            return reader(text)
        except Unreadable as error:
            self._problems.append(Problem(column=column.said, value=text[:LONGEST_TEXT], reason=str(error)))
            return None


def _reached(emails: tuple[str, ...], phones: tuple[str, ...]) -> tuple[Channel, ...]:
    """The channels there is an address for."""
    return (*((Channel.EMAIL,) if emails else ()), *((Channel.SMS, Channel.VOICE) if phones else ()))
