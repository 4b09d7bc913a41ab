"""Pauses of sequences in the records: at most one lasts, none is forgotten, and each look is told of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from adapters import audit, bells, pauses, schema, switches
from adapters.database import Database
from adapters.switches import Off, Scope
from adapters.tables import kill_switches, leads, sequence_pauses
from adapters.views.lead import memory
from adapters.views.results import results
from engine.life.circumstances import SequencePause
from engine.reasons import HoldReason
from engine.words import LeadId, ResumeMode
from tests.adapters.world import MONDAY, ROSA, Company, later
from tests.support.looking import lives, looks, publishes_a_wait

MINUTE = timedelta(minutes=1)
SHIFT, CATCH_UP, DROP = ResumeMode.SHIFT, ResumeMode.CATCH_UP, ResumeMode.DROP_OVERDUE


def pause(company: Company, **delay: float) -> bool:
    """Somebody pauses the sequence, so long after Monday morning."""
    with company.database.transaction() as transaction:
        return pauses.pause(transaction, "greeting", "ana", "new words", later(**delay))


def resume(company: Company, mode: ResumeMode = SHIFT, spread: timedelta = timedelta(0), **delay: float) -> bool:
    """Somebody lets it go on."""
    with company.database.transaction() as transaction:
        return pauses.resume(transaction, "greeting", mode, "ben", "", later(**delay), spread=spread)


def told(company: Company, lead: LeadId, looked_at: datetime | None) -> tuple[SequencePause, ...]:
    """What a look at the lead would hear."""
    with company.database.reading() as transaction:
        return pauses.of_lead(transaction, lead, looked_at)


def test_it_is_paused_once_and_let_go_once_and_both_are_written_down(company: Company) -> None:
    """Two people in a hurry: one of them hears that it was so already."""
    assert not resume(company)
    assert [pause(company), pause(company, hours=1)] == [True, False]
    assert [resume(company, CATCH_UP, MINUTE, days=1), resume(company, days=2)] == [True, False]
    assert [pause(company, days=3), resume(company, days=4)] == [True, True]
    with company.database.reading() as transaction:
        trail = audit.about(transaction, "sequence:greeting")
    assert [(one.actor, one.action, one.reason) for one in trail] == [
        ("ana", "paused", "new words"),
        ("ben", "resumed", "catch-up within 0:01:00"),
        ("ana", "paused", "new words"),
        ("ben", "resumed", "shift"),
    ]


def test_of_two_at_once_one_was_first(company: Company) -> None:
    """On either database, by its index and not by luck."""
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: pause(company), range(4))) == [False, False, False, True]
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: resume(company, days=1), range(4))) == [False, False, False, True]
    with company.database.reading() as transaction:
        assert transaction.execute(select(func.count()).select_from(sequence_pauses)).scalar_one() == 1


def test_a_switch_of_a_sequence_is_a_pause(company: Company) -> None:
    """There is one truth, by whatever name somebody asks."""
    with company.database.transaction() as transaction:
        assert switches.turn_off(transaction, Scope.SEQUENCE, "greeting", "ana", "new words", MONDAY)
        assert not pauses.pause(transaction, "greeting", "ben", "me too", MONDAY)
        assert switches.off(transaction) == Off(sequences=("greeting",))
        assert [(one.scope, one.name, one.by) for one in switches.switched_off(transaction)] == [
            (Scope.SEQUENCE, "greeting", "ana")
        ]
        assert switches.turn_on(transaction, Scope.SEQUENCE, "greeting", "ana", "", later(days=1))
        assert switches.off(transaction) == Off()


def test_a_look_is_told_of_what_lasts_and_of_what_its_lead_slept_through(company: Company) -> None:
    """Of a pause that ended before the last look, or of a sequence it is not in, there is nothing to tell."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured", source="form")
    lives(company, rosa)
    pause(company, hours=4)
    assert told(company, rosa, MONDAY) == (SequencePause(sequence="greeting", since=later(hours=4)),)
    resume(company, CATCH_UP, MINUTE, hours=8)
    over = SequencePause(sequence="greeting", since=later(hours=4), until=later(hours=8), mode=CATCH_UP, spread=MINUTE)
    assert told(company, rosa, MONDAY) == (over,)
    assert told(company, rosa, later(days=1)) == ()
    assert told(company, LeadId("somebody else"), MONDAY) == ()
    pause(company, days=2)
    assert [one.since for one in told(company, LeadId("somebody else"), None)] == [later(days=2)]


