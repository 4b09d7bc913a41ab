"""
The sweep rings whoever nobody else will: a lead whose ring was lost, one that nobody looked at when it was due, one
that a switch let go. And it looks again for the leads of rows that had none.
"""

import asyncio
from collections import abc
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import structlog
from temporalio.service import RPCError

from adapters import bells
from adapters.bells import Bell
from api.doorbell import Doorbell
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.words import LeadId

log = structlog.get_logger()

AT_ONCE: Final = 20
"""Rings under way together."""

OF_A_KIND: Final = 500
"""Leads of each kind in one round; the next round goes on where the rung ones have fallen silent."""

LATE_BY: Final = 3
"""An open lead is rung so many rounds after it was due: by then its own workflow would have looked."""


class Swept(Frozen):
    """What one round did."""

    rung: int = 0
    matched: int = 0


async def sweep(office: Office, doorbell: Doorbell, now: datetime) -> Swept:
    """
    One round; whoever waits already is rung before anything that may fail is tried.

    Raises: FollowupError when the records do not answer.
    """
    rung = await ring_all(office, doorbell, await asyncio.to_thread(_waiting, office, now), now)
    matched = await asyncio.to_thread(office.inbox.match_unmatched, now, OF_A_KIND)
    rung += await ring_all(office, doorbell, matched, now)
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


def _waiting(office: Office, now: datetime) -> tuple[Bell, ...]:
    round_ = timedelta(seconds=office.settings.sweep_seconds)
    with office.database.reading() as transaction:
        found = (
            *bells.unrung(transaction, now, round_, OF_A_KIND),
            *bells.released(transaction, now, round_, OF_A_KIND),
            *bells.overdue(transaction, now, LATE_BY * round_, OF_A_KIND),
        )
    return tuple(dict.fromkeys(found))


async def ring_all(office: Office, doorbell: Doorbell, waiting: tuple[Bell, ...], now: datetime) -> int:
    """Ring them all, but for those that Temporal looks after; how many could be rung."""
    line = asyncio.Semaphore(AT_ONCE)

    async def one(bell: Bell) -> Rung:
        async with line:
            return await _rings(doorbell, bell)

    answers = await asyncio.gather(*map(one, waiting))
    heard = [bell.lead_id for bell, answer in zip(waiting, answers, strict=True) if answer != "refused"]
    await asyncio.to_thread(_rang, office, heard, now)
    return answers.count("rung")


Rung = Literal["rung", "refused", "needless"]


async def _rings(doorbell: Doorbell, bell: Bell) -> Rung:
    """Ring one lead; what Temporal has against it must not keep the others waiting."""
    try:
        # A ring changes nothing for a look that is being tried again, and fills its history.
        if bell.failing and (await doorbell.run_of(bell.lead_id)).failed:
            return "needless"
        return "rung" if await doorbell.ring(bell.lead_id, bell.stage) else "refused"
    except RPCError as error:
        log.warning("lead.not_rung", lead_id=bell.lead_id, status=error.status.name)
        return "refused"


def _rang(office: Office, rung: abc.Sequence[LeadId], now: datetime) -> None:
    for lead_id in rung:  # each by itself: whoever holds several leads at once may wait for somebody who waits for him
        with office.database.transaction() as transaction:
            bells.rang(transaction, lead_id, now)
