"""Post a letter to a lead: file it, ring, and read the answer from its row."""

import asyncio
from datetime import UTC, datetime, timedelta

from adapters.inbox import Answer, Filed, To, answer
from adapters.letters import Letter
from api.office import Office
from api.ringing import Ring, ring
from engine.frozen import Frozen

ASKED_EVERY = timedelta(milliseconds=50)


class Posted(Frozen):
    """What became of a letter, as far as one waited for it."""

    filed: Filed
    answer: Answer | None
    """None while the lead has not looked."""
    ring: Ring


async def post(office: Office, letter: Letter, to: To, *, wait: timedelta) -> Posted:
    """
    File the letter and ring; then wait that long at most for what it led to.

    The letter is kept from the moment it is filed: whatever happens afterwards, it is applied. Nobody waits for a lead
    that could not be rung.
    """
    filed = await asyncio.to_thread(office.inbox.receive, letter, to, datetime.now(UTC))
    rung = await ring(office, filed)
    patience = timedelta(0) if rung.trouble else wait
    return Posted(filed=filed, answer=await _answered(office, letter, filed, patience), ring=rung)


async def _answered(office: Office, letter: Letter, filed: Filed, wait: timedelta) -> Answer | None:
    if filed.lead_id is None:
        return None
    until = datetime.now(UTC) + wait
    while True:
        found = await asyncio.to_thread(_read, office, letter)
        if found is not None and found.disposition is not None:
            return found
        if datetime.now(UTC) >= until:
            return None
        await asyncio.sleep(ASKED_EVERY.total_seconds())


def _read(office: Office, letter: Letter) -> Answer | None:
    with office.database.reading() as transaction:
        return answer(transaction, letter.source, letter.id)
