"""Our own processes die, freeze and are told to stop, wherever they stand: nothing is lost, nothing leaves twice."""

import pytest

from adapters.faults import POINTS
from tests.chaos import drills
from tests.chaos.scene import Scene
from tests.chaos.verdict import verdict

ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@ON_BOTH
async def test_a_process_may_die_at_every_crash_point(scene: Scene) -> None:
    """A deploy, a full memory or a power cut picks no convenient moment."""
    kills = await drills.every_point(scene)
    assert {kill.what for kill in kills} == set(POINTS)
    assert all(kill.at.open > drills.MORE for kill in kills)
    assert any(kill.at.in_flight for kill in kills)
    found = await verdict(scene)
    assert found.breaks == ()
    assert found.again > 0, "a way in died after it had kept something, so that must have come twice"
    assert found.unproven < found.messages / 5


@ON_BOTH
async def test_two_workers_may_die_in_turn(scene: Scene) -> None:
    """What one of them had begun, the other finds."""
    kills = await drills.two_workers_die_in_turn(scene)
    assert any(kill.at.in_flight for kill in kills)
    assert (await verdict(scene)).breaks == ()


@ON_BOTH
async def test_a_worker_may_freeze_for_longer_than_a_look_may_take(scene: Scene) -> None:
    """Another one has taken over when it wakes: what it still holds in its hands must not leave."""
    frozen = await drills.a_worker_freezes(scene)
    assert frozen[0].at.in_flight >= drills.UNDER_WAY
    assert (await verdict(scene, grace=drills.FROZEN)).breaks == ()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_worker_that_is_told_to_stop_leaves_nothing_uncertain(scene: Scene) -> None:
    """A deploy happens every day, and nobody wants to ask a provider about every message that was under way."""
    told = await drills.a_worker_is_told_to_stop(scene)
    assert all(one.at.in_flight >= drills.UNDER_WAY for one in told)
    found = await verdict(scene)
    assert (found.breaks, found.unproven) == ((), 0)
    assert drills.ever_uncertain(scene) == 0
