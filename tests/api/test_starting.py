"""Sequences that start at a date: one look at all leads, and an event for each whose date has come."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from adapters import schema
from adapters.catalogue import Catalogue, publish
from adapters.moments import SOURCE
from adapters.release import Release
from api.starting import keep_starting, start_dated
from engine.life.circumstances import FieldValue
from engine.life.wishes import Plan
from engine.sequence.compiled import Moment, OnMoment
from engine.words import LeadId
from tests.adapters.world import FIELDS, MONDAY, ROSA, Company
from tests.support.counting import counting
from tests.support.small_sequences import email, sequence, stage
from tests.support.waiting import until, until_so

RENEWAL = OnMoment(moment=Moment(kind="before", field="renewal_on", days=10))


def renews(company: Company, on: str = "2026-12-03") -> LeadId:
    """A lead whose renewal is near, and a sequence for that."""
    plan = Plan(version="renewal@1", sequence=sequence("renewal", stage("retain", email("renew")), starts=(RENEWAL,)))
    with company.database.transaction() as transaction:
        publish(transaction, Release(plans=(plan,), templates=(), fields=FIELDS), "ana", "", MONDAY)
    return company.captures(ROSA.model_copy(update={"fields": (FieldValue(name="renewal_on", value=on),)}))


async def test_whose_date_has_come_is_told_once_and_rung(company, office, doorbell):
    """Nobody waits for the next sweep."""
    rosa = renews(company)
    assert await start_dated(office, doorbell, Catalogue(), MONDAY) == 1
    assert await doorbell.runs(rosa)
    assert await start_dated(office, doorbell, Catalogue(), MONDAY + timedelta(minutes=5)) == 0
    assert [row.source for row in company.rows()] == [SOURCE]


async def test_the_loop_outlives_a_round_that_fails(office, doorbell):
    """A database that is away for a minute must not end the starts of a year."""
    schema.downgrade(office.database, "base")
    with counting(office.database) as cost:
        starting = asyncio.create_task(keep_starting(office, doorbell, timedelta(milliseconds=20)))
        try:
            await until(lambda: cost.transactions > 2)
            schema.upgrade(office.database)
            rosa = renews(Company(office.database, office.settings), datetime.now(UTC).date().isoformat())
            await until_so(lambda: doorbell.runs(rosa))
        finally:
            starting.cancel()
            with suppress(asyncio.CancelledError):
                await starting
