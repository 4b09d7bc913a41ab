"""Two versions of a sequence side by side."""

from engine.life.wishes import Plan
from engine.sequence.comparison import Row, compare, rows_of
from engine.sequence.describe import describe
from tests.support.small_sequences import DAY, HOUR, email, sequence, stage

BEFORE = sequence("life", stage("nurture", email("a"), email("b", after=DAY)))
AFTER = sequence("life", stage("nurture", email("new", after=HOUR), email("a"), email("b", after=DAY)))


def test_both_are_told_whole_with_the_lines_that_changed():
    """A manager reads the new one, and sees what was not there before."""
    found = compare(Plan(version="life@1", sequence=BEFORE), Plan(version="life@2", sequence=AFTER))
    assert (found.name, found.before_version, found.after_version) == ("life", "life@1", "life@2")
    assert (found.before, found.after) == (describe(BEFORE), describe(AFTER))
    assert [change.step for change in found.changes] == ["new"]
    assert found.changed == (
        Row(before=None, after="1. Email new: sent 1 hour later."),
        Row(before=None, after="   - Words: t/new."),
    )


def test_a_number_that_changes_is_no_change():
    """Else a step at the beginning would mark everything below it."""
    assert [row.changed for row in rows_of("1. Email a.\n2. Email b.", "1. Email b.")] == [True, False]


def test_what_stands_in_the_place_of_a_line_stands_beside_it():
    """Before and after of one sentence are read together."""
    assert rows_of("a\nb\nc", "a\nx\nc") == (
        Row(before="a", after="a", changed=False),
        Row(before="b", after="x"),
        Row(before="c", after="c", changed=False),
    )


def test_every_line_of_both_is_in_the_rows():
    """Nothing may be lost between two columns."""
    rows = rows_of(describe(BEFORE), describe(AFTER))
    assert [row.before for row in rows if row.before is not None] == describe(BEFORE).splitlines()
    assert [row.after for row in rows if row.after is not None] == describe(AFTER).splitlines()
