"""What a person of ours commands for one lead, and what is answered when it refers to nothing."""

from datetime import timedelta

import pytest

from engine.life.events import Command, CommandData
from engine.life.judging import ignored
from engine.life.moves import Record, StageEntered
from engine.life.receipts import BadEvent, Questioned, Rejected, WentBack
from engine.reasons import HoldReason, ReviewReason
from engine.words import EventKind, Stage, TouchKey, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import call, days, email, goto, minutes, on, sequence, stage

TOUCH = TouchKey("touch-1")
MONDAY = at("2026-11-23 09:00")
PLAN = sequence(
    stage("nurture", email("one"), email("two", after=days(3)), call("ring")),
    stage("as_is", email("offer"), email("last-offer", after=days(1))),
    stage("convert", email("price"), email("close", after=days(1))),
    hours=ALWAYS,
    after_human=minutes(0),
)


def captured(*plans, world=None) -> Life:
    """A lead that has had the first message of a sequence."""
    rosa = Life(*(plans or (PLAN,)), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


def at_step(rosa: Life) -> str | None:
    """The step the lead stands before."""
    return rosa.progress.enrolment.cursor.step if rosa.progress.enrolment else None


class TestSkip:
    """One step is left out."""

    def test_it_goes_on_to_the_next_step_at_once(self):
        """A person decided; the next delay counts from now."""
        rosa = captured()
        rosa.commands(Verb.SKIP)
        assert at_step(rosa) == "ring"
        assert rosa.tasks == ["ring"]

    def test_a_skip_that_names_its_step_skips_once(self):
        """A repeated request must not skip the step after it."""
        rosa = captured()
        rosa.commands(Verb.SKIP, step="two")
        rosa.commands(Verb.SKIP, step="two")
        assert rosa.tasks == ["ring"]

    def test_it_answers_a_question_about_the_step(self):
        """A step that cannot be written is left out."""
        rosa = captured()
        rosa.note(Questioned(touch_key=TOUCH, because=ReviewReason.MISSING_TOKEN, detail="name"))
        rosa.commands(Verb.SKIP)
        assert (review_of(rosa), rosa.tasks) == (None, ["ring"])

    def test_a_lead_at_the_end_of_its_steps_has_none_to_skip(self):
        """Only the way out is waited for."""
        rosa = captured(sequence(stage("nurture", email("one"), otherwise=goto("nurture", after=days(3)))))
        rosa.commands(Verb.SKIP)
        assert rosa.waits_because is HoldReason.STEP_DELAY

    def test_a_lead_on_its_way_out_has_none_either(self):
        """The step that it stood before is not coming any more."""
        missed = on("call_missed", goto("convert", after=days(1)))
        stages = (stage("nurture", email("one"), email("two", after=days(3)), call("ring")), stage("convert"))
        rosa = captured(sequence(*stages, when=(missed,), hours=ALWAYS))
        rosa.happens(EventKind.CALL_MISSED)
        rosa.commands(Verb.SKIP)
        assert (at_step(rosa), rosa.tasks) == ("two", [])


class TestJump:
    """Elsewhere in the same sequence."""

    @pytest.mark.parametrize(
        ("said", "sent", "stage_after"),
        [
            pytest.param({"stage": Stage.CONVERT}, "price", Stage.CONVERT, id="to a stage"),
            pytest.param({"step": "close"}, "close", Stage.CONVERT, id="to a step, wherever it stands"),
            pytest.param({"stage": Stage.CONVERT, "step": "close"}, "close", Stage.CONVERT, id="to a step of a stage"),
            pytest.param({"step": "last-offer"}, "last-offer", Stage.NURTURE, id="to a step of an as-is stage"),
            pytest.param({"step": "one"}, "one", Stage.NURTURE, id="back to a step of the same stage"),
        ],
    )
    def test_it_leads_to_a_stage_or_a_step(self, said, sent, stage_after):
        """A person knows where the lead belongs."""
        rosa = captured()
        rosa.commands(Verb.JUMP, reason="they called", **said)
        rosa.let_pass(days=1, hours=3)
        assert sent in rosa.sent[1:]
        assert rosa.progress.stage is stage_after

    def test_it_is_taken_during_a_review(self):
        """A way out of every question."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.JUMP, stage=Stage.CONVERT)
        assert (review_of(rosa), rosa.progress.stage) == (None, Stage.CONVERT)

    def test_it_replaces_a_way_out_that_was_decided(self):
        """A person's word comes after the event's."""
        rosa = captured()
        rosa.note_event(EventKind.PAID)
        rosa.note_event(EventKind.REPLIED, reply="positive")
        rosa.commands(Verb.JUMP, stage=Stage.CONVERT)
        assert rosa.ended == []
        assert rosa.progress.stage is Stage.CONVERT

    def test_it_says_who_and_why(self):
        """On-call reads who moved it; the reason may be personal, so it stays on the command's row."""
        rosa = captured()
        rosa.commands(Verb.JUMP, stage=Stage.CONVERT, reason="they called")
        entered = [m for _, m in rosa.moves if isinstance(m, Record) and isinstance(m.change, StageEntered)]
        assert entered[-1].why == "convert begins: ann moved it"

    def test_it_leads_on_from_the_end_of_the_steps(self):
        """Where only the way out is waited for, a person may know better."""
        plan = sequence(
            stage("nurture", email("one"), otherwise=goto("convert", after=days(30))),
            stage("convert", email("price"), email("close", after=days(1))),
        )
        rosa = captured(plan)
        rosa.commands(Verb.JUMP, stage=Stage.CONVERT)
        assert rosa.progress.stage is Stage.CONVERT

    def test_it_brings_nobody_back_who_has_complained(self):
        """Nothing but the person's own word does, however soon after the complaint somebody of ours jumps."""
        rosa = captured()
        rosa.note_event(EventKind.REPLIED, channel="email", reply="complaint")
        jump = rosa_command(rosa, Verb.JUMP, stage=Stage.CONVERT)
        assert ignored(rosa.progress, jump, rosa.now) == "refused"
        rosa.note(jump)
        rosa.look()
        assert rosa.ended == ["replied"]

    def test_it_leads_on_what_an_old_complaint_did_not_end(self):
        """The complaint is older than what runs and has written nothing yet: a person may still steer that."""
        later = stage("nurture", email("one", after=days(1)), otherwise=goto(Stage.CONVERT))
        rosa = captured(sequence(later, stage("convert", email("terms"))))
        rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=30), channel="email", reply="complaint")
        assert ignored(rosa.progress, rosa_command(rosa, Verb.JUMP, stage=Stage.CONVERT), rosa.now) is None


