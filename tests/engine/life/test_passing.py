"""What a lead has gone past without its being done, and why."""

import pytest

from engine.life.moves import Hold
from engine.life.passing import Passed, passed
from engine.life.receipts import Held
from engine.reasons import HoldReason
from engine.words import EventKind, Stage, TouchKey, Verb
from tests.support.life import Life, at
from tests.support.sequences import call, days, email, sequence, stage

MONDAY = at("2026-11-23 09:00")


def rosa() -> Life:
    """A lead that has got its first mail, and waits two days for the next."""
    lead = Life(sequence(stage("nurture", email("hello"), email("news", after=days(2)), call("talk"))), now=MONDAY)
    lead.happens(EventKind.CAPTURED)
    return lead


def held(lead: Life) -> None:
    """The gate holds what it stands before."""
    until = lead.now.replace(hour=23)
    lead.note(Held(touch_key=TouchKey("k"), hold=Hold(because=HoldReason.SENDER_LIMIT, until=until)))


def names(found: Passed | None) -> tuple[str, str] | None:
    """The step, and why."""
    return None if found is None else (found.step.id, found.because)


def test_a_step_that_is_done_is_not_left_out():
    """It was sent."""
    lead = rosa()
    before = lead.progress
    lead.let_pass(days=2)
    assert passed(before, lead.progress) is None


def test_a_step_that_a_person_skips_is():
    """Before its time had come."""
    lead = rosa()
    before = lead.progress
    lead.commands(Verb.SKIP)
    assert names(passed(before, lead.progress)) == ("news", "skipped_by_person")


@pytest.mark.parametrize(
    ("was_held", "found"), [(False, None), (True, ("news", "replied"))], ids=["still to come", "its turn had come"]
)
def test_what_was_held_when_the_lead_answered_never_leaves(was_held, found):
    """The message that would have come in two days was not left out: it never was due."""
    lead = rosa()
    if was_held:
        held(lead)
    before = lead.progress
    lead.happens(EventKind.REPLIED, channel="email", reply="positive")
    assert names(passed(before, lead.progress)) == found


def test_what_was_held_when_the_lead_went_to_another_stage_was_passed():
    """A jump."""
    lead = Life(
        sequence(stage("nurture", email("hello"), email("news", after=days(2))), stage("convert", email("offer"))),
        now=MONDAY,
    )
    lead.happens(EventKind.CAPTURED)
    held(lead)
    before = lead.progress
    lead.commands(Verb.JUMP, stage=Stage.CONVERT)
    assert names(passed(before, lead.progress)) == ("news", "moved_on")


def test_a_lead_that_waits_where_it_was_has_passed_nothing():
    """A hold, a note, a change around the lead."""
    lead = rosa()
    before = lead.progress
    held(lead)
    lead.happens(EventKind.NOTE_ADDED)
    assert passed(before, lead.progress) is None
