"""The drills in which people do to Temporal what its UI and its command line let them do, in the middle of a burst."""

import asyncio
from collections import Counter, abc
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    PauseActivityRequest,
    ResetActivityRequest,
    ResetWorkflowExecutionRequest,
    UnpauseActivityRequest,
    UpdateActivityOptionsRequest,
)
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from engine.words import EventKind, LeadId
from tests.chaos.drills import MORE, Fault
from tests.chaos.scene import CROWD, Scene
from workflows.lead import LeadWorkflow
from workflows.names import workflow_id

Handle = WorkflowHandle[LeadWorkflow, None]
TOO_LATE = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.INVALID_ARGUMENT})
"""The look has ended meanwhile, or so has the run."""
AT_ONCE = 10
HASTY = timedelta(milliseconds=150)
"""Too short for a look that sends: the next attempt begins while the first still does."""
SIGNALS_EACH = 12


async def activities_are_meddled_with(scene: Scene) -> tuple[Fault, ...]:
    """Looks are paused, reset, hurried and let go again while they run, wait for their retry or are in a queue."""
    scene.opens()
    done: Counter[str] = Counter()
    faults = []
    for _ in range(6):
        scene.crowd(MORE // 2)
        at = await scene.in_full_swing(6)
        done.update(await _each(scene, scene.open_leads(), _meddle))
        faults.append(Fault("meddled with", at))
    assert {"paused", "reset", "hurried"} <= set(done), done
    for _ in range(3):  # what was paused is let go by whoever paused it; nobody else may
        await _each(scene, scene.open_leads(), _let_go)
    return tuple(faults)


async def _meddle(scene: Scene, handle: Handle) -> str | None:
    """Something for a look that is under way; what was done."""
    run, pending = await _pending(handle)
    service, namespace = scene.client.workflow_service, scene.client.namespace
    for look in pending[:1]:
        match scene.chance.choice(("paused", "reset", "hurried", "let be")):
            case "paused":
                pause = PauseActivityRequest(namespace=namespace, execution=run, id=look, reason="a drill")
                await service.pause_activity(pause)
                return "paused"
            case "reset":
                await service.reset_activity(ResetActivityRequest(namespace=namespace, execution=run, id=look))
                return "reset"
            case "hurried":
                update = UpdateActivityOptionsRequest(namespace=namespace, execution=run, id=look)
                update.activity_options.start_to_close_timeout.FromTimedelta(HASTY)
                update.update_mask.paths.append("start_to_close_timeout")
                await service.update_activity_options(update)
                return "hurried"
            case _:
                pass
    return None


async def _let_go(scene: Scene, handle: Handle) -> str | None:
    run, pending = await _pending(handle)
    service, namespace = scene.client.workflow_service, scene.client.namespace
    for look in pending:
        await service.unpause_activity(UnpauseActivityRequest(namespace=namespace, execution=run, id=look))
        again = ResetActivityRequest(namespace=namespace, execution=run, id=look, restore_original_options=True)
        await service.reset_activity(again)
    return None


async def runs_are_terminated(scene: Scene) -> tuple[Fault, ...]:
    """
    Half of all runs are terminated in mid-burst, among them those of leads that are due; `rebuild` is not needed.

    Nobody looks at a lead any more that was due then, unless the sweep rings it.
    """
    scene.opens()
    faults = []
    for _ in range(2):
        scene.crowd(MORE)
        at = await scene.in_full_swing(15)
        due, asleep = scene.due_leads(), scene.open_leads()
        victims = {*due, *scene.chance.sample(asleep, len(asleep) // 2)}
        done = await _each(scene, victims, _terminate)
        assert done["terminated"] > MORE
        scene.terminated.update(dict.fromkeys(victims, datetime.now(UTC)))
        due_still = victims & {*scene.due_leads()}
        assert len(due_still) > MORE, "too few were due when their run was terminated"
        faults.append(Fault("terminated", at))
    return tuple(faults)


async def _terminate(scene: Scene, handle: Handle) -> str:
    await handle.terminate("a drill")
    return "terminated"


async def runs_are_reset(scene: Scene) -> tuple[Fault, ...]:
    """Runs are reset to an earlier event in mid-burst, so that looks which sent are run again."""
    scene.opens()
    faults = []
    for _ in range(2):
        scene.crowd(MORE)
        at = await scene.in_full_swing(15)
        done = await _each(scene, scene.open_leads(), _reset)
        assert done["reset"] > MORE, done
        faults.append(Fault("reset", at))
    return tuple(faults)


async def _reset(scene: Scene, handle: Handle) -> str | None:
    run = (await handle.describe()).run_id
    started = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
    history = await scene.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
    tasks = [event.event_id for event in history.events if event.event_type == started]
    if len(tasks) < 2:  # its first task has not ended: there is no earlier event
        return "too young"
    await scene.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=scene.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=run),
            reason="a drill",
            request_id=uuid4().hex,
            workflow_task_finish_event_id=scene.chance.choice(tasks[:-1]) + 1,
        )
    )
    return "reset"


async def a_storm_of_signals(scene: Scene) -> tuple[Fault, ...]:
    """Signals with content rain on leads that go from stage to stage, so that many meet a run that ends just then."""
    scene.opens()
    at = await scene.in_full_swing(5)
    ids = iter(range(1_000_000))

    async def rain(scene: Scene, handle: Handle) -> str:
        for _ in range(SIGNALS_EACH):
            name = f"signal-{next(ids)}"
            await handle.signal(EventKind.NOTE_ADDED.value, {"id": name, "data": {"reason": "a drill"}})
            scene.signalled.add(name)
            await asyncio.sleep(scene.chance.uniform(0, 0.6))
        return "signalled"

    done = await _each(scene, scene.open_leads(), rain, at_once=CROWD)
    assert done["signalled"] > CROWD // 2
    await scene.until(lambda: scene.signalled <= {*scene.filed_signals()})
    return (Fault("a storm", at),)


async def _pending(handle: Handle) -> tuple[WorkflowExecution, list[str]]:
    described = await handle.describe()
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return WorkflowExecution(), []
    run = WorkflowExecution(workflow_id=handle.id, run_id=described.run_id)
    return run, [one.activity_id for one in described.raw_description.pending_activities]


async def _each(
    scene: Scene,
    leads: abc.Collection[LeadId],
    do: abc.Callable[[Scene, Handle], abc.Awaitable[str | None]],
    *,
    at_once: int = AT_ONCE,
) -> Counter[str]:
    """Do it to the run of each lead; how often what was done. A run that has just ended is left alone."""
    line = asyncio.Semaphore(at_once)

    async def one(lead: LeadId) -> str | None:
        async with line:
            try:
                return await do(scene, scene.client.get_workflow_handle_for(LeadWorkflow.run, workflow_id(lead)))
            except RPCError as error:
                if error.status not in TOO_LATE:
                    raise
                return None

    return Counter(done for done in await asyncio.gather(*map(one, leads)) if done is not None)
