"""What each condition asks of a lead, enrolled or not."""

from datetime import datetime

import pytest

from engine.life.circumstances import ChannelState, FieldValue
from engine.life.conditions import holds
from engine.life.progress import Outcome, Progress
from engine.life.wishes import Plan
from engine.reasons import SkipReason
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Can,
    Condition,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Not,
    OpenNow,
    OutcomeIs,
)
from engine.words import Channel, EventKind
from tests.support.life import ALWAYS, WEEKDAYS, Life, at, circumstances
from tests.support.sequences import days, email, sequence, stage

MONDAY = at("2026-11-23 10:00")
NIGHT = at("2026-11-23 22:00")
YES, NO = FieldKnown(field="source"), FieldKnown(field="hobby")


def rosa() -> Progress:
    """A lead in a sequence, of whom some things are known."""
    world = circumstances(
        fields=(
            FieldValue(name="source", value="ad"),
            FieldValue(name="score", value=7.0),
            FieldValue(name="vip", value=True),
        ),
        channels=(
            ChannelState(channel=Channel.EMAIL),
            ChannelState(channel=Channel.SMS, why_not=SkipReason.CHANNEL_SUPPRESSED),
        ),
    )
    life = Life(HELLO, now=MONDAY, world=world)
    life.note_event(EventKind.CAPTURED)
    life.look()
    return life.progress


HELLO = sequence(stage("nurture", email("hello"), email("more", after=days(1))))


def asked(condition: Condition, now: datetime = MONDAY, progress: Progress | None = None, plan: Plan = HELLO) -> bool:
    """Whether it holds for the lead."""
    lead = progress or rosa()
    return holds(condition, lead, plan.sequence, lead.enrolment, now)


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        pytest.param(FieldIs(field="source", values=("ad", "web_form")), True, id="a choice among the values"),
        pytest.param(FieldIs(field="source", values=("web_form",)), False, id="another choice"),
        pytest.param(FieldIs(field="vip", values=(True,)), True, id="a flag"),
        pytest.param(FieldIs(field="hobby", values=("chess",)), False, id="an unknown field has no value"),
        pytest.param(YES, True, id="known"),
        pytest.param(NO, False, id="not known"),
        pytest.param(FieldAtLeast(field="score", n=7), True, id="at least, met exactly"),
        pytest.param(FieldAtLeast(field="score", n=8), False, id="at least, missed"),
        pytest.param(FieldBelow(field="score", n=8), True, id="below, met"),
        pytest.param(FieldBelow(field="score", n=7), False, id="below, met exactly is not below"),
        pytest.param(FieldAtLeast(field="hobby", n=0), False, id="an unknown number is not at least anything"),
        pytest.param(FieldBelow(field="hobby", n=9), False, id="nor below anything"),
        pytest.param(FieldAtLeast(field="source", n=0), False, id="a word is no number"),
        pytest.param(FieldAtLeast(field="vip", n=1), False, id="a flag is no number"),
        pytest.param(Can(channel=Channel.EMAIL), True, id="a channel that is open"),
        pytest.param(Can(channel=Channel.SMS), False, id="a channel that was refused"),
        pytest.param(Can(channel=Channel.VOICE), False, id="a channel without an address"),
        pytest.param(AllOf(parts=(YES, YES)), True, id="all"),
        pytest.param(AllOf(parts=(YES, NO)), False, id="not all"),
        pytest.param(AnyOf(parts=(NO, YES)), True, id="any"),
        pytest.param(AnyOf(parts=(NO, NO)), False, id="none"),
        pytest.param(Not(part=NO), True, id="not"),
        pytest.param(OutcomeIs(step="hello", outcomes=("sent",)), True, id="how a step ended"),
        pytest.param(OutcomeIs(step="hello", outcomes=("given_up",)), False, id="how it did not end"),
        pytest.param(OutcomeIs(step="later", outcomes=("sent",)), False, id="a step that has not ended"),
    ],
)
def test_a_condition_asks_what_it_says(condition, true):
    """Who reads a sequence aloud must be right about which way a lead goes."""
    lead = rosa()
    assert lead.enrolment is not None
    sent = Outcome(step="hello", outcome="sent", at=MONDAY)
    running = lead.enrolment.model_copy(update={"outcomes": (sent,)})
    assert holds(condition, lead, HELLO.sequence, running, MONDAY) is true


@pytest.mark.parametrize(("now", "true"), [(MONDAY, True), (NIGHT, False)], ids=["by day", "at night"])
def test_open_now_asks_the_hours_of_the_sequence(now, true):
    """A first answer that says "we call at eight" belongs to the night."""
    assert asked(OpenNow(), now) is true


def test_open_now_asks_the_sequence_even_in_a_stage_with_hours_of_its_own():
    """A response may leave at night; whether the office is open is another question."""
    plan = sequence(stage("response", email("hello"), email("more", after=days(1)), hours=ALWAYS))
    life = Life(plan, now=NIGHT)
    life.happens(EventKind.CAPTURED)
    assert life.sent == ["hello"]
    assert not asked(OpenNow(), NIGHT, life.progress, plan)


@pytest.mark.parametrize(("hours", "true"), [(WEEKDAYS, False), (ALWAYS, True)], ids=["by day", "day and night"])
def test_the_guard_of_a_sequence_asks_its_own_hours(hours, true):
    """It is asked before the lead is in the sequence, and means the same then."""
    fresh = Progress(lead_id=rosa().lead_id, circumstances=circumstances())
    plan = sequence(stage("response", email("hello")), hours=hours)
    assert asked(OpenNow(), NIGHT, fresh, plan) is true


def test_no_step_has_ended_for_a_lead_that_is_in_no_sequence():
    """A guard that speaks of a step is not met rather than wrong."""
    fresh = Progress(lead_id=rosa().lead_id, circumstances=circumstances())
    assert not asked(OutcomeIs(step="hello", outcomes=("sent",)), progress=fresh)
