"""Distances in words."""

from datetime import timedelta

import pytest

from engine.distances import say_distance


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(0), "0 s"),
        (timedelta(milliseconds=400), "0 s"),
        (timedelta(seconds=61), "1 min 1 s"),
        (timedelta(hours=-1), "1 h"),
        (timedelta(days=2, hours=4, minutes=9), "2 d 4 h"),
        (timedelta(days=1, seconds=5), "1 d"),
    ],
)
def test_a_distance_is_told_in_its_two_greatest_units(distance, said):
    """More than two say nothing to a person."""
    assert say_distance(distance) == said
