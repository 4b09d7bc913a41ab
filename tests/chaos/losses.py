"""The drills in which something is lost for good: what Temporal knew, or what the records knew since a backup."""

import asyncio
import subprocess
import sys
from subprocess import Popen
from typing import NamedTuple

from sqlalchemy import text

from api.rebuilding import Rebuilt
from engine.words import LeadId
from tests.chaos.drills import CROWD, MORE, Fault
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
    scene.crowd(CROWD)
    worker, postman = scene.hire(), scene.send_postman()
    at = await scene.in_full_swing(60)
    scene.kill(worker)
    scene.kill(postman)  # so that nobody else starts what `rebuild` is to start
    await asyncio.to_thread(scene.server.wipe)
    first, again = rebuild(scene), rebuild(scene)
    scene.hire()
    scene.send_postman()
    return Fault("wiped", at), first, again


def rebuild(scene: Scene) -> Rebuilt:
    """`followup rebuild`, as somebody types it."""
    command = [sys.executable, "-m", "cli.main", "rebuild", "-o", "json"]
    said = subprocess.run(command, cwd=HOUSE, env=scene.environment, capture_output=True, text=True, check=True)
    return Rebuilt.model_validate_json(said.stdout)


async def the_database_is_restored(scene: Scene) -> Restored:
    """A backup some looks old takes the place of the records; the runs know more than it does."""
    scene.crowd(CROWD)
    staff = [scene.hire(), scene.send_postman()]
    await scene.in_full_swing()
    await _goes_home(scene, staff)
    scene.store.copy()
    scene.crowd(MORE)
    staff = [scene.hire(), scene.send_postman()]
    at = await scene.in_full_swing()
    await _goes_home(scene, staff)
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


async def _goes_home(scene: Scene, staff: list[Popen[bytes]]) -> None:
    """Nobody is at work, and nothing is half done."""
    worker, postman = staff
    scene.kill(postman)
    scene.tell_to_stop(worker)
    await scene.leaves(worker)
    scene.office.database.close()


def _revisions(scene: Scene) -> dict[LeadId, int]:
    return {LeadId(row.id): row.revision for row in scene.read(text("SELECT id, revision FROM leads"))}
