"""
The doorbell: a signal without content that makes a lead look at its Inbox, and starts its workflow when none runs.

A ring that is lost or refused means later: the row waits, and the sweep rings again.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import ApplicationErrorCategory
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.faults import Reached, nothing
from api.temporal import lacks_namespace, no_namespace
from engine.frozen import Frozen
from engine.life.turn import Turn
from engine.words import LeadId, Stage
from workflows.lead import LeadWorkflow
from workflows.names import LEAD_STAGE, LEAD_STATE, LEADS_QUEUE, RING, workflow_id

log = structlog.get_logger()

BENIGN = ApplicationErrorCategory.APPLICATION_ERROR_CATEGORY_BENIGN
LATER = frozenset({RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.UNAVAILABLE})
"""The run is full, or the server is busy or away: the sweep rings again."""

PATIENCE = timedelta(seconds=2)
"""What was handed in is kept by now: nobody waits longer for a bell."""


class Run(Frozen):
    """A lead's workflow as Temporal sees it."""

    running: bool
    failed: int = 0
    """How often the look that is under way has failed."""
    error: str = ""
    """What it failed with last."""


class Doorbell:
    """Rings leads."""

    def __init__(
        self,
        client: Client,
        queue: str = LEADS_QUEUE,
        *,
        reached: Reached = nothing,
        within: timedelta = PATIENCE,
    ) -> None:
        self._client = client
        self._queue = queue
        self._reached = reached
        self._within = within

    async def ring(self, lead_id: LeadId, stage: Stage = Stage.CAPTURE) -> bool:
        """
        Ring once; False when the ring was refused and has to come later.

        `stage` is where the lead's row stands, so that a new run does not begin with a stage change.
        """
        now = datetime.now(UTC)
        turn = Turn(lead_id=lead_id, due=now, why="something happened", stage=stage)
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                await self._client.start_workflow(
                    LeadWorkflow.run,
                    turn,
                    id=workflow_id(lead_id),
                    task_queue=self._queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    start_signal=RING,
                    search_attributes=_attributes(turn),
                    static_summary=f"lead {lead_id}",
                )
        except RPCError as error:
            if error.status not in LATER:
                raise
            log.warning("lead.ring_refused", lead_id=lead_id, status=error.status.name)
            return False
        except TimeoutError:
            log.warning("lead.ring_unanswered", lead_id=lead_id)
            return False
        self._reached("after_signal")
        return True

    async def start(self, turn: Turn) -> bool:
        """
        Start the lead's workflow with this turn; False when one runs already.

        Raises: RPCError, FollowupError TMP004 where there is no such namespace.
        """
        try:
            await self._client.start_workflow(
                LeadWorkflow.run,
                turn,
                id=workflow_id(turn.lead_id),
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                search_attributes=_attributes(turn),
                static_summary=f"lead {turn.lead_id}",
            )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            self._require_namespace(error)
            raise
        return True

    async def runs(self, lead_id: LeadId) -> bool:
        """Whether the lead's workflow runs now."""
        return (await self.run_of(lead_id)).running

    async def run_of(self, lead_id: LeadId) -> Run:
        """How the lead's workflow does now. Raises: RPCError, FollowupError TMP004 where there is no such namespace."""
        try:
            described = await self._client.get_workflow_handle(workflow_id(lead_id)).describe()
        except RPCError as error:
            self._require_namespace(error)
            if error.status is RPCStatusCode.NOT_FOUND:
                return Run(running=False)
            raise
        running = described.status is WorkflowExecutionStatus.RUNNING
        failing = next(filter(_fails, described.raw_description.pending_activities), None)
        if failing is None:
            return Run(running=running)
        failure = failing.last_failure
        said = ": ".join(part for part in (failure.application_failure_info.type, failure.message) if part)
        return Run(running=running, failed=failing.attempt - 1, error=said)

    def _require_namespace(self, error: RPCError) -> None:
        # Else every lead of a mistyped namespace would be told to have no workflow.
        if lacks_namespace(error):
            raise no_namespace(self._client.namespace) from error


def _fails(look: PendingActivityInfo) -> bool:
    """A provider that asks for patience is no failure."""
    category = look.last_failure.application_failure_info.category
    return look.HasField("last_failure") and category != BENIGN


def _attributes(turn: Turn) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [SearchAttributePair(LEAD_STAGE, turn.stage), SearchAttributePair(LEAD_STATE, turn.state)]
    )
