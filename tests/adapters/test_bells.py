"""Whom the sweep rings: nobody too early, nobody again and again, and nobody never."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters import bells, switches
from adapters.bells import Bell
from adapters.switches import Scope
from adapters.tables import leads
from engine.reasons import HoldReason
from engine.words import Act, LeadId, Stage
from tests.adapters.world import BEN, MONDAY, ROSA, Company, later

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LATE = timedelta(minutes=3)


def change(company: Company, lead: LeadId, **columns: object) -> None:
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == lead).values(columns))


def rings(company: Company, lead: LeadId, **delay: float) -> None:
    with company.database.transaction() as transaction:
        bells.rang(transaction, lead, later(**delay))


def overdue(company: Company, limit: int = 100, **delay: float) -> list[LeadId]:
    with company.database.reading() as transaction:
        return [bell.lead_id for bell in bells.overdue(transaction, later(**delay) + LATE, LATE, limit)]


def released(company: Company, **delay: float) -> list[LeadId]:
    with company.database.reading() as transaction:
        return [bell.lead_id for bell in bells.released(transaction, later(**delay) + MINUTE, MINUTE, 100)]


def test_a_row_whose_ring_was_lost_is_found_once_it_has_waited(company):
    """A ring is only a signal: the row is the truth."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "note_added", MONDAY)
    with company.database.transaction() as transaction:
        assert bells.unrung(transaction, later(minutes=1), MINUTE, 10) == ()
        assert bells.unrung(transaction, later(minutes=2), MINUTE, 10) == (Bell(rosa, Stage.CAPTURE),)
        bells.rang(transaction, rosa, later(minutes=2))
        assert bells.unrung(transaction, later(minutes=2), MINUTE, 10) == ()


def test_whoever_was_rung_longest_ago_comes_first(company):
    """When more wait than one round rings, the same ones would be rung for ever."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    for lead, minute in ((rosa, 2), (ben, 1)):
        company.hears(lead, "note_added")
        rings(company, lead, minutes=minute)
    with company.database.reading() as transaction:
        assert [bell.lead_id for bell in bells.unrung(transaction, later(hours=1), MINUTE, 1)] == [ben]


def test_an_open_lead_that_nobody_looked_at_is_found_after_it_was_due(company):
    """Somebody terminated its workflow: nothing but the database knows that it should live."""
    rosa = company.captures(ROSA)
    assert overdue(company) == []
    assert overdue(company, seconds=1) == [rosa]
    change(company, rosa, open=False)
    assert overdue(company, seconds=1) == []


def test_the_longest_due_is_rung_first(company):
    """After an outage of Temporal there are more than one round rings."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    change(company, rosa, next_due=later(minutes=2))
    change(company, ben, next_due=later(minutes=1))
    assert overdue(company, hours=1, limit=1) == [ben]


def test_an_overdue_lead_is_rung_again_after_ever_longer_pauses(company):
    """Its workflow may have gone between the ring and the look; or no worker is there, and rings fill its history."""
    rosa = company.captures(ROSA)
    rings(company, rosa, minutes=-1)
    rung = []
    for minute in range(1, 300):
        if overdue(company, minutes=minute):
            rings(company, rosa, minutes=minute + 3)
            rung.append(minute + 3)
    assert rung == [4, 8, 15, 28, 53, 102, 166, 230, 294]


HELD = {
    "all": (Scope.ALL, "", HoldReason.KILL_SWITCH),
    "its channel": (Scope.CHANNEL, "email", HoldReason.KILL_SWITCH),
    "its sequence": (Scope.SEQUENCE, "greeting", HoldReason.SEQUENCE_PAUSED),
}


@pytest.mark.parametrize(("scope", "name", "because"), HELD.values(), ids=HELD)
def test_a_lead_that_stands_still_for_a_switch_is_found_when_it_is_on_again(company, scope, name, because):
    """It may have decided to ask again in a month."""
    rosa = company.captures(ROSA)
    far = {"next_due": later(days=30), "hold": because.value, "sequence": "greeting", "act": Act.SEND_EMAIL.value}
    change(company, rosa, **far)
    with company.database.transaction() as transaction:
        switches.turn_off(transaction, scope, name, "ana", "wrong price", MONDAY)
        switches.turn_off(transaction, Scope.CHANNEL, "sms", "ana", "not its channel", MONDAY)
        switches.turn_off(transaction, Scope.SEQUENCE, "other", "ana", "not its sequence", MONDAY)
    assert released(company, minutes=1) == []
    with company.database.transaction() as transaction:
        switches.turn_on(transaction, scope, name, "ana", "", later(minutes=1))
    assert released(company, minutes=1) == [rosa]
    rings(company, rosa, minutes=2)
    assert released(company, minutes=2) == []


def test_a_switch_that_is_on_does_not_wake_whoever_another_one_holds(company):
    """Else every round would ring the whole sequence."""
    rosa = company.captures(ROSA)
    held = {"hold": HoldReason.KILL_SWITCH.value, "sequence": "greeting", "act": Act.SEND_EMAIL.value}
    change(company, rosa, next_due=later(days=1), **held)
    with company.database.transaction() as transaction:
        switches.turn_off(transaction, Scope.ALL, "", "ana", "wrong price", MONDAY)
        switches.turn_off(transaction, Scope.CHANNEL, "email", "ana", "no provider", MONDAY)
        switches.turn_on(transaction, Scope.ALL, "", "ana", "", MONDAY)
    assert released(company, hours=1) == []


def test_a_lead_whose_look_fails_is_found_as_such_and_as_soon_as_others(company):
    """Temporal tries it again by itself, unless its workflow was ended; only Temporal knows."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "note_added")
    rung = later(hours=5)
    change(company, rosa, failing_attempts=5, rung_at=rung, hold=HoldReason.KILL_SWITCH.value, act="look")
    asks = ((bells.unrung, MINUTE), (bells.released, MINUTE), (bells.overdue, LATE))
    with company.database.reading() as transaction:
        for ask, pause in asks:
            assert ask(transaction, rung + pause, pause, 10) == ()
            assert ask(transaction, rung + pause + SECOND, pause, 10) == (Bell(rosa, Stage.CAPTURE, failing=True),)


def test_a_ring_that_is_still_to_come_silences_nobody(company):
    """One machine's clock went days ahead, and every other machine would wait for that day."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "note_added")
    change(company, rosa, rung_at=later(days=2), hold=HoldReason.KILL_SWITCH.value, act="look")
    with company.database.reading() as transaction:
        for ask in (bells.unrung, bells.released, bells.overdue):
            assert ask(transaction, later(minutes=10), LATE, 10) == (Bell(rosa, Stage.CAPTURE),)
