"""
The ledger of touches: one row per touch_key, written before a provider is called.

Whoever brings a row to `in_flight` may make one call; everybody else may only ask. Success is recorded whatever the
fence; everything else needs the current one.
"""

from collections import abc
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Final, Literal

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, bindparam, select, union_all, update

from adapters.database import AnyRow, Transaction, insert_once
from adapters.tables import ledger
from engine.frozen import Frozen
from engine.life.moves import Send
from engine.life.passing import COMES_AGAIN
from engine.ports.providers import Message
from engine.ports.records import TouchRecord
from engine.words import Channel, LeadId, Stage, TouchKey, TouchState

RANK: dict[TouchState, int] = {
    TouchState.ACCEPTED: 10,
    TouchState.SENT: 30,
    TouchState.UNDELIVERED: 50,
    TouchState.BOUNCED: 50,
    TouchState.CANCELED: 50,
    TouchState.DELIVERED: 60,
    TouchState.READ: 70,
}
"""How much a provider's word weighs; proof of delivery outranks a failure. What is not listed is no word of theirs."""

# Every touch asks these: made once, they cost no more than being run.
ROW: Final = select(ledger).where(ledger.c.touch_key == bindparam("key"))
ROW_HELD: Final = ROW.with_for_update()
SLOT: Final = select(ledger.c.slot_at).where(ledger.c.touch_key == bindparam("key"))
CHANGED: Final = update(ledger).where(ledger.c.touch_key == bindparam("key"))

CLAIMABLE = (TouchState.DEFERRED, TouchState.RETRYABLE)
NEVER_LEFT = (TouchState.DEFERRED, TouchState.RETRYABLE, TouchState.SUPPRESSED, TouchState.REJECTED)

DOUBTS = (TouchState.UNCERTAIN, TouchState.NOT_FOUND, TouchState.LOST)
IN_DOUBT = (TouchState.IN_FLIGHT, TouchState.UNCERTAIN, TouchState.NOT_FOUND)
"""Where a touch still stands when somebody doubts it; a doubt says nothing about what is settled."""

HISTORY_KEPT = 50
"""Callbacks may repeat without end; the first ones and the last one tell the story."""


Counted = Literal["sender", "domain"]
"""What a limit counts."""


class Letterhead(Frozen):
    """Who writes to whom, as far as limits and threads need it."""

    sender: str
    to_hash: str
    domain: str | None = None
    template_digest: str | None = None
    approved_sha256: str | None = None
    """Of the words that a person released."""
    edited: bool | None = None
    """Whether that person changed them; None where nobody was asked."""


class Evidence(Frozen):
    """What a provider says about a touch, in a callback or when asked."""

    touch_key: TouchKey
    state: TouchState
    at: AwareDatetime
    provider_id: str | None = None
    detail: str = ""


class Limit(Frozen):
    """So many in a rolling window."""

    most: int
    window: timedelta
    spares: tuple[Stage, ...] = ()
    """Stages whose touches do not count."""


class Sent(Frozen):
    """A touch that has a subject and a text, for threads and conversation history."""

    touch_key: TouchKey
    channel: Channel
    state: TouchState
    subject: str
    provider_id: str | None


def merge(known: TouchState, said: TouchState) -> TouchState:
    """The state after a provider's word: never a lower rank than before, in whatever order words arrive."""
    return said if RANK.get(said, 0) > RANK.get(known, 0) else known


def touch(transaction: Transaction, touch_key: TouchKey) -> TouchRecord | None:
    """The touch's row; None when nothing was decided about it yet."""
    row = _row(transaction, touch_key)
    return None if row is None else _record(row)


def claim(
    transaction: Transaction, lead: LeadId, send: Send, message: Message, head: Letterhead, now: datetime
) -> int | None:
    """
    The fence under which exactly one call may be made; None when the touch is claimed or settled already.

    The lead's row is locked by the caller; the unique key decides all the same.
    """
    written = {
        **_identity(lead, send, head),
        "state": TouchState.IN_FLIGHT.value,
        "attempt_started_at": now,
        "changed_at": now,
        "slot_at": None,
        "subject": message.subject,
        "body": message.text,
        "body_sha256": sha256(message.text.encode()).hexdigest(),
    }
    first = [_entry(now, TouchState.IN_FLIGHT, 1, "claimed")]
    if insert_once(transaction, ledger, **written, fence=1, decided_at=now, history=first):
        return 1
    return _claim_again(transaction, send.touch_key, written, now)


