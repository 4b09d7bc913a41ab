"""
Record the histories that every later release must be able to replay.

    .venv/bin/python -m tests.replay.record 0.2

Run it when the workflow class has changed, never over an older release's folder: those histories are sleeping leads.
"""

import asyncio
import sys
from collections import abc
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle

from cli import process
from cli.temporal_server import LocalServer, find_server_binary
from engine.life.turn import Glance, Turn
from engine.words import Act
from tests.support.waiting import until
from tests.workflows.conftest import Clock, Script, turn, working
from workflows.lead import LeadWorkflow
from workflows.names import RING
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

HERE = Path(__file__).parent
SOON = timedelta(milliseconds=300)
Handle = WorkflowHandle[LeadWorkflow, None]


def answering(*, stages: tuple[str, ...] = ("response",), fails: int = 0, last: int = 3) -> Script:
    """A script whose looks number themselves: stage by stage, failing first, over at the last."""
    looks = iter(range(1000))
    failures = iter(range(fails))

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        if next(failures, None) is not None:
            raise RuntimeError("a bug that was mended later")
        number = next(looks)
        stage = stages[min(number, len(stages) - 1)]
        return turn(
            glance.lead_id,
            revision=glance.revision + 1,
            due=now + SOON,
            act=Act.SEND_EMAIL,
            why=f"email {number}",
            stage=stage,
            state="waiting" if number < last else "over.completed",
            story=f"- look {number}",
            over=number >= last,
        )

    return Script(answer)


async def due(clock: Clock) -> Handle:
    """Three touches, each after a wait."""
    return await to_the_end(clock, answering())


async def rung(clock: Clock) -> Handle:
    """A ring in the middle of a wait."""
    return await to_the_end(clock, answering(last=5), RING)


async def content(clock: Clock) -> Handle:
    """A signal with content, of a kind nobody knows."""
    return await to_the_end(clock, answering(last=5), "pause", {"reason": "holiday"})


async def failed_look(clock: Clock) -> Handle:
    """A look that fails twice and then succeeds."""
    return await to_the_end(clock, answering(fails=2))


async def stage_change(clock: Clock) -> Handle:
    """A run that ends because the stage changed; the history is the first run's."""
    handle = await to_the_end(clock, answering(stages=("response", "response", "nurture")))
    return clock.client.get_workflow_handle_for(LeadWorkflow.run, handle.id, run_id=handle.first_execution_run_id)


async def cancelled(clock: Clock) -> Handle:
    """A clock that somebody stopped in the middle of a wait."""
    script = answering(last=50)
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        await until(lambda: len(script.asked) >= 2)
        await handle.cancel()
        with suppress(WorkflowFailureError):
            await handle.result()
    return handle


SCENARIOS: tuple[abc.Callable[[Clock], abc.Awaitable[Handle]], ...] = (
    due,
    rung,
    content,
    failed_look,
    stage_change,
    cancelled,
)


async def to_the_end(clock: Clock, script: Script, signal: str | None = None, *args: object) -> Handle:
    """Live until over, signalled once on the way."""
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        if signal is not None:
            await until(lambda: len(script.asked) >= 1)
            await handle.signal(signal, args=list(args))
        await handle.result()
    return handle


async def record(address: str, folder: Path) -> None:
    """One file for each scenario."""
    pace = Pace(first_retry=timedelta(milliseconds=50))
    clock = Clock(await Client.connect(address, plugins=[LeadPlugin(pace=pace)], identity="recorder"))
    for scenario in SCENARIOS:
        handle = await scenario(clock)
        history = await handle.fetch_history()
        (folder / f"{scenario.__name__}.json").write_text(history.to_json() + "\n")
        print(f"{scenario.__name__}: {len(history.events)} events")  # noqa: T201 - a script that people run


def main() -> int:
    """Record into the folder of the release that is named."""
    folder = HERE / sys.argv[1]
    if any(folder.glob("*.json")):
        sys.stderr.write(f"{folder.name} is recorded already; a recorded history is never written again\n")
        return process.ExitCode.USAGE
    folder.mkdir(exist_ok=True)
    with LocalServer(find_server_binary(print)) as server:
        asyncio.run(record(server.address, folder))
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
