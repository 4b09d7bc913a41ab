"""What people of ours command or report for one lead, and what became of it, read from its row."""

import asyncio
from collections import abc
from datetime import datetime, timedelta

from pydantic import JsonValue

from adapters.inbox import Answer, To
from adapters.letters import OPERATOR, Letter
from adapters.tables import json_text
from adapters.views.pulse import pulse
from api.office import Office
from api.posting import post
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.events import CommandData
from engine.words import EventKind, LeadId, Verb


class Became(Frozen):
    """What became of a command or a report."""

    lead_id: LeadId | None
    """None: nobody knows (yet) whom it is about."""
    request: str
    """Its id: sent again under it, it is still one."""
    kind: str
    number: int | None = None
    duplicate: bool = False
    disposition: str | None = None
    """applied, ignored or dead_letter; None while no look has noted it."""
    reason: str | None = None
    """Why it was ignored, or why a sequence did not start."""
    detail: str | None = None
    applied_at: datetime | None = None
    parked: str | None = None
    """After a `retry`: what a person has to decide still, or again; None when the lead goes on."""
    rung: bool = False
    trouble: str | None = None
    """Why it could not be rung now; it is filed all the same, and applied later."""

    @property
    def in_vain(self) -> bool:
        """It was looked at and changed nothing."""
        refused = self.kind == Verb.ENROLL and self.reason is not None
        return refused or self.disposition in ("ignored", "dead_letter")


def command(verb: Verb, data: CommandData, by: str, request: str, now: datetime) -> Letter:
    """What a person commands."""
    body = data.model_dump_json(exclude_none=True, exclude_defaults=True)
    return Letter(source=OPERATOR, id=request, kind=verb.value, occurred_at=now, body=body, by=by)


def report(kind: EventKind, data: abc.Mapping[str, JsonValue], by: str, request: str, occurred_at: datetime) -> Letter:
    """What a person says has happened."""
    body = json_text(dict(data))
    return Letter(source=OPERATOR, id=request, kind=kind.value, occurred_at=occurred_at, body=body, by=by)


async def send(office: Office, letter: Letter, to: To, wait: timedelta) -> Became:
    """
    File the letter, ring, and wait that long at most for the lead's look.

    What is about somebody we do not know is kept: an opt-out holds for its address from now on, and the letter goes to
    the lead that turns up within a day.
    Raises: FollowupError CMD001 when its id was used for something else, DatabaseUnavailable when nothing was kept.
    """
    posted = await post(office, letter, to, wait=wait)
    lead = posted.filed.lead_id
    if posted.filed.conflict or (isinstance(to, str) and lead != to):
        raise already_used(letter)
    became = Became(
        lead_id=lead,
        request=letter.id,
        kind=letter.kind,
        number=posted.filed.number,
        duplicate=posted.filed.duplicate,
        **posted.ring.model_dump(),
    )
    if posted.answer is None or lead is None:
        return became
    parked = await asyncio.to_thread(_parked, office, lead) if letter.kind == Verb.RETRY else None
    return became.model_copy(update={**_answer(posted.answer), "parked": parked})


def _parked(office: Office, lead: LeadId) -> str | None:
    with office.database.reading() as transaction:
        now = pulse(transaction, lead)
    return now.why if now.state.startswith("review.") else None


def _answer(answer: Answer) -> dict[str, object]:
    return answer.model_dump(include={"disposition", "reason", "detail", "applied_at"})


def already_used(letter: Letter) -> FollowupError:
    """The error for an id that meant something else the first time."""
    return FollowupError(
        code="CMD001",
        what=f"request {letter.id} was used before, for something else",
        where=f"{letter.source}:{letter.id}",
        why="the same id again means the same request again, and the first one stands",
        next="give another --request, or none",
    )
