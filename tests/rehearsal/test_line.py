"""The line of one sender: nobody writes more than the limits allow, and whoever waits keeps the place."""

from datetime import UTC, datetime, timedelta

from engine.words import TouchKey
from rehearsal.line import Line

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def sent(line: Line, touch: int, now: datetime, *, waited_for: bool = False) -> datetime:
    """When the touch left: at once, or at the place it was given."""
    key = TouchKey(f"touch-{touch}")
    free = line.free_at(key, now, waited_for=waited_for)
    line.leaves(key, free, waited_for=waited_for)
    return free


def test_two_a_minute_leave_and_the_third_waits():
    """A mailbox that hurries is taken for a machine."""
    line = Line(per_minute=2, per_day=500)
    assert [sent(line, touch, NINE) - NINE for touch in range(5)] == [
        0 * MINUTE,
        0 * MINUTE,
        MINUTE,
        MINUTE,
        2 * MINUTE,
    ]


def test_who_waits_for_our_answer_does_not_stand_in_line():
    """A first response leaves at once, and takes no place from the others."""
    line = Line(per_minute=2, per_day=500)
    for touch in range(10):
        assert sent(line, touch, NINE, waited_for=True) == NINE
    assert sent(line, 11, NINE) == NINE


def test_the_limit_of_the_day_holds_for_everybody():
    """Rolling, so that midnight lets nobody send twice as many."""
    line = Line(per_minute=500, per_day=3)
    times = [sent(line, touch, NINE + touch * MINUTE) for touch in range(3)]
    assert times == [NINE, NINE + MINUTE, NINE + 2 * MINUTE]
    assert line.free_at(TouchKey("next"), NINE + 5 * MINUTE, waited_for=True) == NINE + DAY
    assert line.free_at(TouchKey("next"), NINE + 5 * MINUTE, waited_for=False) == NINE + DAY


def test_a_place_is_kept_until_its_minute_is_over():
    """Whoever asks again is not sent to the end."""
    line = Line(per_minute=1, per_day=500)
    sent(line, 1, NINE)
    second, third = TouchKey("second"), TouchKey("third")
    place = line.free_at(second, NINE, waited_for=False)
    line.waits(second, place)
    line.waits(third, line.free_at(third, NINE, waited_for=False))
    assert line.free_at(second, NINE + MINUTE / 2, waited_for=False) == place == NINE + MINUTE
    assert line.free_at(third, NINE + MINUTE / 2, waited_for=False) == NINE + 2 * MINUTE
    assert line.free_at(second, place + MINUTE, waited_for=False) >= place + MINUTE
