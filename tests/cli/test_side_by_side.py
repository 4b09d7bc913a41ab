"""Before and after in a terminal."""

from cli.side_by_side import beside
from engine.sequence.comparison import rows_of

BEFORE = """\
# life

- It starts.
- It ends.

## Nurture

1. Email a: sent at once.
2. Email b: sent 1 day later.
   - Words: b."""
AFTER = BEFORE.replace("1 day", "2 days")
ROWS = rows_of(BEFORE, AFTER)
LONG = rows_of("- " + "before " * 30, "- " + "after " * 30)


def test_in_a_narrow_terminal_they_stand_below_each_other():
    """And what is as before is folded, but for the heading and the lines beside a change."""
    assert beside(ROWS, 80) == (
        "    … 3 lines as before",
        "  ## Nurture",
        "  1. Email a: sent at once.",
        "- 2. Email b: sent 1 day later.",
        "+ 2. Email b: sent 2 days later.",
        "     - Words: b.",
    )


def test_in_a_wide_one_they_stand_beside_each_other():
    """The eye finds the difference in one line."""
    lines = beside(ROWS, 120)
    assert "- 2. Email b: sent 1 day later.                            | + 2. Email b: sent 2 days later." in lines


def test_no_line_is_wider_than_the_terminal():
    """A line that is broken by the terminal runs into the other column."""
    lines = beside(LONG, 130)
    assert max(map(len, lines)) <= 130
    assert " ".join(lines).count("before") == " ".join(lines).count("after") == 30


def test_only_what_changed_is_marked():
    """A mark on everything is a mark on nothing."""
    assert [line[:2] for line in beside(ROWS, 80) if line[:1] in "-+"] == ["- ", "+ "]


def test_when_nothing_changed_everything_is_folded():
    """One line says so."""
    assert beside(rows_of(BEFORE, BEFORE), 80) == ("    … 7 lines as before",)
