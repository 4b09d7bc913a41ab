"""Whether every promise was kept: what we believe we sent, against what people would have received."""

from collections import Counter

from sqlalchemy import func, select

from adapters.database import Transaction
from adapters.tables import ledger, outbox, tasks
from engine.frozen import Frozen
from engine.words import LeadId, TouchState

ACCOUNTED_FOR = (TouchState.LOST.value, TouchState.NOT_FOUND.value, TouchState.REJECTED.value)
"""Not sent, and a person was asked or told."""


class Accounts(Frozen):
    """The ledger against the Outbox."""

    due: int
    """Touches that were claimed."""
    lost: int
    """Claimed, not in the Outbox, and nobody was asked."""
    twice: int
    """Steps of one visit that are in the Outbox more than once."""


def accounts_of(transaction: Transaction) -> Accounts:
    """The accounts of every lead together."""
    claimed = transaction.execute(select(ledger.c.touch_key, ledger.c.state).where(ledger.c.fence > 0)).all()
    received = set(transaction.execute(select(outbox.c.touch_key)).scalars())
    lost = [row for row in claimed if row.touch_key not in received and row.state not in ACCOUNTED_FOR]
    more_than_once = (
        select(func.count())
        .select_from(outbox.join(ledger, outbox.c.touch_key == ledger.c.touch_key))
        .group_by(ledger.c.lead, ledger.c.enrolment, ledger.c.plan, ledger.c.visit, ledger.c.step)
        .having(func.count() > 1)
    )
    twice = len(transaction.execute(more_than_once).all())
    return Accounts(due=len(claimed), lost=len(lost), twice=twice)


class OnItsWay(Frozen):
    """A message that was claimed and has no outcome yet."""

    lead_id: LeadId
    channel: str
    step: str


def on_their_way(transaction: Transaction) -> tuple[OnItsWay, ...]:
    """Every message that is claimed and not settled, by lead."""
    columns = (ledger.c.lead, ledger.c.channel, ledger.c.step)
    claimed = select(*columns).where(ledger.c.state == TouchState.IN_FLIGHT.value).order_by(ledger.c.lead)
    rows = transaction.execute(claimed)
    return tuple(OnItsWay(lead_id=LeadId(row.lead), channel=row.channel, step=row.step) for row in rows)


def received_by(transaction: Transaction, lead_id: LeadId) -> dict[str, int]:
    """How many messages the lead would have received, by channel."""
    mine = select(ledger.c.channel).join(outbox, outbox.c.touch_key == ledger.c.touch_key)
    return dict(Counter(transaction.execute(mine.where(ledger.c.lead == lead_id)).scalars()))


def calls_made(transaction: Transaction, lead_id: LeadId) -> int:
    """How many calls people of ours have made to the lead."""
    made = (tasks.c.lead == lead_id) & (tasks.c.kind == "call") & (tasks.c.state == "done")
    calls: int = transaction.execute(select(func.count()).where(made)).scalar_one()
    return calls
