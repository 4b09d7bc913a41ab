"""One lead on a page: who it is, where it stands, what left, what is open, what came in, and who did what."""

from collections import abc
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import select

from adapters import audit, suppression
from adapters import leads as people
from adapters.addresses import KIND_OF
from adapters.audit import Entry
from adapters.catalogue import plan
from adapters.database import AnyRow, Transaction
from adapters.leads import ExternalId, Lead
from adapters.tables import enrolments, inbox, leads, ledger, owners, stage_changes, tasks
from adapters.views.finding import nobody
from adapters.views.leads import first_valid
from engine.frozen import Frozen
from engine.life import upcast
from engine.life.circumstances import FieldValue
from engine.life.progress import Progress
from engine.words import Channel, LeadId

Made = TypeVar("Made", bound=Frozen)

LAST_ROWS = 20
"""Inbox rows on a page; the older ones stay in the Inbox."""


class ChannelWord(Frozen):
    """What is known about writing to an address on a channel."""

    channel: Channel
    closed: str | None
    """Why nothing may be sent."""
    consented: bool | None
    """None when nobody ever said."""


class ShownAddress(Frozen):
    """An address, masked unless somebody asked to see it."""

    kind: str
    address: str
    channels: tuple[ChannelWord, ...]


class Who(Frozen):
    """The person."""

    first_name: str | None
    last_name: str | None
    company: str | None
    language: str | None
    zone: str | None
    region: str | None
    country: str | None
    account: str | None
    fields: tuple[FieldValue, ...]
    addresses: tuple[ShownAddress, ...]
    external_ids: tuple[ExternalId, ...]


class Standing(Frozen):
    """Where the lead stands."""

    open: bool
    stage: str
    state: str
    pipeline_stage: str | None
    owner: str | None
    sequence: str | None
    version: str | None
    looked_at: datetime | None
    """When the look began that decided all this."""
    next_due: datetime | None
    act: str | None
    why: str | None
    hold: str | None
    revision: int
    flagged_since: datetime | None
    flag_detail: str | None
    failing_attempts: int
    zone: str | None
    """The zone its times are best told in: its own, else its owner's."""


class Enrolled(Frozen):
    """One enrolment, running or over."""

    number: int
    sequence: str
    version: str
    started_at: datetime
    why: str
    ended_at: datetime | None
    because: str | None


class Touched(Frozen):
    """One row of the ledger, without what was written."""

    touch_key: str
    channel: str
    step: str
    stage: str
    state: str
    decided_at: datetime
    changed_at: datetime
    detail: str | None
    template: str
    version: str


class Asked(Frozen):
    """A task of a person, open or closed."""

    task_key: str
    kind: str
    step: str | None
    to_role: str
    owner: str | None
    due: datetime
    state: str
    disposition: str | None
    why: str


class Received(Frozen):
    """One Inbox row."""

    number: int | None
    source: str
    event_id: str
    kind: str
    by: str | None
    occurred_at: datetime
    received_at: datetime
    disposition: str | None
    """None while no look has noted it."""
    reason: str | None
    detail: str | None


class StageChange(Frozen):
    """From one stage to another."""

    from_stage: str
    to_stage: str
    at: datetime
    why: str


class LeadPage(Frozen):
    """Everything of one lead that people ask for."""

    lead_id: LeadId
    created_at: datetime
    who: Who
    standing: Standing
    enrolments: tuple[Enrolled, ...]
    touches: tuple[Touched, ...]
    tasks: tuple[Asked, ...]
    inbox: tuple[Received, ...]
    """The last rows, oldest first."""
    stage_changes: tuple[StageChange, ...]
    audit: tuple[Entry, ...]
    """What the engine and people of ours did, every entry there is, oldest first."""


def page(transaction: Transaction, lead_id: LeadId, shown: abc.Callable[[str], str]) -> LeadPage:
    """The lead's page, its addresses as `shown` shows them. Raises: FollowupError LED001 when there is no such lead."""
    row = transaction.execute(select(leads).where(leads.c.id == lead_id)).first()
    lead = people.read(transaction, lead_id)
    if row is None or lead is None:
        raise nobody()
    return LeadPage(
        lead_id=lead_id,
        created_at=lead.created_at,
        who=_who(transaction, lead, shown),
        standing=_standing(transaction, row),
        enrolments=_enrolments(transaction, lead_id),
        touches=_touches(transaction, lead_id),
        tasks=_tasks(transaction, lead_id),
        inbox=received(transaction, lead_id),
        stage_changes=_stage_changes(transaction, lead_id),
        audit=audit.about_lead(transaction, lead_id),
    )


