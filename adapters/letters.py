"""
What is filed in the Inbox, and how a row is read back: loosely kept, strictly parsed.

A letter whose content nobody can read is still a row, so that it is answered, counted and seen.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from pydantic import Field, JsonValue, ValidationError
from pydantic_core import from_json

from adapters.database import AnyRow
from adapters.tables import json_text
from engine.frozen import Frozen, Tolerant
from engine.hearsay import SaidMoment
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.turn import Scrap
from engine.ports.records import InboxItem, Unreadable
from engine.words import EventKind, Verb

OPERATOR: Final = "operator"
"""The source of what people of ours command."""

SIGNAL: Final = "temporal"
"""The source of what somebody signalled to Temporal directly."""

LONGEST_BODY: Final = 256 * 1024

LONGEST_DETAIL: Final = 500

KINDS: Final = frozenset((*EventKind, *Verb))

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


def letter_of(scrap: Scrap, now: datetime) -> Letter:
    """
    What somebody signalled to Temporal directly, as a letter; the same scrap twice within a minute is the same letter.

    A scrap that names its `id` or `occurred_at` is told from every other by them.
    """
    kind = scrap.name if re.fullmatch(PLAIN, scrap.name) else "unknown"
    content = _object(scrap.body)
    try:
        envelope = None if content is None else _Envelope.model_validate(content)
    except ValidationError:
        envelope = None
    if content is None or envelope is None:
        minute = now.replace(second=0, microsecond=0)
        return Letter(source=SIGNAL, id=_name(scrap, minute), kind=kind, occurred_at=now, body="")
    data = content.get("data", content)
    moment = envelope.occurred_at or now.replace(second=0, microsecond=0)
    return Letter(
        source=SIGNAL,
        id=envelope.id or _name(scrap, moment),
        kind=kind,
        occurred_at=envelope.occurred_at or now,
        body=json_text(data),
        by=envelope.by or SIGNAL,
    )


def item_of(row: AnyRow) -> InboxItem:
    """The row as the engine notes it."""
    number = row.number or 0
    if row.detail and row.kind not in KINDS:
        return Unreadable(number=number, detail=row.detail)
    try:
        return _command(row, number) if row.kind in tuple(Verb) else _event(row, number)
    except ValidationError as error:
        return Unreadable(number=number, detail=_problems(error))


def said_in(body: str) -> dict[str, JsonValue]:
    """What a kept body says: names and values; nothing when nobody can read it."""
    return _object(body) or {}


def _command(row: AnyRow, number: int) -> Command:
    return Command(
        number=number,
        id=row.event_id,
        verb=Verb(row.kind),
        by=row.by or row.source,
        occurred_at=row.occurred_at,
        data=CommandData.model_validate_json(row.body),
    )


def _event(row: AnyRow, number: int) -> Event:
    return Event(
        number=number,
        id=row.event_id,
        kind=row.kind,  # an unknown kind is refused here, with its reason
        occurred_at=row.occurred_at,
        source=row.source,
        data=EventData.model_validate_json(row.body),
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


def _name(scrap: Scrap, moment: datetime) -> str:
    when = scrap.mark or moment.astimezone(UTC).isoformat()
    told = sha256(f"{scrap.name}\n{scrap.body}\n{when}".encode(errors="surrogatepass")).hexdigest()[:40]
    # After a reset without its signals the next one has the mark of another: what it says tells them apart.
    return f"{scrap.mark}/{told[:12]}" if scrap.mark else told


def _problems(error: ValidationError) -> str:
    # Field names and kinds of mistake only: the values may be personal.
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'content'}: {problem['type']}" for problem in problems)[
        :500
    ]
