"""Calls and other tasks of people: opened, escalated, given up, closed, and what their ends mean."""

from datetime import timedelta

import pytest

from engine.life.circumstances import ChannelState
from engine.life.moves import CloseTask, EscalateTask, OpenTask, PostponeTask, ReassignTask
from engine.reasons import CallDisposition, HoldReason, SkipReason
from engine.sequence.compiled import CarryOn, OnByHand, OutcomeIs, Working
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import (
    branch,
    call,
    case,
    days,
    email,
    finish,
    goto,
    minutes,
    on,
    sequence,
    stage,
    task,
)

MONDAY = at("2026-11-23 09:00")
AT_ONCE = {"hours": ALWAYS, "after_human": minutes(0)}


def captured(*steps, now=MONDAY, world=None, when=(), **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage("response", *steps, when=when), **more), now=now, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def moves(rosa: Life, kind):
    """Moves of one kind, with their times."""
    return [(when, move) for when, move in rosa.moves if isinstance(move, kind)]


class TestBlocking:
    """With `blocks` the sequence waits; without, it goes on at once."""

    def test_statement_12_the_delay_after_a_blocking_task_counts_from_its_end(self):
        """Nobody writes "as we discussed" before the call."""
        rosa = captured(call("ring"), email("after", after=minutes(60)))
        assert rosa.waits_because is HoldReason.BLOCKING_TASK
        rosa.let_pass(hours=3)
        rosa.closes("no_answer")
        rosa.let_pass(hours=2)
        assert rosa.sent_at("after") == [MONDAY + timedelta(hours=4)]

    def test_statement_12_a_task_that_does_not_block_holds_nothing(self):
        """A note to the owner must not silence the sequence."""
        rosa = captured(task("note", blocks=False), email("after"), email("later", after=days(1)))
        assert rosa.sent == ["after"]
        assert rosa.tasks == ["note"]

    def test_a_task_that_does_not_block_can_be_closed_later(self):
        """Its end is on record, and the lead stays where it is."""
        rosa = captured(task("note", blocks=False), email("after", after=days(3)))
        rosa.closes("done")
        assert rosa.tasks == []
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("note") == "done"
        assert rosa.progress.enrolment.cursor.step == "after"

    def test_a_task_is_due_in_the_working_time_of_our_people(self):
        """A call asked for on Friday evening is due on Monday morning."""
        rosa = captured(call("ring"), now=at("2026-11-27 17:30"))
        opened = rosa.progress.tasks[0].task
        assert opened.due == at("2026-11-30 09:30")
        assert opened.give_up_at == at("2026-12-03 09:30")
        assert opened.to == "owner"


class TestGivenUp:
    """Nobody did it in time."""

    def test_statement_13_an_overdue_task_is_given_up_and_the_next_delay_counts_from_then(self):
        """A pile of old tasks must not stop a sequence for ever."""
        rosa = captured(call("ring", give_up=Working(minutes=120)), email("after", after=minutes(30)))
        rosa.let_pass(hours=3)
        ((when, closed),) = moves(rosa, CloseTask)
        assert (when, closed.ended, closed.because) == (
            MONDAY + timedelta(hours=2),
            "given_up",
            SkipReason.AUTO_SKIPPED,
        )
        assert rosa.sent_at("after") == [MONDAY + timedelta(hours=2, minutes=30)]

    def test_statement_13_a_late_completion_counts_from_the_completion(self):
        """Before it is given up, late is still done."""
        rosa = captured(call("ring"), email("after", after=minutes(30)))
        rosa.let_pass(hours=5)
        rosa.closes("no_answer")
        rosa.let_pass(hours=1)
        assert rosa.sent_at("after") == [MONDAY + timedelta(hours=5, minutes=30)]

    def test_a_branch_may_ask_whether_it_was_given_up(self):
        """`given_up` is an outcome like any other."""
        unreached = OutcomeIs(step="ring", outcomes=("given_up",))
        rosa = captured(call("ring", give_up=Working(minutes=60)), email("sorry", only_if=unreached))
        rosa.let_pass(hours=2)
        assert rosa.sent == ["sorry"]

    def test_a_task_that_does_not_block_is_given_up_too(self):
        """No task stays open for ever."""
        rosa = captured(task("note", blocks=False), email("after", after=days(20)))
        rosa.let_pass(days=7)
        assert rosa.tasks == []
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("note") == "given_up"

    @pytest.mark.parametrize(
        ("disposition", "ended"), [("connected_positive", ["call_connected"]), ("no_answer", []), ("done", [])]
    )
    def test_a_completion_after_it_was_given_up_changes_the_course_only_for_a_good_talk(self, disposition, ended):
        """The path is not rewound; a lead who said yes is left in peace."""
        rosa = captured(call("ring", give_up=Working(minutes=60)), email("after", after=days(3)))
        key = rosa.progress.tasks[0].task.task_key
        rosa.let_pass(hours=2)
        rosa.happens(EventKind.TASK_DONE, task_key=key, disposition=disposition)
        assert rosa.ended == ended

    def test_a_good_talk_after_the_end_ends_nothing_more(self):
        """It is entered late, about a lead in no sequence."""
        rosa = captured(email("one"))
        rosa.happens(EventKind.TASK_DONE, task_key="long ago", disposition="connected_positive")
        assert rosa.ended == ["completed"]

    def test_a_late_do_not_call_still_closes_texts_and_calls(self):
        """What a person said holds whenever it is entered."""
        rosa = captured(call("ring", give_up=Working(minutes=60)), email("after", after=days(3)))
        key = rosa.progress.tasks[0].task.task_key
        rosa.let_pass(hours=2)
        rosa.happens(EventKind.TASK_DONE, task_key=key, disposition="do_not_call")
        assert rosa.progress.circumstances.why_not(Channel.SMS) is SkipReason.CHANNEL_SUPPRESSED


