"""Our own processes die, freeze and are told to stop, wherever they stand: nothing is lost, nothing leaves twice."""

import pytest

from adapters.faults import POINTS
from tests.chaos import drills
from tests.chaos.planting import planted
from tests.chaos.scene import Scene
from tests.chaos.verdict import SIMULATED, unseen, verdict
from tests.support.checker import breaks
from tests.support.evidence import Evidence

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
    assert [fault.held > 0 for fault in frozen] == [True, True]
    kills = await drills.two_workers_die_in_turn(scene)
    assert any(kill.at.in_flight for kill in kills)
    found = await verdict(scene)
    assert found.breaks == ()
    assert drills.ever_uncertain(scene) > 0
    assert_every_promise_was_judged(found.evidence)


def assert_every_promise_was_judged(clean: Evidence) -> None:
    """Nothing is unseen, some mails were held for the hours, and what is broken by hand in the evidence is found."""
    assert {*unseen(clean)} <= SIMULATED
    assert {barrier.kind for barrier in clean.barriers} >= {"opted_out", "replied", "stop", "pause"}
    assert any("it waits for the sending hours" in lead.why for lead in clean.leads)
    for what, letter, evidence in planted(clean):
        assert {found.letter for found in breaks(evidence)} == {letter}, what
