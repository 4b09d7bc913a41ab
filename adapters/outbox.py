"""
The Outbox: what would have been sent, kept and shown instead. It is a provider like any other.

One row per touch: a second message for the same touch would be the one mistake we promise not to make, so it is loud.
"""

from collections import abc
from datetime import UTC, datetime

from sqlalchemy import select

from adapters.database import Database, DatabaseUnavailable, Transaction, insert_once
from adapters.faults import Reached, nothing
from adapters.tables import outbox
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.ports.providers import Message, OutcomeUnknown, Receipt, TryLater
from engine.words import Channel, TouchKey


def _clock() -> datetime:
    return datetime.now(UTC)


class Unsent(Frozen):
    """A message in the Outbox."""

    touch_key: TouchKey
    channel: Channel
    to: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    """The same as a page; empty unless it is a mail."""
    in_reply_to: TouchKey | None
    at: datetime


class Outbox:
    """The provider of every channel for which none is configured."""

    def __init__(
        self, database: Database, clock: abc.Callable[[], datetime] = _clock, *, reached: Reached = nothing
    ) -> None:
        self._database = database
        self._clock = clock
        self._reached = reached

    def send(self, message: Message) -> Receipt:
        """
        Keep the message.

        Raises: TryLater when it is too late for the first byte, OutcomeUnknown when the database does not answer,
        FollowupError DBS007 when this touch was sent before.
        """
        now = self._clock()
        if now > message.send_by:
            raise TryLater("too late for the first byte: the worker was held up after its claim")
        try:
            kept = self._keep(message, now)
        except DatabaseUnavailable as error:
            raise OutcomeUnknown("the Outbox did not answer") from error
        self._reached("after_last_byte")
        if not kept:
            raise _sent_twice(message.touch_key)
        return _receipt(message.touch_key)

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """The receipt when the Outbox has this touch. Raises: TryLater."""
        try:
            with self._database.reading() as transaction:
                found = transaction.execute(select(outbox.c.touch_key).where(outbox.c.touch_key == touch_key)).first()
        except DatabaseUnavailable as error:
            raise TryLater("the Outbox cannot be asked now") from error
        return None if found is None else _receipt(touch_key)

    def _keep(self, message: Message, now: datetime) -> bool:
        with self._database.transaction() as transaction:
            return insert_once(
                transaction, outbox, **message.model_dump(mode="json", exclude=NOT_KEPT), **_moments(message, now)
            )


NOT_KEPT = {"send_by", "valid_until"}


def _moments(message: Message, now: datetime) -> dict[str, object]:
    return {"valid_until": message.valid_until, "at": now}


def messages(transaction: Transaction, limit: int = 100) -> tuple[Unsent, ...]:
    """What is in the Outbox, the newest first."""
    rows = transaction.execute(select(outbox).order_by(outbox.c.at.desc(), outbox.c.touch_key).limit(limit))
    return tuple(
        Unsent(
            touch_key=TouchKey(row.touch_key),
            channel=Channel(row.channel),
            to=row.to,
            sender=row.sender,
            sender_name=row.sender_name,
            subject=row.subject,
            text=row.text,
            html=row.html,
            in_reply_to=None if row.in_reply_to is None else TouchKey(row.in_reply_to),
            at=row.at,
        )
        for row in rows
    )


def _receipt(touch_key: TouchKey) -> Receipt:
    return Receipt(provider_id=f"outbox-{touch_key}")


def _sent_twice(touch_key: TouchKey) -> FollowupError:
    return FollowupError(
        code="DBS007",
        what="a message was about to be sent twice",
        where=f"touch {touch_key}",
        why="the Outbox has this touch already, and a claim is taken only once",
        next="stop sending and report this: it is a fault in the engine, not in the lead",
    )