class TestEscalation:
    """Who else is told while a task is open."""

    STEPS = (
        call(
            "ring",
            escalate=(
                {"role": "on_duty", "after": Working(minutes=30)},
                {"role": "manager", "after": Working(minutes=240)},
            ),
        ),
        email("after"),
    )

    def test_each_role_is_told_once_at_its_time(self):
        """A ladder, not an alarm that rings for ever."""
        rosa = captured(*self.STEPS)
        rosa.let_pass(hours=8)
        assert [(when - MONDAY, move.role) for when, move in moves(rosa, EscalateTask)] == [
            (timedelta(minutes=30), "on_duty"),
            (timedelta(hours=4), "manager"),
        ]

    def test_nobody_is_told_about_a_task_that_is_done(self):
        """A closed task alarms nobody."""
        rosa = captured(*self.STEPS)
        rosa.closes("no_answer")
        rosa.let_pass(hours=8)
        assert moves(rosa, EscalateTask) == []


class TestDispositions:
    """How a call ended picks what follows."""

    @pytest.mark.parametrize(
        ("disposition", "ended", "sent"),
        [
            (CallDisposition.CONNECTED_POSITIVE, ["call_connected"], []),
            (CallDisposition.CONNECTED_NEGATIVE, ["not_interested"], []),
            (CallDisposition.CONNECTED_NEUTRAL, ["completed"], ["after"]),
            (CallDisposition.CALLBACK_REQUESTED, ["completed"], ["after"]),
            (CallDisposition.GATEKEEPER, ["completed"], ["after"]),
            (CallDisposition.VOICEMAIL, ["completed"], ["after"]),
            (CallDisposition.NO_ANSWER, ["completed"], ["after"]),
            (CallDisposition.BUSY, ["completed"], ["after"]),
            (CallDisposition.WRONG_NUMBER, ["completed"], ["after"]),
            (CallDisposition.NUMBER_DEAD, ["completed"], ["after"]),
            (CallDisposition.DO_NOT_CALL, ["completed"], ["after"]),
            (CallDisposition.FAILED, ["completed"], ["after"]),
        ],
    )
    def test_each_disposition_has_its_default(self, disposition, ended, sent):
        """A good or a final talk ends the enrolment; all others go on."""
        rosa = captured(call("ring"), email("after"))
        rosa.closes(disposition)
        assert (rosa.ended, rosa.sent) == (ended, sent)

    @pytest.mark.parametrize("disposition", ["no_answer", "voicemail", "wrong_number", "connected_positive"])
    def test_statement_14_a_written_path_comes_before_the_default(self, disposition):
        """Four dispositions, four different next steps; a wrong number closes that phone."""
        paths = branch(
            "then",
            *(
                case(OutcomeIs(step="ring", outcomes=(end,)), email(f"after-{end.replace('_', '-')}"))
                for end in ("no_answer", "voicemail", "wrong_number", "connected_positive")
            ),
        )
        rosa = captured(call("ring"), paths)
        rosa.closes(disposition)
        assert rosa.sent == [f"after-{disposition.replace('_', '-')}"]
        closed = rosa.progress.circumstances.why_not(Channel.VOICE)
        assert closed is (SkipReason.ADDRESS_BOUNCED if disposition == "wrong_number" else None)

    def test_a_written_reaction_to_a_talk_comes_before_the_default(self):
        """`on("call_connected", …)` speaks of calls of ours too."""
        plan = sequence(
            stage("response", call("ring"), when=(on("call_connected", goto("convert")),)),
            stage("convert", email("converting")),
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.closes("connected_positive")
        assert rosa.progress.stage == "convert"

    @pytest.mark.parametrize(
        ("disposition", "ended"), [("connected_negative", ["not_interested"]), ("do_not_call", ["completed"])]
    )
    def test_a_no_is_not_the_talk_that_a_sequence_waits_for(self, disposition, ended):
        """`on("call_connected", …)` is about a welcome talk; a no keeps its own meaning."""
        rosa = captured(call("ring"), email("after"), when=(on("call_connected", finish("goal_met")),))
        rosa.closes(disposition)
        assert rosa.ended == ended

    def test_a_sequence_may_carry_on_after_a_talk(self):
        """A good talk need not be the end."""
        rosa = captured(call("ring"), email("after"), when=(on("call_connected", CarryOn()),))
        rosa.closes("connected_positive")
        assert rosa.sent == ["after"]

    @pytest.mark.parametrize(
        ("disposition", "talked"),
        [("connected_neutral", True), ("voicemail", True), ("no_answer", False), ("done", False)],
    )
    def test_a_talk_or_a_voicemail_is_a_human_touch(self, disposition, talked):
        """Automatic messages keep their distance from it."""
        rosa = captured(call("ring"), email("after", after=days(9)))
        rosa.closes(disposition)
        assert (rosa.progress.last_human_at is not None) is talked

    def test_a_lead_that_wants_to_be_called_back_is_called_back(self):
        """One more call at the agreed time, then the sequence goes on."""
        rosa = captured(call("ring", after=minutes(5)), email("after"))
        rosa.let_pass(minutes=5)
        rosa.closes("callback_requested", callback_at=at("2026-11-24 11:00"))
        assert rosa.tasks == []
        assert rosa.waits_because is HoldReason.STEP_DELAY
        rosa.let_pass(days=1, hours=3)
        assert rosa.tasks == ["ring"]
        assert moves(rosa, OpenTask)[-1][0] == at("2026-11-24 11:00")
        rosa.closes("no_answer")
        assert rosa.sent == ["after"]

    def test_a_call_back_on_a_task_that_does_not_block_is_owed_by_the_owner(self):
        """The sequence has gone on; the promise has not."""
        rosa = captured(call("ring", blocks=False), email("after", after=days(3)))
        rosa.closes("callback_requested", callback_at=at("2026-11-24 11:00"))
        assert rosa.tasks == ["answer"]
        assert rosa.progress.tasks[0].task.due == at("2026-11-24 11:00")

    def test_a_number_that_was_the_last_way_to_the_lead_ends_the_sequence(self):
        """Whoever finds out that nobody can be reached, the lead is not kept until the next message."""
        by_phone = circumstances(channels=(ChannelState(channel=Channel.VOICE),))
        rosa = captured(call("ring"), email("after", after=days(9)), world=by_phone)
        rosa.closes("number_dead")
        assert rosa.ended == ["no_channel_left"]


class TestOwners:
    """Tasks follow the owner; absence holds them."""

    def test_a_new_owner_takes_the_open_tasks(self):
        """Nobody's task is lost when a lead changes hands."""
        rosa = captured(call("ring"))
        rosa.happens(EventKind.OWNER_CHANGED, owner="rep-2")
        ((_, move),) = moves(rosa, ReassignTask)
        assert move.owner == "rep-2"
        assert rosa.progress.tasks[0].owner == "rep-2"

    def test_each_task_is_handed_over_and_told_of_by_itself(self):
        """Two open tasks of one lead are two things to do."""
        ladder = ({"role": "manager", "after": Working(minutes=30)},)
        rosa = captured(task("note", blocks=False), call("ring", escalate=ladder))
        rosa.let_pass(hours=1)
        rosa.happens(EventKind.OWNER_CHANGED, owner="rep-2")
        assert {state.task.step: (state.owner, state.told) for state in rosa.progress.tasks} == {
            "note": ("rep-2", ()),
            "ring": ("rep-2", ("manager",)),
        }

    def test_a_task_of_another_role_stays_where_it_is(self):
        """The manager's task is the manager's, whoever owns the lead."""
        rosa = captured(call("ring", to="manager"))
        rosa.happens(EventKind.OWNER_CHANGED, owner="rep-2")
        assert moves(rosa, ReassignTask) == []
        assert rosa.progress.tasks[0].owner is None

    def test_a_lead_without_an_owner_keeps_its_tasks(self):
        """No owner is no reason to lose a task."""
        rosa = captured(call("ring"), world=circumstances(owner=None))
        assert rosa.tasks == ["ring"]

    def test_a_person_may_reassign_by_command(self):
        """The task moves with the lead, in one command."""
        rosa = captured(call("ring"))
        rosa.commands(Verb.REASSIGN, owner="rep-3")
        assert rosa.progress.tasks[0].owner == "rep-3"

    def test_a_call_that_cannot_be_made_waits_for_nobody(self):
        """A dead number is as dead when the owner is back: a skip is stronger than a hold."""
        dead = (
            ChannelState(channel=Channel.VOICE, why_not=SkipReason.ADDRESS_BOUNCED),
            ChannelState(channel=Channel.EMAIL),
        )
        away = circumstances(owner_absent_until=at("2026-11-25 09:00"), channels=dead)
        rosa = Life(
            sequence(stage("response", call("ring"), email("instead")), hours=ALWAYS, sender="company"),
            now=at("2026-11-23 09:00"),
            world=away,
        )
        rosa.happens(EventKind.CAPTURED)
        assert rosa.sent == ["instead"]

    def test_statement_24_an_absent_owner_holds_his_tasks_only(self):
        """A call waits for him; a call of somebody on duty does not."""
        away = circumstances(owner_absent_until=at("2026-11-25 09:00"))
        rosa = captured(call("ring"), world=away)
        assert (rosa.tasks, rosa.waits_because) == ([], HoldReason.OWNER_ABSENT)
        rosa.let_pass(days=3)
        assert rosa.tasks == ["ring"]
        assert captured(call("ring", to="on_duty"), world=away).tasks == ["ring"]

    def test_an_absence_ends_when_the_owner_is_back(self):
        """Back early is back."""
        rosa = captured(email("one"), call("ring", after=minutes(60)))
        rosa.happens(EventKind.OWNER_ABSENT)
        rosa.let_pass(hours=2)
        assert rosa.tasks == []
        rosa.happens(EventKind.OWNER_BACK)
        assert rosa.tasks == ["ring"]

    def test_nobody_is_rung_while_out_of_office(self):
        """A call waits for the lead's return, a task of another kind does not."""
        rosa = captured(email("one"), call("ring", after=minutes(60)))
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-11-26 09:00"))
        rosa.let_pass(hours=2)
        assert (rosa.tasks, rosa.waits_because) == ([], HoldReason.OUT_OF_OFFICE)
        rosa.let_pass(days=5)
        assert rosa.opened == ["ring"]


class TestAbsentLead:
    """Whoever is out of office cannot be rung: an open call waits for the return, as one that is not open yet does."""

    BACK = at("2026-12-04 09:00")  # our people begin on the business day after the return
    RUNGS = ({"role": "manager", "after": Working(minutes=180)},)

    def away(self, *steps, after: float = 2, returns: str | None = "2026-12-03 10:00") -> Life:
        """A lead whose machine answers two hours after the steps have begun."""
        rosa = captured(*steps)
        rosa.let_pass(hours=after)
        returns_at = None if returns is None else at(returns)
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=returns_at)
        return rosa

    def test_statement_08_an_open_call_is_asked_for_when_the_lead_is_back(self):
        """Nobody is blamed for not reaching somebody who said that they are away."""
        rosa = self.away(call("ring", escalate=self.RUNGS, give_up=Working(minutes=240)))
        (task,) = (state.task for state in rosa.progress.tasks)
        assert task.due == self.BACK + timedelta(hours=1)
        assert [rung.at for rung in task.escalations] == [self.BACK + timedelta(hours=3)]
        assert task.give_up_at == self.BACK + timedelta(hours=4)
        assert task.why == "call ring for the owner once the lead is back, due Fri 4 Dec 2026 10:00 New York time"

    def test_nobody_is_told_and_nothing_is_given_up_before(self):
        """The clocks of people begin again."""
        rosa = self.away(call("ring", escalate=self.RUNGS, give_up=Working(minutes=240)), email("after"))
        rosa.let_pass(days=10)
        assert (moves(rosa, EscalateTask), rosa.tasks, rosa.sent) == ([], ["ring"], [])
        rosa.let_pass(days=2)
        assert [when for when, _ in moves(rosa, EscalateTask)] == [self.BACK + timedelta(hours=3)]
        assert rosa.sent_at("after") == [self.BACK + timedelta(hours=4)]

    def test_without_a_give_up_of_its_own_it_has_three_working_days_after_that(self):
        """The default of every task."""
        rosa = self.away(call("ring"))
        assert rosa.progress.tasks[0].task.give_up_at == at("2026-12-09 10:00")

    def test_a_call_that_is_given_up_in_the_same_look_is_kept(self):
        """The answer of the machine came before anybody decided that nobody did the call."""
        rosa = captured(call("ring", give_up=minutes(120)))
        rosa.now += timedelta(hours=2)
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        assert rosa.tasks == ["ring"]

    def test_it_is_moved_once_and_a_longer_absence_moves_it_again(self):
        """A second look changes nothing; a later return does, an earlier one does not."""
        rosa = self.away(call("ring"))
        rosa.look()
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-12-01 10:00"))
        assert len(moves(rosa, PostponeTask)) == 1
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-12-10 10:00"))
        assert rosa.progress.tasks[0].task.due == at("2026-12-11 10:00")

    def test_a_call_that_is_due_after_the_return_stays_as_it_is(self):
        """There is nothing to wait for."""
        rosa = self.away(call("ring", due=days(30), give_up=days(40)))
        assert moves(rosa, PostponeTask) == []

    def test_its_rungs_wait_although_the_call_itself_is_due_later(self):
        """The manager would be told of a call that nobody could have made."""
        rosa = self.away(call("ring", due=days(30), give_up=days(40), escalate=self.RUNGS))
        assert rosa.progress.tasks[0].task.escalations[0].at == self.BACK + timedelta(hours=3)

    def test_a_call_of_a_sequence_that_stands_interrupted_is_moved_too(self):
        """The lead is away for every sequence."""
        urgent = sequence(
            stage("as_is", task("look")), name="urgent", starts=(OnByHand(name="urgent"),), gives_back=True
        )
        rosa = Life(urgent, sequence(stage("response", call("ring"))), now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.BY_HAND, name="urgent")
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-12-03 10:00"))
        assert {state.task.step: state.task.due for state in rosa.progress.tasks} == {
            "ring": self.BACK + timedelta(hours=1),
            "look": MONDAY + timedelta(hours=1),
        }

    def test_what_needs_no_lead_is_not_moved(self):
        """A task at the desk and an answer can be done while the lead is away."""
        rosa = captured(task("look", blocks=False), call("ring"), when=(on("replied", CarryOn()),))
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        assert [rosa_task.task.task_kind for rosa_task in rosa.progress.tasks] == ["task", "call", "answer"]
        (moved,) = (move for _, move in moves(rosa, PostponeTask))
        assert moved.task_key == rosa.progress.tasks[1].task.task_key

    def test_a_call_that_opens_after_the_return_is_due_as_ever(self):
        """An absence that is over moves nothing."""
        rosa = self.away(email("hello"), call("ring", after=days(14)))
        rosa.let_pass(days=14)
        assert (rosa.tasks, moves(rosa, PostponeTask)) == (["ring"], [])


