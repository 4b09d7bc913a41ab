"""
The Inbox: what happened outside, and what people command, kept from the commit on and numbered per lead.

Whoever took something in answers "received" once its row is committed here. What must hold from that moment on, such
as an opt-out, is applied in the same transaction; everything else waits for the lead's next look.
"""

from collections import abc
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, bindparam, exists, func, select, true, update
from sqlalchemy.exc import SQLAlchemyError

from adapters import leads as people
from adapters.addresses import Address
from adapters.bells import Bell
from adapters.database import AnyRow, Database, Transaction, insert_once, translated
from adapters.departed import FAREWELLS, standing_in
from adapters.effects import Reach, apply
from adapters.faults import Reached, nothing
from adapters.leads import ExternalId, People
from adapters.letters import Letter, item_of, letter_of
from adapters.tables import addresses, external_ids, inbox, leads
from engine.frozen import Frozen
from engine.life.turn import Scrap
from engine.ports.records import Disposition, InboxItem
from engine.words import EventKind, LeadId, Stage

log = structlog.get_logger()

TRIED_AGAIN_FOR: Final = timedelta(hours=24)
"""How long a row waits for its lead to become known; an opt-out waits for ever."""

UNAPPLIED: Final = (
    select(inbox)
    .where(inbox.c.lead == bindparam("whose"), inbox.c.disposition.is_(None))
    .order_by(inbox.c.number)
    .limit(bindparam("most"))
)

UNMATCHED: Final = "unmatched"
"""The disposition of a row that has waited long enough; whether it has is asked anew by each clock."""

NOBODYS: Final = inbox.c.lead.is_(None) & (inbox.c.disposition.is_(None) | (inbox.c.disposition == UNMATCHED))

