"""The CRM's stages that came in, as the CRM names them."""

from typing import Final

from sqlalchemy import select

from adapters.database import Transaction
from adapters.letters import item_of
from adapters.tables import inbox
from engine.life.events import Event
from engine.words import EventKind

LOOKED_AT: Final = 5_000
"""The newest stage changes: a stage that was renamed long ago worries nobody."""


def stages_seen(transaction: Transaction) -> tuple[str, ...]:
    """The pipeline stages that the newest stage changes in the Inbox name."""
    newest = select(inbox).where(inbox.c.kind == EventKind.STAGE_CHANGED.value).order_by(inbox.c.id.desc())
    items = (item_of(row) for row in transaction.execute(newest.limit(LOOKED_AT)))
    names = {item.data.pipeline_stage for item in items if isinstance(item, Event)}
    return tuple(sorted(name for name in names if name))
