"""The drills in which something is lost for good: what Temporal knew, or what the records knew since a backup."""

import subprocess
import sys
from collections import abc
from typing import NamedTuple

from api.rebuilding import Rebuilt
from engine.words import LeadId
from tests.chaos.commits import commits
from tests.chaos.drills import MORE, Fault
from tests.chaos.scene import HOUSE, Scene
from tests.chaos.seen import barriers, runs_of
from workflows.names import RING, workflow_id


class Restored(NamedTuple):
    """What a restored database no longer knows."""

    fault: Fault
    behind: frozenset[LeadId]
    """Leads that were looked at, or came, since the backup."""
    alive: frozenset[LeadId]
    """Those of them whose workflow lives to tell."""
    received: int
    """Messages that had been accepted by then."""


async def temporal_is_wiped(scene: Scene) -> tuple[Fault, Rebuilt, Rebuilt]:
    """The server's file is gone in mid-burst; `followup rebuild`, run twice, starts whoever is open, once."""
    scene.opens()
    at = await scene.in_full_swing(60)
    for one in (*scene.workers, *scene.postmen):  # so that nobody else starts what `rebuild` is to start
        scene.kill(one)
    scene.server.wipe()
    first, again = rebuild(scene), rebuild(scene)
    scene.opens()
    return Fault("wiped", at), first, again


def rebuild(scene: Scene) -> Rebuilt:
    """`followup rebuild`, as somebody types it."""
    command = [sys.executable, "-m", "cli.main", "rebuild", "-o", "json"]
    said = subprocess.run(command, cwd=HOUSE, env=scene.environment, capture_output=True, text=True, check=True)
    return Rebuilt.model_validate_json(said.stdout)


async def the_database_is_restored(scene: Scene) -> Restored:
    """A backup some looks old takes the place of the records; the runs know more than it does."""
    scene.opens()
    await scene.in_full_swing()
    await scene.until(lambda: any(barriers(scene, commits(scene.office.database))))  # which the backup then holds
    await _everybody_goes_home(scene)
    scene.store.copy()
    scene.crowd(MORE)
    scene.opens()
    at = await scene.in_full_swing()
    await _everybody_goes_home(scene)
    scene.forget_the_rest()
    newer = scene.revisions()
    scene.office.database.close()
    scene.store.restore()
    older = scene.revisions()
    behind = frozenset(lead for lead, revision in newer.items() if older.get(lead, -1) < revision)
    alive = frozenset(await _wakes(scene, behind))
    scene.hire()
    return Restored(Fault("restored", at), behind, alive, received=len(scene.provider.accepted))


async def _wakes(scene: Scene, leads: abc.Collection[LeadId]) -> list[LeadId]:
    """Rings the workflow of each lead, which would sleep for a month; returns those that still had one."""
    runs = await runs_of(scene, leads)
    awake = [lead for lead in leads if runs[lead].running]
    for lead in awake:
        await scene.client.get_workflow_handle(workflow_id(lead)).signal(RING)
    return awake


async def _everybody_goes_home(scene: Scene) -> None:
    """Nobody is at work, and nothing is half done."""
    for postman in scene.postmen:
        scene.kill(postman)
    for worker in scene.workers:
        scene.tell_to_stop(worker)
        await scene.leaves(worker)
    scene.office.database.close()
