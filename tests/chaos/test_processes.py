"""Our own processes die, freeze and are told to stop, wherever they stand: nothing is lost, nothing leaves twice."""

import pytest

from adapters.faults import POINTS
from tests.chaos import drills
from tests.chaos.scene import Scene
from tests.chaos.verdict import verdict

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


async def test_a_process_may_die_at_every_crash_point(scene: Scene) -> None:
    """A deploy, a full memory or a power cut picks no convenient moment."""
    kills = await drills.every_point(scene)
    assert {kill.what for kill in kills} == set(POINTS)
    assert all(kill.at.open > drills.MORE for kill in kills)
    assert any(kill.at.in_flight for kill in kills)
    found = await verdict(scene)
    assert found.breaks == ()
    assert found.again > 0, "a way in died after it had kept something, so that must have come twice"
    assert found.unproven < found.messages / 4


async def test_a_worker_may_be_told_to_stop_freeze_or_die_beside_another(scene: Scene) -> None:
    """Told to stop, it leaves nothing uncertain; of what it held when it froze or died, the other one asks."""
    told = await drills.a_worker_is_told_to_stop(scene)
    assert all(one.at.in_flight for one in told)
    assert drills.ever_uncertain(scene) == 0
    scene.fine_weather(False)
    frozen = await drills.a_worker_freezes(scene)
    assert frozen[0].at.in_flight >= drills.UNDER_WAY
    kills = await drills.two_workers_die_in_turn(scene)
    assert any(kill.at.in_flight for kill in kills)
    found = await verdict(scene, grace=drills.FROZEN)
    assert found.breaks == ()
    assert drills.ever_uncertain(scene) > 0
