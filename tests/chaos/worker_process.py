"""
The worker of the drills: the one of production, but its messages go to the provider on this loopback port.

    python -m tests.chaos.worker_process PORT        settings from FOLLOWUP_*, the server from TEMPORAL_*
"""

import asyncio
import sys
from datetime import timedelta

import worker
from activities.look import Look
from adapters.records import DatabaseRecords
from adapters.settings import read_settings
from api.office import Office
from cli import logs, process
from engine.words import Channel
from tests.support.provider import HttpProvider


def main() -> int:
    """Run until SIGTERM, or until a crash point is reached."""
    settings = read_settings()
    logs.configure(settings.log_format, settings.log_level)
    asyncio.run(worker.run(settings, made=look_of))
    return process.ExitCode.OK


def look_of(office: Office) -> Look:
    """The worker's own look, with another provider."""
    settings, reached = office.settings, office.reached
    deadline = timedelta(seconds=settings.provider_deadline_seconds)
    provider = HttpProvider(int(sys.argv[1]), connect_within=deadline / 2, deadline=deadline, reached=reached)
    return Look(
        DatabaseRecords(office.database, settings, reached=reached),
        dict.fromkeys(Channel, provider),
        retry_within=timedelta(seconds=settings.retry_within_seconds),
        crash_point=reached,
    )


if __name__ == "__main__":
    process.run(main)