class TestStop:
    """The enrolment is over, not the person."""

    @pytest.mark.parametrize("before", [None, Verb.PAUSE, "review"], ids=["running", "paused", "in review"])
    def test_it_ends_the_enrolment_whatever_it_waits_for(self, before):
        """A person who says stop is obeyed."""
        rosa = captured()
        if before == Verb.PAUSE:
            rosa.commands(Verb.PAUSE)
        if before == "review":
            rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.STOP)
        assert rosa.ended == ["stopped_by_person"]
        assert review_of(rosa) is None

    def test_it_comes_before_the_first_look(self):
        """Captured, and stopped before anybody looked: nothing begins, and nothing is sent."""
        rosa = Life(sequence(stage("response", email("hello"))), now=MONDAY)
        rosa.note_event(EventKind.CAPTURED)
        rosa.commands(Verb.STOP)
        assert (rosa.sent, rosa.progress.over) == ([], True)

    def test_it_comes_after_a_sequence_that_somebody_wants_and_nobody_has_looked_at(self):
        """Of two people the last one is obeyed, however soon after the other: nothing begins after a stop."""
        other = sequence(stage("convert", email("special")), name="other", starts=())
        rosa = Life(other, sequence(stage("response", call("first-call"))), now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.note(rosa.command(Verb.ENROLL, sequence="other"))
        rosa.commands(Verb.STOP)
        assert (rosa.sent, rosa.ended) == ([], ["stopped_by_person"])

    def test_it_ends_a_review_of_a_lead_that_is_in_no_sequence(self):
        """Nothing must keep such a lead open for ever."""
        rosa = Life(now=MONDAY)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Something else")
        rosa.commands(Verb.STOP)
        assert rosa.progress.over


class TestEnroll:
    """A person starts a sequence."""

    OTHER = sequence(stage("convert", email("special")), name="other", starts=())

    def test_it_starts_the_sequence_that_is_named(self):
        """The catalogue's order holds for people too."""
        rosa = captured(self.OTHER, PLAN)
        rosa.commands(Verb.ENROLL, sequence="other")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "special"]

    def test_it_answers_a_question(self):
        """Enrolling elsewhere is a way out of a review."""
        rosa = captured(self.OTHER, PLAN)
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.ENROLL, sequence="other")
        assert review_of(rosa) is None

    def test_a_refusal_leaves_the_question_open(self):
        """Nothing was decided."""
        rosa = captured(PLAN, self.OTHER)
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.ENROLL, sequence="other")
        assert review_of(rosa) is ReviewReason.UNCLEAR_REPLY


