"""The sweep: rings leads whose Inbox row has waited too long, and looks again for the leads of rows that had none."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError

from adapters import inbox
from adapters.inbox import Bell
from api.doorbell import Doorbell
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.words import LeadId

log = structlog.get_logger()


class Swept(Frozen):
    """What one round did."""

    rung: int = 0
    matched: int = 0


async def sweep(office: Office, doorbell: Doorbell, now: datetime) -> Swept:
    """One round. Raises: FollowupError when the records do not answer."""
    matched, waiting = await asyncio.to_thread(_find, office, now)
    rung = 0
    for bell in dict.fromkeys((*matched, *waiting)):
        if await _rings(doorbell, bell):
            await asyncio.to_thread(_rang, office, bell.lead_id, now)
            rung += 1
    return Swept(rung=rung, matched=len(matched))


async def keep_sweeping(office: Office, doorbell: Doorbell, every: timedelta) -> None:
    """Sweep again and again until cancelled; a round that fails is logged, and the next one comes."""
    while True:
        try:
            swept = await sweep(office, doorbell, datetime.now(UTC))
            if swept.rung:
                log.info("leads.swept", rung=swept.rung, matched=swept.matched)
        except FollowupError as error:
            log.warning("sweep.failed", error=type(error).__name__)
        await asyncio.sleep(every.total_seconds())


async def _rings(doorbell: Doorbell, bell: Bell) -> bool:
    """Ring one lead; what Temporal has against it must not keep the others waiting."""
    try:
        return await doorbell.ring(bell.lead_id, bell.stage)
    except RPCError as error:
        log.warning("lead.not_rung", lead_id=bell.lead_id, status=error.status.name)
        return False


def _find(office: Office, now: datetime) -> tuple[tuple[Bell, ...], tuple[Bell, ...]]:
    patience = timedelta(seconds=office.settings.sweep_seconds)
    matched = office.inbox.match_unmatched(now)
    with office.database.reading() as transaction:
        return matched, inbox.unrung(transaction, now - patience)


def _rang(office: Office, lead_id: LeadId, now: datetime) -> None:
    with office.database.transaction() as transaction:
        inbox.rang(transaction, lead_id, now)
