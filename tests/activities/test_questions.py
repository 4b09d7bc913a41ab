"""Questions, changes and dates on real records: what the lead says is kept in the look's own transaction."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.tables import inbox, leads
from engine.life.circumstances import FieldValue
from engine.sequence.compiled import Ask, Finish, Moment, OnBecomes, OnMoment, Sequence
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline
from engine.words import Act
from tests.activities.practice import Patient, Practice
from tests.support.house import released
from tests.support.life import PIPELINE
from tests.support.sequences import field_is, goto, on
from tests.support.small_sequences import email, sequence, stage

FIELDS = (
    DeclaredField(name="renewal_on", kind="date"),
    DeclaredField(name="team", kind="choice", values=("small", "large")),
)
SMALL, LARGE = {"value": "small", "words": ("1", "small")}, {"value": "large", "words": ("2", "large")}


def publishes(practice: Practice, *sequences: Sequence) -> None:
    """These run, with the fields they speak of."""
    pipeline = Pipeline(rules=(), stages=PIPELINE)
    practice.puts_out(released(*sequences).model_copy(update={"fields": FIELDS, "pipeline": pipeline}))


def asking(**more: Any) -> Sequence:
    """How large is your team? Then a mail for everybody."""
    plain = {"id": "size", "template": "t/size", "saves": "team", "by": "email", "answers": (SMALL, LARGE)}
    question = Ask.model_validate({**plain, "wait": {"kind": "elapsed", "minutes": 2880}, "no_answer": Finish()})
    steps = (question, email("next", after={"kind": "elapsed", "minutes": 60}))
    return sequence("test", stage("nurture", *steps), **more)


def stored(patient: Patient) -> dict[str, Any]:
    """The fields on the lead's row."""
    with patient.practice.database.reading() as transaction:
        row = transaction.execute(select(leads.c.fields).where(leads.c.id == patient.lead_id)).one()
    fields: dict[str, Any] = row.fields
    return fields


def test_an_answer_is_kept_on_the_lead_and_what_it_wrote_nowhere_but_in_the_inbox(practice: Practice) -> None:
    """Whoever reads logs, histories or the lead's memory reads no letters of the lead's."""
    publishes(practice, asking())
    rosa = practice.captures()
    rosa.lives(hours=1)
    assert [touch.step for touch in rosa.touches] == ["size"]
    rosa.hears("replied", reply="unclear", channel="email", text="small, says Aurelia")
    told = rosa.looks()
    assert stored(rosa) == {"team": "small"}
    assert "Aurelia" not in told.model_dump_json()
    assert "the lead answered size" in told.story
    with practice.database.reading() as transaction:
        row = transaction.execute(select(leads.c.progress, leads.c.why).where(leads.c.id == rosa.lead_id)).one()
        kept = transaction.execute(select(inbox.c.body).where(inbox.c.kind == "replied")).scalar_one()
    assert "Aurelia" not in f"{row.progress}{row.why}"
    assert "Aurelia" in kept
    rosa.lives(hours=2)
    assert [touch.step for touch in rosa.touches] == ["size", "next"]
    assert rosa.tasks == []


def test_what_the_crm_said_later_is_not_overwritten_by_an_older_answer(practice: Practice) -> None:
    """Both wait for one look; what was said last counts."""
    publishes(practice, asking())
    rosa = practice.captures()
    rosa.lives(hours=1)
    rosa.hears("replied", channel="email", text="small")
    practice.now += timedelta(minutes=1)
    rosa.hears("fields_changed", fields={"team": "large"})
    rosa.looks()
    assert stored(rosa) == {"team": "large"}


@pytest.mark.parametrize("text", ["x" * 400, "small\x00 team"], ids=["long", "with NUL"])
def test_a_text_that_no_database_takes_is_a_reply_all_the_same(practice: Practice, text: str) -> None:
    """What a lead writes must never be lost for its form."""
    publishes(practice, asking())
    rosa = practice.captures()
    rosa.lives(hours=1)
    rosa.hears("replied", channel="email", text=text)
    rosa.looks()
    answered = stored(rosa) == {"team": "small"}
    assert answered is not bool(rosa.tasks)


def test_an_edge_is_neither_lost_nor_seen_twice_by_a_crash(practice: Practice) -> None:
    """What the last committed look knew is what counts as before."""
    becomes = on(OnBecomes(condition=field_is("team", "large")), goto("response"))
    stages = (stage("nurture", email("one"), when=(becomes,)), stage("response", email("offer")))
    publishes(practice, sequence("test", *stages))
    rosa = practice.captures(fields=(FieldValue(name="team", value="small"),))
    rosa.lives(hours=2)
    rosa.hears("fields_changed", fields={"team": "large"})
    rosa.dies("before_write", Act.SEND_EMAIL)
    rosa.rings()
    rosa.lives(days=2)
    assert [touch.step for touch in rosa.touches] == ["one", "offer"]


def test_a_start_at_a_date_is_answered_on_its_row(practice: Practice) -> None:
    """Somebody asks why the renewal did not go out; the Inbox knows."""
    moment = Moment(kind="before", field="renewal_on", days=10)
    renewal = sequence("renewal", stage("retain", email("renew")), starts=(OnMoment(moment=moment),))
    publishes(practice, renewal)
    rosa = practice.captures(fields=(FieldValue(name="renewal_on", value="2026-12-03"),))
    rosa.looks()
    rosa.hears("moment_reached", sequence="renewal", name="renewal_on")
    rosa.rings()
    rosa.lives(hours=1)
    with practice.database.reading() as transaction:
        row = transaction.execute(select(inbox.c.detail).where(inbox.c.kind == "moment_reached")).one()
    assert row.detail.endswith("started because it is 10 days before renewal_on")
    assert [touch.step for touch in rosa.touches] == ["renew"]
