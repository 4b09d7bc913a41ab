"""Open leads, page by page, as Temporal has to know them."""

from sqlalchemy import update

from adapters.tables import leads
from adapters.views import runs
from adapters.views.runs import OpenLead
from tests.adapters.world import BEN, ROSA


def test_every_open_lead_comes_once_however_long_the_pages_are(company):
    """A lead that falls between two pages is never started again."""
    three = sorted(
        company.captures(new) for new in (ROSA, BEN, BEN.model_copy(update={"emails": ("kim@example.com",)}))
    )
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == three[1]).values(open=False))
        seen: list[OpenLead] = []
        while page := runs.after(transaction, seen[-1].lead_id if seen else None, 1):
            seen += page
        assert runs.count(transaction) == 2
    assert [lead.lead_id for lead in seen] == [three[0], three[2]]


def test_a_page_holds_what_a_workflow_begins_with(company):
    """Begun in another stage than its row's, a workflow would start with a stage change that never happened."""
    rosa = company.captures(ROSA)
    with company.database.transaction() as transaction:
        row = {"revision": 7, "stage": "nurture", "lead_state": "paused"}
        transaction.execute(update(leads).where(leads.c.id == rosa).values(row))
        assert runs.after(transaction, None, 9) == (
            OpenLead(lead_id=rosa, revision=7, stage="nurture", state="paused"),
        )
