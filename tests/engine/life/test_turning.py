"""The turn a look ends with: what the workflow waits for, and what people read of it."""

from datetime import timedelta

import pytest

from engine.life.decide import decide
from engine.life.deciding.rest import at_rest
from engine.life.moves import Finish, OpenTask, Park
from engine.life.sentences import LONGEST_SUMMARY, summary
from engine.life.turning import state_of, turn_of
from engine.reasons import ReviewReason
from engine.sequence.compiled import OnByHand
from engine.words import Act, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, uncertain
from tests.support.sequences import call, days, email, minutes, sequence, sms, stage, task

MONDAY = at("2026-11-23 09:00")


def life(*steps, name="response", **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage(name, *steps), hours=ALWAYS, **more), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def turned(rosa: Life):
    """The turn of the lead as it is now."""
    return turn_of(rosa.progress, decide(rosa.progress, rosa.now), rosa.now, "a line")


@pytest.mark.parametrize(
    ("step", "act"),
    [
        (email("next", after=days(1)), Act.SEND_EMAIL),
        (sms("next", after=days(1)), Act.SEND_SMS),
        (call("next", after=days(1)), Act.CREATE_TASK),
        (task("next", after=days(1)), Act.CREATE_TASK),
    ],
    ids=["an email", "a text", "a call", "a task"],
)
def test_the_turn_is_named_after_what_is_due(step, act):
    """On-call reads the activity's type in the timeline."""
    turn = turned(life(email("one"), step))
    assert (turn.act, turn.due, turn.state, turn.over) == (act, MONDAY + timedelta(days=1), "waiting", False)
    assert (turn.stage, turn.story) == ("response", "a line")
    assert "next" in turn.why


def test_a_message_that_is_due_is_due_now():
    """A capture may compute the first turn in its own transaction: the first activity is the send itself."""
    rosa = Life(sequence(stage("response", email("one"))), now=MONDAY)
    rosa.note_event(EventKind.CAPTURED)
    first = turned(rosa)
    assert (first.due, first.act) == (MONDAY, Act.LOOK)
    rosa.act(decide(rosa.progress, MONDAY))
    second = turned(rosa)
    assert (second.due, second.act) == (MONDAY, Act.SEND_EMAIL)


def test_a_touch_in_doubt_is_reconciled():
    """The timeline says that the provider is asked."""
    rosa = life(email("one", after=minutes(1)), email("two", after=days(1)))
    rosa.provider = uncertain
    rosa.let_pass(minutes=1)
    waiting = turned(rosa)
    assert (waiting.act, waiting.due - rosa.now) == (Act.RECONCILE, timedelta(seconds=30))
    rosa.now = waiting.due
    asking = turned(rosa)
    assert (asking.act, asking.due) == (Act.RECONCILE, rosa.now)


class TestStates:
    """The search attribute: few values, changed seldom."""

    def test_a_lead_that_waits_for_a_task(self):
        """On-call filters by it."""
        assert turned(life(call("ring"))).state == "task"

    def test_a_task_that_does_not_block_is_no_task_state(self):
        """The lead waits for its next step."""
        assert turned(life(task("note", blocks=False), email("two", after=days(1)))).state == "waiting"

    def test_a_paused_lead(self):
        """By a person."""
        rosa = life(email("one"), email("two", after=days(1)))
        rosa.commands(Verb.PAUSE)
        assert turned(rosa).state == "paused"

    def test_a_parked_lead_is_looked_at_again_within_the_horizon(self):
        """A review rings nobody by itself, but the lead is never lost."""
        rosa = life(email("one"), email("two", after=days(1)))
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Something else")
        turn = turned(rosa)
        assert (turn.state, turn.act) == ("review.unmapped_stage", Act.LOOK)
        assert turn.due == MONDAY + timedelta(days=30)

    def test_a_lead_that_is_over(self):
        """Its run completes."""
        turn = turned(life(email("one")))
        assert (turn.state, turn.over) == ("over.completed", True)
        assert turn.why == "life is over: every step is done and nobody answered"

    def test_an_end_with_something_left_is_not_over(self):
        """The enrolment ends in this look; the answer is still owed."""
        rosa = life(email("one"), email("two", after=days(1)))
        rosa.note_event(EventKind.REPLIED, reply="positive")
        move = decide(rosa.progress, rosa.now)
        assert isinstance(move, Finish)
        turn = turn_of(rosa.progress, move, rosa.now)
        assert (turn.state, turn.over) == ("over.replied", False)

    def test_a_lead_whose_answer_is_owed_waits_for_a_task(self):
        """No sequence runs, and somebody has to write."""
        rosa = Life(now=MONDAY)
        rosa.happens(EventKind.REPLIED, reply="question")
        assert turned(rosa).state == "task"

    def test_a_move_in_between_is_waiting(self):
        """What a look carries out by itself is no state of the lead."""
        rosa = Life(now=MONDAY)
        rosa.note_event(EventKind.REPLIED, reply="question")
        move = decide(rosa.progress, MONDAY)
        assert isinstance(move, OpenTask)
        assert state_of(rosa.progress, move) == "waiting"
        assert turn_of(rosa.progress, move, MONDAY).due == MONDAY


def test_a_lead_that_was_never_enrolled_is_over():
    """A run without anything to do completes."""
    rosa = Life(now=MONDAY)
    turn = turned(rosa)
    assert (turn.state, turn.over, turn.why) == ("over.completed", True, "no sequence runs")


def test_a_lead_that_is_over_says_what_ended_last():
    """Not what ended first."""
    first = sequence(stage("response", email("one")), name="first", starts=(OnByHand(name="first"),))
    second = sequence(stage("response", email("two")), name="second", starts=(OnByHand(name="second"),))
    rosa = Life(first, second, now=MONDAY)
    rosa.happens(EventKind.BY_HAND, name="first")
    rosa.let_pass(hours=2)
    rosa.happens(EventKind.BY_HAND, name="second")
    move = at_rest(rosa.progress, rosa.now)
    assert move is not None
    assert move.why.startswith("second is over")


def test_a_memory_this_engine_cannot_have_written_needs_a_person():
    """`decide` answers whatever it is shown: what stands interrupted has nothing above it that could give back."""
    rosa = life(email("one"), email("two", after=days(1)))
    running = rosa.progress.enrolment
    assert running is not None
    strange = rosa.progress.model_copy(update={"enrolment": None, "interrupted": (running,)})
    move = decide(strange, MONDAY)
    assert isinstance(move, Park)
    assert move.because is ReviewReason.UNEXPECTED_ERROR


def test_a_summary_is_cut_to_what_a_timer_may_say():
    """Temporal advises 200 bytes."""
    assert len(summary("x" * 500)) == LONGEST_SUMMARY
    assert summary("short") == "short"


def test_a_review_of_a_lead_at_rest_is_shown():
    """A question stays open when the sequence is over."""
    rosa = life(email("one"), email("two", after=days(1)))
    rosa.happens(EventKind.REPLIED, reply="possible_opt_out")
    rosa.closes("done")
    rosa.happens(EventKind.LOST)
    assert rosa.ended == ["stage_changed"]
    assert turned(rosa).state == "review.possible_opt_out"
    assert rosa.progress.review is not None
    assert rosa.progress.review.because is ReviewReason.POSSIBLE_OPT_OUT
