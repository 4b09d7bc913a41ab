"""Experiments in the records: which words left, and who was held out."""

import pytest
from sqlalchemy import select

from adapters.tables import enrolments
from engine.sequence.compiled import Sequence, Variant
from tests.activities.practice import Practice
from tests.support.small_sequences import daily, email, sequence, stage

PEOPLE = ("Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo")


def trying() -> Sequence:
    """One mail, in short words for half of the leads."""
    words = tuple(Variant(name=name, template=f"test/hello.{name}", share=50) for name in ("short", "long"))
    return sequence("test", stage("nurture", email("hello").model_copy(update={"variants": words})))


def test_the_words_that_left_are_written_beside_the_touch(practice: Practice) -> None:
    """Results are counted from the ledger, and what a lead read is what is counted."""
    practice.publishes(trying())
    leads = [practice.captures(name) for name in PEOPLE]
    for lead in leads:
        lead.lives(days=1)
    told = [(row.variant, row.template, row.body.splitlines()[0]) for lead in leads for row in lead.touches]
    assert {told_of for told_of, _, _ in told} == {"short", "long"}
    assert all((template, body) == (f"test/hello.{v}", f"Hello, this is test/hello.{v}.") for v, template, body in told)


@pytest.mark.parametrize(("share", "held_out"), [(0, False), (50, True)])
def test_who_is_held_out_is_counted_and_gets_nothing(practice: Practice, share: int, held_out: bool) -> None:
    """Both sides of the comparison are enrolments."""
    practice.publishes(daily(2, holdout=share))
    leads = [practice.captures(name) for name in PEOPLE]
    for lead in leads:
        lead.lives(days=3)
    with practice.database.reading() as transaction:
        kept = {row.lead: row.held_out for row in transaction.execute(select(enrolments))}
    assert any(kept.values()) is held_out
    assert {lead.lead_id: not lead.received for lead in leads} == kept
