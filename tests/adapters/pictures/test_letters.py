"""Text in boxes."""

import pytest

from adapters.pictures.letters import safe, width, wrapped

ROOM, SIZE = 100, 12


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("the quick brown fox jumps over the lazy dog", id="words"),
        pytest.param("a-step-with-an-unusually-long-name", id="a long name"),
        pytest.param("W" * 50, id="one word of broad letters"),
        pytest.param("客户回复之后我们继续跟进客户回复", id="letters as wide as they are high"),
        pytest.param("", id="nothing"),
    ],
)
def test_every_line_fits_and_no_letter_is_lost(text: str):
    """A line that is too long lies on the box beside it."""
    lines = wrapped(text, ROOM, SIZE)
    assert all(width(line, SIZE) <= ROOM for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_long_name_is_cut_behind_a_hyphen():
    """So that its parts stay words."""
    assert wrapped("tried-to-call-the-owner-again", ROOM, SIZE)[0].endswith("-")


def test_what_xml_cannot_hold_is_made_harmless():
    """One such letter would make the whole picture unreadable."""
    assert safe('<b> & "x"\x00\n') == "&lt;b&gt; &amp; &quot;x&quot; \n"
