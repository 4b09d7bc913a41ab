"""The CRM moves a lead, wins or loses it, merges or deletes it: mid-wait, out of order, twice."""

from datetime import timedelta
from typing import Any

import pytest

from engine.life.moves import CloseTask, Record, StageEntered
from engine.life.receipts import BadEvent, WentBack
from engine.reasons import HoldReason, ReviewReason
from engine.sequence.pipeline import PipelineStage
from engine.words import EventKind, Stage, Verb
from tests.support.life import ALWAYS, PIPELINE, Life, at, uncertain
from tests.support.sequences import call, days, email, entered, finish, goto, minutes, on, sequence, stage, task

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
LIFE = sequence(
    stage("nurture", email("one"), email("two", after=days(3))),
    stage("convert", email("offer"), email("and-now", after=days(1))),
    stage("retain", email("thanks"), email("renew", after=days(30))),
    **AT_ONCE,
)


def captured(*plans, when=()) -> Life:
    """A lead in a sequence of several stages."""
    rosa = Life(*(plans or (LIFE,)), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def moved(rosa: Life, name: str, **more) -> None:
    """The CRM moves the lead."""
    rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage=name, **more)


def entries(rosa: Life) -> list[str]:
    """Stages that were entered, in order."""
    return [
        move.change.stage.value
        for _, move in rosa.moves
        if isinstance(move, Record) and isinstance(move.change, StageEntered)
    ]


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


class TestStageChanges:
    """A stage change is heard in the middle of any wait."""

    def test_statement_20_it_enters_the_stage_at_once_and_once(self):
        """The timer of the step before is not waited for."""
        rosa = captured()
        moved(rosa, "Proposal")
        moved(rosa, "Proposal")
        rosa.let_pass(hours=2)
        assert entries(rosa) == ["convert"]
        assert rosa.sent == ["one", "offer"]

    def test_statement_20_there_and_back_within_a_minute_starts_nothing_twice(self):
        """A mis-dragged card: the lead goes on where it was, with its delays."""
        rosa = captured()
        rosa.let_pass(days=1)
        moved(rosa, "Proposal")
        rosa.let_pass(seconds=30)
        moved(rosa, "Delayed")
        rosa.let_pass(days=5)
        assert rosa.sent == ["one", "two"]
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=3)]

    def test_there_and_back_after_a_minute_is_a_new_visit(self):
        """Who comes back later begins anew."""
        rosa = captured()
        moved(rosa, "Proposal")
        rosa.let_pass(minutes=5)
        moved(rosa, "Delayed")
        rosa.let_pass(hours=3)
        assert rosa.sent == ["one", "one"]

    def test_there_and_back_before_anybody_looked_is_nothing(self):
        """Two rows in one look."""
        rosa = captured()
        rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        rosa.look()
        assert entries(rosa) == []
        assert rosa.waits_because is HoldReason.STEP_DELAY

    def test_a_call_that_was_open_is_asked_for_again_after_a_return(self):
        """Its task was cancelled when the stage was left; the new one is another task."""
        plan = sequence(stage("nurture", call("ring")), stage("convert", email("offer", after=days(1))), **AT_ONCE)
        rosa = captured(plan)
        first = rosa.progress.tasks[0].task.task_key
        moved(rosa, "Proposal")
        assert rosa.tasks == []
        moved(rosa, "Delayed")
        assert rosa.tasks == ["ring"]
        assert rosa.progress.tasks[0].task.task_key != first

    def test_what_ended_meanwhile_has_ended_after_a_return(self):
        """A touch in doubt that proves sent while the lead is elsewhere is not sent again."""
        rosa = Life(LIFE, now=MONDAY)
        rosa.provider = uncertain
        rosa.looks_up = lambda key: True
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(seconds=20)
        moved(rosa, "Proposal")
        rosa.let_pass(seconds=20)
        moved(rosa, "Delayed")
        rosa.let_pass(days=1)
        assert rosa.sent == ["one"]
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.cursor.step == "two"

    def test_a_stage_the_sequence_does_not_have_ends_it(self):
        """The lead is elsewhere, and another sequence is bound to that stage or none is."""
        rosa = captured()
        moved(rosa, "Cold")
        assert rosa.ended == ["stage_changed"]
        assert rosa.progress.stage is Stage.RE_ENGAGE

    def test_a_written_reaction_comes_before_the_map(self):
        """`on(entered("Proposal"), …)` says more than the pipeline's map."""
        plan = sequence(
            stage("nurture", call("ring")),
            stage("retain", email("thanks")),
            when=(on(entered("Proposal"), goto("retain")),),
            **AT_ONCE,
        )
        rosa = captured(plan)
        moved(rosa, "Proposal")
        assert entries(rosa) == ["retain"]

    def test_the_exact_pipeline_stage_comes_before_any_change(self):
        """The nearer word counts."""
        plan = sequence(
            stage("nurture", call("ring")),
            when=(on("stage_changed", finish("disqualified")), on(entered("Proposal"), finish("goal_met"))),
        )
        rosa = captured(plan)
        moved(rosa, "Proposal")
        assert rosa.ended == ["goal_met"]

    def test_a_lead_is_captured_once(self):
        """A CRM files every new record under its first stage, often after we have begun."""
        rosa = captured()
        moved(rosa, "New")
        assert (entries(rosa), rosa.ended, rosa.progress.stage) == ([], [], Stage.NURTURE)

    def test_a_lead_that_is_in_no_sequence_is_moved_too(self):
        """The stage is the lead's, not the sequence's."""
        rosa = Life(LIFE, now=MONDAY)
        moved(rosa, "Proposal")
        assert rosa.progress.stage is Stage.CONVERT

    def test_an_interrupted_enrolment_follows_or_ends(self):
        """Both sequences hear that the lead moved."""
        lower = sequence(stage("nurture", email("one"), email("two", after=days(9))), name="lower", **AT_ONCE)
        upper = sequence(
            stage("as_is", email("offer"), email("more", after=days(2))),
            name="upper",
            gives_back=True,
            starts=({"kind": "by_hand", "name": "offer"},),
            **AT_ONCE,
        )
        rosa = Life(upper, lower, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.BY_HAND, name="offer")
        moved(rosa, "Proposal")
        assert "stage_changed" in rosa.ended
        rosa.let_pass(days=30)
        assert "two" not in rosa.sent