def test_statement_24_a_lead_that_slept_through_the_pause_is_shifted_by_it(company: Company) -> None:
    """Three days of waiting, one day of pause: the second mail leaves on the fourth."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured", source="form")
    due = lives(company, rosa).due
    pause(company, hours=4)
    resume(company, days=1, hours=4)
    turn = looks(company, rosa, now=due)
    assert turn.due == due + timedelta(days=1)
    assert looks(company, rosa, now=due).due == turn.due


def test_a_step_that_is_left_out_for_the_pause_stands_in_the_results(company: Company) -> None:
    """As left out, with the reason in words; nothing was sent, and nothing counts."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured", source="form")
    due = lives(company, rosa).due
    pause(company, hours=4)
    held = lives(company, rosa, now=due)
    assert held.due > due + timedelta(days=20)
    resume(company, DROP, days=5)
    lives(company, rosa, now=later(days=5, hours=1))
    with company.database.reading() as transaction:
        steps = {step.step: step for step in results(transaction, "greeting").steps}
    assert (steps["hello"].sent, steps["news"].sent) == (1, 0)
    assert [(one.because, one.count) for one in steps["news"].skipped] == [("sequence_paused", 1)]


def test_whoever_knows_its_own_moment_is_not_rung_again(company: Company) -> None:
    """The sweep rings each lead once when the pause is over; then the lead's timer does the rest."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured", source="form")
    due = lives(company, rosa).due
    pause(company, hours=4)
    lives(company, rosa, now=due)
    resume(company, CATCH_UP, timedelta(hours=10), days=5)

    def rung(**delay: float) -> list[LeadId]:
        with company.database.reading() as transaction:
            return [bell.lead_id for bell in bells.released(transaction, later(**delay), MINUTE, 10)]

    assert rung(days=5, minutes=2) == [rosa]
    turn = looks(company, rosa, now=later(days=5, minutes=2))
    assert later(days=5, minutes=2) < turn.due < later(days=5, hours=10)
    assert rung(days=5, minutes=9) == []
    with company.database.reading() as transaction:
        assert transaction.execute(select(leads.c.hold)).scalar_one() == HoldReason.SEQUENCE_PAUSED.value
    with company.database.transaction() as transaction:  # whose last look came before the end knows nothing
        transaction.execute(update(leads).values(looked_at=later(days=4)))
    assert rung(days=5, minutes=9) == [rosa]
    lives(company, rosa, now=turn.due)
    with company.database.reading() as transaction:
        progress = memory(transaction, rosa)
    assert progress is not None
    assert progress.last_touch_at == turn.due


@pytest.mark.parametrize("kind", ["all", "sequence"])
def test_a_sequence_that_was_switched_off_is_paused_after_the_upgrade_and_back(
    empty_database: Database, kind: str
) -> None:
    """Since when, by whom and why go with it; other switches stay what they are."""
    database = empty_database
    schema.upgrade(database, "0007")
    row = {"kind": kind, "name": "greeting", "since": MONDAY, "by": "ana", "reason": "new words"}
    with database.transaction() as transaction:
        transaction.execute(insert(kill_switches).values(**row))
    schema.upgrade(database)
    with database.reading() as transaction:
        paused = [(one.sequence, one.since, one.by, one.reason) for one in pauses.lasting(transaction)]
        left = transaction.execute(select(func.count()).select_from(kill_switches)).scalar_one()
    assert (paused, left) == (([("greeting", MONDAY, "ana", "new words")], 0) if kind == "sequence" else ([], 1))
    schema.downgrade(database, "0007")
    with database.reading() as transaction:
        assert transaction.execute(select(kill_switches.c.kind, kill_switches.c.since)).all() == [(kind, MONDAY)]
