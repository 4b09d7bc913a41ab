"""
The worker: it takes looks off the queues until it is told to stop.

    python worker.py            settings from FOLLOWUP_*, the server from TEMPORAL_*
"""

import asyncio
import signal
from collections import abc
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.look import Look
from activities.registered import LeadActivities, all_of
from adapters.catalogue import published
from adapters.providers import providers
from adapters.records import DatabaseRecords
from adapters.settings import Environment, Settings, read_settings
from api.office import Office
from api.publishing import publish
from api.starting import keep_starting
from api.sweeping import keep_sweeping
from api.temporal import connect, require_search_attributes
from cli import logs, process
from workflows.lead import LeadWorkflow
from workflows.names import LEADS_QUEUE, QUEUES
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

log = structlog.get_logger()

CACHED_LEADS = 1000
LOOKS_AT_ONCE = 8


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    settings = read_settings()
    logs.configure(settings.log_format, settings.log_level)
    asyncio.run(run(settings))
    return process.ExitCode.OK


async def run(settings: Settings, *, made: abc.Callable[[Office], Look] | None = None) -> None:
    """
    A worker of every queue, and the sweep and the dates beside it, until the process is told to stop.

    A drill may bring a look of its own, made for the office once that is open.

    Raises: FollowupError CFG006 before anything is connected, when messages are to leave that nobody can send.
    """
    with Office(settings) as office:
        look = (made or look_of)(office)
        client = await connect(LeadPlugin(pace=_pace(settings)))
        await require_search_attributes(client)
        have_something_to_run(office)
        async with AsyncExitStack() as stack:
            for worker in workers(client, office, look):
                await stack.enter_async_context(worker)
            log.info("worker.started", queues=sorted({LEADS_QUEUE, *QUEUES.values()}))
            every = timedelta(seconds=settings.sweep_seconds)
            dates = timedelta(seconds=settings.starts_seconds)
            doorbell = office.doorbell_of(client)
            async with asyncio.TaskGroup() as beside:  # a round that dies ends the process, and everybody sees it
                sweeping = beside.create_task(keep_sweeping(office, doorbell, every))
                starting = beside.create_task(keep_starting(office, doorbell, dates))
                await _told_to_stop()
                sweeping.cancel()
                starting.cancel()
        log.info("worker.stopped")


def workers(client: Client, office: Office, look: Look | None = None) -> abc.Iterator[Worker]:
    """One worker per queue: a slow provider fills only its own slots. A test may bring a look of its own."""
    settings = office.settings
    activities = all_of(LeadActivities(look or look_of(office), flag_after=settings.failing_attempts))
    graceful = timedelta(seconds=settings.graceful_shutdown_seconds)
    yield Worker(
        client,
        task_queue=LEADS_QUEUE,
        workflows=[LeadWorkflow],
        max_cached_workflows=CACHED_LEADS,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_seconds),
        graceful_shutdown_timeout=graceful,
    )
    for queue in sorted(set(QUEUES.values())):
        yield Worker(
            client,
            task_queue=queue,
            activities=activities,
            activity_executor=ThreadPoolExecutor(LOOKS_AT_ONCE),
            max_concurrent_activities=LOOKS_AT_ONCE,
            graceful_shutdown_timeout=graceful,
        )


def look_of(office: Office) -> Look:
    """The look at this office's leads, the same for every queue. Raises: FollowupError CFG006."""
    settings, reached = office.settings, office.reached
    return Look(
        DatabaseRecords(office.database, settings, reached=reached),
        providers(settings, office.database, reached),
        retry_within=timedelta(seconds=settings.retry_within_seconds),
        crash_point=reached,
    )


def have_something_to_run(office: Office) -> None:
    """
    In production publishing is somebody's decision, and whoever starts a worker only hears that there is nothing yet;
    elsewhere what is written runs.
    """
    if office.settings.environment is not Environment.PRODUCTION:
        publish(office)
        return
    with office.database.reading() as transaction:
        number = published(transaction).number
    if number == 0:
        log.warning("catalogue.empty", why="nothing is published: no lead starts", next="followup sequence publish")


def _pace(settings: Settings) -> Pace:
    return Pace(start_to_close=timedelta(seconds=settings.start_to_close_seconds))


async def _told_to_stop() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()


if __name__ == "__main__":
    process.run(main)
