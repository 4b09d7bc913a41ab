"""Ways out: to a stage, to another sequence, to the end, at once or after a delay."""

from datetime import timedelta

import pytest

from engine.life.circumstances import Policy
from engine.life.moves import Record, StageEntered
from engine.reasons import HoldReason, ReviewReason
from engine.sequence.compiled import OnByHand
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import call, days, email, finish, goto, minutes, on, sequence, stage, start, working_days

MONDAY = at("2026-11-23 09:00")


def captured(*plans, now=MONDAY, world=None) -> Life:
    """A lead that has just come into the first of these sequences."""
    rosa = Life(*plans, now=now, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


def entries(rosa: Life) -> list[str]:
    """Stages that were entered, in order."""
    return [
        move.change.stage.value
        for _, move in rosa.moves
        if isinstance(move, Record) and isinstance(move.change, StageEntered)
    ]


@pytest.mark.parametrize("reason", ["completed", "goal_met", "not_interested", "disqualified"])
def test_a_stage_may_end_the_sequence_with_a_reason(reason):
    """The reason is what reports count."""
    rosa = captured(sequence(stage("response", email("one"), otherwise=finish(reason))))
    assert rosa.ended == [reason]


def test_otherwise_fires_after_its_delay_from_the_last_step():
    """A business day to answer in, then on to nurture."""
    plan = sequence(
        stage("response", email("one"), otherwise=goto("nurture", after=working_days(1))),
        stage("nurture", email("two")),
    )
    rosa = captured(plan, now=at("2026-11-27 10:00"))
    assert rosa.waits_because is HoldReason.STEP_DELAY
    rosa.let_pass(days=5)
    assert entries(rosa) == ["nurture"]
    assert rosa.sent_at("two") == [at("2026-11-30 10:01")]


def test_the_first_touch_of_a_new_stage_waits_a_minute():
    """A mis-dragged card sends nothing."""
    plan = sequence(stage("capture", email("one"), otherwise=goto("nurture")), stage("nurture", email("two")))
    world = circumstances(policy=Policy(jitter=timedelta(0), min_gap=timedelta(0)))
    rosa = captured(plan, world=world)
    assert rosa.waits_because is HoldReason.SETTLING
    rosa.let_pass(minutes=2)
    assert rosa.sent_at("two") == [MONDAY + timedelta(seconds=60)]


def test_response_does_not_settle():
    """Speed is the aim there."""
    plan = sequence(stage("capture", otherwise=goto("response")), stage("response", email("one")))
    assert captured(plan).sent == ["one"]


def test_an_as_is_stage_leaves_the_lead_where_it_is():
    """An offer may run in whatever stage the lead is in."""
    rosa = Life(sequence(stage("as_is", email("one"))), now=MONDAY)
    rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
    rosa.happens(EventKind.CAPTURED)
    assert rosa.sent == ["one"]
    assert rosa.progress.stage == "convert"


def test_a_stage_that_the_sequence_does_not_have_is_its_end():
    """Validate refuses such a sequence; a lead that has it all the same is not lost."""
    rosa = captured(sequence(stage("response", email("one"), otherwise=goto("retain"))))
    assert rosa.ended == ["stage_changed"]


class TestHandover:
    """`start(x)` ends this enrolment and enrols in x; nobody is left with nothing."""

    FIRST = sequence(stage("response", email("one"), otherwise=start("second")), name="first")
    SECOND = sequence(stage("nurture", email("two")), name="second", starts=())
    ONCE = sequence(stage("nurture", email("two")), name="second", starts=(), again={"kind": "once"})

    def test_the_other_sequence_takes_the_lead(self):
        """The end of one is the beginning of the other, whatever their order."""
        for catalogue in ((self.FIRST, self.SECOND), (self.SECOND, self.FIRST)):
            rosa = captured(*catalogue)
            rosa.let_pass(hours=2)
            assert rosa.sent == ["one", "two"]
            assert rosa.ended == ["handed_over", "completed"]

    def test_a_refused_handover_gives_the_owner_a_task(self):
        """A lead whose next sequence refuses is a person's business."""
        rosa = captured(self.FIRST, self.ONCE)
        rosa.let_pass(hours=2)
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "two", "one"]
        assert rosa.tasks == ["handover"]
        assert rosa.progress.refusal is not None
        assert rosa.progress.refusal.because == "finished_before"

    def test_a_handover_to_a_sequence_that_is_gone_is_refused_too(self):
        """A catalogue may lose a sequence while a lead is on the way to it."""
        rosa = captured(self.FIRST)
        assert rosa.ended == ["handed_over"]
        assert rosa.tasks == ["handover"]
        assert rosa.progress.refusal is not None
        assert rosa.progress.refusal.because == "sequence_closed"

    def test_several_refused_handovers_are_one_task(self):
        """One lead, one question."""
        rosa = captured(self.FIRST)
        rosa.happens(EventKind.CAPTURED)
        assert rosa.tasks == ["handover"]


