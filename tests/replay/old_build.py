"""
Replay histories with the workflow class in an archive, and with nothing else of ours.

    python old_build.py BUILD.zip HISTORY.json ...      the last line of stdout: the error of each history, or null

It runs in a process of its own (`builds.replayed_by`): two builds of one package cannot be imported into one.
"""

import asyncio
import importlib
import json
import os
import sys
from pathlib import Path


async def replay(histories: dict[str, str]) -> dict[str, str | None]:
    """What became of each history, by its path."""
    from temporalio.client import WorkflowHistory
    from temporalio.worker import Replayer

    lead, plugin = importlib.import_module("workflows.lead"), importlib.import_module("workflows.plugin")
    for module in (lead, plugin):
        if not str(module.__file__).startswith(sys.path[0]):
            raise ImportError(f"{module.__name__} is not the build's own, but {module.__file__}")
    replayer = Replayer(workflows=[lead.LeadWorkflow], plugins=[plugin.LeadPlugin()])
    said: dict[str, str | None] = {}
    for path, text in histories.items():
        history = WorkflowHistory.from_json("lead-recorded", text)
        found = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        failure = found.replay_failure
        said[path] = None if failure is None else f"{type(failure).__name__}: {failure}"
    return said


def main() -> None:
    """Tell what became of every history."""
    _, build, *histories = sys.argv
    sys.path.insert(0, build)
    said = asyncio.run(replay({path: Path(path).read_text() for path in histories}))
    sys.stdout.write(f"\n{json.dumps(said)}")  # Temporal's core logs to stdout too
    sys.stdout.flush()
    os._exit(0)  # see cli/process.py, which a build from before may not have


if __name__ == "__main__":
    main()
