"""What people of ours command or report for one lead, and what became of it, read from its row."""

from collections import abc
from datetime import datetime, timedelta

from pydantic import JsonValue

from adapters.inbox import Answer
from adapters.letters import OPERATOR, Letter
from adapters.tables import json_text
from api.office import Office
from api.posting import post
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.events import CommandData
from engine.words import EventKind, LeadId, Verb


class Became(Frozen):
    """What became of a command or a report."""

    lead_id: LeadId
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


async def send(office: Office, letter: Letter, lead: LeadId, wait: timedelta) -> Became:
    """
    File the letter, ring, and wait that long at most for the lead's look.

    Raises: FollowupError CMD001 when its id was used for something else, DatabaseUnavailable when nothing was kept.
    """
    posted = await post(office, letter, lead, wait=wait)
    if posted.filed.conflict or posted.filed.lead_id != lead:
        raise already_used(letter)
    became = Became(
        lead_id=lead,
        request=letter.id,
        kind=letter.kind,
        number=posted.filed.number,
        duplicate=posted.filed.duplicate,
        **posted.ring.model_dump(),
    )
    return became if posted.answer is None else became.model_copy(update=_answer(posted.answer))


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
