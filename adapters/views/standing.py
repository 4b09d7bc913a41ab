"""Where open leads stand in the CRM's pipeline, as the CRM names its stages."""

from sqlalchemy import func, select

from adapters.database import Transaction
from adapters.tables import leads


def open_leads_by_stage(transaction: Transaction) -> dict[str, int]:
    """How many open leads the CRM has in each of its stages; leads that it never moved are in none."""
    standing = (
        select(leads.c.pipeline_stage, func.count().label("many"))
        .where(leads.c.open, leads.c.pipeline_stage.is_not(None))
        .group_by(leads.c.pipeline_stage)
        .order_by(leads.c.pipeline_stage)
    )
    return {row.pipeline_stage: row.many for row in transaction.execute(standing)}
