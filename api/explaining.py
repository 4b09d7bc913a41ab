"""Why a lead has, or has not, been contacted: its memory in words, what no look has noted yet, and whether it runs."""

import asyncio
from datetime import datetime, timedelta

from temporalio.service import RPCError

from adapters import audit, pauses
from adapters.audit import Entry
from adapters.views.lead import Received, memory, unapplied
from api.doorbell import Run
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.circumstances import SequencePause
from engine.life.explain import Explanation, explain
from engine.life.noting import noting
from engine.life.progress import Progress
from engine.words import LeadId

ASKED_FOR = timedelta(seconds=3)
"""How long Temporal may take to say whether a lead runs."""

LAST_COMMANDS = 3


class Explained(Frozen):
    """The answer."""

    lead_id: LeadId
    zone: str | None
    """The lead's own, as the engine knows it."""
    explanation: Explanation | None
    """None while no look has been at it."""
    unapplied: tuple[Received, ...]
    commanded: tuple[Entry, ...]
    """What people did last, with the reasons they typed, oldest first."""
    over: bool
    """Nothing is open, so that no workflow needs to run."""
    run: Run | None
    """How its workflow does; None when Temporal cannot be asked."""


async def explained(office: Office, lead_id: LeadId, now: datetime) -> Explained:
    """Everything that answers "why". Raises: FollowupError DBS004 when a newer engine wrote the lead's memory."""
    with office.database.reading() as transaction:
        known = memory(transaction, lead_id)
        paused = pauses.next_look_hears(transaction, lead_id)
        waiting = unapplied(transaction, lead_id)
        done = audit.about_lead(transaction, lead_id)
    return Explained(
        lead_id=lead_id,
        zone=None if known is None else known.circumstances.zone,
        explanation=None if known is None else _explanation(known, paused, now),
        unapplied=waiting,
        commanded=tuple(entry for entry in done if entry.actor != audit.ENGINE)[-LAST_COMMANDS:],
        over=known is not None and known.over,
        run=await _run(office, lead_id),
    )


def _explanation(known: Progress, paused: tuple[SequencePause, ...], now: datetime) -> Explanation:
    try:
        world = known.circumstances.model_copy(update={"pauses": paused, "paused_sequences": ()})
        return explain(noting(known, world, now), now)
    except Exception as bug:  # noqa: BLE001 - the engine fails on this lead: that is the explanation on-call needs
        what = f"The engine fails on this lead: {type(bug).__name__}."
        where = "Its look is a pending activity in the Temporal UI, with the error; it goes on by itself with the fix."
        return Explanation(next_move=what, at=None, lines=(what, where))


async def _run(office: Office, lead_id: LeadId) -> Run | None:
    try:
        async with asyncio.timeout(ASKED_FOR.total_seconds()):
            return await (await office.doorbell()).run_of(lead_id)
    except (FollowupError, RPCError, TimeoutError):
        return None
