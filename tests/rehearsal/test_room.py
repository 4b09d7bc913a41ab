"""Room in a sequence: the rehearsal counts who begins as the records do."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert

from adapters import places
from adapters.catalogue import Catalogue
from adapters.database import Database
from adapters.tables import enrolments, leads
from engine.words import LeadId
from rehearsal.room import Room
from tests.adapters.conftest import database, migrated_postgres, migrated_sqlite
from tests.support.small_sequences import daily

__all__ = ["database", "migrated_postgres", "migrated_sqlite"]  # fixtures

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Both:
    """The same leads in the records and in a rehearsal."""

    def __init__(self, database: Database, per_day: int) -> None:
        self.database = database
        self.sequence = daily(1, per_day=per_day)
        self.room = Room()
        self.began: list[datetime] = []
        self.due: dict[LeadId, datetime] = {}

    def comes(self, lead: LeadId, now: datetime) -> None:
        """Somebody new asks for room."""
        with self.database.transaction() as transaction:
            transaction.execute(insert(leads).values(id=lead, created_at=now))
        self.asks(lead, now)

    def asks(self, lead: LeadId, now: datetime) -> None:
        """Both are asked, say the same, and whoever may begin begins."""
        with self.database.transaction() as transaction:
            free = places.entry(transaction, Catalogue(), lead, None, self.sequence, now).free_at
            assert free == self.room.free_at(lead, self.sequence.per_day or 0, now)
            assert free is not None
            if free > now:
                self.due[lead] = free
                return
            begun = {"lead": lead, "number": 1, "sequence": self.sequence.name, "version": "daily@1"}
            transaction.execute(insert(enrolments).values(**begun, started_at=now, why="asked"))
            places.leave(transaction, lead, self.sequence.name)
        self.room.begins(now)
        self.room.leave(lead)
        self.began.append(now)
        self.due.pop(lead, None)

    def leaves(self, lead: LeadId) -> None:
        """Whoever waits is stopped."""
        with self.database.transaction() as transaction:
            places.leave(transaction, lead, self.sequence.name)
        self.room.leave(lead)
        self.due.pop(lead)


@pytest.mark.parametrize("seed", range(4))
def test_the_rehearsal_has_the_room_that_the_records_have(database: Database, seed: int):
    """What a rehearsal says of the next month is what the month will be, outages and all."""
    dice = random.Random(seed)
    both, now = Both(database, per_day=dice.choice([1, 2, 5])), NINE
    for number in range(60):
        now += timedelta(minutes=dice.choice([1, 30, 300, 300, 5000]))
        late = dice.random() < 0.5
        for lead in sorted(both.due, key=lambda lead: both.due[lead]):
            if both.due[lead] <= now:
                both.asks(lead, now if late else both.due[lead])
        both.comes(LeadId(f"lead-{number}"), now)
        if both.due and dice.random() < 0.2:
            both.leaves(dice.choice(sorted(both.due)))
    assert len(both.began) > 10
    if both.sequence.per_day == 1:
        ordered = sorted(both.began)
        assert all(b - a >= timedelta(days=1) for a, b in pairwise(ordered))


def test_nobody_begins_above_the_number_after_an_outage(database: Database):
    """Whoever waits through an outage takes a place anew, behind those who came first."""
    both = Both(database, per_day=2)
    for number in range(9):
        both.comes(LeadId(f"lead-{number}"), NINE + timedelta(minutes=number))
    now = NINE + timedelta(days=6)
    for lead in sorted(both.due):
        both.asks(lead, now)
    assert both.began.count(now) == 2
    assert sorted((at - now).days for at in both.due.values()) == [1, 1, 2, 2, 3]
