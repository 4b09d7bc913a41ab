"""Where open leads stand in the CRM's pipeline."""

from sqlalchemy import update

from adapters.tables import leads
from adapters.views.standing import open_leads_by_stage
from tests.adapters.world import BEN, ROSA, Company


def test_only_leads_that_are_open_stand_somewhere(company: Company):
    """A stage that was renamed long ago, under leads that are over, worries nobody."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).values(pipeline_stage="Proposal"))
        assert open_leads_by_stage(transaction) == {"Proposal": 2}
        transaction.execute(update(leads).where(leads.c.id == ben).values(open=False))
        assert open_leads_by_stage(transaction) == {"Proposal": 1}
        transaction.execute(update(leads).where(leads.c.id == rosa).values(pipeline_stage=None))
        assert open_leads_by_stage(transaction) == {}
