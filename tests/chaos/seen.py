"""What is known of a drill once it is quiet: the provider's journal, what postmen said, the records by plain SQL."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.database import AnyRow
from engine.words import EventKind, LeadId
from tests.chaos.catalogue import AT_ONCE
from tests.chaos.postman import CRM
from tests.chaos.scene import Lead, Scene
from tests.support.evidence import (
    Barrier,
    Break,
    Delivery,
    Evidence,
    InboxRow,
    LeadRow,
    Posted,
    TaskRow,
    TouchRow,
)
from workflows.names import workflow_id

AT_ONCE_ASKED = 20
"""Questions to Temporal under way together."""

UNDISTURBED = (None, EventKind.NOTE_ADDED)
"""Leads that nothing keeps from the whole of `AT_ONCE`."""


class Run(NamedTuple):
    """A lead's workflow, as Temporal sees it."""

    running: bool
    failing: bool
    looking: bool
    """A look is under way, or waits for its next attempt."""


async def evidence_of(scene: Scene) -> Evidence:
    """Everything of one drill."""
    rows = _rows(scene, "SELECT * FROM leads")
    runs = await runs_of(scene, [LeadId(row.id) for row in rows])
    ids = lead_ids(scene)
    return Evidence(
        until=datetime.now(UTC),
        deliveries=tuple(_deliveries(scene, ids)),
        touches=tuple(
            TouchRow(row.touch_key, row.lead, row.channel, row.step, row.state, row.detail or "")
            for row in _rows(scene, "SELECT * FROM ledger")
        ),
        inbox=tuple(
            InboxRow(
                row.source,
                row.event_id,
                row.lead,
                row.number or 0,
                row.disposition,
                row.reason or "",
                1 + row.duplicates,
            )
            for row in _rows(scene, "SELECT * FROM inbox")
        ),
        posted=tuple(_posted(scene)),
        barriers=tuple(_barriers(scene, ids)),
        tasks=tuple(
            TaskRow(row.lead, row.kind, row.state, row.touch_key) for row in _rows(scene, "SELECT * FROM tasks")
        ),
        leads=tuple(
            LeadRow(
                row.id,
                row.lead_state,
                _moment(row.next_due),
                row.why or "",
                None,
                failing=runs[row.id].failing
                or (bool(row.open) and not runs[row.id].running and row.id not in scene.terminated),
            )
            for row in rows
        ),
    )


def forgotten(scene: Scene, evidence: Evidence) -> tuple[Break, ...]:
    """Leads that should have got every mail of the first minute and did not, without a person having been asked."""
    got = Counter(delivery.marker for delivery in evidence.deliveries if delivery.accepted_at is not None)
    states = {row.lead: row.state for row in evidence.leads}
    ids = lead_ids(scene)
    return tuple(
        Break("L", ids.get(lead.name, lead.name), f"never got {step}")
        for lead in scene.people
        if lead.mood in UNDISTURBED and not states.get(ids.get(lead.name, ""), "").startswith("review.")
        for step in AT_ONCE
        if not got[_marker(lead, step)]
    )


def lead_ids(scene: Scene) -> dict[str, str]:
    """Our id of each lead, by the CRM's."""
    return {row.external_id: row.lead for row in _rows(scene, "SELECT external_id, lead FROM external_ids")}


async def runs_of(scene: Scene, leads: Collection[LeadId]) -> dict[str, Run]:
    """The workflow of each lead."""
    line = asyncio.Semaphore(AT_ONCE_ASKED)

    async def one(lead: LeadId) -> Run:
        async with line:
            return await _run_of(scene, lead)

    return dict(zip(leads, await asyncio.gather(*map(one, leads)), strict=True))


async def _run_of(scene: Scene, lead: LeadId) -> Run:
    try:
        described = await scene.client.get_workflow_handle(workflow_id(lead)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return Run(running=False, failing=False, looking=False)
    raw = described.raw_description
    failing = any(activity.attempt > 1 for activity in raw.pending_activities)
    failing |= raw.HasField("pending_workflow_task") and raw.pending_workflow_task.attempt > 1
    running = described.status is WorkflowExecutionStatus.RUNNING
    return Run(running=running, failing=failing, looking=bool(raw.pending_activities))


def _deliveries(scene: Scene, ids: dict[str, str]) -> Iterator[Delivery]:
    whose = {lead.address: ids.get(lead.name, lead.name) for lead in scene.people}
    accepted = Counter(scene.provider.accepted)
    for asked in scene.provider.began:
        taken = accepted[asked] > 0
        accepted[asked] -= taken
        lead = whose[asked.marker.partition(":")[0]]
        yield Delivery(asked.touch_key, asked.marker, lead, "email", asked.at, asked.at if taken else None)


def _posted(scene: Scene) -> Iterator[Posted]:
    said = scene.said()
    kept = Counter(answer.id for answer in said if answer.kept)
    tried = Counter(answer.id for answer in said if not answer.kept)
    return (Posted(CRM, order.id, kept[order.id], tried[order.id]) for order in scene.posted)


def _barriers(scene: Scene, ids: dict[str, str]) -> Iterator[Barrier]:
    kept_at = {answer.id: answer.at for answer in scene.said() if answer.kept}
    for number, order in enumerate(scene.posted):
        if order.kind is EventKind.OPTED_OUT and order.id in kept_at:
            yield Barrier(ids.get(order.to, order.to), order.kind, number, ("email",), committed_at=kept_at[order.id])


def _marker(lead: Lead, step: str) -> str:
    return f"{lead.address}: {step}"


def _rows(scene: Scene, query: str) -> list[AnyRow]:
    return list(scene.read(text(query)))


def _moment(stored: datetime | str | None) -> datetime | None:
    """SQLite keeps no zone and hands out text; what is stored is UTC."""
    if stored is None:
        return None
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