UNKEEPABLE: Final = (SQLAlchemyError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a row's content may bring about where its effects are written; a database that is away is none of these."""

CONFLICT: Final = "conflict"
"""The kind of the row that says: the same id came again with another content."""

To = LeadId | ExternalId | Address
"""Whose it is, as the sender knows it."""


class Filed(Frozen):
    """What became of a letter."""

    lead_id: LeadId | None
    """None while nobody knows whose it is."""
    number: int | None
    duplicate: bool = False
    conflict: bool = False
    """The same id with another content: the first one stands."""
    ring: bool = False
    """Whether the lead's workflow is to be rung; else a ring is under way that will find this row too."""
    stage: Stage = Stage.CAPTURE
    """Where the lead's row stands, for the ring."""


class Answer(Frozen):
    """What a row led to, for whoever waits for it."""

    number: int | None
    disposition: str | None
    """None while it waits for a look."""
    reason: str | None
    detail: str | None
    applied_at: datetime | None


class Inbox:
    """Files letters."""

    def __init__(
        self,
        database: Database,
        book: People,
        *,
        ring_every: timedelta = timedelta(milliseconds=200),
        reached: Reached = nothing,
    ) -> None:
        self._database = database
        self._book = book
        self._ring_every = ring_every
        self._reached = reached

    def receive(self, letter: Letter, to: To, now: datetime) -> Filed:
        """File a letter in a transaction of its own; once this returns it is kept."""
        with self._database.transaction() as transaction:
            filed = self.file(transaction, letter, to, now)
        self._reached("after_inbox_commit")
        return filed

    def file(self, transaction: Transaction, letter: Letter, to: To, now: datetime) -> Filed:
        """File a letter once, whoever sends it how often, and apply what must hold from the commit on."""
        self._reached("before_inbox_insert")
        lead = self._whose(transaction, to)
        locked = None if lead is None else people.lock(transaction, lead)
        if lead is not None and locked is not None and not locked.open and letter.kind not in FAREWELLS:
            lead = standing_in(transaction, lead) or lead
            locked = people.lock(transaction, lead)
        waiting = _waiting(transaction, locked)
        row = self._new_row(transaction, letter, to, lead, now)
        if row is None:
            return self._again(transaction, letter, locked, now)
        apply(transaction, self._book, letter.source, item_of(row), row.body, Reach(lead=lead, named=_named(to)))
        if locked is None:
            return Filed(lead_id=lead, number=row.number)
        ring = self._rings(transaction, locked, waiting, now)
        return Filed(lead_id=lead, number=row.number, ring=ring, stage=Stage(locked.stage))

    def file_scraps(self, transaction: Transaction, lead: LeadId, scraps: tuple[Scrap, ...], now: datetime) -> None:
        """File what was signalled to Temporal directly; the look that does so holds the lead's row."""
        for scrap in scraps:
            self.file(transaction, letter_of(scrap, lead, now), lead, now)

    def match(self, transaction: Transaction, leads_: abc.Collection[LeadId], now: datetime) -> frozenset[LeadId]:
        """
        Give these leads, who became known in this transaction, what was filed for them before.

        So it is noted by their first look, and nothing leaves that it forbids. Returns: who got something.
        """
        given = (self._matched_within(transaction, row) for row in _matchable(transaction, now, whose=leads_))
        return frozenset(bell.lead_id for bell in given if bell is not None)

    def _matched_within(self, transaction: Transaction, row_id: int) -> Bell | None:
        try:
            with translated(), transaction.begin_nested():
                return self._give(transaction, row_id)
        except UNKEEPABLE as error:
            log.warning("inbox.row_not_kept", row=row_id, error=type(error).__name__)
            return None  # the sweep buries it

    def match_unmatched(self, now: datetime, limit: int) -> tuple[Bell, ...]:
        """
        Look again for the leads of rows that had none, and give up after a day.

        Returns: the leads of at most so many rows, to be rung. A row whose effects cannot be written is a dead letter.
        """
        with self._database.transaction() as transaction:
            _give_up(transaction, now)
            found = _matchable(transaction, now, limit=limit)
        bells = [self._match(row, now) for row in found]
        return tuple(dict.fromkeys(bell for bell in bells if bell is not None))

    def _match(self, row_id: int, now: datetime) -> Bell | None:
        try:
            return self._matched(row_id)
        except UNKEEPABLE as error:
            # One row must not keep all others waiting. Its text may be personal, and so may be what the error quotes.
            log.warning("inbox.row_not_kept", row=row_id, error=type(error).__name__)
            self._bury(row_id, f"what it says cannot be kept: {type(error).__name__}", now)
            return None

    def _matched(self, row_id: int) -> Bell | None:
        with self._database.transaction() as transaction:
            return self._give(transaction, row_id)

    def _give(self, transaction: Transaction, row_id: int) -> Bell | None:
        given = _given_to_its_lead(transaction, row_id)
        if given is None:
            return None
        row, lead = given
        apply(transaction, self._book, row.source, item_of(row), row.body, Reach(lead=LeadId(lead.id)))
        return Bell(LeadId(lead.id), Stage(lead.stage))

    def _bury(self, row_id: int, why: str, now: datetime) -> None:
        with self._database.transaction() as transaction:
            if _given_to_its_lead(transaction, row_id) is not None:
                ending = {"disposition": "dead_letter", "detail": why, "applied_at": now}
                transaction.execute(update(inbox).where(inbox.c.id == row_id).values(ending))

    def _whose(self, transaction: Transaction, to: To) -> LeadId | None:
        match to:
            case ExternalId():
                return people.by_external_id(transaction, to)
            case Address():
                return people.last_written_to(transaction, self._book.hash(to.address))
            case _:
                return to if people.exists(transaction, to) else None

    def _new_row(
        self, transaction: Transaction, letter: Letter, to: To, lead: LeadId | None, now: datetime
    ) -> AnyRow | None:
        inserted = insert_once(
            transaction,
            inbox,
            lead=lead,
            number=None if lead is None else _next_number(transaction, lead),
            source=letter.source,
            event_id=letter.id,
            kind=letter.kind,
            by=letter.by,
            occurred_at=letter.occurred_at,
            received_at=now,
            body=letter.kept_body,
            digest=letter.digest,
            detail=letter.unread or None,
            to_system=to.system if isinstance(to, ExternalId) else None,
            to_id=to.id if isinstance(to, ExternalId) else None,
            to_address_hash=self._book.hash(to.address) if isinstance(to, Address) else None,
        )
        return _row(transaction, letter.source, letter.id) if inserted else None

    def _again(self, transaction: Transaction, letter: Letter, locked: AnyRow | None, now: datetime) -> Filed:
        """The letter is here already: the first one stands, and another content under its id is somebody's mistake."""
        first = _row(transaction, letter.source, letter.id)
        if first is None:
            raise RuntimeError("an Inbox row that could not be inserted is not there")
        conflict = first.digest != letter.digest
        transaction.execute(
            update(inbox)
            .where(inbox.c.id == first.id)
            .values(duplicates=inbox.c.duplicates + 1, conflict=first.conflict or conflict)
        )
        lead = None if first.lead is None else LeadId(first.lead)
        if conflict and lead is not None:
            _report_conflict(transaction, letter, lead, now)
        said = Filed(lead_id=lead, number=first.number, duplicate=True, conflict=conflict)
        if locked is None or locked.id != lead or first.disposition is not None:
            return said
        # Whoever filed it may have died before the ring.
        ring = self._rings(transaction, locked, True, now)
        return said.model_copy(update={"ring": ring, "stage": Stage(locked.stage)})

    def _rings(self, transaction: Transaction, lead: AnyRow, waiting: bool, now: datetime) -> bool:
        # The look that will take the row that waits already has not begun: it needs this one's lock.
        # A ring that is still to come was written down by a clock that went ahead.
        if waiting and lead.rung_at is not None and abs(now - lead.rung_at) < self._ring_every:
            return False
        transaction.execute(update(leads).where(leads.c.id == lead.id).values(rung_at=now))
        return True


def unapplied(transaction: Transaction, lead: LeadId, limit: int) -> tuple[InboxItem, ...]:
    """The first so many rows of the lead that no look has noted yet, in number order."""
    rows = transaction.execute(UNAPPLIED, {"whose": lead, "most": limit})
    return tuple(item_of(row) for row in rows)


def mark(transaction: Transaction, lead: LeadId, number: int, disposition: Disposition, now: datetime) -> None:
    """Write what became of a row; a reason or detail it has already got is kept unless there is a new one."""
    changes: dict[str, object] = {"disposition": disposition.kind, "applied_at": now}
    if disposition.reason is not None:
        changes["reason"] = disposition.reason.value
    if disposition.detail:
        changes["detail"] = disposition.detail
    _update(transaction, lead, number, changes)


def answer_row(transaction: Transaction, lead: LeadId, number: int, reason: str | None, detail: str) -> None:
    """Write the answer to whoever sent a row, whatever its disposition."""
    _update(transaction, lead, number, {"reason": reason, "detail": detail})


def body_of(transaction: Transaction, lead: LeadId, number: int) -> str:
    """What the row says, as it was kept."""
    found = select(inbox.c.body).where(inbox.c.lead == lead, inbox.c.number == number)
    body: str = transaction.execute(found).scalar_one()
    return body


def answer(transaction: Transaction, source: str, event_id: str) -> Answer | None:
    """What a letter led to; None when it was never filed."""
    row = _row(transaction, source, event_id)
    if row is None:
        return None
    return Answer(
        number=row.number,
        disposition=row.disposition,
        reason=row.reason,
        detail=row.detail,
        applied_at=row.applied_at,
    )


def _report_conflict(transaction: Transaction, letter: Letter, lead: LeadId, now: datetime) -> None:
    people.lock(transaction, lead)
    insert_once(
        transaction,
        inbox,
        lead=lead,
        number=_next_number(transaction, lead),
        source=letter.source,
        event_id=f"{letter.id}#{letter.digest[:12]}",
        kind=CONFLICT,
        occurred_at=now,
        received_at=now,
        body="",
        digest=letter.digest,
        detail="the same event id came again with another content; the first one stands",
    )


def _waiting(transaction: Transaction, lead: AnyRow | None) -> bool:
    if lead is None:
        return False
    mine = select(inbox.c.id).where(inbox.c.lead == lead.id, inbox.c.disposition.is_(None))
    return transaction.execute(mine.limit(1)).first() is not None


def _next_number(transaction: Transaction, lead: LeadId) -> int:
    last: int = transaction.execute(
        select(func.coalesce(func.max(inbox.c.number), 0)).where(inbox.c.lead == lead)
    ).scalar_one()
    return last + 1


def _row(transaction: Transaction, source: str, event_id: str) -> AnyRow | None:
    return transaction.execute(select(inbox).where(inbox.c.source == source, inbox.c.event_id == event_id)).first()


def _give_up(transaction: Transaction, now: datetime) -> None:
    too_old = inbox.c.lead.is_(None) & inbox.c.disposition.is_(None) & (inbox.c.received_at <= now - TRIED_AGAIN_FOR)
    transaction.execute(update(inbox).where(too_old).values(disposition=UNMATCHED, applied_at=now))


def _matchable(
    transaction: Transaction, now: datetime, *, whose: abc.Collection[LeadId] | None = None, limit: int | None = None
) -> tuple[int, ...]:
    """Rows of nobody whose lead is known by now, the oldest first; with `whose` those of these leads alone."""
    called = (external_ids.c.system == inbox.c.to_system) & (external_ids.c.external_id == inbox.c.to_id)
    named = exists().where(called, _one_of(external_ids.c.lead, whose))
    written_to = exists().where(addresses.c.address_hash == inbox.c.to_address_hash, _one_of(addresses.c.lead, whose))
    # A clock that was ahead may have given it up: what counts is how old it is by this one.
    waits = (inbox.c.received_at > now - TRIED_AGAIN_FOR) | (inbox.c.kind == EventKind.OPTED_OUT)
    found = select(inbox.c.id).where(NOBODYS, waits, named | written_to).order_by(inbox.c.received_at, inbox.c.id)
    return tuple(transaction.execute(found.limit(limit)).scalars())


def _one_of(lead: ColumnElement[str], whose: abc.Collection[LeadId] | None) -> ColumnElement[bool]:
    return true() if whose is None else lead.in_(whose)


def _given_to_its_lead(transaction: Transaction, row_id: int) -> tuple[AnyRow, AnyRow] | None:
    """The row, now its lead's, and the lead's row, held; None when it has no lead or is somebody's already."""
    row = transaction.execute(select(inbox).where(inbox.c.id == row_id)).one()
    lead = _whose_again(transaction, row)
    locked = None if lead is None else people.lock(transaction, lead)
    if lead is None or locked is None:
        return None
    taken = (
        update(inbox)
        .where(inbox.c.id == row_id, NOBODYS)
        .values(lead=lead, number=_next_number(transaction, lead), disposition=None, applied_at=None)
        .returning(*inbox.c)
    )
    mine = transaction.execute(taken).first()
    return None if mine is None else (mine, locked)


def _whose_again(transaction: Transaction, row: AnyRow) -> LeadId | None:
    if row.to_system is not None:
        return people.by_external_id(transaction, ExternalId(system=row.to_system, id=row.to_id))
    if row.to_address_hash is not None:
        return people.last_written_to(transaction, row.to_address_hash)
    return None


def _update(transaction: Transaction, lead: LeadId, number: int, changes: dict[str, object]) -> None:
    transaction.execute(update(inbox).where(inbox.c.lead == lead, inbox.c.number == number).values(changes))


def _named(to: To) -> Address | None:
    return to if isinstance(to, Address) else None
