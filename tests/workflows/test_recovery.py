"""Temporal can be lost and the database restored: no lead is lost, and no touch leaves twice."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle

from adapters.database import AnyRow
from adapters.letters import SIGNAL
from api.doorbell import Doorbell
from api.rebuilding import Rebuilt, Starting, rebuild
from cli.temporal_server import LocalServer, find_server_binary
from engine.words import Verb
from tests.support.house import House, Someone
from tests.support.small_sequences import daily, two_stages
from tests.support.waiting import until


async def test_a_terminated_run_begins_again_at_the_next_ring(temporal_server: LocalServer, tmp_path: Path) -> None:
    """Terminating in the UI stops a clock, nothing more."""
    async with House.open(temporal_server, records(tmp_path), daily(3)) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["day-0"])
        await rosa.handle.terminate("somebody pressed the wrong button")
        await rosa.happens("note_added")
        await rosa.let_pass(days=5)
        assert rosa.received == ["day-0", "day-1", "day-2"]


async def test_a_run_that_is_reset_sends_nothing_again(temporal_server: LocalServer, tmp_path: Path) -> None:
    """A reset re-runs looks; what has left is on the lead's row, not in the history."""
    async with House.open(temporal_server, records(tmp_path), daily(4)) as house:
        rosa = await house.capture()
        await rosa.let_pass(days=1, hours=1)
        assert rosa.received == ["day-0", "day-1"]
        await reset_to_the_beginning(house, rosa)
        revision = rosa.row.revision
        await house.doorbell.ring(rosa.lead_id)
        await until(lambda: rosa.row.revision > revision)
        await rosa.let_pass(days=6)
        assert rosa.received == ["day-0", "day-1", "day-2", "day-3"]


@pytest.mark.parametrize("earlier", [False, True], ids=["the run", "an earlier run of the lead"])
async def test_a_reset_repeats_no_signal_and_hears_the_next(
    temporal_server: LocalServer, tmp_path: Path, earlier: bool
) -> None:
    """Temporal signals again what came after the point of the reset; one skip must not become two."""
    async with House.open(temporal_server, records(tmp_path), two_stages()) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["hello"])
        first_run = (await rosa.handle.describe()).run_id
        await signalled(rosa, "note_added", reason="before")
        await rosa.let_pass(days=1, hours=1)
        assert (await rosa.handle.describe()).run_id != first_run
        for _ in range(2):  # as alike as two signals can be, and meant twice
            await signalled(rosa, "note_added", reason="again")
        await signalled(rosa, "skip", reason="wrong mail")
        assert standing_at(rosa) == "second"
        await reset_to_the_beginning(house, rosa, first_run if earlier else None)
        await house.doorbell.ring(rosa.lead_id)
        await until(lambda: sum(row.duplicates for row in signals(rosa)) == (4 if earlier else 3))
        assert standing_at(rosa) == "second"
        assert [row.kind for row in signals(rosa)] == ["note_added", "note_added", "note_added", "skip"]
        await signalled(rosa, "skip", reason="wrong mail")
        assert standing_at(rosa) is None


async def test_a_wiped_server_is_rebuilt_from_the_records(temporal_server: LocalServer, tmp_path: Path) -> None:
    """Temporal is the clock; whoever loses a clock buys another one."""
    with LocalServer(find_server_binary(print), time_skipping=True) as doomed:
        async with House.open(doomed, records(tmp_path), daily(3)) as house:
            lost = [await house.capture(name) for name in ("Rosa", "Ken", "Ada")]
            await until(lambda: all(someone.received == ["day-0"] for someone in lost))
    async with House.open(temporal_server, records(tmp_path), daily(3)) as house:
        starting = Starting(Doorbell(house.skipper.client))
        first = await rebuild(house.office, starting)
        again = await rebuild(house.office, starting)
        assert (counts(first), counts(again)) == ((3, 0, 0), (0, 3, 0))
        found = [Someone(house, someone.lead_id) for someone in lost]
        for someone in found:
            await someone.let_pass(days=6)
        assert [someone.received for someone in found] == [["day-0", "day-1", "day-2"]] * 3


async def test_a_restored_database_parks_its_leads_until_a_person_has_looked(
    temporal_server: LocalServer, tmp_path: Path
) -> None:
    """What was sent after the backup is forgotten; sending on blindly would send it twice."""
    older = tmp_path / "older.sqlite"
    async with House.open(temporal_server, records(tmp_path), daily(4)) as house:
        rosa = await house.capture()
        await until(lambda: rosa.received == ["day-0"])
        await rosa.handle.terminate()
        backup(tmp_path, older)
        await rosa.happens("note_added")
        await rosa.let_pass(days=1, hours=1)
        assert rosa.received == ["day-0", "day-1"]
        house.office.database.close()
        restore(older, tmp_path)
        await rosa.let_pass(days=2)
        assert (rosa.received, rosa.row.lead_state) == (["day-0"], "review.state_went_back")
        await rosa.commands(Verb.RETRY, reason="compared with the provider")
        await rosa.let_pass(days=14)
        assert rosa.row.lead_state == "over.completed"


def records(directory: Path) -> str:
    """The database of a test; here the database itself is what is lost or found."""
    return f"sqlite:///{directory / 'followup.sqlite'}"


def backup(directory: Path, to: Path) -> None:
    """A copy of the database, with what its log still holds."""
    for suffix in ("", "-wal", "-shm"):
        part = directory / f"followup.sqlite{suffix}"
        if part.exists():
            shutil.copy(part, f"{to}{suffix}")


def restore(older: Path, directory: Path) -> None:
    """The copy in place of the database."""
    for suffix in ("", "-wal", "-shm"):
        (directory / f"followup.sqlite{suffix}").unlink(missing_ok=True)
        part = Path(f"{older}{suffix}")
        if part.exists():
            shutil.copy(part, directory / f"followup.sqlite{suffix}")


def counts(rebuilt: Rebuilt) -> tuple[int, int, int]:
    """Started, running, failed."""
    return rebuilt.started, rebuilt.running, rebuilt.failed


def signals(rosa: Someone) -> list[AnyRow]:
    """What was signalled with content, and is in the Inbox."""
    return [row for row in rosa.inbox if row.source == SIGNAL]


def standing_at(rosa: Someone) -> str | None:
    """The step the lead stands before."""
    running = rosa.progress.enrolment
    assert running is not None
    return running.cursor.step


async def signalled(rosa: Someone, name: str, **content: str) -> None:
    """Somebody signals the workflow directly, and the lead has heard it."""
    before = len(signals(rosa))
    await rosa.handle.signal(name, content)
    await until(lambda: [row.disposition for row in signals(rosa)][before:] == ["applied"])


async def first_task_of(handle: WorkflowHandle[Any, Any]) -> int:
    """The event id at which the run's first workflow task started."""
    started = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
    return next(e.event_id for e in (await handle.fetch_history()).events if e.event_type == started)


async def reset_to_the_beginning(house: House, rosa: Someone, run_id: str | None = None) -> None:
    """`temporal workflow reset` to the first workflow task, of the last run unless another one is named."""
    client: Client = house.client
    run_id = run_id or (await rosa.handle.describe()).run_id
    run = client.get_workflow_handle(rosa.handle.id, run_id=run_id)
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=run.id, run_id=run_id),
            reason="a drill",
            request_id=f"reset-{run_id}",
            workflow_task_finish_event_id=await first_task_of(run) + 1,
        )
    )
