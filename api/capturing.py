"""Capture a person: the lead and the event that says so are kept together, then the lead is rung."""

import asyncio
from datetime import datetime

from temporalio.service import RPCError

from adapters.leads import NewLead
from adapters.letters import OPERATOR, Letter
from api.commands import Trouble, already_used
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.words import EventKind, LeadId


class Taken(Frozen):
    """What became of a capture."""

    lead_id: LeadId
    created: bool
    """False when we knew the person; then what was new is added."""
    problems: tuple[str, ...]
    """What could not be used, without saying it."""
    request: str
    duplicate: bool
    """The same request was taken before."""
    rung: bool = False
    """False when nobody had to ring, or Temporal was too busy: the sweep rings later."""
    trouble: Trouble | None = None


async def capture(office: Office, new: NewLead, letter: Letter, now: datetime) -> Taken:
    """
    Record the person and file the event, in one transaction; then ring.

    Raises: FollowupError CMD001 when the request's id was used for something else, DatabaseUnavailable when nothing was
    kept.
    """
    taken, ring = await asyncio.to_thread(_take, office, new, letter, now)
    if not ring:
        return taken
    try:
        doorbell = await office.doorbell()
        return taken.model_copy(update={"rung": await doorbell.ring(taken.lead_id)})
    except (FollowupError, RPCError) as error:
        return taken.model_copy(update={"trouble": Trouble.of(error, letter)})


def captured(request: str, by: str, now: datetime) -> Letter:
    """The event that a person of ours entered a lead."""
    return Letter(source=OPERATOR, id=request, kind=EventKind.CAPTURED.value, occurred_at=now, by=by)


def _take(office: Office, new: NewLead, letter: Letter, now: datetime) -> tuple[Taken, bool]:
    with office.database.transaction() as transaction:
        found = office.people.capture(transaction, new, now)
        filed = office.inbox.file(transaction, letter, found.lead_id, now)
        if filed.lead_id != found.lead_id or filed.conflict:
            raise already_used(letter)
    taken = Taken(
        lead_id=found.lead_id,
        created=found.created,
        problems=found.problems,
        request=letter.id,
        duplicate=filed.duplicate,
    )
    return taken, filed.ring
