"""People do in Temporal what its UI lets them do, in the middle of everything: no lead is the worse for it."""

import pytest

from adapters.letters import SIGNAL
from tests.chaos import meddling
from tests.chaos.scene import Scene
from tests.chaos.verdict import verdict

ON_POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@ON_POSTGRESQL
async def test_looks_may_be_paused_reset_and_hurried(scene: Scene) -> None:
    """A hurried look is tried again while its first attempt still sends: the second must not."""
    await meddling.activities_are_meddled_with(scene)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_half_of_all_runs_may_be_terminated_twice(scene: Scene) -> None:
    """Somebody pressed the wrong button, on a whole list: the sweep starts them again, and nobody gets a mail twice."""
    await meddling.runs_are_terminated(scene)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_runs_may_be_reset_while_they_send(scene: Scene) -> None:
    """A reset runs looks again that have sent."""
    await meddling.runs_are_reset(scene)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_every_signal_of_a_storm_is_kept_once(scene: Scene) -> None:
    """Many of them meet a run that is just going on in the next one."""
    await meddling.a_storm_of_signals(scene)
    found = await verdict(scene)
    assert found.breaks == ()
    assert sum(row.source == SIGNAL for row in found.evidence.inbox) == scene.signalled
