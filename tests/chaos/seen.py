"""
What is known of a drill once it is quiet: the provider's journal, what postmen said, the records by plain SQL, and the
order of commits as the database wrote it down.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from subprocess import Popen
from typing import NamedTuple

from sqlalchemy import text
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.database import AnyRow
from engine.life.keys import touch_key
from engine.words import EventKind, LeadId
from tests.chaos.catalogue import AT_ONCE, BEHIND, PLACES
from tests.chaos.commits import Commits, commits
from tests.chaos.hours import Home
from tests.chaos.scene import SOON, Lead, Scene
from tests.support.evidence import (
    Barrier,
    Break,
    Delivery,
    Due,
    Evidence,
    InboxRow,
    LeadRow,
    Posted,
    TaskRow,
    TouchRow,
)
from tests.support.provider import Asked
from workflows.names import workflow_id

AT_ONCE_ASKED = 20
"""Questions to Temporal under way together."""

FIRST = 1
"""Of the enrolments of a lead and of the visits to a stage: in a drill there is no second."""

A_MOMENT = timedelta(microseconds=1)

LOOKS_ON = timedelta(seconds=20)
"""How long a look may go on whose run is terminated: an attempt, waiting for a lock, and a machine that is busy."""

A_WEEK = timedelta(days=7)
"""Whoever sleeps for longer waits for next month's mail, and not for the morning."""


class Run(NamedTuple):
    """A lead's workflow, as Temporal sees it."""

    running: bool
    failing: bool
    looking: bool
    """A look is under way, or waits for its next attempt."""
    at_work: str = ""
    """The process whose attempt is under way, as Temporal knows it."""


async def evidence_of(scene: Scene) -> Evidence:
    """Everything of one drill."""
    rows = _rows(scene, "SELECT * FROM leads")
    runs = await runs_of(scene, [LeadId(row.id) for row in rows])
    ids, noted, now = lead_ids(scene), commits(scene.office.database), datetime.now(UTC)
    return Evidence(
        until=now,
        deliveries=tuple(_deliveries(scene, ids, noted)),
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
        barriers=tuple(barriers(scene, noted)),
        tasks=tuple(
            TaskRow(row.lead, row.kind, row.state, row.touch_key) for row in _rows(scene, "SELECT * FROM tasks")
        ),
        leads=tuple(
            LeadRow(
                row.id,
                row.lead_state,
                moment(row.next_due),
                row.why or "",
                failing=runs[row.id].failing or is_abandoned(scene, row, runs[row.id]),
            )
            for row in rows
        ),
        due=tuple(due for row in rows for due in _due(row, now)),
    )


def is_abandoned(scene: Scene, row: AnyRow, run: Run) -> bool:
    """
    Whether nobody waits for the lead of this row, and somebody should.

    A run that was terminated while its lead slept, or just before a look sent it to sleep, is started again when that
    is due, and not before.
    """
    ended, looked, due = scene.terminated.get(row.id), moment(row.looked_at), moment(row.next_due)
    unseen_since = ended is not None and looked is not None and looked < ended + LOOKS_ON
    sleeps = due is not None and due > datetime.now(UTC) + SOON
    return bool(row.open) and not run.running and not (unseen_since and sleeps)


def forgotten(scene: Scene, evidence: Evidence) -> tuple[Break, ...]:
    """Leads that should have got every mail of the first minute and did not, without a person having been asked."""
    got = Counter(delivery.marker for delivery in evidence.deliveries if delivery.accepted_at is not None)
    states = {row.lead: row.state for row in evidence.leads}
    ids = lead_ids(scene)
    return tuple(
        Break("L", ids.get(lead.name, lead.name), f"never got {step}")
        for lead in scene.people
        if lead.mood.harmless and lead.home is Home.DAY
        if not states.get(ids.get(lead.name, ""), "").startswith("review.")
        for step in AT_ONCE
        if not got[_marker(lead, step)]
    )


def lead_ids(scene: Scene) -> dict[str, str]:
    """Our id of each lead, by the CRM's."""
    return {row.external_id: row.lead for row in _rows(scene, "SELECT external_id, lead FROM external_ids")}


