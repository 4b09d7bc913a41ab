"""The drills in which something is lost for good: what Temporal knew, or what the records knew since a backup."""

import subprocess
import sys
from typing import NamedTuple

from sqlalchemy import text

from api.rebuilding import Rebuilt
from engine.words import LeadId
from tests.chaos.drills import MORE, Fault
from tests.chaos.scene import HOUSE, Scene


class Restored(NamedTuple):
    """What a restored database no longer knows."""

    fault: Fault
    behind: frozenset[LeadId]
    """Leads that were looked at, or came, since the backup."""
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
    await _everybody_goes_home(scene)
    scene.store.copy()
    scene.crowd(MORE)
    scene.opens()
    at = await scene.in_full_swing()
    await _everybody_goes_home(scene)
    scene.forget_the_rest()
    newer = _revisions(scene)
    scene.office.database.close()
    scene.store.restore()
    older = _revisions(scene)
    scene.hire()
    return Restored(
        fault=Fault("restored", at),
        behind=frozenset(lead for lead, revision in newer.items() if older.get(lead, -1) < revision),
        received=len(scene.provider.accepted),
    )


async def _everybody_goes_home(scene: Scene) -> None:
    """Nobody is at work, and nothing is half done."""
    for postman in scene.postmen:
        scene.kill(postman)
    for worker in scene.workers:
        scene.tell_to_stop(worker)
        await scene.leaves(worker)
    scene.office.database.close()


def _revisions(scene: Scene) -> dict[LeadId, int]:
    return {LeadId(row.id): row.revision for row in scene.read(text("SELECT id, revision FROM leads"))}