class TestOrder:
    """Old news changes nothing."""

    @pytest.mark.parametrize(
        ("first", "second", "stage_after"),
        [
            pytest.param({"version": 2}, {"version": 1}, "convert", id="an older version"),
            pytest.param({"version": 2}, {"version": 2}, "convert", id="the same version"),
            pytest.param({"version": 1}, {"version": 2}, "retain", id="a newer version"),
            pytest.param({}, {"occurred_at": MONDAY - timedelta(hours=1)}, "convert", id="an older moment"),
            pytest.param({}, {"occurred_at": MONDAY}, "retain", id="the same moment, in the order of arrival"),
            pytest.param(
                {}, {"occurred_at": MONDAY + timedelta(days=1)}, "retain", id="a moment to come counts as now"
            ),
        ],
    )
    def test_an_older_stage_change_is_stale(self, first, second, stage_after):
        """The CRM's version counts; without one, the moment."""
        rosa = captured()
        moved(rosa, "Proposal", **first)
        moved(rosa, "Won", **second)
        assert rosa.progress.stage == stage_after

    def test_a_claim_from_the_future_does_not_block_what_follows(self):
        """A clock that runs ahead must not make all later changes stale."""
        rosa = captured()
        moved(rosa, "Proposal", occurred_at=MONDAY + timedelta(days=300))
        rosa.let_pass(hours=1)
        moved(rosa, "Won")
        assert rosa.progress.stage is Stage.RETAIN


class TestUnmapped:
    """A pipeline stage that means nothing here."""

    def test_it_parks_the_lead(self):
        """Guessing would send the wrong thing."""
        rosa = captured()
        moved(rosa, "Something else")
        rosa.let_pass(days=5)
        assert (rosa.sent, review_of(rosa)) == (["one"], ReviewReason.UNMAPPED_STAGE)

    def test_after_the_map_is_mended_a_retry_moves_the_lead(self):
        """Configuration is mended, then the lead goes on, into the stage that was meant."""
        rosa = captured()
        moved(rosa, "Something else")
        rosa.becomes(pipeline=(*PIPELINE, PipelineStage(name="Something else", stage=Stage.CONVERT)))
        rosa.commands(Verb.RETRY)
        assert (entries(rosa), review_of(rosa)) == (["convert"], None)

    def test_a_retry_without_a_mended_map_asks_again(self):
        """Nothing has changed, so nothing is decided."""
        rosa = captured()
        moved(rosa, "Something else")
        rosa.commands(Verb.RETRY)
        assert review_of(rosa) is ReviewReason.UNMAPPED_STAGE

    def test_the_next_known_stage_answers_the_question(self):
        """The CRM moved on; nobody needs to decide about where the lead was."""
        rosa = captured()
        moved(rosa, "Something else")
        moved(rosa, "Proposal")
        assert (entries(rosa), review_of(rosa)) == (["convert"], None)


