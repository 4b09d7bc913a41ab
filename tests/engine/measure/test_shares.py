"""How sure a share is."""

import pytest

from engine.measure.shares import Interval, interval_of


@pytest.mark.parametrize(
    ("some", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 29, 0.0061, 0.1718),
        (50, 1000, 0.0381, 0.0653),
    ],
)
def test_the_interval_is_wilsons(some: int, of: int, low: float, high: float):
    """Values worked out by hand from the formula of 1927; few cases say little, and 0 of 10 is not impossible."""
    found = interval_of(some, of)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_of_no_cases_everything_is_possible():
    """A variant that nobody got has not lost."""
    assert interval_of(0, 0) == Interval(low=0, high=1)


def test_shares_differ_only_when_their_intervals_do_not_meet():
    """Two of sixty and four of sixty are the same as far as anybody can tell."""
    assert not interval_of(2, 60).apart_from(interval_of(4, 60))
    assert interval_of(2, 60).apart_from(interval_of(30, 60))
    assert interval_of(30, 60).apart_from(interval_of(2, 60))
