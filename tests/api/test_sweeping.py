"""The sweep: a row that waits is never forgotten, whatever happened to the ring that should have followed it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.service import RPCStatusCode

from adapters import schema
from api.sweeping import Swept, keep_sweeping, sweep
from tests.adapters.world import BEN, MONDAY, ROSA, SETTINGS, Company, later
from tests.support.counting import counting
from tests.support.looking import looks
from tests.support.waiting import until, until_so

PATIENCE = timedelta(seconds=SETTINGS.sweep_seconds)
SECOND = timedelta(seconds=1)


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
    looks(company, rosa)
    assert await sweep(office, doorbell, later(hours=1)) == Swept()
    assert not await doorbell.runs(rosa)


async def test_a_row_that_had_no_lead_finds_it_and_rings(company, office, doorbell):
    """The CRM's first event may overtake the export that tells us of the lead."""
    company.hears(ROSA.external_ids[0], "stage_changed", pipeline_stage="Proposal")
    assert await sweep(office, doorbell, later(hours=1)) == Swept()
    rosa = company.captures(ROSA)
    assert await sweep(office, doorbell, later(hours=1)) == Swept(rung=1, matched=1)
    assert await doorbell.runs(rosa)


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
