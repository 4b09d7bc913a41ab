"""
Record the histories that every later release must be able to replay, and the build that made them.

    .venv/bin/python -m tests.replay.record 0.3

Run it when the workflow class has changed, into the folder of the release to come. What is recorded already is never
written again: those histories are sleeping leads, and that build is what a worker is rolled back to.
"""

import asyncio
import sys
from collections import abc
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RawValue

from cli import process
from cli.temporal_server import LocalServer, find_server_binary
from engine.life.turn import Glance, Turn
from engine.words import Act
from tests.replay import builds
from tests.support.waiting import until, until_so
from tests.workflows.conftest import Answer, Clock, Script, turn, working
from workflows.lead import LeadWorkflow
from workflows.names import RING, SNAPSHOT
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

HERE = Path(__file__).parent
SOON = timedelta(milliseconds=300)
A_WHILE = timedelta(seconds=2)
PACE = Pace(first_retry=timedelta(milliseconds=50), send_within=timedelta(seconds=1))
SHORT_OF_MEMORY = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20")
"""A server that suggests to continue as new after so many events; the real one does after 4,096."""

Handle = WorkflowHandle[LeadWorkflow, None]


class Slow(Script):
    """A script whose looks after the first stand still until they are let go."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.looking = asyncio.Event()
        self.let_go = asyncio.Event()

    @activity.defn(dynamic=True)
    async def look(self, args: abc.Sequence[RawValue]) -> Turn:
        """As ever, and late."""
        if self.asked:
            self.looking.set()
            await self.let_go.wait()
        return await super().look(args)


def numbering(
    *, stages: tuple[str, ...] = ("response",), fails: int = 0, last: int = 3, apart: timedelta = SOON
) -> Answer:
    """Looks that number themselves: stage by stage, failing first, over at the last."""
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
            due=now + apart,
            act=Act.SEND_EMAIL,
            why=f"email {number}",
            stage=stage,
            state="waiting" if number < last else "over.completed",
            story=f"- look {number}",
            over=number >= last,
        )

    return answer


async def due(clock: Clock) -> Handle:
    """Three touches, each after a wait."""
    return await to_the_end(clock, Script(numbering()))


async def rung(clock: Clock) -> Handle:
    """A ring in the middle of a wait."""
    return await to_the_end(clock, Script(numbering(last=5)), RING)


async def rung_for_nothing(clock: Clock) -> Handle:
    """A ring in the middle of a wait that goes on afterwards."""
    answer = numbering(last=2)
    first: list[datetime] = []

    def patient(glance: Glance, act: Act, now: datetime) -> Turn:
        if act is Act.SEND_EMAIL:
            return answer(glance, act, now)
        first.append(now)
        return turn(glance.lead_id, due=first[0] + A_WHILE, act=Act.SEND_EMAIL, why="email 1", stage="response")

    return await to_the_end(clock, Script(patient), RING)


async def rung_while_looking(clock: Clock) -> Handle:
    """A ring that comes while a look is under way."""
    return await signalled_while_looking(clock, Slow(numbering()), RING)


async def content(clock: Clock) -> Handle:
    """A signal with content, of a kind nobody knows."""
    return await to_the_end(clock, Script(numbering(last=5)), "pause", {"reason": "holiday"})


async def content_while_looking(clock: Clock) -> Handle:
    """A signal with content that comes while a look changes the stage: it is filed before the page is turned."""
    script = Slow(numbering(stages=("response", "nurture"), last=4, apart=A_WHILE))
    return first_run(clock, await signalled_while_looking(clock, script, "pause", {"reason": "holiday"}))


async def failed_look(clock: Clock) -> Handle:
    """A look that fails twice and then succeeds."""
    return await to_the_end(clock, Script(numbering(fails=2)))


async def out_of_time(clock: Clock) -> Handle:
    """A message that nobody sends while there is time for it."""
    answer = numbering(last=2)
    return await to_the_end(clock, Script(answer, stalls=frozenset({Act.SEND_EMAIL})))


async def stage_change(clock: Clock) -> Handle:
    """A run that ends because the stage changed; the history is the first run's."""
    script = Script(numbering(stages=("response", "response", "nurture")))
    return first_run(clock, await to_the_end(clock, script))


async def first_response(clock: Clock) -> Handle:
    """A stage that changes while a message is due: it leaves before the page is turned."""
    answer = numbering(stages=("response", "nurture"), last=4)

    def hurried(glance: Glance, act: Act, now: datetime) -> Turn:
        next_turn = answer(glance, act, now)
        return next_turn.model_copy(update={"due": now}) if next_turn.why == "email 1" else next_turn

    return first_run(clock, await to_the_end(clock, Script(hurried)))


