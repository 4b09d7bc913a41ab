"""
Leads sleep for years: every history that was ever recorded replays on today's workflow class, and every history of
today on the class of every release before, so that a deploy can be taken back.
"""

from pathlib import Path
from zipfile import ZipFile

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from tests.replay import builds
from tests.replay.builds import RELEASES
from tests.replay.record import ON_A_SHORT_MEMORY, SCENARIOS
from workflows.lead import LeadWorkflow
from workflows.plugin import LeadPlugin

HISTORIES = [path for folder in RELEASES for path in sorted(folder.glob("*.json"))]


def name(path: Path) -> str:
    """What a history is called in the list of tests."""
    return f"{path.parent.name}-{path.stem}"


SANDBOXED = [
    path for path in sorted(RELEASES[-1].glob("*.json")) if path.stem in ("due", "content_while_looking", "out_of_time")
]
"""Between them they go through every line; the sandbox loads all we have for each of them."""

each_history = pytest.mark.parametrize("path", HISTORIES, ids=name)
each_release = pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)


def history(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json("lead-recorded", path.read_text())


def misfit(tmp_path: Path) -> Path:
    """A history that no build of ours can have made."""
    due = RELEASES[-1] / "due.json"
    changed = tmp_path / "changed.json"
    changed.write_text(due.read_text().replace('"send_email"', '"send_sms"', 1))
    return changed


# --- the corpus -------------------------------------------------------------------------------------------------------


@each_release
def test_everything_a_lead_can_go_through_is_recorded(folder: Path) -> None:
    """What no history goes through may break with every other test green."""
    assert {path.stem for path in folder.glob("*.json")} >= {s.__name__ for s in (*SCENARIOS, *ON_A_SHORT_MEMORY)}


@each_release
def test_what_was_recorded_is_never_written_again(folder: Path) -> None:
    """A history that is made to fit is no history."""
    assert builds.digests(folder) == builds.noted_digests(folder)


def test_todays_class_is_the_one_that_was_recorded_last() -> None:
    """Else nothing says whether the class of the last release can go on with what today's writes."""
    assert not builds.differs(RELEASES[-1]), "record the class as it is now: python -m tests.replay.record RELEASE"


@pytest.mark.parametrize("edited", builds.COMMANDING)
def test_another_build_is_told_by_every_file_that_commands(edited: str, tmp_path: Path) -> None:
    """A Turn that is written otherwise stops a sleeping lead as surely as another timer."""
    with ZipFile(RELEASES[-1] / builds.BUILD) as last, ZipFile(tmp_path / builds.BUILD, "w") as other:
        for each in last.namelist():
            other.writestr(each, last.read(each) + (b"\nedited = True\n" if each == edited else b""))
    assert builds.differs(tmp_path)


# --- forwards: today's class and every history ------------------------------------------------------------------------


@each_history
async def test_every_recorded_history_replays(path: Path) -> None:
    """A deploy must not stop a lead that went to sleep under an older release."""
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin()])
    await replayer.replay_workflow(history(path))


@pytest.mark.parametrize("path", SANDBOXED, ids=name)
async def test_the_workflow_reads_no_clock_environment_or_random(path: Path) -> None:
    """Production runs without a sandbox, so the sandbox has its say here: nothing of ours is passed through."""
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin(runner=SandboxedWorkflowRunner())])
    await replayer.replay_workflow(history(path))


async def test_a_history_that_does_not_fit_is_found(tmp_path: Path) -> None:
    """A replay that could not fail would be no gate."""
    replayer = Replayer(workflows=[LeadWorkflow], plugins=[LeadPlugin()])
    with pytest.raises(NondeterminismError, match="TMPRL1100"):
        await replayer.replay_workflow(history(misfit(tmp_path)))


# --- backwards: every release's class and what was recorded since -----------------------------------------------------


@each_release
def test_a_worker_that_is_rolled_back_goes_on_with_every_history_since(folder: Path) -> None:
    """A deploy that cannot be taken back is not taken at all."""
    since = [path for release in RELEASES[RELEASES.index(folder) :] for path in sorted(release.glob("*.json"))]
    said = builds.replayed_by(folder, since)
    assert {path: error for path, error in said.items() if error is not None} == {}
    assert len(said) == len(since)


@each_release
def test_a_history_that_an_old_build_cannot_go_on_with_is_found(folder: Path, tmp_path: Path) -> None:
    """The old build has to be asked in earnest too."""
    (error,) = builds.replayed_by(folder, [misfit(tmp_path)]).values()
    assert error is not None
    assert "NondeterminismError" in error
