"""The sweep: a row that waits is never forgotten, whatever happened to the ring that should have followed it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from temporalio.service import RPCStatusCode

from adapters import schema, switches
from adapters.leads import ExternalId
from adapters.switches import Scope
from adapters.tables import leads, ledger
from api.doorbell import Doorbell, Run
from api.office import Office
from api.sweeping import LATE_BY, Swept, keep_sweeping, sweep
from engine.words import LeadId
from tests.adapters.world import BEN, MONDAY, ROSA, SETTINGS, Company, later
from tests.support.counting import counting
from tests.support.looking import lives, publishes_a_wait
from tests.support.waiting import until, until_so

PATIENCE = timedelta(seconds=SETTINGS.sweep_seconds)
SECOND = timedelta(seconds=1)
BEN_IN_THE_CRM = ExternalId(system="crm", id="9000")


async def test_a_row_whose_ring_was_lost_is_rung_once_it_has_waited(company, office, doorbell):
    """The process that filed it may have died before it rang."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    assert await sweep(office, doorbell, MONDAY + PATIENCE) == Swept()
    assert not await doorbell.runs(rosa)
    assert await sweep(office, doorbell, MONDAY + PATIENCE + SECOND) == Swept(rung=1)
    assert await doorbell.runs(rosa)


async def test_a_lead_is_rung_again_only_after_it_had_time_to_look(company, office, doorbell):
    """Rings that follow each other every second fill the run they should wake."""
    company.hears(company.captures(ROSA), "captured")
    first = MONDAY + PATIENCE + SECOND
    assert (await sweep(office, doorbell, first)).rung == 1
    assert (await sweep(office, doorbell, first + PATIENCE)).rung == 0
    assert (await sweep(office, doorbell, first + PATIENCE + SECOND)).rung == 1


async def test_a_lead_that_has_looked_is_left_alone(company, office, doorbell):
    """A sweep over healthy leads costs nothing."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    publishes_a_wait(company)
    lives(company, rosa)
    assert await sweep(office, doorbell, later(hours=1)) == Swept()
    assert not await doorbell.runs(rosa)


async def test_a_row_that_had_no_lead_finds_it_and_rings(company, office, doorbell):
    """The CRM's first event may overtake the export that tells us of the lead."""
    company.hears(ROSA.external_ids[0], "stage_changed", pipeline_stage="Proposal")
    assert await sweep(office, doorbell, later(hours=1)) == Swept()
    rosa = company.captures(ROSA, later(hours=1))
    assert await sweep(office, doorbell, later(hours=1)) == Swept(rung=1, matched=1)
    assert await doorbell.runs(rosa)


async def test_a_lead_whose_workflow_is_gone_is_started_again_minutes_after_it_was_due(company, office, doorbell):
    """Somebody pressed Terminate in the Temporal UI; no person has to notice."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    due = lives(company, rosa).due
    assert await sweep(office, doorbell, due + LATE_BY * PATIENCE) == Swept()
    assert not await doorbell.runs(rosa)
    assert await sweep(office, doorbell, due + LATE_BY * PATIENCE + SECOND) == Swept(rung=1)
    assert await doorbell.runs(rosa)


async def test_a_lead_whose_look_fails_is_rung_where_its_workflow_is_gone(company, office, doorbell):
    """Somebody ended the run of a look that failed; the fix is there, and nobody would come for an hour."""
    rosa = failing(company, office)
    assert await sweep(office, doorbell, later(hours=2)) == Swept(rung=1)
    assert await doorbell.runs(rosa)


async def test_a_lead_whose_look_is_tried_again_is_not_rung(company, office, client):
    """Its history would grow by a ring a minute for as long as the fix takes."""
    failing(company, office)
    tried_again = TriedAgain(client)
    assert await sweep(office, tried_again, later(hours=2)) == Swept()
    assert await sweep(office, tried_again, later(hours=2) + PATIENCE) == Swept()
    assert tried_again.asked == 1


class TriedAgain(Doorbell):
    """To whom every look is one that has failed and is tried again."""

    asked = 0

    async def run_of(self, lead_id: LeadId) -> Run:
        """It runs, and it has failed."""
        self.asked += 1
        return Run(running=True, failed=7, error="ValueError")


def failing(company: Company, office: Office) -> LeadId:
    """A lead whose every look fails, and who hears something new."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    with office.database.transaction() as transaction:
        told = {"failing_attempts": 7, "rung_at": later(minutes=100)}
        transaction.execute(update(leads).where(leads.c.id == rosa).values(told))
    return rosa


