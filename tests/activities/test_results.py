"""What became of a sequence, counted from the records that real looks have written."""

from collections import abc
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import func, select

from adapters.database import Database
from adapters.tables import ledger
from adapters.views.results import results
from engine.measure.results import SequenceResults
from engine.measure.steps import StepResult
from engine.sequence.compiled import FieldIs, Sequence, Variant
from engine.words import EventKind, Verb
from tests.activities.practice import MONDAY, Patient, Practice
from tests.support.provider import ScriptedProvider
from tests.support.small_sequences import DAY, call, daily, email, sequence, stage, text

PEOPLE: Final = ("Ann", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jan")
VIP: Final = FieldIs(field="vip", values=(True,))


def of(practice: Practice, name: str, **since: object) -> SequenceResults:
    """The results as they are now."""
    with practice.database.reading() as transaction:
        return results(transaction, name, **since)  # type: ignore[arg-type]  # since=a moment


def step(found: SequenceResults, name: str, variant: str = "") -> StepResult:
    """One row of them."""
    return next(one for one in found.steps if (one.step, one.variant) == (name, variant))


def skipped(one: StepResult) -> dict[str, int]:
    """How many were left out, by reason."""
    return {count.because: count.count for count in one.skipped}


def mixed() -> Sequence:
    """A mail, a text for a few, a call for a few, a mail a day later."""
    return sequence(
        "test",
        stage(
            "nurture",
            email("hello"),
            text("nudge", only_if=VIP),
            call("talk", only_if=VIP),
            email("last", after=DAY),
        ),
    )


def captured(practice: Practice, people: abc.Iterable[str] = PEOPLE) -> list[Patient]:
    """So many leads, a look at each."""
    leads = [practice.captures(name) for name in people]
    for lead in leads:
        lead.catches_up()
    return leads


def live(leads: abc.Sequence[Patient], **duration: float) -> None:
    """Time passes for all of them at once."""
    practice = leads[0].practice
    begins = practice.now
    for lead in leads:
        practice.now = begins
        lead.lives(**duration)


def test_statement_32_every_step_that_a_lead_came_to_stands_in_one_row(practice: Practice) -> None:
    """Statement 32: what was sent, what was left out and why; the sums are those of the ledger and of the tasks."""
    practice.publishes(mixed())
    live(captured(practice), days=3)
    found = of(practice, "test")
    hello, nudge, talk, last = (step(found, name) for name in ("hello", "nudge", "talk", "last"))
    assert (hello.entered, hello.sent, hello.open) == (10, 10, 0)
    assert (nudge.entered, nudge.sent, skipped(nudge)) == (10, 0, {"step_guard_false": 10})
    assert (talk.entered, talk.sent, skipped(talk)) == (10, 0, {"step_guard_false": 10})
    assert (last.entered, last.sent) == (10, 10)
    assert [one.step for one in found.steps] == ["hello", "nudge", "talk", "last"]
    assert (found.touches, found.tasks, found.reconciled) == (30, 10, True)
    with practice.database.reading() as transaction:
        assert found.touches == transaction.execute(select(func.count()).select_from(ledger)).scalar_one()


def test_an_answer_counts_for_the_message_before_it(practice: Practice) -> None:
    """What a machine writes is no answer, and a no is counted by itself."""
    practice.publishes(daily(3))
    ben, cleo, dora, emil = captured(practice, PEOPLE[:4])
    practice.now += timedelta(hours=1)
    ben.hears("replied", reply="positive", channel="email")
    cleo.hears("replied", reply="out_of_office", channel="email")
    dora.hears("opted_out")
    for lead in (ben, cleo, dora):
        lead.rings()
    live((ben, cleo, dora, emil), days=4)
    found = of(practice, "daily")
    first = step(found, "day-0")
    assert (first.sent, first.answered, first.stopped) == (4, 1, 1)
    assert 0.04 < first.answer_rate.low < 0.25 < first.answer_rate.high < 0.75
    assert step(found, "day-1").answered == 0


def test_a_message_that_waits_is_open_and_one_that_will_not_come_is_left_out(
    database: Database, provider: ScriptedProvider
) -> None:
    """A sender may write one mail a day: the first leaves, two wait, and one of those leads answers meanwhile."""
    practice = Practice(database, provider, sender_per_day=1)
    practice.publishes(daily(1))
    _, ben, cleo = captured(practice, PEOPLE[:3])
    (day,) = of(practice, "daily").steps
    assert (day.entered, day.sent, day.open) == (3, 1, 2)
    ben.hears("replied", reply="positive", channel="email")
    ben.rings()
    (day,) = of(practice, "daily").steps
    assert (day.entered, day.sent, day.open, skipped(day)) == (3, 1, 1, {"replied": 1})
    cleo.lives(days=2)
    assert (step(of(practice, "daily"), "day-0").sent, cleo.received) == (2, ["day-0"])


def test_a_held_message_that_the_lead_comes_back_to_leaves(database: Database, provider: ScriptedProvider) -> None:
    """A hand slipped: on to another stage and back within the minute, and the mail waits as before."""
    practice = Practice(database, provider, sender_per_day=1)
    convert = stage("convert", email("offer", after=DAY))
    practice.publishes(sequence("news", stage("nurture", email("hello"), hours=None), convert))
    practice.captures("Ann").catches_up()
    rosa = practice.captures()
    rosa.catches_up()
    for name in ("convert", "nurture"):
        rosa.commanded(Verb.JUMP, stage=name)
        rosa.rings()
    assert rosa.states == [("hello", "suppressed")]
    rosa.lives(days=2)
    assert (rosa.states, rosa.progress.review) == ([("hello", "accepted")], None)


def test_a_step_that_a_person_skips_is_left_out_by_a_person(practice: Practice) -> None:
    """The message that had not come yet, and the call that nobody was asked for yet."""
    practice.publishes(mixed())
    (ann,) = captured(practice, PEOPLE[:1])
    ann.commanded(Verb.SKIP)
    ann.rings()
    ann.lives(days=2)
    found = of(practice, "test")
    assert skipped(step(found, "last")) == {"skipped_by_person": 1}
    assert found.reconciled


def test_who_is_held_out_stands_apart_and_is_counted(practice: Practice) -> None:
    """Statement 30: both sides of the comparison, and every step that was kept from one of them."""
    practice.publishes(daily(2, holdout=50))
    live(captured(practice), days=20)
    found = of(practice, "daily")
    got, kept = found.groups
    assert (got.held_out, kept.held_out) == (False, True)
    assert got.began + kept.began == len(PEOPLE)
    assert step(found, "day-0").sent == got.began
    assert skipped(step(found, "day-0")) == {"held_out": kept.began}
    assert found.reconciled


def test_variants_have_rows_of_their_own(practice: Practice) -> None:
    """Statement 29: what a lead read is what is counted."""
    words = tuple(Variant(name=name, template=f"test/hello.{name}", share=50) for name in ("short", "long"))
    practice.publishes(sequence("test", stage("nurture", email("hello").model_copy(update={"variants": words}))))
    live(captured(practice), days=1)
    found = of(practice, "test")
    assert {one.variant for one in found.steps} == {"short", "long"}
    assert sum(one.sent for one in found.steps) == len(PEOPLE)


def test_a_call_is_on_time_when_it_is_done_before_it_is_due(practice: Practice) -> None:
    """On-time task rate: one in time, one late, one still open."""
    practice.publishes(sequence("calls", stage("nurture", call("talk", blocks=True))))
    ann, ben, _ = captured(practice, PEOPLE[:3])
    practice.now += timedelta(minutes=10)
    for lead, wait in ((ann, timedelta(0)), (ben, timedelta(hours=2))):
        practice.now += wait
        (task,) = lead.tasks
        lead.hears(EventKind.TASK_DONE, task_key=task.task_key, disposition="no_answer")
        lead.rings()
    talk = step(of(practice, "calls"), "talk")
    assert (talk.entered, talk.sent, talk.open, talk.on_time) == (3, 2, 1, 1)


@pytest.mark.parametrize(("since", "began"), [(None, 2), (MONDAY + timedelta(days=1), 1)])
def test_only_those_who_began_since_then(practice: Practice, since: object, began: int) -> None:
    """Results of the leads of a period, whenever their messages left."""
    practice.publishes(daily(2))
    captured(practice, PEOPLE[:1])
    practice.now += timedelta(days=2)
    captured(practice, PEOPLE[1:2])
    found = of(practice, "daily", since=since)
    assert sum(group.began for group in found.groups) == began
    assert step(found, "day-0").entered == began
    assert found.reconciled
