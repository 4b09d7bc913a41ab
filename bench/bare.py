"""
The baselines: the least that Temporal lets anybody do for the same effect, with our worker options and our converter.

They say when they are done through `heard`, in the process that runs them; what runs in a process of its own writes
to a journal.
"""

import os
from collections import abc
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

import worker
from adapters.settings import Settings

QUEUE = "bare"
ACTIVITIES = "bare-activities"
LONG = timedelta(days=30)

Heard = abc.Callable[[str], None]


def unheard(workflow_id: str) -> None:
    """Nobody listens."""


class Ear:
    """Who is told of every no-op activity and every counted signal; one for the process."""

    heard: Heard = staticmethod(unheard)


class Pace:
    """How long an attempt may take; one for the process, as ours."""

    attempt = timedelta(seconds=30)


class Journal:
    """Lines in a file that survive their writer."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, line: str) -> None:
        """Append one line, whole."""
        os.write(self._file, f"{line}\n".encode())


@activity.defn
def nothing(what: str) -> str:
    """The no-op activity: a thread of the pool, as ours."""
    Ear.heard(what)
    return what


@workflow.defn
class Empty:
    """Ends at once."""

    @workflow.run
    async def run(self) -> None:
        """Do nothing."""


@workflow.defn
class Sleeping:
    """Sleeps."""

    @workflow.run
    async def run(self) -> None:
        """Sleep for a month."""
        await workflow.sleep(LONG)


@workflow.defn
class Touching:
    """Waits for each moment and runs one no-op activity; then sleeps, or ends when it is told so."""

    @workflow.run
    async def run(self, moments: tuple[datetime, ...], ends: bool) -> None:
        """The timer and the activity that a touch costs at least."""
        me = workflow.info().workflow_id
        for moment in moments:
            if moment > workflow.now():
                await workflow.sleep(moment - workflow.now())
            await workflow.execute_activity(nothing, me, task_queue=ACTIVITIES, start_to_close_timeout=Pace.attempt)
        if not ends:
            await workflow.sleep(LONG)


@workflow.defn
class Repeating:
    """So many touches, so far apart; then it sleeps until a signal, each of which is one more no-op activity."""

    def __init__(self) -> None:
        self.rung = False

    @workflow.run
    async def run(self, touches: int, apart: timedelta) -> None:
        """A bare life, and its sleep."""
        me = workflow.info().workflow_id
        for _ in range(touches):
            await workflow.sleep(apart)
            await workflow.execute_activity(nothing, me, task_queue=ACTIVITIES, start_to_close_timeout=Pace.attempt)
        while not workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(lambda: self.rung)
            self.rung = False
            await workflow.execute_activity(nothing, me, task_queue=ACTIVITIES, start_to_close_timeout=Pace.attempt)

    @workflow.signal
    def ring(self) -> None:
        """Wake."""
        self.rung = True


@workflow.defn
class Counting:
    """Counts its signals."""

    def __init__(self) -> None:
        self.count = 0

    @workflow.run
    async def run(self) -> None:
        """Live on."""
        await workflow.sleep(LONG)

    @workflow.signal
    def count_one(self, said: dict[str, str]) -> None:
        """Count it, and say so."""
        self.count += 1
        if not workflow.unsafe.is_replaying():
            Ear.heard(workflow.info().workflow_id)


WORKFLOWS = (Empty, Sleeping, Touching, Repeating, Counting)


def workers(client: Client, settings: Settings) -> abc.Iterator[Worker]:
    """A worker for workflows and one for the no-op activity, with the options of ours."""
    graceful = timedelta(seconds=settings.graceful_shutdown_seconds)
    yield Worker(
        client,
        task_queue=QUEUE,
        workflows=WORKFLOWS,
        max_cached_workflows=worker.CACHED_LEADS,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_seconds),
        graceful_shutdown_timeout=graceful,
    )
    yield Worker(
        client,
        task_queue=ACTIVITIES,
        activities=[nothing],
        activity_executor=ThreadPoolExecutor(worker.LOOKS_AT_ONCE),
        max_concurrent_activities=worker.LOOKS_AT_ONCE,
        graceful_shutdown_timeout=graceful,
    )
