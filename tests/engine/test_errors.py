"""What an error says, and that it says the same wherever it is read."""

import pickle

from engine.errors import FollowupError, SequenceInvalid


def error() -> SequenceInvalid:
    return SequenceInvalid(
        code="SEQ003",
        what="minutes cannot be -5",
        where="sequences/care.py:7",
        why="time does not run backwards",
        next="write 0 or more",
    )


def test_it_says_each_fact_on_a_line_of_its_own():
    """A person in a hurry reads the first line, and the last one says what to do."""
    assert str(error()).splitlines() == [
        "SEQ003: minutes cannot be -5",
        "  where: sequences/care.py:7",
        "  why: time does not run backwards",
        "  next: write 0 or more",
    ]


def test_what_is_not_known_is_left_out():
    """An empty line looks as if something were missing."""
    assert str(FollowupError(code="DBS001", what="no database")) == "DBS001: no database"


def test_it_survives_the_way_to_another_process():
    """A worker pool that cannot hand an error over hides it behind one of its own."""
    there = pickle.loads(pickle.dumps(error()))  # noqa: S301 - our own bytes
    assert type(there) is SequenceInvalid
    assert str(there) == str(error())
    assert (there.code, there.next) == ("SEQ003", "write 0 or more")