async def suggested(clock: Clock) -> Handle:
    """A run that ends because Temporal finds its history long enough."""
    return first_run(clock, await to_the_end(clock, Script(numbering(last=5))))


async def over(clock: Clock) -> Handle:
    """A lead that needs nothing."""
    return await to_the_end(clock, Script(numbering(last=0)))


async def over_and_rung(clock: Clock) -> Handle:
    """A ring that comes during the last look of all."""
    return await signalled_while_looking(clock, Slow(numbering(last=1)), RING)


async def cancelled(clock: Clock) -> Handle:
    """A clock that somebody stopped in the middle of a wait."""
    script = Script(numbering(last=50))
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        await until(lambda: len(script.asked) >= 2)
        await stopped(handle)
    return handle


async def cancelled_while_looking(clock: Clock) -> Handle:
    """A clock that somebody stopped in the middle of a look."""
    script = Slow(numbering())
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        await script.looking.wait()
        await stopped(handle)
        script.let_go.set()
    return handle


async def queried(clock: Clock) -> Handle:
    """A lead that somebody asks how it stands."""
    script = Script(numbering())
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        await until(lambda: len(script.asked) >= 1)
        await handle.query(SNAPSHOT)
        await handle.result()
        await handle.query(SNAPSHOT)
    return handle


Scenario = abc.Callable[[Clock], abc.Awaitable[Handle]]

SCENARIOS: tuple[Scenario, ...] = (
    due,
    rung,
    rung_for_nothing,
    rung_while_looking,
    content,
    content_while_looking,
    failed_look,
    out_of_time,
    stage_change,
    first_response,
    over,
    over_and_rung,
    cancelled,
    cancelled_while_looking,
    queried,
)
ON_A_SHORT_MEMORY: tuple[Scenario, ...] = (suggested,)


async def to_the_end(clock: Clock, script: Script, signal: str | None = None, *args: object) -> Handle:
    """Live until over, signalled once on the way."""
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        if signal is not None:
            await until_so(partial(sleeps, handle))
            await handle.signal(signal, args=list(args))
        await handle.result()
    return handle


async def sleeps(handle: Handle) -> bool:
    """Whether its first timer stands."""
    history = await handle.fetch_history()
    return any(event.event_type == EventType.EVENT_TYPE_TIMER_STARTED for event in history.events)


async def signalled_while_looking(clock: Clock, script: Slow, signal: str, *args: object) -> Handle:
    """Live until over, signalled once during the second look."""
    async with working(clock.client, script):
        handle = await clock.start(turn(stage="response"), own_time=False)
        await script.looking.wait()
        await handle.signal(signal, args=list(args))
        script.let_go.set()
        await handle.result()
    return handle


async def stopped(handle: Handle) -> None:
    """Cancel it, and see that it ends."""
    await handle.cancel()
    with suppress(WorkflowFailureError):
        await handle.result()


def first_run(clock: Clock, handle: Handle) -> Handle:
    """The run that began it all."""
    return clock.client.get_workflow_handle_for(LeadWorkflow.run, handle.id, run_id=handle.first_execution_run_id)


async def record(address: str, folder: Path, scenarios: abc.Iterable[Scenario]) -> None:
    """A file for each scenario that has none."""
    clock = Clock(await Client.connect(address, plugins=[LeadPlugin(pace=PACE)], identity="recorder"))
    for scenario in scenarios:
        file = folder / f"{scenario.__name__}.json"
        if file.exists():
            continue
        history = await (await scenario(clock)).fetch_history()
        # A stack trace names the place of this checkout, which is nobody's business.
        file.write_text(history.to_json().replace(str(builds.HOUSE), "followup") + "\n")
        print(f"{file.stem}: {len(history.events)} events")  # noqa: T201 - a script that people run


def main() -> int:
    """Record what is missing in the folder of the release that is named."""
    folder = HERE / sys.argv[1]
    if builds.differs(folder):
        sys.stderr.write(f"{folder.name} was recorded with another workflow class; name the release to come\n")
        return process.ExitCode.USAGE
    folder.mkdir(exist_ok=True)
    for scenarios, options in ((SCENARIOS, ()), (ON_A_SHORT_MEMORY, SHORT_OF_MEMORY)):
        with LocalServer(find_server_binary(print), options=options) as server:
            asyncio.run(record(server.address, folder, scenarios))
    builds.freeze(folder)
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
