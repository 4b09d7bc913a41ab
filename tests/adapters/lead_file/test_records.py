"""A broken row costs itself and nobody else, and every row keeps the line number an editor shows."""

import io

import pytest

from adapters.lead_file.lines import MAX_LINE_CHARACTERS, Lines
from adapters.lead_file.records import BROKEN_QUOTES, TOO_LONG, Record, records


def read(text: str, delimiter: str = ",") -> list[Record]:
    """The records of a text."""
    return list(records(Lines(io.StringIO(text, newline="")), delimiter))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_a_cell_may_span_lines_and_the_next_row_knows_its_line(end):
    """Notes hold paragraphs; a line number that counts rows is useless in an editor."""
    text = end.join(["a,b", '"one', 'two",c', "d,e", ""])
    assert read(text) == [Record(1, ("a", "b")), Record(2, (f"one{end}two", "c")), Record(4, ("d", "e"))]


def test_a_quote_that_is_never_closed_costs_one_line():
    """Else everything below it would be one enormous cell."""
    found = read('a,"b\nc,d\ne,f\n')
    assert found == [Record(1, ('a,"b',), BROKEN_QUOTES), Record(2, ("c", "d")), Record(3, ("e", "f"))]


def test_a_quote_that_is_not_doubled_costs_one_line():
    """`"Jack "JJ" Jones"` has no reading that is certainly right."""
    found = read('"Jack "JJ" Jones",b\nc,d\n')
    assert [record.line for record in found if record.fault] == [1]
    assert found[1] == Record(2, ("c", "d"))


def test_an_unclosed_quote_far_from_the_end_does_not_read_the_whole_file():
    """A file of any size is read in bounded memory."""
    row = "x" * 99 + "\n"
    text = '"' + row * 5_000
    lines = Lines(io.StringIO(text, newline=""))
    first = next(records(lines, ","))
    assert first.fault == BROKEN_QUOTES
    waiting = lines.take()
    assert waiting is not None and waiting.number == 2


def test_a_line_longer_than_any_cell_is_cut_and_said():
    """A file without line ends must not fill the memory."""
    found = read("a,b\n" + "x" * (MAX_LINE_CHARACTERS * 2 + 5) + "\nc,d\n")
    assert [(record.line, record.fault) for record in found] == [(1, ""), (2, TOO_LONG), (3, "")]
    assert len(found[1].cells[0]) == MAX_LINE_CHARACTERS


def test_a_long_line_that_just_fits_is_whole():
    """The limit is no cell of a real export."""
    text = "x" * (MAX_LINE_CHARACTERS - 1)
    assert read(f"{text}\nc\n") == [Record(1, (text,)), Record(2, ("c",))]


def test_a_file_without_a_last_line_end_keeps_its_last_row():
    """Editors disagree about it."""
    assert read("a,b\nc,d")[-1] == Record(2, ("c", "d"))
