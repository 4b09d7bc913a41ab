"""Records: the rows of a table, each of one or more lines. A broken one never costs its neighbours."""

import csv
from collections import abc
from typing import NamedTuple

from adapters.lead_file.lines import MAX_LINE_CHARACTERS, Line, Lines

BROKEN_QUOTES = "a quotation mark is never closed, or one inside quotation marks is not doubled"
TOO_LONG = f"the line is longer than {MAX_LINE_CHARACTERS:,} characters; the rest of it was not read"


class Record(NamedTuple):
    """One row of the table."""

    line: int
    """The file's number of its first line."""
    cells: tuple[str, ...]
    fault: str = ""
    """Why it is no row; `cells` is then its first line as it stands."""


def records(lines: Lines, delimiter: str) -> abc.Iterator[Record]:
    """Every record to the end of the file, in order; one at a time is in memory."""
    while (found := cut_record(lines, delimiter)) is not None:
        yield found[0]


def cut_record(lines: Lines, delimiter: str) -> tuple[Record, list[Line]] | None:
    """The next record and the lines it was cut from, None at the end of the file."""
    taken: list[Line] = []
    reader = csv.reader(_feed(lines, taken), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        cells = next(reader)
    except StopIteration:
        return None
    except csv.Error:
        return _broken(lines, taken)
    if any(line.cut for line in taken):
        return _broken(lines, taken)
    return Record(taken[0].number, tuple(cells)), taken


def _feed(lines: Lines, taken: list[Line]) -> abc.Iterator[str]:
    """The lines of one record as the csv reader asks for them; they end where the record would grow too long."""
    room = MAX_LINE_CHARACTERS
    while room > 0 and (line := lines.take()) is not None:
        taken.append(line)
        room -= len(line.text)
        yield line.text


def _broken(lines: Lines, taken: list[Line]) -> tuple[Record, list[Line]]:
    first, *rest = taken
    lines.put_back(rest)
    fault = TOO_LONG if first.cut else BROKEN_QUOTES
    return Record(first.number, (first.text.rstrip("\r\n"),), fault), [first]