class TestReassign:
    """The owner is gone, or nobody is responsible."""

    @pytest.mark.parametrize("because", [ReviewReason.OWNER_UNAVAILABLE, ReviewReason.NO_ROUTE])
    def test_a_new_owner_answers_the_question_who(self, because):
        """The lead goes on as soon as somebody is responsible."""
        rosa = captured()
        rosa.note(Questioned(touch_key=TOUCH, because=because))
        rosa.commands(Verb.REASSIGN, owner="rep-2")
        assert review_of(rosa) is None

    def test_it_answers_no_other_question(self):
        """A new owner does not know what the lead meant."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.REASSIGN, owner="rep-2")
        assert review_of(rosa) is ReviewReason.UNCLEAR_REPLY

    def test_without_a_name_it_changes_nothing(self):
        """An owner is somebody."""
        rosa = captured()
        rosa.commands(Verb.REASSIGN)
        assert rosa.progress.circumstances.owner == "rep-1"


class TestRetry:
    """Once more, after a person has mended what was wrong."""

    @pytest.mark.parametrize("because", [ReviewReason.MISSING_TOKEN, ReviewReason.RENDER_FAILED])
    def test_statement_21_it_continues_from_the_step(self, because):
        """The field is filled in, the message leaves, once."""
        rosa = captured()
        rosa.now += timedelta(days=3)
        rosa.note(Questioned(touch_key=TOUCH, because=because, detail="name"))
        rosa.let_pass(days=1)
        assert (rosa.sent, review_of(rosa)) == (["one"], because)
        rosa.commands(Verb.RETRY)
        assert (rosa.sent, review_of(rosa)) == (["one", "two"], None)

    def test_of_a_lead_in_no_sequence_it_answers_the_question_and_no_more(self):
        """There is nothing to do once more."""
        rosa = Life(now=MONDAY)
        rosa.happens(EventKind.REPLIED, reply="unclear")
        rosa.commands(Verb.RETRY)
        assert (review_of(rosa), rosa.sent) == (None, [])

    def test_after_a_refusal_it_is_a_touch_of_its_own(self):
        """The provider has seen the first key."""
        rosa = captured(sequence(stage("response", email("one", after=minutes(1)), email("two", after=days(1)))))
        send = rosa.provider
        rosa.provider = lambda move: Rejected(touch_key=move.touch_key, effect="bad_content", detail="21617")
        rosa.let_pass(minutes=2)
        assert (review_of(rosa), rosa.tasks) == (ReviewReason.PROVIDER_REJECTED, ["problem"])
        rosa.provider = send
        rosa.commands(Verb.RETRY)
        keys = [move.touch_key for _, move in rosa.moves if move.kind == "send"]
        assert (rosa.sent, len(set(keys))) == (["one", "one"], 2)
        assert (review_of(rosa), rosa.tasks) == (None, [])


class TestFlags:
    """What does not block is there until a person has looked."""

    def flagged(self, *plans) -> Life:
        """A lead with an event that nobody could read."""
        rosa = captured(*plans)
        rosa.note(BadEvent(number=7))
        rosa.look()
        return rosa

    @pytest.mark.parametrize(
        ("verb", "said"),
        [
            (Verb.RETRY, {}),
            (Verb.SKIP, {}),
            (Verb.JUMP, {"stage": "convert"}),
            (Verb.STOP, {}),
            (Verb.ENROLL, {"sequence": "upper"}),
        ],
        ids=lambda value: str(value),
    )
    def test_whoever_decides_has_seen_them(self, verb, said):
        """A list that only grows is not read."""
        rosa = self.flagged(sequence(stage("nurture", call("ring")), name="upper", starts=()), PLAN)
        rosa.commands(verb, **said)
        assert rosa.progress.flags == ()

    @pytest.mark.parametrize(
        ("verb", "said"),
        [
            (Verb.PAUSE, {}),
            (Verb.REASSIGN, {"owner": "rep-2"}),
            (Verb.ENROLL, {"sequence": "life"}),
            (Verb.SKIP, {"step": "close"}),
        ],
        ids=["a pause", "a new owner", "an enroll that is refused", "a skip of another step"],
    )
    def test_what_decides_nothing_leaves_them(self, verb, said):
        """Hundreds of leads get a new owner at once, and nobody has looked at any."""
        rosa = self.flagged()
        rosa.commands(verb, **said)
        assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.BAD_EVENT]

    def test_a_pause_that_ends_leaves_them(self):
        """The same person may have paused it before the flag came."""
        rosa = self.flagged()
        rosa.commands(Verb.PAUSE)
        rosa.commands(Verb.RESUME)
        assert rosa.progress.flags

    def test_a_retry_of_a_lead_that_is_not_parked_does_nothing_else(self):
        """Having looked is no reason to send anything sooner."""
        rosa = self.flagged()
        before = rosa.progress
        rosa.commands(Verb.RETRY)
        assert rosa.progress == before.model_copy(update={"flags": (), "last_applied": rosa.events})

    def test_the_crm_has_not_seen_them(self):
        """A stage that is corrected in the CRM answers the question about the stage and no other."""
        rosa = self.flagged()
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Nonsense")
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        assert review_of(rosa) is None
        assert rosa.progress.flags

    def test_a_lead_that_is_gone_has_none(self):
        """Nobody should be sent to look at somebody who was erased."""
        rosa = self.flagged()
        rosa.happens(EventKind.ERASED)
        assert rosa.progress.flags == ()

    @pytest.mark.parametrize("fact", [BadEvent(number=9), WentBack(expected=9, found=3)], ids=["flag", "review"])
    def test_of_a_lead_that_is_gone_a_person_can_still_have_seen_them(self, fact):
        """A question that no command answers stays in everybody's list for ever."""
        rosa = self.flagged()
        rosa.happens(EventKind.ERASED)
        rosa.note(fact)
        rosa.commands(Verb.RETRY)
        assert (rosa.progress.flags, review_of(rosa), rosa.progress.over) == ((), None, True)


