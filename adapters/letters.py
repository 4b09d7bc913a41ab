"""
What is filed in the Inbox, and how a row is read back: loosely kept, strictly parsed.

A letter whose content nobody can read is still a row, so that it is answered, counted and seen.
"""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, TypeVar

from pydantic import Field, JsonValue, ValidationError
from pydantic_core import from_json

from adapters.approvals import problem_in
from adapters.database import AnyRow
from adapters.tables import json_text
from engine.frozen import Frozen, Tolerant
from engine.hearsay import SaidMoment
from engine.life.circumstances import Policy
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.turn import Scrap
from engine.ports.records import InboxItem, Unreadable
from engine.reasons import ReplyClass
from engine.words import EventKind, LeadId, Verb

OPERATOR: Final = "operator"
"""The source of what people of ours command."""

SIGNAL: Final = "temporal"
"""The source of what somebody signalled to Temporal directly."""

LONGEST_BODY: Final = 256 * 1024

LONGEST_DETAIL: Final = 500

KINDS: Final = frozenset((*EventKind, *Verb))

NO_FURTHER: Final = frozenset((EventKind.OPTED_OUT, EventKind.REPLIED, Verb.STOP))
"""What ends sending by its mere kind: a detail that nobody can read must not let the next message leave."""

AHEAD: Final = Policy().event_ahead
"""How far ahead of ours another system's clock may be."""

SaidT = TypeVar("SaidT", bound=Tolerant)

PLAIN: Final = r"^[\x20-\x7e]{1,200}$"
"""Ids of other systems; anything else is an attack or a mistake."""


class Letter(Frozen):
    """Something to be filed."""

    source: str = Field(pattern=PLAIN)
    id: str = Field(pattern=PLAIN)
    """Unique with the source: the same id again is the same letter again."""
    kind: str = Field(pattern=PLAIN)
    """An EventKind or a Verb; of anything else only the fact that it came is kept."""
    occurred_at: SaidMoment
    body: str = "{}"
    """Its data: a JSON object as text."""
    by: str | None = Field(default=None, pattern=PLAIN)
    """Who commands."""
    unread: str = ""
    """What could not be read of it and was left out, by the names of its parts."""

    @property
    def kept_body(self) -> str:
        """The body as it is stored: of one that no database or reader could take, nothing but its digest is kept."""
        return self.body if len(self.body) <= LONGEST_BODY and _object(self.body) is not None else ""

    @property
    def digest(self) -> str:
        """Equal for letters that say the same."""
        return sha256(f"{self.kind}\n{_canonical(self.body)}".encode(errors="surrogatepass")).hexdigest()


class _Envelope(Tolerant):
    """What a signal's JSON may say beside its data."""

    id: str | None = Field(default=None, pattern=PLAIN)
    occurred_at: SaidMoment | None = None
    by: str | None = Field(default=None, pattern=PLAIN)


def letter_of(scrap: Scrap, lead: LeadId, now: datetime) -> Letter:
    """
    What somebody signalled to this lead, as a letter; the same scrap twice within a minute is the same letter.

    A scrap that names its `id` or `occurred_at` is told by them from every other of the lead.
    """
    kind = scrap.name if re.fullmatch(PLAIN, scrap.name) else "unknown"
    content = _object(scrap.body)
    envelope, unread = _readable(_Envelope, content or {})
    if content is None or (unread and kind not in NO_FURTHER):
        minute = now.replace(second=0, microsecond=0)
        return Letter(source=SIGNAL, id=_name(scrap, lead, minute), kind=kind, occurred_at=now, body="")
    data = content.get("data", content)
    moment = envelope.occurred_at or now.replace(second=0, microsecond=0)
    return Letter(
        source=SIGNAL,
        id=_name(scrap, lead, moment) if envelope.id is None else _of_lead(envelope.id, lead),
        kind=kind,
        occurred_at=envelope.occurred_at or now,
        body=json_text(data),
        by=envelope.by or SIGNAL,
        unread=unread,
    )