class TestDeals:
    """Won and lost."""

    def test_a_won_deal_moves_to_retain(self):
        """Prospecting is over."""
        rosa = captured()
        rosa.happens(EventKind.WON)
        assert (entries(rosa), rosa.progress.stage) == (["retain"], Stage.RETAIN)

    def test_a_won_deal_ends_a_sequence_without_a_retain_stage(self):
        """A customer hears no more of why to buy."""
        rosa = captured(sequence(stage("nurture", call("ring"))))
        rosa.happens(EventKind.WON)
        assert (rosa.ended, rosa.progress.stage) == (["stage_changed"], Stage.RETAIN)

    def test_a_lost_deal_ends_everything(self):
        """That it is lost is told; why, somebody typed, and no history has it."""
        rosa = captured()
        rosa.happens(EventKind.LOST, reason="Mrs Miller is ill")
        assert rosa.ended == ["stage_changed"]
        assert any("the deal is lost" in move.why for _, move in rosa.moves)
        assert "Miller" not in "".join(move.why for _, move in rosa.moves)

    @pytest.mark.parametrize("kind", [EventKind.WON, EventKind.LOST])
    def test_a_written_reaction_comes_first(self, kind):
        """A sequence may say what follows."""
        rosa = captured(sequence(stage("convert", call("ring")), when=(on(kind.value, finish("goal_met")),)))
        rosa.happens(kind)
        assert rosa.ended == ["goal_met"]

    def test_a_deal_won_by_a_lead_in_no_sequence_is_on_record(self):
        """The stage is the lead's."""
        rosa = Life(now=MONDAY)
        rosa.happens(EventKind.WON)
        rosa.happens(EventKind.LOST)
        assert rosa.progress.stage is Stage.RETAIN


class TestGone:
    """Merged, deleted, erased: nothing starts any more."""

    @pytest.mark.parametrize(
        ("kind", "ended"),
        [
            (EventKind.MERGED, "lead_merged"),
            (EventKind.DELETED, "stopped_by_crm"),
            (EventKind.ERASED, "lead_erased"),
        ],
    )
    def test_everything_ends(self, kind, ended):
        """Tasks are cancelled, reviews and pauses are over, and a later event starts nothing."""
        rosa = captured(sequence(stage("nurture", call("ring"), task("note"))))
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.happens(kind, survivor="lead-2")
        assert rosa.ended == [ended]
        assert (rosa.tasks, review_of(rosa)) == ([], None)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.commands(Verb.ENROLL, sequence="life")
        assert rosa.progress.enrolment is None
        assert rosa.tasks == []
        assert rosa.progress.over

    def test_an_exit_that_was_decided_yields(self):
        """A lead that is gone goes to no other stage first."""
        rosa = captured()
        rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.note_event(EventKind.ERASED)
        rosa.look()
        assert (entries(rosa), rosa.ended) == ([], ["lead_erased"])

    def test_a_lead_in_no_sequence_is_gone_too(self):
        """Its open tasks say why they are cancelled only when something ended."""
        rosa = Life(now=MONDAY)
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.happens(EventKind.ERASED)
        assert rosa.tasks == []
        ((_, closed),) = [(when, move) for when, move in rosa.moves if isinstance(move, CloseTask)]
        assert closed.because is None

    def test_a_reassign_still_reaches_it(self):
        """Who owned a lead matters to whoever asks for its file."""
        rosa = captured()
        rosa.happens(EventKind.ERASED)
        rosa.commands(Verb.REASSIGN, owner="rep-9")
        assert rosa.progress.circumstances.owner == "rep-9"


class TestRestored:
    """The database is older than what Temporal remembers."""

    def test_nothing_leaves_until_a_person_has_looked(self):
        """What was sent since is not known here."""
        rosa = captured()
        rosa.note(WentBack(expected=9, found=4))
        rosa.let_pass(days=5)
        assert (rosa.sent, review_of(rosa)) == (["one"], ReviewReason.STATE_WENT_BACK)
        rosa.commands(Verb.RETRY)
        rosa.let_pass(days=1)
        assert rosa.sent == ["one", "two"]

    def test_an_unreadable_row_is_flagged_and_left_behind(self):
        """One bad row must not stop a lead."""
        rosa = captured()
        rosa.note(BadEvent(number=9))
        rosa.note(BadEvent(number=10))
        (flag,) = rosa.progress.flags
        assert (flag.because, flag.count, flag.detail) == (ReviewReason.BAD_EVENT, 2, "Inbox row 10")
        assert rosa.progress.last_applied == 10
        rosa.let_pass(days=5)
        assert rosa.sent == ["one", "two"]
