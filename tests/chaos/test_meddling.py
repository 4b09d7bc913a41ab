"""People do in Temporal what its UI lets them do, in the middle of everything: no lead is the worse for it."""

import pytest

from tests.chaos import meddling
from tests.chaos.scene import Scene
from tests.chaos.verdict import verdict


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_runs_may_be_signalled_paused_hurried_reset_and_terminated(scene: Scene) -> None:
    """A signal may meet a run that ends, a second attempt the first, and a reset run has sent what it looks for."""
    await meddling.a_storm_of_signals(scene)
    assert scene.filed_signals() == sorted(scene.signalled), "each is kept, and once"
    await meddling.activities_are_meddled_with(scene)
    await meddling.runs_are_terminated(scene)
    await meddling.runs_are_reset(scene)
    assert (await verdict(scene)).breaks == ()