def settle(
    transaction: Transaction, touch_key: TouchKey, fence: int, state: TouchState, detail: str, now: datetime
) -> bool:
    """
    Write an outcome under its fence; False when a newer claim exists.

    With `accepted` the detail is the provider's id.
    """
    row = _locked(transaction, touch_key)
    if row is None:
        return False
    current = bool(row.fence == fence)
    evidence = state in RANK
    if not current and not evidence:
        return False
    after = _after(TouchState(row.state), state)
    changes: dict[str, object] = {"state": after.value, "changed_at": now}
    if evidence:
        changes["provider_id"] = row.provider_id or detail or None
    elif after is state:
        changes["detail"] = detail
    note = detail if current else f"late word of fence {fence}: {detail}"
    _change(transaction, row, _entry(now, state, fence, note), changes)
    return current


def _after(known: TouchState, said: TouchState) -> TouchState:
    """The state after an outcome: an attempt that comes late may doubt what another has settled meanwhile."""
    if said in RANK or known in RANK:
        return merge(known, said)
    return known if said in DOUBTS and known not in IN_DOUBT else said


def record(transaction: Transaction, evidence: Evidence) -> LeadId | None:
    """Merge a provider's word into the touch; whose touch it is, or None when there is none of that key."""
    row = _locked(transaction, evidence.touch_key)
    if row is None:
        return None
    changes: dict[str, object] = {
        "state": merge(TouchState(row.state), evidence.state).value,
        "changed_at": evidence.at,
        "provider_id": row.provider_id or evidence.provider_id,
    }
    _change(transaction, row, _entry(evidence.at, evidence.state, row.fence, evidence.detail), changes)
    return LeadId(row.lead)


def keep_back(
    transaction: Transaction,
    lead: LeadId,
    send: Send,
    state: TouchState,
    detail: str,
    now: datetime,
    *,
    head: Letterhead | None = None,
    slot_at: datetime | None = None,
) -> None:
    """Write that the gate did not let a touch leave; never over a claim."""
    written = {
        **_identity(lead, send, head),
        "state": state.value,
        "detail": detail,
        "changed_at": now,
        "slot_at": slot_at,
    }
    history = [_entry(now, state, 0, detail)]
    if insert_once(transaction, ledger, **written, decided_at=now, history=history):
        return
    row = _locked(transaction, send.touch_key)
    if row is not None and TouchState(row.state) in (*CLAIMABLE, TouchState.SUPPRESSED):
        _change(transaction, row, _entry(now, state, row.fence, detail), written)


def give_up(transaction: Transaction, lead: LeadId, because: str, now: datetime) -> None:
    """The lead is over: what still waited to be sent is suppressed, since nothing will ever send it."""
    waits = (ledger.c.lead == lead) & ledger.c.state.in_([state.value for state in CLAIMABLE])
    for row in transaction.execute(select(ledger).where(waits).with_for_update()).all():
        changes = {"state": TouchState.SUPPRESSED.value, "detail": because, "changed_at": now, "slot_at": None}
        _change(transaction, row, _entry(now, TouchState.SUPPRESSED, row.fence, because), changes)


def by_provider_id(transaction: Transaction, channel: Channel, provider_id: str) -> TouchKey | None:
    """The touch a provider means by its own id."""
    found = select(ledger.c.touch_key).where(ledger.c.channel == channel.value, ledger.c.provider_id == provider_id)
    key = transaction.execute(found).scalar()
    return None if key is None else TouchKey(key)


def sent(transaction: Transaction, touch_key: TouchKey) -> Sent | None:
    """The touch as it left, for whoever answers it in a thread; None when it never did."""
    row = _row(transaction, touch_key)
    if row is None or TouchState(row.state) in NEVER_LEFT or row.subject is None:
        return None
    return Sent(
        touch_key=TouchKey(row.touch_key),
        channel=Channel(row.channel),
        state=TouchState(row.state),
        subject=row.subject,
        provider_id=row.provider_id,
    )


def slot(transaction: Transaction, touch_key: TouchKey) -> datetime | None:
    """When the sender's limit lets a waiting touch leave; None when it does not wait for that."""
    return transaction.execute(SLOT, {"key": touch_key}).scalar()


def leave_line(transaction: Transaction, lead: LeadId) -> None:
    """Give back the places that the lead's touches keep in their senders' lines."""
    waits = (ledger.c.lead == lead) & ledger.c.slot_at.is_not(None)
    transaction.execute(update(ledger).where(waits).values(slot_at=None))


def addressed_to(transaction: Transaction, touch_key: TouchKey) -> tuple[Channel, str] | None:
    """The channel and the hash of the address a touch was written to."""
    found = select(ledger.c.channel, ledger.c.to_hash).where(ledger.c.touch_key == touch_key)
    row = transaction.execute(found).first()
    return None if row is None or row.to_hash is None else (Channel(row.channel), row.to_hash)


