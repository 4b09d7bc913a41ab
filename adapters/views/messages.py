"""What was written to a lead, word for word."""

from datetime import datetime

from sqlalchemy import select

from adapters.database import Transaction
from adapters.tables import ledger
from engine.frozen import Frozen
from engine.words import LeadId


class Written(Frozen):
    """One message as it was rendered and handed over."""

    touch_key: str
    channel: str
    step: str
    state: str
    at: datetime
    sender: str
    subject: str
    text: str


def written_to(transaction: Transaction, lead_id: LeadId) -> tuple[Written, ...]:
    """Every message that was claimed for the lead, oldest first, whatever became of it."""
    mine = (ledger.c.lead == lead_id) & ledger.c.body.is_not(None)
    rows = transaction.execute(select(ledger).where(mine).order_by(ledger.c.attempt_started_at, ledger.c.touch_key))
    return tuple(
        Written(
            touch_key=row.touch_key,
            channel=row.channel,
            step=row.step,
            state=row.state,
            at=row.attempt_started_at,
            sender=row.sender or "",
            subject=row.subject or "",
            text=row.body,
        )
        for row in rows
    )