IDLE = "a lead in no sequence"
RUNS = "a lead in a sequence"
GONE = "a lead that is gone"
NOTHING = [
    (IDLE, Verb.PAUSE, {}, "no_enrolment"),
    (IDLE, Verb.STOP, {}, "no_enrolment"),
    (IDLE, Verb.SKIP, {}, "no_enrolment"),
    (IDLE, Verb.JUMP, {"stage": "convert"}, "no_enrolment"),
    (IDLE, Verb.RESUME, {}, "not_paused"),
    (IDLE, Verb.RETRY, {}, "not_parked"),
    (IDLE, Verb.ENROLL, {}, "no_such_sequence"),
    (RUNS, Verb.SKIP, {"step": "close"}, "no_such_step"),
    (RUNS, Verb.JUMP, {}, "no_such_stage"),
    (RUNS, Verb.JUMP, {"stage": "retain"}, "no_such_stage"),
    (RUNS, Verb.JUMP, {"step": "nowhere"}, "no_such_step"),
    (RUNS, Verb.JUMP, {"stage": "nurture", "step": "close"}, "no_such_step"),
    (RUNS, Verb.RETRY, {}, "not_parked"),
    (RUNS, Verb.RESUME, {}, "not_paused"),
    *((GONE, verb, {"sequence": "life"}, "lead_gone") for verb in Verb if verb is not Verb.REASSIGN),
]


@pytest.mark.parametrize(("who", "verb", "said", "because"), NOTHING, ids=lambda value: str(value)[:30])
def test_a_command_that_refers_to_nothing_says_so_and_changes_nothing(who, verb, said, because):
    """Whoever commands reads the answer from the row."""
    rosa = captured() if who == RUNS else Life(PLAN, now=MONDAY, world=circumstances())
    if who == GONE:
        rosa.happens(EventKind.ERASED)
    before = rosa.progress
    command = rosa_command(rosa, verb, **said)
    assert ignored(before, command, rosa.now) == because
    rosa.note(command)
    assert rosa.progress == before.model_copy(update={"last_applied": command.number})


def rosa_command(rosa: Life, verb: Verb, **data: object) -> Command:
    """A command, not noted yet."""
    return Command(
        number=99,
        id="c99",
        verb=verb,
        by="ann",
        occurred_at=rosa.now,
        data=CommandData.model_validate(data),
    )