# --- limits -----------------------------------------------------------------------------------------------------------


def free_at(
    transaction: Transaction,
    counted: Counted,
    value: str,
    limit: Limit,
    now: datetime,
    *,
    queued: bool,
    but: TouchKey,
) -> datetime:
    """
    When one more may leave without going over a rolling limit; `now` itself when it may leave at once.

    A touch that is not `queued` yet takes its place behind those that wait; one that is only asks what has really left.
    """
    asked = {"value": value, "since": now - limit.window, "but": but, "most": limit.most, "before": limit.most - 1}
    found = transaction.execute(_nth_latest(counted, queued, limit.spares), asked).scalar()
    return now if found is None else max(now, found + limit.window)


@cache
def _nth_latest(counted: Counted, queued: bool, spares: tuple[Stage, ...]) -> "Select[datetime]":
    """Each part reads no more rows of its index than the limit allows, however many touches wait."""
    never_left = [state.value for state in NEVER_LEFT]
    have_left = _latest(counted, spares, ledger.c.attempt_started_at, ledger.c.state.not_in(never_left))
    # One whose turn has just come leaves in a moment.
    wait = _latest(counted, spares, ledger.c.slot_at, ledger.c.state == TouchState.DEFERRED.value)
    latest = (have_left if queued else union_all(select(have_left.subquery()), select(wait.subquery()))).subquery()
    return select(latest.c.moment).order_by(latest.c.moment.desc()).offset(bindparam("before")).limit(1)


def _latest(
    counted: Counted, spares: tuple[Stage, ...], moment: ColumnElement[datetime], counts: ColumnElement[bool]
) -> "Select[datetime]":
    mine = (ledger.c[counted] == bindparam("value")) & (ledger.c.touch_key != bindparam("but"))
    if spares:
        mine &= ledger.c.stage.not_in([stage.value for stage in spares])
    latest = select(moment.label("moment")).where(mine, counts, moment > bindparam("since"))
    return latest.order_by(moment.desc()).limit(bindparam("most"))


# --- rows -------------------------------------------------------------------------------------------------------------


def _identity(lead: LeadId, send: Send, head: Letterhead | None) -> dict[str, object]:
    identity: dict[str, object] = {
        "touch_key": send.touch_key,
        "lead": lead,
        "enrolment": send.enrolment,
        "plan": send.plan,
        "stage": send.stage.value,
        "visit": send.visit,
        "step": send.step,
        "occurrence": send.occurrence,
        "version": send.version,
        "template": send.template,
        "variant": send.variant or None,
        "channel": send.channel.value,
    }
    return identity if head is None else identity | head.model_dump()


def _claim_again(
    transaction: Transaction, touch_key: TouchKey, written: abc.Mapping[str, object], now: datetime
) -> int | None:
    row = _locked(transaction, touch_key)
    if row is None or not _may_leave(row):
        return None
    fence: int = row.fence + 1
    _change(transaction, row, _entry(now, TouchState.IN_FLIGHT, fence, "claimed"), {**written, "fence": fence})
    return fence


def _may_leave(row: AnyRow) -> bool:
    """Whether nobody has claimed or settled the touch; a lead may have come back to one that it had gone past."""
    state = TouchState(row.state)
    return state in CLAIMABLE or (state is TouchState.SUPPRESSED and row.detail in COMES_AGAIN)


def _change(
    transaction: Transaction,
    row: AnyRow,
    entry: dict[str, object],
    changes: abc.Mapping[str, object],
) -> None:
    history = [*row.history, entry]
    if len(history) > HISTORY_KEPT:
        history = [*history[: HISTORY_KEPT - 1], entry]
    transaction.execute(CHANGED, {"key": row.touch_key, **changes, "history": history})


def _entry(at: datetime, state: TouchState, fence: int, detail: str) -> dict[str, object]:
    return {"at": at.isoformat(), "state": state.value, "fence": fence, "detail": detail}


def _row(transaction: Transaction, touch_key: TouchKey) -> AnyRow | None:
    return transaction.execute(ROW, {"key": touch_key}).first()


def _locked(transaction: Transaction, touch_key: TouchKey) -> AnyRow | None:
    # A callback writes here without holding the lead's row.
    return transaction.execute(ROW_HELD, {"key": touch_key}).first()


def _record(row: AnyRow) -> TouchRecord:
    return TouchRecord(
        touch_key=TouchKey(row.touch_key),
        state=TouchState(row.state),
        fence=row.fence,
        attempt_started_at=row.attempt_started_at,
        detail=row.detail or "",
    )