async def test_rings_come_before_what_may_fail(company, office, doorbell):
    """A row that nobody foresaw must not keep every lead of every worker waiting."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    company.hears(BEN_IN_THE_CRM, "owner_changed", owner="ana")
    ben = company.captures(BEN.model_copy(update={"external_ids": (BEN_IN_THE_CRM,)}), later(hours=1))
    with office.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == ben).values(said_at={"owner": "never"}))
    assert await sweep(office, doorbell, later(hours=1)) == Swept(rung=1)
    assert await doorbell.runs(rosa)


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.SEQUENCE])
async def test_a_lead_that_stood_still_for_a_switch_goes_on_in_the_round_after_it_is_on(
    company, office, doorbell, scope
):
    """It may have decided to ask again tomorrow, or in a month."""
    name = "greeting" if scope is Scope.SEQUENCE else ""
    with office.database.transaction() as transaction:
        switches.turn_off(transaction, scope, name, "ana", "wrong price", MONDAY)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    held = lives(company, rosa)
    assert held.due >= later(days=1)
    assert await sweep(office, doorbell, later(hours=1)) == Swept()
    with office.database.transaction() as transaction:
        switches.turn_on(transaction, scope, name, "ana", "mended", later(hours=1))
    assert await sweep(office, doorbell, later(hours=1)) == Swept(rung=1)
    assert await doorbell.runs(rosa)
    lives(company, rosa, later(hours=1))
    assert sent(office) == ["hello", "hello-text"]
    assert await sweep(office, doorbell, later(hours=2)) == Swept()


def sent(office: Office) -> list[str]:
    """The steps whose message has left."""
    with office.database.reading() as transaction:
        left = select(ledger.c.step).where(ledger.c.state == "accepted")
        return sorted(transaction.execute(left).scalars())


@pytest.mark.parametrize("status", [RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.PERMISSION_DENIED])
async def test_one_lead_that_is_refused_does_not_keep_the_others_waiting(company, office, doorbell, refusing, status):
    """Its id may come first in every round, for ever."""
    leads = sorted((company.captures(ROSA), company.captures(BEN)))
    for lead in leads:
        company.hears(lead, "captured")
    refusing.refuse(leads[0], status)
    now = MONDAY + PATIENCE + SECOND
    assert await sweep(office, doorbell, now) == Swept(rung=1)
    assert [await doorbell.runs(lead) for lead in leads] == [False, True]
    refusing.refused.clear()
    assert await sweep(office, doorbell, now) == Swept(rung=1)
    assert await doorbell.runs(leads[0])


async def test_the_loop_outlives_a_round_that_fails(office, doorbell):
    """A database that is away for a minute must not end sweeping for the life of the worker."""
    schema.downgrade(office.database, "base")
    with counting(office.database) as cost:
        sweeping = asyncio.create_task(keep_sweeping(office, doorbell, timedelta(milliseconds=20)))
        try:
            await until(lambda: cost.transactions > 2)
            schema.upgrade(office.database)
            company = Company(office.database, office.settings)
            rosa = company.captures(ROSA)
            company.hears(rosa, "captured", datetime.now(UTC) - timedelta(hours=1))
            await until_so(lambda: doorbell.runs(rosa))
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping
