"""Chance that can be repeated."""

from collections import Counter

import pytest

from rehearsal.dice import Dice


def test_one_question_never_changes_the_answer_to_another():
    """A behaviour that is corrected in one place must not re-deal everything else."""
    assert Dice(1).share("a") == Dice(1).share("a")
    assert Dice(1).share("a") != Dice(2).share("a")
    assert Dice(1).share("a", "b") != Dice(1).share("a", "c")


def test_what_weighs_more_comes_more_often_and_what_weighs_nothing_never():
    """Weights are all an author writes."""
    dice = Dice(1)
    found = Counter(dice.one_of({"never": 0, "seldom": 1, "often": 3}, number) for number in range(4000))
    assert set(found) == {"seldom", "often"}
    assert 2.6 < found["often"] / found["seldom"] < 3.4
    with pytest.raises(ValueError, match="nothing to choose from"):
        dice.one_of({}, "x")


def test_half_of_all_waits_are_shorter_than_the_median():
    """And a few are much longer, as people are."""
    dice = Dice(3)
    waits = sorted(dice.around(5, number) for number in range(4000))
    assert 4.6 < waits[2000] < 5.4
    assert waits[3800] > 15