def memory(transaction: Transaction, lead_id: LeadId) -> Progress | None:
    """
    What the engine remembers of the lead; None when it was never looked at.

    Raises: FollowupError DBS004 when a newer engine wrote it, DBS006 when a version it lives on is gone.
    """
    text = transaction.execute(select(leads.c.progress).where(leads.c.id == lead_id)).scalar()
    return None if text is None else upcast.load(text, partial(plan, transaction))


def revealed(address: str) -> str:
    """The address as it is."""
    return address


def masked(address: str) -> str:
    """Enough of the address to recognise it by, and too little to use it."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:2]}***{address[-2:]}"


def received(transaction: Transaction, lead_id: LeadId, limit: int = LAST_ROWS) -> tuple[Received, ...]:
    """The lead's last Inbox rows, oldest first."""
    mine = select(inbox).where(inbox.c.lead == lead_id).order_by(inbox.c.number.desc()).limit(limit)
    return tuple(_received(row) for row in reversed(transaction.execute(mine).all()))


def unapplied(transaction: Transaction, lead_id: LeadId) -> tuple[Received, ...]:
    """Its Inbox rows that no look has noted yet, in order."""
    mine = (inbox.c.lead == lead_id) & inbox.c.disposition.is_(None)
    return tuple(_received(row) for row in transaction.execute(select(inbox).where(mine).order_by(inbox.c.number)))


def _who(transaction: Transaction, lead: Lead, shown: abc.Callable[[str], str]) -> Who:
    hashes = [address.address_hash for address in lead.addresses]
    standings = suppression.standings(transaction, hashes) if hashes else ()
    return Who(
        first_name=lead.first_name,
        last_name=lead.last_name,
        company=lead.company,
        language=lead.language,
        zone=lead.zone,
        region=lead.region,
        country=lead.country,
        account=lead.account,
        fields=lead.fields,
        external_ids=lead.external_ids,
        addresses=tuple(
            ShownAddress(
                kind=address.kind.value,
                address=shown(address.address),
                channels=tuple(
                    ChannelWord(channel=known.channel, closed=known.closed, consented=known.consented)
                    for known in standings
                    if known.address_hash == address.address_hash and KIND_OF[known.channel] is address.kind
                ),
            )
            for address in lead.addresses
        ),
    )


def _standing(transaction: Transaction, row: AnyRow) -> Standing:
    owner_zone = transaction.execute(select(owners.c.zone).where(owners.c.id == row.owner)).scalar()
    return Standing(
        open=row.open,
        stage=row.stage,
        state=row.lead_state,
        pipeline_stage=row.pipeline_stage,
        owner=row.owner,
        sequence=row.sequence,
        version=row.version,
        looked_at=row.looked_at,
        next_due=row.next_due if row.open else None,
        act=row.act,
        why=row.why,
        hold=row.hold,
        revision=row.revision,
        flagged_since=row.flagged_since,
        flag_detail=row.flag_detail,
        failing_attempts=row.failing_attempts,
        zone=first_valid(row.zone, owner_zone),
    )


def _enrolments(transaction: Transaction, lead_id: LeadId) -> tuple[Enrolled, ...]:
    mine = select(enrolments).where(enrolments.c.lead == lead_id).order_by(enrolments.c.number)
    return tuple(_made(Enrolled, row) for row in transaction.execute(mine))


def _touches(transaction: Transaction, lead_id: LeadId) -> tuple[Touched, ...]:
    mine = select(ledger).where(ledger.c.lead == lead_id).order_by(ledger.c.decided_at, ledger.c.touch_key)
    return tuple(_made(Touched, row) for row in transaction.execute(mine))


def _tasks(transaction: Transaction, lead_id: LeadId) -> tuple[Asked, ...]:
    mine = select(tasks).where(tasks.c.lead == lead_id).order_by(tasks.c.opened_at, tasks.c.task_key)
    return tuple(_made(Asked, row) for row in transaction.execute(mine))


def _stage_changes(transaction: Transaction, lead_id: LeadId) -> tuple[StageChange, ...]:
    mine = select(stage_changes).where(stage_changes.c.lead == lead_id).order_by(stage_changes.c.id)
    return tuple(_made(StageChange, row) for row in transaction.execute(mine))


def _received(row: AnyRow) -> Received:
    return _made(Received, row)


def _made(kind: type[Made], row: AnyRow) -> Made:
    """The part of a row that this model shows, whose fields are named after the columns."""
    return kind.model_validate({name: getattr(row, name) for name in kind.model_fields})
