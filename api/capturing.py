"""Capture a person: the lead and the event that says so are kept together, then the lead is rung."""

import asyncio
from datetime import datetime

from adapters.inbox import Filed
from adapters.leads import NewLead
from adapters.letters import OPERATOR, Letter
from api.commands import already_used
from api.office import Office
from api.ringing import ring
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
    trouble: str | None = None
    """Why it could not be rung now; it is kept all the same, and starts later."""


async def capture(office: Office, new: NewLead, letter: Letter, now: datetime) -> Taken:
    """
    Record the person and file the event, in one transaction; then ring.

    Raises: FollowupError CMD001 when the request's id was used for something else, DatabaseUnavailable when nothing was
    kept.
    """
    taken, filed = await asyncio.to_thread(_take, office, new, letter, now)
    return taken.model_copy(update=(await ring(office, filed)).model_dump())


def captured(request: str, by: str, now: datetime) -> Letter:
    """The event that a person of ours entered a lead."""
    return Letter(source=OPERATOR, id=request, kind=EventKind.CAPTURED.value, occurred_at=now, by=by)


def _take(office: Office, new: NewLead, letter: Letter, now: datetime) -> tuple[Taken, Filed]:
    with office.database.transaction() as transaction:
        found = office.people.capture(transaction, new, now)
        filed = office.inbox.file(transaction, letter, found.lead_id, now)
        if filed.lead_id != found.lead_id or filed.conflict:
            raise already_used(letter)
        if office.inbox.match(transaction, {found.lead_id}, now):
            filed = filed.model_copy(update={"ring": True})
    taken = Taken(
        lead_id=found.lead_id,
        created=found.created,
        problems=found.problems,
        request=letter.id,
        duplicate=filed.duplicate,
    )
    return taken, filed
