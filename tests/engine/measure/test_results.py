"""Tallies become steps: every touch and every task stands once, in the order in which the sequence is written."""

import pytest

from engine.life.sentences import say_left_out
from engine.measure.results import SequenceResults, Tally, step_results
from engine.measure.steps import Count
from engine.words import TouchState
from tests.support.small_sequences import call, email, sequence, stage

NEW = sequence("life", stage("response", email("hello")), stage("nurture", call("talk"), email("last")))
OLD = sequence("life", stage("nurture", email("gone"), email("last")))
VERSIONS = {"life@2": NEW, "life@1": OLD}


def touch(step: str, state: str, count: int, **more: object) -> Tally:
    """So many touches of the new version."""
    plain = {"of": "touch", "version": "life@2", "stage": "nurture", "step": step, "channel": "email", "state": state}
    return Tally.model_validate(plain | {"count": count} | more)


def test_what_became_of_a_touch_says_where_it_stands():
    """Sent whatever became of it later; open while nobody knows; left out for the reason that is known."""
    tallies = [
        touch("last", "delivered", 5, answered=2, stopped=1),
        touch("last", "bounced", 1),
        touch("last", "deferred", 2),
        touch("last", "suppressed", 3, because="no_consent"),
        touch("last", "suppressed", 1, because="too_late"),
        touch("last", "rejected", 1),
        touch("last", "lost", 1),
    ]
    (last,) = step_results("life", tallies, VERSIONS)
    assert (last.entered, last.sent, last.open, last.answered, last.stopped) == (14, 6, 2, 2, 1)
    assert last.skipped == (
        Count(because="no_consent", count=3),
        Count(because="outcome_unproven", count=1),
        Count(because="provider_rejected", count=1),
        Count(because="too_late", count=1),
    )


def test_every_reason_is_said_in_words_of_its_own():
    """A provider's refusal must not read as if the lead had moved on."""
    (last,) = step_results("life", [touch("last", "rejected", 1), touch("last", "lost", 1)], VERSIONS)
    said = {say_left_out(count.because) for count in last.skipped}
    assert len(said) == 2
    assert say_left_out("moved_on") not in said
    assert say_left_out("renamed") != say_left_out("moved_on")


@pytest.mark.parametrize("state", TouchState)
def test_no_state_is_forgotten(state):
    """A touch in any state is counted in exactly one place."""
    (last,) = step_results("life", [touch("last", state, 1)], VERSIONS)
    assert last.entered == 1
    assert last.sent + last.open + sum(count.count for count in last.skipped) == 1


def test_a_task_has_its_stage_from_the_sequence_and_steps_stand_as_they_are_written():
    """A step that only an older version has comes last."""
    tallies = [
        Tally(of="task", version="life@2", step="talk", channel="call", state="done", count=3, on_time=2),
        Tally(of="task", version="life@2", step="talk", channel="call", state="left_out", because="no_date", count=1),
        touch("gone", "delivered", 1, version="life@1"),
        touch("last", "delivered", 1, version="life@1"),
        touch("last", "delivered", 1),
        touch("hello", "delivered", 1, stage="response"),
    ]
    found = step_results("life", tallies, VERSIONS)
    assert [(one.stage, one.step, one.entered) for one in found] == [
        ("response", "hello", 1),
        ("nurture", "talk", 4),
        ("nurture", "last", 2),
        ("nurture", "gone", 1),
    ]
    assert (found[1].sent, found[1].on_time) == (3, 2)


@pytest.mark.parametrize(("touches", "reconciled"), [(2, True), (3, False)])
def test_sums_that_differ_from_the_records_are_no_results(touches, reconciled):
    """Whoever forgets a row is told."""
    found = step_results("life", [touch("last", "delivered", 2)], VERSIONS)
    said = SequenceResults(sequence="life", since=None, groups=(), steps=found, touches=touches, tasks=0)
    assert said.reconciled is reconciled
