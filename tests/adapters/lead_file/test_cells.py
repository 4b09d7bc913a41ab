"""A cell is read as its writer meant it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.lead_file.cells import FORMULA_STARTS, Unreadable, escaped, is_plain, one_line, plain


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param("  Ada\u00a0", "Ada", id="white space"),
        pytest.param("'+14155550100", "+14155550100", id="our own escape"),
        pytest.param("'0123", "0123", id="a spreadsheet's mark for text"),
        pytest.param('="+14155550100"', "+14155550100", id="a formula that keeps text"),
        pytest.param("'t Hooft", "'t Hooft", id="an apostrophe that is a letter"),
        pytest.param("\u202a+1 415\u202c", "+1 415", id="marks of writing direction"),
        pytest.param("\ufeffAda", "Ada", id="a stray mark"),
        pytest.param("'", "'", id="nothing else"),
    ],
)
def test_marks_of_programs_are_taken_off(cell, text):
    """They are not what a person wrote."""
    assert plain(cell) == text


@given(st.text(max_size=20))
def test_what_we_escape_we_read_back(text):
    """Every exported E.164 number begins with a plus; a rejects file is imported again after it was mended."""
    assert not escaped(text).startswith(FORMULA_STARTS)
    if not text.startswith("'"):
        assert plain(escaped(text)) == plain(text) or text[:1] in "\t\r"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a\0b", "control character", id="nul"),
        pytest.param("M\ufffdller", "damaged", id="a character that was lost"),
        pytest.param("M\udcfcller", "damaged", id="a byte that fits no encoding"),
        pytest.param("x" * 11, "longer than 10", id="too long"),
    ],
)
def test_what_must_not_stand_in_a_message_is_unreadable(text, reason):
    """A damaged name in a greeting embarrasses everybody."""
    with pytest.raises(Unreadable, match=reason):
        one_line(text, longest=10)


def test_a_cell_of_several_lines_becomes_one():
    """A line end in a name would end up in a subject line."""
    assert one_line("Ada\r\n  King \t Lovelace", longest=50) == "Ada King Lovelace"


@given(st.text(alphabet=" '=+aé\t\0\u00a0", max_size=8))
def test_a_plain_cell_is_its_own_text(cell):
    """The short cut for ordinary cells must never differ from the long way."""
    if is_plain(cell, longest=6):
        assert one_line(plain(cell), longest=6) == cell
