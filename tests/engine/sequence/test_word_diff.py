"""What changed in a text is found word by word, and nothing else is called a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sequence.word_diff import Span, marked_lines, word_diff

WORDS = st.lists(st.sampled_from(["price", "one", "two", ",", ".", " ", "\n", "  "]), max_size=30).map("".join)


def told(before: str, after: str) -> list[str]:
    """The lines that changed, as they are shown."""
    return list(marked_lines(word_diff(before, after)))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        pytest.param("A price of $149.", "A price of $159.", ["A price of $[-149-]{+159+}."], id="one word"),
        pytest.param("Hello", "Hello", ["…"], id="nothing"),
        pytest.param("one two three", "un deux three", ["[-one two-]{+un deux+} three"], id="two words in one bracket"),
        pytest.param("a\nb\nc\n", "a\nc\n", ["…", "[-b-]", "…"], id="a line that is gone"),
        pytest.param("a\nc\n", "a\nb\nc\n", ["…", "{+b+}", "…"], id="a new line"),
        pytest.param("", "a\n", ["{+a+}"], id="a new text"),
        pytest.param("a\nb\nc\nd\n", "a\nB\nc\nD\n", ["…", "[-b-]{+B+}", "…", "[-d-]{+D+}"], id="two places"),
    ],
)
def test_the_lines_that_changed_are_shown_with_gits_marks(before: str, after: str, shown: list[str]):
    """A reviewer reads four words, not two mails."""
    assert told(before, after) == shown


@given(before=WORDS, after=WORDS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str):
    """A change that the pieces leave out would be approved by nobody and sent to everybody."""
    spans = word_diff(before, after)
    assert "".join(span.text for span in spans if span.kind != "new") == before
    assert "".join(span.text for span in spans if span.kind != "gone") == after
    assert all(span.text for span in spans)


def test_a_line_is_held_against_its_own_new_form():
    """Words that stand in both mails by chance must not tear a sentence to pieces."""
    spans = word_diff("One line.\nAnother line.\n", "A new line.\nOne line.\nAnother line.\n")
    assert spans[0] == Span(kind="new", text="A new line.\n")
    assert {span.kind for span in spans[1:]} == {"same"}
