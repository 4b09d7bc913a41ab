"""What people of ours command or report for one lead, and what became of it, read from its row."""

from collections import abc
from datetime import datetime, timedelta
from typing import Self

from pydantic import JsonValue
from temporalio.service import RPCError

from adapters.inbox import Answer
from adapters.letters import OPERATOR, Letter
from adapters.tables import json_text
from api.office import Office
from api.posting import post
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.events import CommandData
from engine.words import EventKind, LeadId, Verb


class Trouble(Frozen):
    """Why Temporal could not be told; what it was to be told is kept, and rung for later."""

    code: str
    what: str
    where: str
    why: str
    next: str

    @classmethod
    def of(cls, error: FollowupError | RPCError, letter: Letter) -> Self:
        """The error of a bell that could not be rung. Raises: the error itself when it is of another area."""
        told = _refused(error) if isinstance(error, RPCError) else error
        if not told.code.startswith("TMP"):
            raise error
        why = f"{told.why}; nothing is lost: it is kept as request {letter.id} and applied once Temporal is back"
        return cls(code=told.code, what=told.what, where=told.where, why=why, next=told.next)

    @property
    def error(self) -> FollowupError:
        """As it is told to people."""
        return FollowupError(code=self.code, what=self.what, where=self.where, why=self.why, next=self.next)


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
    trouble: Trouble | None = None

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
    try:
        posted = await post(office, letter, lead, wait=wait)
    except (FollowupError, RPCError) as error:
        return _unanswered(letter, lead, Trouble.of(error, letter))
    if posted.filed.conflict or posted.filed.lead_id != lead:
        raise already_used(letter)
    became = Became(
        lead_id=lead,
        request=letter.id,
        kind=letter.kind,
        number=posted.filed.number,
        duplicate=posted.filed.duplicate,
        rung=posted.rung,
    )
    return became if posted.answer is None else became.model_copy(update=_answer(posted.answer))


def _answer(answer: Answer) -> dict[str, object]:
    return answer.model_dump(include={"disposition", "reason", "detail", "applied_at"})


def _unanswered(letter: Letter, lead: LeadId, trouble: Trouble) -> Became:
    return Became(lead_id=lead, request=letter.id, kind=letter.kind, trouble=trouble)


def _refused(error: RPCError) -> FollowupError:
    return FollowupError(
        code="TMP003",
        what="Temporal refused the ring",
        where="signal-with-start",
        why=f"it answers {error.status.name.lower()}",
        next="see `followup doctor`",
    )


def already_used(letter: Letter) -> FollowupError:
    """The error for an id that meant something else the first time."""
    return FollowupError(
        code="CMD001",
        what=f"request {letter.id} was used before, for something else",
        where=f"{letter.source}:{letter.id}",
        why="the same id again means the same request again, and the first one stands",
        next="give another --request, or none",
    )
