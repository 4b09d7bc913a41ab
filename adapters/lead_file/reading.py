"""A record, read column by column into a lead with checked addresses, or rejected with every reason."""

import re
from collections import abc
from typing import TypeVar

from adapters.lead_file.cells import Unreadable, is_plain, one_line, plain
from adapters.lead_file.consent import read_consent, read_opt_out
from adapters.lead_file.consent_columns import Said, wishes_of
from adapters.lead_file.countries import country_of
from adapters.lead_file.emails import read_email
from adapters.lead_file.field import TEXTS, Field, System
from adapters.lead_file.headers import Column, Columns
from adapters.lead_file.names import split_name
from adapters.lead_file.own_fields import Value, read_own
from adapters.lead_file.phones import Phone, read_phone
from adapters.lead_file.records import Record
from adapters.lead_file.rows import BlankRow, ExternalId, Fact, LeadRow, Problem, RejectedRow, Row
from adapters.lead_file.terms import Terms
from adapters.lead_file.zone_names import read_zone
from engine.words import Channel

LONGEST_CELL = 300
LONGEST_LIST = 1_000
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
        self.own_fields = {field.name: field for field in terms.own_fields}
        self.owners = {
            said.casefold(): owner.id for owner in terms.owners for said in (owner.name, owner.email, owner.id) if said
        }
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
        self._reader = reader
        self._of = reader.of
        self._record = record
        self._problems: list[Problem] = []
        self._notes: list[str] = []

    def row(self) -> LeadRow | RejectedRow:
        country = self._country()
        emails, phones = self._emails(), self._phones(country)
        if not emails and not phones and not self._problems:
            self._problems.append(
                Problem(column="", value="", reason="has neither an email address nor a phone number")
            )
        wishes = wishes_of(_reached(emails, phones), self._said(), self._left(), self._reader.terms)
        found = LeadRow(
            line=self._record.line,
            emails=emails,
            phones=phones,
            facts=self._facts(country),
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
            self._read(column, read_email, part)
            for column in self._of[Field.EMAIL]
            for part in self._parts(column, _MANY_EMAILS)
        )
        return tuple(dict.fromkeys(email for email in found if email))

    def _phones(self, country: str | None) -> tuple[str, ...]:
        region = country or self._reader.terms.region
        found = (
            self._without_extension(column, phone)
            for column in self._of[Field.PHONE]
            for part in self._parts(column, _MANY_PHONES)
            if (phone := self._read(column, lambda text: read_phone(text, region), part))
        )
        return tuple(dict.fromkeys(found))

    def _parts(self, column: Column, separators: re.Pattern[str]) -> list[str]:
        cell = self._cell(column, LONGEST_LIST)
        parts = (part.strip() for part in separators.split(cell)) if cell else ()
        return [part for part in parts if part and part.casefold() not in NO_ADDRESS]

    def _without_extension(self, column: Column, phone: Phone) -> str:
        if phone.extension:
            self._note(column, f"the extension {phone.extension}", "a text cannot reach it")
        return phone.e164

    # --- facts --------------------------------------------------------------------------------------------------------

    def _facts(self, country: str | None) -> tuple[Fact, ...]:
        said: dict[str, Value | None] = dict(self._names())
        for field, name in TEXTS.items():
            said[name] = self._first(field) or said.get(name)
        said["country"] = country
        said["zone"] = self._zone()
        said["owner"] = self._owner()
        return (
            *(Fact(name=name, value=value) for name, value in said.items() if value),
            *self._own_facts(),
        )

    def _names(self) -> dict[str, str]:
        full = self._first(Field.FULL_NAME)
        return split_name(full)._asdict() if full else {}

    def _country(self) -> str | None:
        return self._looked_up(Field.COUNTRY, country_of, "no country we know")

    def _owner(self) -> str | None:
        return self._looked_up(Field.OWNER, lambda said: self._reader.owners.get(said.casefold()), "nobody we know")

    def _looked_up(self, field: Field, known: abc.Callable[[str], str | None], otherwise: str) -> str | None:
        """What the first filled cell of the field is called by us; when it is unknown, that is a note."""
        for column in self._of[field]:
            if cell := self._cell(column):
                found = known(cell)
                if found is None:
                    self._note(column, cell, f"it is {otherwise}")
                return found
        return None

    def _zone(self) -> str | None:
        for column in self._of[Field.ZONE]:
            if cell := self._cell(column):
                return self._read(column, read_zone, cell)
        return None

    def _own_facts(self) -> tuple[Fact, ...]:
        found = ((column, self._own_value(column)) for column in self._of[Field.OWN])
        return tuple(
            Fact(name=f"fields.{column.role.name}", value=value)
            for column, value in found
            if column.role and value is not None
        )

    def _own_value(self, column: Column) -> Value | None:
        cell = self._cell(column)
        field = self._reader.own_fields[column.role.name] if column.role else None
        return self._read(column, lambda text: read_own(text, field), cell) if cell and field else None

    def _external_ids(self) -> tuple[ExternalId, ...]:
        return tuple(
            ExternalId(system=column.role.system, id=found)
            for column in self._of[Field.EXTERNAL_ID]
            if column.role and column.role.system and (found := self._external_id(column, column.role.system))
        )

    def _external_id(self, column: Column, system: System) -> str:
        cell = self._cell(column)
        if _ROUNDED.fullmatch(cell):
            self._note(column, cell, "a spreadsheet has rounded it")
            return ""
        return cell.removeprefix(LEAD_PREFIX) if system is System.FACEBOOK else cell

    # --- consent ------------------------------------------------------------------------------------------------------

    def _said(self) -> tuple[Said, ...]:
        """What the consent columns say, those that name a channel first."""
        today = self._reader.terms.today
        columns = sorted(self._of[Field.CONSENT], key=lambda column: column.channel is None)
        return tuple(
            Said(column=column, cell=cell, answer=answer)
            for column in columns
            if (cell := self._cell(column))
            and (answer := self._read(column, lambda text: read_consent(text, today), cell))
        )

    def _left(self) -> frozenset[Channel]:
        """The channels an opt-out column closes."""
        today = self._reader.terms.today
        left: set[Channel] = set()
        for column in self._of[Field.OPTED_OUT]:
            cell = self._cell(column)
            out = self._read(column, lambda text: read_opt_out(text, today), cell) if cell else None
            if out:
                left.update([column.channel] if column.channel else Channel)
        return frozenset(left)

    # --- one cell -----------------------------------------------------------------------------------------------------

    def _first(self, field: Field) -> str:
        """The first filled cell among the columns of a field."""
        return next((cell for column in self._of[field] if (cell := self._cell(column))), "")

    def _cell(self, column: Column, longest: int = LONGEST_CELL) -> str:
        """The cell's text, empty when it cannot be read; then that is a problem."""
        raw = self._record.cells[column.index]
        if not raw or is_plain(raw, longest=longest):
            return raw
        text = self._read(column, lambda text: one_line(plain(text), longest=longest), raw)
        return text or ""

    def _read(self, column: Column, reader: abc.Callable[[str], T], text: str) -> T | None:
        """What `reader` makes of the text, None when it cannot; then that is a problem."""
        try:
            return reader(text)
        except Unreadable as error:
            self._problems.append(Problem(column=column.said, value=text[:LONGEST_CELL], reason=str(error)))
            return None

    def _note(self, column: Column, what: str, why: str) -> None:
        self._notes.append(f"{column.said}: {what} is not kept, {why}")


def _reached(emails: tuple[str, ...], phones: tuple[str, ...]) -> tuple[Channel, ...]:
    """The channels there is an address for."""
    return (*((Channel.EMAIL,) if emails else ()), *((Channel.SMS, Channel.VOICE) if phones else ()))
