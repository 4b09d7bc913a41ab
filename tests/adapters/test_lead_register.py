"""Files that are imported at the same time."""

from collections import abc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapters import leads, schema
from adapters.database import Database
from adapters.lead_file.rows import Fact, LeadRow
from adapters.lead_register import Entered, Recording
from engine.words import Channel
from tests.adapters.world import MONDAY, Company
from tests.support.postgres import fresh_database
from tests.support.waiting import until

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
NAMES = ("rosa", "eve", "ben")


@pytest.fixture
def company(postgres_url: str) -> abc.Iterator[Company]:
    """A company whose records many write at once; SQLite has one writer."""
    with fresh_database(postgres_url) as url:
        database = Database(url)
        schema.upgrade(database)
        yield Company(database).opens()
        database.close()


def row(line: int, name: str) -> LeadRow:
    """A row that tells something new."""
    return LeadRow(
        line=line,
        emails=(f"{name}@example.com",),
        phones=("+12125550123",),
        facts=(Fact(name="company", value="Harbour"),),
        opted_out=(Channel.SMS,),
    )


@pytest.mark.parametrize("known", [True, False], ids=["of known people", "of new people"])
async def test_two_files_of_the_same_people_in_another_order_are_both_imported(company, known):
    """Each held what the other wanted next, and one of them was told that the database was away."""
    register = [Recording(company.database, company.people, company.inbox) for _ in range(2)]
    files = [[row(line, name) for line, name in enumerate(order, 2)] for order in (NAMES, NAMES[::-1])]
    eve = company.captures(leads.NewLead(source="web_form", emails=("eve@example.com",)))
    for name in NAMES if known else ():
        company.captures(leads.NewLead(source="web_form", emails=(f"{name}@example.com",)))

    def waiting() -> bool:
        with company.database.reading() as transaction:
            return bool(transaction.execute(WAITING).scalar_one() == 2)

    with ThreadPoolExecutor(2) as pool:
        with company.database.transaction() as transaction:
            leads.lock(transaction, eve)  # in the middle of both files: each has begun before one can go on
            coming = [pool.submit(register[n].enter, files[n], MONDAY + timedelta(hours=1)) for n in range(2)]
            await until(waiting)
        first, second = (entry.result() for entry in coming)
    assert {entry.entered for entry in (*first, *second)} <= {Entered.ADDED, Entered.MERGED, Entered.KNOWN}
    assert {entry.lead for entry in first} == {entry.lead for entry in second}
    assert len({entry.lead for entry in first}) == len(NAMES)
