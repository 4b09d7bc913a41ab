"""An export, opened: its encoding, delimiter and columns are known, its rows come one by one."""

import io
import re
import unicodedata
from collections import abc
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from adapters.lead_file import faults
from adapters.lead_file.consent_columns import check_consent
from adapters.lead_file.encoding import Encoding, detect
from adapters.lead_file.headers import Columns, columns_of, recognised
from adapters.lead_file.lines import Lines
from adapters.lead_file.reading import RecordReader
from adapters.lead_file.records import Record, cut_record, records
from adapters.lead_file.rows import Row
from adapters.lead_file.terms import Terms

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[\s,;]*', re.IGNORECASE)


class LeadFile:
    """A file of leads. `rows` can be read once."""

    def __init__(
        self, path: Path, encoding: Encoding, delimiter: str, header: Record, lines: Lines, terms: Terms
    ) -> None:
        """Whoever has no file at hand asks `opened`, which finds all of this out."""
        self.path = path
        self.encoding = encoding
        self.delimiter = delimiter
        self.header = tuple(cell.strip() for cell in header.cells)
        self.columns = _columns(path, header, terms)
        check_consent(self.columns, terms, str(path))
        self._lines = lines
        self._reader = RecordReader(self.columns, terms)

    @property
    def delimiter_name(self) -> str:
        """The delimiter as a person says it."""
        return DELIMITER_NAMES[self.delimiter]

    def rows(self) -> abc.Iterator[Row]:
        """Every row below the header, one at a time in memory."""
        return map(self._reader.read, records(self._lines, self.delimiter))


@contextmanager
def opened(path: Path, terms: Terms) -> abc.Iterator[LeadFile]:
    """
    The file, open until the block ends.

    Raises: LeadFileInvalid CSV001 to CSV008, or CSV011; never anything else for what a file can hold.
    """
    with _bytes_of(path) as stream:
        try:
            encoding = detect(stream, path)  # which reads it to its end
        except OSError as error:
            raise faults.unreadable(path, _said(error)) from error
        stream.seek(encoding.skip)
        text = io.TextIOWrapper(stream, encoding=encoding.codec, errors=encoding.errors, newline="")
        lines = Lines(text)
        delimiter = _delimiter(lines, terms)
        yield LeadFile(path, encoding, delimiter, _header(lines, delimiter, path), lines, terms)


@contextmanager
def _bytes_of(path: Path) -> abc.Iterator[BinaryIO]:
    """The bytes of a regular file; anything else might never end."""
    try:
        if path.exists() and not path.is_file():
            raise faults.unreadable(path, "it is not a regular file")
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        raise faults.unreadable(path, _said(error)) from error
    with stream:
        yield stream


def _said(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)


def _delimiter(lines: Lines, terms: Terms) -> str:
    """The one a `sep=` line names, else the one under which the header names most columns we know."""
    while (line := lines.take()) and not line.text.strip():
        pass
    if line is None:
        return DELIMITERS[0]
    named = _SEPARATOR_LINE.fullmatch(line.text)
    if named:
        return named[1]
    lines.put_back([line])
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter, terms))


def _fit(lines: Lines, delimiter: str, terms: Terms) -> tuple[int, int]:
    """How much sense a delimiter makes of the header: columns we know, then columns at all."""
    found = cut_record(lines, delimiter)
    if found is None:
        return 0, 0
    record, taken = found
    lines.put_back(taken)
    names = tuple(record.cells[0].split(delimiter)) if record.fault else record.cells
    return recognised(names, terms.own_names), len(names)


def _header(lines: Lines, delimiter: str, path: Path) -> Record:
    for record in records(lines, delimiter):
        if any(cell.strip() for cell in record.cells):
            return record
    raise faults.empty(path)


def _columns(path: Path, header: Record, terms: Terms) -> Columns:
    where = f"{path}:{header.line}"
    if header.fault:
        raise faults.bad_header(where, header.fault)
    if any(unicodedata.category(c) == "Cc" for cell in header.cells for c in " ".join(cell.split())):
        raise faults.bad_header(where, "it holds control characters, as a file that is no text does")
    return columns_of(header.cells, where, terms.own_names)