def item_of(row: AnyRow) -> InboxItem:
    """The row as the engine notes it; of what ends sending, as much as can be read."""
    number = row.number or 0
    if row.detail and row.kind not in KINDS:
        return Unreadable(number=number, detail=row.detail)
    unread = (row.detail or "") if row.disposition is None else ""
    try:
        problem = problem_in(row.kind, said_in(row.body))
        if problem is not None:
            return Unreadable(number=number, detail=problem)
        return _item(row, number, _data_of(row.kind).model_validate_json(row.body), unread)
    except ValidationError as error:
        if row.kind not in NO_FURTHER:
            return Unreadable(number=number, detail=_problems(error))
        return _item(row, number, _at_least(row), f"{unread}; {_problems(error)}".removeprefix("; "))


def said_in(body: str) -> dict[str, JsonValue]:
    """What a kept body says: names and values; nothing when nobody can read it."""
    return _object(body) or {}


def _item(row: AnyRow, number: int, data: EventData | CommandData, unread: str) -> Event | Command:
    if isinstance(data, CommandData):
        by = row.by or row.source
        verb = Verb(row.kind)
        return Command(
            number=number, id=row.event_id, verb=verb, by=by, occurred_at=_happened(row), data=data, unread=unread
        )
    return Event(
        number=number,
        id=row.event_id,
        kind=row.kind,  # an unknown kind is refused here, with its reason
        occurred_at=_happened(row),
        source=row.source,
        data=data,
        unread=unread,
    )


def _happened(row: AnyRow) -> datetime:
    """
    When it happened; what is from the future happened when it came in, or no later word would ever be newer.

    A yes is never younger than its receipt: whoever takes it back a minute later is to be heard.
    """
    ahead = timedelta(0) if row.kind == EventKind.OPTED_IN else AHEAD
    at: datetime = row.occurred_at
    return row.received_at if at > row.received_at + ahead else at


def _data_of(kind: str) -> type[EventData] | type[CommandData]:
    return CommandData if kind in tuple(Verb) else EventData


def _at_least(row: AnyRow) -> EventData | CommandData:
    """What can be read of such a row; a part that cannot be is as good as not said, and an answer then is unclear."""
    data, _ = _readable(_data_of(row.kind), said_in(row.body))
    if row.kind == EventKind.REPLIED and isinstance(data, EventData) and data.reply is None:
        return data.model_copy(update={"reply": ReplyClass.UNCLEAR})
    return data


def _readable(kind: type[SaidT], said: dict[str, JsonValue]) -> tuple[SaidT, str]:
    """What of it can be read, part by part; and what is wrong with the rest."""
    try:
        return kind.model_validate(said), ""
    except ValidationError as error:
        broken = {problem["loc"][0] for problem in error.errors(include_input=False) if problem["loc"]}
        return kind.model_validate({name: value for name, value in said.items() if name not in broken}), _problems(
            error
        )


def _object(text: str) -> dict[str, JsonValue] | None:
    """The JSON object in this text, alone or as the only one of a list; nothing at all is an empty one."""
    if not text.strip():
        return {}
    if len(text) > LONGEST_BODY:
        return None
    try:
        found = from_json(text, allow_inf_nan=False)
        json_text(found)  # 1e999 is read as infinite, and no database takes that
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, dict) else None


def _canonical(body: str) -> str:
    found = _object(body)
    return body if found is None else json_text(found)


def _of_lead(name: str, lead: LeadId) -> str:
    """Whoever signals many leads at once says the same id to each of them."""
    its = f"{lead}/{name}"
    return its if re.fullmatch(PLAIN, its) else f"{lead}/{sha256(name.encode()).hexdigest()}"


def _name(scrap: Scrap, lead: LeadId, moment: datetime) -> str:
    when = scrap.mark or f"{lead} {moment.astimezone(UTC).isoformat()}"
    told = sha256(f"{scrap.name}\n{scrap.body}\n{when}".encode(errors="surrogatepass")).hexdigest()[:40]
    # After a reset without its signals the next one has the mark of another: what it says tells them apart.
    return f"{scrap.mark}/{told[:12]}" if scrap.mark else told


def _problems(error: ValidationError) -> str:
    # Field names and kinds of mistake only: the values may be personal.
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'content'}: {problem['type']}" for problem in problems)[
        :500
    ]