async def runs_of(scene: Scene, leads: Collection[LeadId]) -> dict[LeadId, Run]:
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
    started = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    at_work = next((one.last_worker_identity for one in raw.pending_activities if one.state == started), "")
    # A run that was terminated keeps the look that was under way in its description for ever.
    return Run(running, failing, looking=running and bool(raw.pending_activities), at_work=at_work)


async def looks_of(scene: Scene, process: Popen[bytes]) -> list[LeadId]:
    """Leads whose look this process has begun and not ended."""
    runs = await runs_of(scene, scene.open_leads())
    return [lead for lead, run in runs.items() if run.at_work.partition("@")[0] == str(process.pid)]


def _deliveries(scene: Scene, ids: dict[str, str], noted: Commits) -> Iterator[Delivery]:
    whose = {lead.address: lead for lead in scene.people}
    accepted = Counter(scene.provider.accepted)
    for asked in scene.provider.began:
        taken = accepted[asked] > 0
        accepted[asked] -= taken
        lead = whose[asked.marker.partition(":")[0]]
        yield Delivery(
            touch_key=asked.touch_key,
            marker=asked.marker,
            lead=ids.get(lead.name, lead.name),
            channel="email",
            began_at=asked.at,
            accepted_at=asked.at if taken else None,
            valid_until=asked.valid_until,
            claimed_after=noted.claims.get(asked.touch_key),
            allowed=all(scene.hours.allow(lead.home, at) for at in _possible(asked)),
        )


def _possible(asked: Asked) -> Iterator[datetime]:
    """The first and the last moment at which the message may reach somebody."""
    yield asked.at
    if asked.valid_until is not None:
        yield asked.valid_until - A_MOMENT


def _posted(scene: Scene) -> Iterator[Posted]:
    said = scene.said()
    kept = Counter(answer.id for answer in said if answer.kept)
    tried = Counter(answer.id for answer in said if not answer.kept)
    return (Posted(order.source, order.id, kept[order.id], tried[order.id]) for order in scene.posted)


def barriers(scene: Scene, noted: Commits) -> Iterator[Barrier]:
    """What forbids, from the commit by which its lead had it; the step to which it leads may leave all the same."""
    moods = {order.id: scene.mood_of(order) for order in scene.posted}
    began = {row.lead: moment(row.started_at) for row in _rows(scene, "SELECT * FROM enrolments")}
    for row in _rows(scene, "SELECT * FROM inbox"):
        mood = moods.get(row.event_id)
        if mood is None or row.id not in noted.filed or not _is_heard(row, began.get(row.lead)):
            continue
        yield Barrier(
            lead=row.lead,
            kind=row.kind,
            committed_as=noted.filed[row.id],
            channels=("email",),
            lifted_as=noted.claims.get(_key(row.lead, mood.but)) if mood.but else None,
            committed_at=moment(row.received_at),
        )


def _is_heard(row: AnyRow, began: datetime | None) -> bool:
    """
    Whether this Inbox row stops what runs: an opt-out always does.

    What the look noted that then began the sequence is no answer to it, though it may have come in after that look's
    own moment; and a command that came too early was refused.
    """
    noted = moment(row.applied_at)
    if row.kind == EventKind.OPTED_OUT:
        return True
    return row.disposition == "applied" and began is not None and noted is not None and noted > began


def _due(row: AnyRow, now: datetime) -> Iterator[Due]:
    """The touches that the lead of this row has behind it: it could not sleep there otherwise."""
    wakes = moment(row.next_due)
    if row.lead_state == "waiting" and wakes is not None and wakes > now + A_WEEK:
        for step in BEHIND.get(row.stage, ()):
            yield Due(row.id, step, _key(LeadId(row.id), step))


def _key(lead: LeadId, step: str) -> str:
    return touch_key(lead, FIRST, PLACES[step], FIRST, step, 0)


def _marker(lead: Lead, step: str) -> str:
    return f"{lead.address}: {step}"


def _rows(scene: Scene, query: str) -> list[AnyRow]:
    return list(scene.read(text(query)))


def moment(stored: datetime | str | None) -> datetime | None:
    """The moment in a column read by plain SQL: SQLite keeps no zone and hands out text; what is stored is UTC."""
    if stored is None:
        return None
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
