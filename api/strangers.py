"""
Strangers: leads that run in Temporal and have no row in the records.

A lead's row is written before its workflow starts and is never deleted, so a stranger means another database than the
one its workflow was started from: a mistyped URL, a deleted file, an older backup.
"""

import asyncio
from typing import Final

from temporalio.client import Client

from adapters.views import runs
from api.doorbell import Doorbell
from api.office import Office
from engine.frozen import Frozen
from engine.words import LeadId
from workflows.names import WORKFLOW, lead_id_of

RUNNING: Final = f'WorkflowType="{WORKFLOW}" AND ExecutionStatus="Running"'

NEWEST: Final = 1_000
"""Workflows that are looked at while the sums agree; where Temporal runs more leads than are open, all are."""


ASKED_FOR: Final = 10
"""Strangers that are asked for by name."""


class Comparison(Frozen):
    """What Temporal runs beside what the records know."""

    running: int
    open: int
    unknown: tuple[LeadId, ...]


async def compared(office: Office, client: Client) -> Comparison:
    """
    Temporal's running leads held against the records.

    Temporal's list is a moment old, so it counts only when one of its strangers still runs, asked for by name.
    Raises: RPCError, FollowupError when the database does not answer.
    """
    running = (await client.count_workflows(RUNNING)).count
    opened = await asyncio.to_thread(_open, office)
    listed = client.list_workflows(RUNNING, limit=None if running > opened else NEWEST)
    found = [lead_id_of(run.id) async for run in listed]
    unknown = await asyncio.to_thread(unknown_of, office, found)
    doorbell = Doorbell(client)
    still_there = [lead for lead in unknown[:ASKED_FOR] if await doorbell.runs(lead)]
    return Comparison(running=running, open=opened, unknown=unknown if still_there else ())


def unknown_of(office: Office, found: list[LeadId]) -> tuple[LeadId, ...]:
    """Those of the leads that have no row."""
    with office.database.reading() as transaction:
        return runs.unknown(transaction, found)


def _open(office: Office) -> int:
    with office.database.reading() as transaction:
        return runs.count(transaction)