class TestCancelled:
    """A task of what is over is nobody's any more."""

    def test_an_end_cancels_the_tasks_before_the_answer_is_asked_for(self):
        """The owner reads one thing to do, not two."""
        rosa = captured(call("ring"))
        rosa.happens(EventKind.REPLIED, reply="positive")
        kinds = [type(move).__name__ for _, move in rosa.moves]
        assert kinds.index("CloseTask") < kinds.index("OpenTask", kinds.index("CloseTask"))
        assert rosa.tasks == ["answer"]
        ((_, closed),) = moves(rosa, CloseTask)
        assert (closed.ended, closed.because) == ("cancelled", "replied")

    def test_leaving_a_stage_cancels_its_tasks(self):
        """A call of the response stage is not made in convert."""
        plan = sequence(stage("response", call("ring")), stage("convert", email("converting", after=days(1))))
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        assert rosa.tasks == []
        assert moves(rosa, CloseTask)[0][1].because == "stage_changed"

    def test_skipping_a_task_cancels_it(self):
        """A person decided that it need not be done."""
        rosa = captured(call("ring"), email("after"))
        rosa.commands(Verb.SKIP)
        assert (rosa.tasks, rosa.sent) == ([], ["after"])

    def test_the_end_of_the_last_step_leaves_no_task_behind(self):
        """A task that did not block ends with its enrolment."""
        rosa = captured(task("note", blocks=False), email("after"))
        assert rosa.ended == ["completed"]
        assert rosa.tasks == []


def test_finish_is_the_end_of_a_call_that_says_so():
    """A written end after a talk is taken with its own reason."""
    rosa = captured(call("ring"), when=(on("call_connected", finish("goal_met")),))
    rosa.closes("connected_positive")
    assert rosa.ended == ["goal_met"]
