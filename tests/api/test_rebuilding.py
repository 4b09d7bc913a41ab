"""Temporal is rebuilt from the database: what is missing is started, what runs is left alone, twice is once."""

import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.service import RPCStatusCode

from adapters.tables import leads
from api import rebuilding
from api.doorbell import Doorbell
from api.rebuilding import Asking, Rebuilt, Starting, rebuild
from engine.errors import FollowupError
from engine.life.turn import Turn
from engine.words import Act, Stage
from tests.adapters.world import BEN, ROSA
from workflows.names import LEAD_STAGE, LEAD_STATE, workflow_id
from workflows.plugin import LeadPlugin


def sums(**counts: int) -> Rebuilt:
    return Rebuilt.model_validate(
        {"open": sum(counts.values()), "started": 0, "missing": 0, "running": 0, "failed": 0} | counts
    )


@pytest.fixture
def three(company):
    """Three leads, of which the last is over."""
    ids = sorted(company.captures(new) for new in (ROSA, BEN, BEN.model_copy(update={"emails": ("kim@example.com",)})))
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == ids[2]).values(open=False))
        row = {"stage": "convert", "lead_state": "paused", "revision": 7}
        transaction.execute(update(leads).where(leads.c.id == ids[0]).values(row))
    return ids


async def test_what_is_missing_is_started_and_what_runs_is_left_alone(office, doorbell, three):
    """After a lost Temporal, every open lead goes on, and none twice."""
    await doorbell.ring(three[1], Stage.CAPTURE)
    assert await rebuild(office, Starting(doorbell)) == sums(started=1, running=1)
    assert [await doorbell.runs(lead) for lead in three] == [True, True, False]
    assert await rebuild(office, Starting(doorbell)) == sums(running=2)


async def test_a_workflow_begins_where_its_row_stands(office, doorbell, client, three):
    """Begun elsewhere it would start with a stage change that never happened, and its row would seem to go back."""
    await rebuild(office, Starting(doorbell))
    described = await client.get_workflow_handle(workflow_id(three[0])).describe()
    attributes = described.typed_search_attributes
    assert (attributes.get(LEAD_STAGE), attributes.get(LEAD_STATE)) == ("convert", "paused")
    history = await client.get_workflow_handle(workflow_id(three[0])).fetch_history()
    began = history.events[0].workflow_execution_started_event_attributes
    (turn,) = await client.data_converter.decode(began.input.payloads, [Turn])
    assert (turn.lead_id, turn.revision, turn.act) == (three[0], 7, Act.LOOK)


async def test_asking_changes_nothing(office, doorbell, three):
    """A dry run is looked at before anything is done, on the worst day of the year."""
    asking = Asking(doorbell)
    assert await rebuild(office, asking) == sums(missing=2)
    assert sorted(asking.missing) == three[:2]
    assert not await doorbell.runs(three[0])


@pytest.mark.parametrize("visitor", [Asking, Starting])
async def test_a_namespace_that_is_not_there_is_no_lead_without_a_workflow(office, temporal_server, three, visitor):
    """A slip in TEMPORAL_NAMESPACE looked like the loss of every workflow."""
    elsewhere = await Client.connect(temporal_server.address, namespace="nope", plugins=[LeadPlugin()])
    with pytest.raises(FollowupError, match="no namespace nope") as refused:
        await rebuild(office, visitor(Doorbell(elsewhere)))
    assert refused.value.code == "TMP004"


async def test_one_lead_that_is_refused_does_not_stop_the_others(office, doorbell, refusing, three):
    """A second time may succeed for it; the others need not wait for that."""
    refusing.refuse(three[0], RPCStatusCode.RESOURCE_EXHAUSTED)
    assert await rebuild(office, Starting(doorbell)) == sums(started=1, failed=1)
    refusing.refused.clear()
    assert await rebuild(office, Starting(doorbell)) == sums(started=1, running=1)


async def test_progress_is_told_lead_by_lead_and_page_by_page(office, doorbell, three, monkeypatch):
    """Half an hour without a sign of life is ended with Ctrl-C."""
    monkeypatch.setattr(rebuilding, "PAGE", 1)
    ticks: list[int] = []
    await rebuild(office, Starting(doorbell), lambda: ticks.append(1))
    assert len(ticks) == 2