class TestReactions:
    """What a sequence wrote for an event."""

    def test_a_button_leads_where_it_says(self):
        """`by_hand` is a person's way to move a lead."""
        plan = sequence(
            stage("response", call("ring")),
            stage("convert", email("gift", after=minutes(5))),
            when=(on(OnByHand(name="gift"), goto("convert")),),
        )
        rosa = captured(plan)
        rosa.happens(EventKind.BY_HAND, name="other")
        assert entries(rosa) == []
        rosa.happens(EventKind.BY_HAND, name="gift")
        assert entries(rosa) == ["convert"]

    @pytest.mark.parametrize(
        "kind",
        [
            EventKind.CALL_MISSED,
            EventKind.MEETING_CANCELLED,
            EventKind.MEETING_NO_SHOW,
            EventKind.PROPOSAL_SENT,
            EventKind.PROPOSAL_VIEWED,
            EventKind.CONTRACT_SIGNED,
            EventKind.PAID,
            EventKind.FIELDS_CHANGED,
            EventKind.OPTED_IN,
            EventKind.OWNER_CHANGED,
            EventKind.OWNER_ABSENT,
            EventKind.OWNER_BACK,
            EventKind.NOTE_ADDED,
            EventKind.MOMENT_REACHED,
            EventKind.HUMAN_TOUCH,
            EventKind.CALL_CONNECTED,
            EventKind.CAPTURED,
        ],
    )
    def test_any_event_may_be_reacted_to_and_without_a_reaction_changes_no_course(self, kind):
        """What the engine does by itself is a short list; the rest is written."""
        steps = stage("response", email("one"), email("two", after=days(2)))
        silent = captured(sequence(steps))
        silent.happens(kind)
        assert silent.ended == []
        assert silent.progress.enrolment is not None
        told = captured(sequence(steps, when=(on(kind.value, finish("goal_met")),)))
        told.happens(kind)
        assert told.ended == ["goal_met"]

    def test_the_stage_comes_before_the_sequence(self):
        """The nearer word counts."""
        plan = sequence(
            stage("response", call("ring"), when=(on("paid", finish("goal_met")),)),
            when=(on("paid", finish("disqualified")),),
        )
        rosa = captured(plan)
        rosa.happens(EventKind.PAID)
        assert rosa.ended == ["goal_met"]

    def test_a_reaction_may_wait(self):
        """`after` of an exit counts from the event, while the steps rest."""
        plan = sequence(
            stage("response", email("one"), email("two", after=days(5)), when=(on("paid", finish(after=days(1))),)),
            hours=ALWAYS,
        )
        rosa = captured(plan)
        rosa.happens(EventKind.PAID)
        assert rosa.ended == []
        assert rosa.waits_because is HoldReason.STEP_DELAY
        rosa.let_pass(days=1)
        assert rosa.ended == ["completed"]

    def test_an_end_that_is_decided_is_not_undone_by_a_later_reaction(self):
        """Two events in one look: the end stands."""
        plan = sequence(
            stage("response", call("ring"), when=(on("paid", finish("goal_met")), on("won", goto("retain")))),
            stage("retain", email("thanks")),
        )
        rosa = captured(plan)
        rosa.note_event(EventKind.PAID)
        rosa.note_event(EventKind.WON)
        rosa.look()
        assert rosa.ended == ["goal_met"]

    def test_an_end_by_the_person_comes_before_an_end_by_the_sequence(self):
        """Who says no while a goal is met has said no."""
        plan = sequence(stage("response", call("ring"), when=(on("paid", finish()),)))
        rosa = captured(plan)
        rosa.note_event(EventKind.PAID)
        rosa.note_event(EventKind.REPLIED, reply="not_interested")
        rosa.look()
        assert rosa.ended == ["not_interested"]


class TestRounds:
    """Sequences may go back, but not for ever."""

    PLAN = sequence(
        stage("nurture", email("one"), otherwise=goto("re_engage", after=days(1))),
        stage("re_engage", email("two"), otherwise=goto("nurture", after=days(1))),
        hours=ALWAYS,
    )
    WORLD = circumstances(policy=Policy(jitter=timedelta(0), visit_limit=2))

    def test_a_stage_that_is_begun_anew_begins_at_its_beginning(self):
        """Only who comes back from elsewhere within a minute goes on where it was; a second start is a start."""
        again = on(OnByHand(name="again"), goto("response"))
        rosa = Life(
            sequence(stage("response", email("one"), email("two", after=days(1)), when=(again,)), hours=ALWAYS),
            now=MONDAY,
        )
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.BY_HAND, name="again")
        rosa.happens(EventKind.BY_HAND, name="again")
        assert rosa.sent == ["one", "one", "one"]

    def test_a_lead_that_goes_in_circles_needs_a_person(self):
        """A loop nobody meant shows itself after a few rounds."""
        rosa = captured(self.PLAN, world=self.WORLD)
        rosa.let_pass(days=30)
        assert rosa.sent == ["one", "two", "one", "two"]
        assert review_of(rosa) is ReviewReason.LOOP_LIMIT

    def test_a_person_may_send_it_round_again(self):
        """`retry` forgives the rounds that were made; the next ones are counted anew."""
        rosa = captured(self.PLAN, world=self.WORLD)
        rosa.let_pass(days=30)
        rosa.commands(Verb.RETRY)
        assert review_of(rosa) is None
        rosa.let_pass(days=30)
        assert rosa.sent == ["one", "two"] * 4
        assert review_of(rosa) is ReviewReason.LOOP_LIMIT

    def test_each_round_sends_its_own_touches(self):
        """The same step in a later visit is another touch."""
        rosa = captured(self.PLAN, world=self.WORLD)
        rosa.let_pass(days=30)
        keys = {move.touch_key for _, move in rosa.moves if move.kind == "send"}
        assert len(keys) == len(rosa.sent)
