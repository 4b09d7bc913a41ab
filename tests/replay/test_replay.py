"""Leads sleep for years: every history that was ever recorded replays on today's workflow class."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from workflows.lead import LeadWorkflow
from workflows.plugin import LeadPlugin

HISTORIES = sorted(Path(__file__).parent.glob("*/*.json"))
NAMES = [f"{path.parent.name}-{path.stem}" for path in HISTORIES]


def history(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json("lead-recorded", path.read_text())


def test_there_are_histories() -> None:
    """An empty corpus would prove nothing."""
    assert {path.stem for path in HISTORIES} >= {
        "due",
        "rung",
        "content",
        "failed_look",
        "stage_change",
        "cancelled",
    }


@pytest.mark.parametrize("path", HISTORIES, ids=NAMES)
async def test_every_recorded_history_replays(path: Path) -> None:
    """A deploy must not stop a lead that went to sleep under an older release."""
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin()])
    await replayer.replay_workflow(history(path))


@pytest.mark.parametrize("path", HISTORIES, ids=NAMES)
async def test_the_workflow_reads_no_clock_environment_or_random(path: Path) -> None:
    """Production runs without a sandbox, so the sandbox has its say here: nothing of ours is passed through."""
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin(runner=SandboxedWorkflowRunner())])
    await replayer.replay_workflow(history(path))


async def test_a_history_that_does_not_fit_is_found() -> None:
    """A replay that could not fail would be no gate."""
    path = next(path for path in HISTORIES if path.stem == "due")
    changed = path.read_text().replace('"send_email"', '"send_sms"', 1)
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin()])
    with pytest.raises(NondeterminismError, match="TMPRL1100"):
        await replayer.replay_workflow(WorkflowHistory.from_json("lead-recorded", changed))
