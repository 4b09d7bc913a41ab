"""
Sequences that start at a date: every few minutes one look at all leads, and an event for each whose date has come.

So many at a time: fifty thousand renewals on one day are a queue and no burst. Whoever is filed is rung; a ring that is
lost is the sweep's.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from adapters import moments
from adapters.bells import Bell
from adapters.catalogue import Catalogue
from adapters.moments import Reached
from api.doorbell import Doorbell
from api.office import Office
from api.sweeping import ring_all
from engine.errors import FollowupError

log = structlog.get_logger()


async def start_dated(office: Office, doorbell: Doorbell, catalogue: Catalogue, now: datetime) -> int:
    """
    One round: how many leads were told that their date has come.

    Raises: FollowupError when the records do not answer.
    """
    filed = await asyncio.to_thread(_file, office, catalogue, now)
    await ring_all(office, doorbell, tuple(bell for bell in filed if bell is not None), now)
    return len(filed)


async def keep_starting(office: Office, doorbell: Doorbell, every: timedelta) -> None:
    """Look again and again until cancelled; a round that fails is logged, and the next one comes."""
    catalogue = Catalogue()
    while True:
        try:
            told = await start_dated(office, doorbell, catalogue, datetime.now(UTC))
            if told:
                log.info("dates.reached", leads=told)
        except FollowupError as error:
            log.warning("dates.failed", error=type(error).__name__)
        await asyncio.sleep(every.total_seconds())


def _file(office: Office, catalogue: Catalogue, now: datetime) -> tuple[Bell | None, ...]:
    """File an event for each lead whose date has come; the bell of each that is to be rung."""
    return tuple(_filed(office, one, now) for one in _reached(office, catalogue, now))


def _reached(office: Office, catalogue: Catalogue, now: datetime) -> tuple[Reached, ...]:
    settings = office.settings
    with office.database.reading() as transaction:
        wanted = moments.starts(transaction, catalogue)
        return moments.reached(transaction, wanted, settings.org_zone, now, settings.starts_at_once)


def _filed(office: Office, reached: Reached, now: datetime) -> Bell | None:
    filed = office.inbox.receive(reached.letter(now), reached.lead_id, now)
    return Bell(reached.lead_id, filed.stage) if filed.ring else None
