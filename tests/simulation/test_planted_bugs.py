"""Why a zero is believable: each of these defects breaks a promise within a few leads' lives, and is seen."""

import pytest

from tests.simulation.planted import DEFECTS
from tests.simulation.running import store_of
from tests.simulation.world import World
from tests.support.checker import breaks

MOST_LIVES = 2000
"""Lives within which a defect must be seen."""


@pytest.mark.parametrize("name", DEFECTS)
def test_the_defect_is_seen(name, record_property):
    """Somebody has shipped it somewhere; the figures say how many lives it took to notice."""
    defect = DEFECTS[name]
    lives = 0
    with store_of(defect.store) as store, defect.plant():
        for seed in range(MOST_LIVES):
            world = World(seed, store, share=defect.share)
            found = {one.letter for one in breaks(world.lives())}
            lives += len(world.company.people)
            if defect.letter in found or lives > MOST_LIVES:
                break
    record_property("lives", lives)
    assert defect.letter in found, f"{name}: not seen in {lives} lives"


def test_enough_defects_are_planted():
    """Every promise has some, and together they are many."""
    assert len(DEFECTS) >= 18
    assert {defect.letter for defect in DEFECTS.values()} == set("LDOWTE")
