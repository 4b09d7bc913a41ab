"""Moments tied to dates that a sequence reacts to: once per date, and only for dates still to come."""

from datetime import time, timedelta
from typing import Any

import pytest

from engine.life.circumstances import FieldValue
from engine.life.course import MOST_FIRED
from engine.life.moves import MomentCame, Record
from engine.reasons import HoldReason
from engine.sequence.compiled import AgainIfInactive, CarryOn, Moment, OnMoment, Response
from engine.words import EventKind, Stage, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import days, email, finish, goto, minutes, on, sequence, stage, start

MONDAY = at("2026-11-23 09:00")
RENEWAL = OnMoment(moment=Moment(kind="before", field="renewal_on", days=2, at=time(10)))
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
AGAIN: dict[str, Any] = {**AT_ONCE, "again": AgainIfInactive()}


def known(value: str | None) -> tuple[FieldValue, ...]:
    """What is known of the lead."""
    return () if value is None else (FieldValue(name="renewal_on", value=value),)


def captured(
    value: str | None, *, where: str = "sequence", response: Response | None = None, back: bool = False
) -> Life:
    """A lead in a sequence that reacts to its renewal."""
    reactions = (on(RENEWAL, response or goto("convert")),)
    plan = sequence(
        stage("retain", email("one"), email("two", after=days(60)), when=reactions if where == "stage" else ()),
        stage("convert", email("offer"), otherwise=goto("retain", after=days(1)) if back else finish()),
        when=reactions if where == "sequence" else (),
        **AT_ONCE,
    )
    rosa = Life(plan, now=MONDAY, world=circumstances(fields=known(value)))
    rosa.happens(EventKind.CAPTURED)
    return rosa


def fired(rosa: Life) -> list[str]:
    """Dates that have come."""
    return [
        move.change.value for _, move in rosa.moves if isinstance(move, Record) and isinstance(move.change, MomentCame)
    ]


@pytest.mark.parametrize("where", ["stage", "sequence"])
def test_a_date_leads_where_the_sequence_says(where):
    """Two days before the renewal, whatever the steps are waiting for."""
    rosa = captured("2026-12-10", where=where)
    assert rosa.waits_because is HoldReason.STEP_DELAY
    rosa.let_pass(days=16)
    assert fired(rosa) == ["2026-12-10"]
    assert rosa.sent_at("offer") == [at("2026-12-08 10:01")]


def test_a_date_that_moves_is_followed():
    """A renewal that is put off takes its offer with it."""
    rosa = captured("2026-12-10")
    rosa.becomes(fields=known("2026-12-20"))
    rosa.let_pass(days=30)
    assert rosa.sent_at("offer") == [at("2026-12-18 10:01")]


def test_a_date_that_becomes_known_counts_from_then():
    """The CRM may tell later."""
    rosa = captured(None)
    rosa.happens(EventKind.FIELDS_CHANGED)
    rosa.becomes(fields=known("2026-12-10"))
    rosa.let_pass(days=20)
    assert fired(rosa) == ["2026-12-10"]


def test_a_date_that_was_past_when_the_sequence_began_does_not_fire():
    """Nothing is retroactive."""
    rosa = captured("2026-11-20")
    rosa.let_pass(days=30)
    assert (fired(rosa), rosa.sent) == ([], ["one"])


def test_a_date_that_comes_when_the_sequence_begins_does_not_fire():
    """Two sequences that hand over at a date would hand the lead round for ever in that moment."""
    here, there = (OnMoment(moment=Moment(kind="since", field="renewal_on", at=time(9))) for _ in range(2))
    one = sequence(stage("retain", email("one", after=days(1))), when=(on(here, start("two")),), name="one", **AGAIN)
    two = sequence(stage("retain", email("two", after=days(1))), when=(on(there, start("one")),), name="two", **AGAIN)
    rosa = Life(one, two, now=at("2026-11-23 08:00"), world=circumstances(fields=known("2026-11-23")))
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(days=3)
    assert (fired(rosa), rosa.sent) == (["2026-11-23"], ["two"])


@pytest.mark.parametrize(("where", "times"), [("sequence", 1), ("stage", 1)])
def test_a_date_fires_once(where, times):
    """A lead that comes back into the stage has had this date."""
    rosa = captured("2026-12-10", where=where, back=True)
    rosa.let_pass(days=40)
    assert len(fired(rosa)) == times
    assert rosa.sent[:3] == ["one", "offer", "one"]


def test_another_date_fires_again():
    """Next year's renewal is another one."""
    rosa = captured("2026-12-10", back=True)
    rosa.let_pass(days=20)
    rosa.becomes(fields=known("2026-12-28"))
    rosa.let_pass(days=20)
    assert fired(rosa) == ["2026-12-10", "2026-12-28"]


def test_only_so_many_dates_are_remembered():
    """A field that changes every day must not fill the memory."""
    rosa = captured(None, response=CarryOn())
    for _ in range(MOST_FIRED + 5):
        rosa.becomes(fields=known(f"{rosa.now + timedelta(days=2):%Y-%m-%d}"))
        rosa.let_pass(days=1)
    assert len(fired(rosa)) == MOST_FIRED + 5
    assert rosa.progress.enrolment is not None
    assert len(rosa.progress.enrolment.fired) == MOST_FIRED


def test_a_date_may_come_while_the_lead_is_paused_and_is_heard_afterwards():
    """The clock of the sequence stands; the date does not."""
    rosa = captured("2026-12-10")
    rosa.commands(Verb.PAUSE, until=at("2026-12-15 09:00"))
    rosa.let_pass(days=20)
    assert fired(rosa) == []
    rosa.let_pass(days=5)
    assert fired(rosa) == ["2026-12-10"]
    assert rosa.progress.stage is Stage.CONVERT


def test_carry_on_at_a_date_changes_nothing():
    """There is no answer to wait for."""
    rosa = captured("2026-12-10", response=CarryOn())
    rosa.let_pass(days=70)
    assert fired(rosa) == ["2026-12-10"]
    assert rosa.sent == ["one", "two"]


def test_an_event_reaction_beside_it_is_no_moment():
    """Each trigger is asked for what it is."""
    plan = sequence(
        stage("retain", email("one"), email("two", after=days(9)), when=(on("paid", finish()), on(RENEWAL, finish()))),
        **AT_ONCE,
    )
    rosa = Life(plan, now=MONDAY, world=circumstances(fields=known("2026-11-27")))
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(days=3)
    assert rosa.ended == ["completed"]
    assert fired(rosa) == ["2026-11-27"]
