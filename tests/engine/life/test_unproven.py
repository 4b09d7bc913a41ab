"""Touches of which nobody knows whether they went out, and what the gate says when it knows more than the engine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.life.circumstances import ChannelState, Policy
from engine.life.moves import Hold, LookUp, Move, OpenTask, Send
from engine.life.receipts import (
    Accepted,
    Claimed,
    Held,
    NotSent,
    Questioned,
    Receipt,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
)
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import OnByHand
from engine.words import Channel, EventKind, Stage, TouchKey, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, uncertain
from tests.support.sequences import call, days, email, finish, goto, minutes, on, sequence, stage

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
STEPS = (email("one"), email("two", after=days(1)))
NOBODYS = TouchKey("nobody's")


class Gated(Life):
    """A lead whose gate answers in its own way, before anything is claimed."""

    says: Callable[[Send], Receipt] | None = None

    def act(self, move: Move) -> None:
        """As a look does, with its own gate."""
        if isinstance(move, Send) and self.says is not None:
            says, self.says = self.says, None
            self.note(says(move))
        else:
            super().act(move)


def in_doubt(*steps, world=None, found: bool = False, **more) -> Life:
    """A lead whose first message may have gone out."""
    rosa = Life(sequence(stage("nurture", *(steps or STEPS)), **{**AT_ONCE, **more}), now=MONDAY, world=world)
    rosa.provider = uncertain
    rosa.looks_up = lambda key: found
    rosa.happens(EventKind.CAPTURED)
    return rosa


def moves(rosa: Life, kind):
    """Moves of one kind, with their times."""
    return [(when, move) for when, move in rosa.moves if isinstance(move, kind)]


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


class TestLookUps:
    """The provider is asked; nothing is ever sent again blindly."""

    def test_nothing_leaves_while_the_outcome_is_unknown(self):
        """A second message is worse than a late one."""
        rosa = in_doubt()
        assert (rosa.sent, rosa.waits_because) == (["one"], HoldReason.RECONCILING)

    def test_it_is_asked_on_a_schedule_and_then_counts_as_lost(self):
        """Four times in a quarter of an hour; then a person has to prove it."""
        rosa = in_doubt()
        rosa.let_pass(hours=1)
        asked = moves(rosa, LookUp)
        assert [when - MONDAY for when, _ in asked] == [
            timedelta(seconds=30),
            timedelta(minutes=2),
            timedelta(minutes=10),
            timedelta(minutes=15),
        ]
        assert [move.last for _, move in asked] == [False, False, False, True]
        assert rosa.tasks == ["proof"]
        rosa.let_pass(days=10)
        assert rosa.sent == ["one"]
        assert review_of(rosa) is ReviewReason.OUTCOME_UNPROVEN

    def test_found_at_the_provider_it_counts_as_sent(self):
        """The next delay counts from then; caps count it from its claim."""
        rosa = in_doubt(found=True)
        rosa.let_pass(minutes=1)
        assert rosa.progress.open_touches == ()
        assert rosa.progress.recent_touches == (MONDAY,)
        rosa.let_pass(days=2)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=1, seconds=30)]

    def test_shorter_settings_ask_once_more_for_the_last_time(self):
        """A touch in doubt survives a change of settings."""
        rosa = in_doubt()
        rosa.let_pass(minutes=11)
        rosa.becomes(policy=Policy(jitter=timedelta(0), look_ups=(timedelta(seconds=5),)))
        rosa.look()
        assert rosa.tasks == ["proof"]


class TestProof:
    """A person says whether it went out."""

    def lost(self, *steps, **more) -> Life:
        rosa = in_doubt(*steps, **more)
        rosa.let_pass(hours=1)
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        return rosa

    def test_sent_goes_on(self):
        """The step is settled when the proof is in."""
        rosa = self.lost()
        rosa.closes("sent")
        assert (review_of(rosa), rosa.tasks) == (None, [])
        assert rosa.progress.recent_touches == (MONDAY,)
        rosa.let_pass(days=2)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=1, hours=1)]

    def test_not_sent_tries_it_anew_as_a_touch_of_its_own(self):
        """A person has decided; the first key is never used again."""
        rosa = self.lost()
        rosa.closes("not_sent")
        assert rosa.sent == ["one", "one"]
        assert len({move.touch_key for _, move in moves(rosa, Send)}) == 2
        assert review_of(rosa) is None

    @pytest.mark.parametrize(("verb", "sent"), [(Verb.RETRY, ["one", "one"]), (Verb.SKIP, ["one"])])
    def test_a_command_decides_without_the_task(self, verb, sent):
        """The task is moot then."""
        rosa = self.lost()
        rosa.commands(verb)
        assert (rosa.sent, rosa.tasks, review_of(rosa)) == (sent, [], None)
        assert rosa.progress.open_touches == ()

    def test_evidence_that_comes_late_answers_the_question(self):
        """A callback proves what nobody could."""
        rosa = self.lost()
        rosa.note(Accepted(touch_key=moves(rosa, Send)[0][1].touch_key))
        rosa.look()
        assert (rosa.tasks, review_of(rosa)) == ([], None)
        rosa.let_pass(days=2)
        assert rosa.sent == ["one", "two"]

    def test_evidence_before_anybody_was_asked_asks_nobody(self):
        """Two rows in one look."""
        rosa = in_doubt()
        key = moves(rosa, Send)[0][1].touch_key
        for last in (False, False, False, True):
            rosa.note(StillUnknown(touch_key=key, last=last))
        rosa.note(StillUnknown(touch_key=key, last=True))
        assert [owed.kind for owed in rosa.progress.owed] == ["proof"]
        rosa.note(Accepted(touch_key=key))
        rosa.look()
        assert (rosa.tasks, rosa.progress.owed) == ([], ())

    def test_an_answer_by_the_lead_ends_the_enrolment_and_the_doubt_stays(self):
        """Somebody still has to say whether the message went out."""
        rosa = self.lost()
        rosa.happens(EventKind.REPLIED, reply="positive")
        assert rosa.ended == ["replied"]
        assert sorted(rosa.tasks) == ["answer", "proof"]
        rosa.closes("sent")
        assert rosa.tasks == ["answer"]
        rosa.closes("done")
        assert rosa.progress.over

    def test_a_proof_about_another_stage_changes_no_course(self):
        """The lead has moved on; the touch is counted."""
        plan = sequence(
            stage("nurture", *STEPS), stage("convert", email("offer"), email("more", after=days(9))), **AT_ONCE
        )
        rosa = Life(plan, now=MONDAY)
        rosa.provider = uncertain
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(hours=1)
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "offer"]
        rosa.closes("sent")
        assert len(rosa.progress.recent_touches) == 2
        assert rosa.progress.stage is Stage.CONVERT

    @pytest.mark.parametrize(("says", "sent"), [("sent", 1), ("not_sent", 2)])
    def test_a_proof_while_the_card_has_slipped_counts_when_it_is_back(self, says, sent):
        """What was sent once under a key is never sent under it again."""
        stages = (stage("nurture", *STEPS), stage("convert", call("ring")))
        rosa = Life(sequence(*stages, **AT_ONCE), now=MONDAY)
        rosa.provider = uncertain
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(hours=1)
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        key = rosa.progress.open_touches[0].touch_key
        proof = next(state.task.task_key for state in rosa.progress.tasks if state.task.touch_key == key)
        rosa.happens(EventKind.TASK_DONE, None, task_key=proof, disposition=says)
        rosa.happens(EventKind.STAGE_CHANGED, rosa.now + timedelta(seconds=1), pipeline_stage="Delayed")
        rosa.let_pass(hours=8)
        keys = [move.touch_key for _, move in moves(rosa, Send) if move.step == "one"]
        assert (len(keys), len(set(keys))) == (sent, sent)

    def test_an_interrupting_sequence_goes_on_beside_a_doubt_below(self):
        """Only the enrolment whose touch is in doubt waits for it."""
        lower = sequence(stage("nurture", *STEPS), name="lower", **AT_ONCE)
        upper = sequence(
            stage("as_is", email("offer"), email("more", after=days(2))),
            name="upper",
            gives_back=True,
            starts=(OnByHand(name="offer"),),
            **AT_ONCE,
        )
        rosa = Life(upper, lower, now=MONDAY)
        rosa.provider = uncertain
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(minutes=1)
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.happens(EventKind.BY_HAND, name="offer")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "offer"]
        rosa.closes("not_sent")
        rosa.let_pass(days=2, hours=5)
        assert rosa.sent == ["one", "offer", "more", "one"]

    def test_a_lead_that_is_gone_is_looked_up_and_nobody_is_asked(self):
        """The record is completed, people are left in peace."""
        rosa = in_doubt()
        rosa.happens(EventKind.ERASED)
        rosa.let_pass(hours=1)
        assert (rosa.tasks, rosa.progress.open_touches) == ([], ())
        assert rosa.progress.over

    def test_a_lost_touch_of_a_lead_that_is_gone_rests(self):
        """Its question goes with it."""
        rosa = self.lost()
        rosa.happens(EventKind.ERASED)
        assert (rosa.tasks, rosa.progress.open_touches, rosa.progress.over) == ([], (), True)

    def test_a_doubt_after_the_end_is_waited_for(self):
        """The run is not over while a touch is being looked up."""
        rosa = in_doubt()
        rosa.commands(Verb.STOP)
        assert rosa.ended == ["stopped_by_person"]
        assert rosa.waits_because is HoldReason.RECONCILING
        rosa.looks_up = lambda key: True
        rosa.let_pass(hours=1)
        assert rosa.progress.over

    def test_a_doubt_counts_in_caps_and_gaps(self):
        """Whatever may have gone out counts as if it had."""
        lower = sequence(stage("nurture", email("one"), email("two", after=days(1))), name="lower", **AT_ONCE)
        upper = sequence(
            stage("as_is", email("offer")), name="upper", gives_back=True, starts=(OnByHand(name="o"),), **AT_ONCE
        )
        rosa = Life(upper, lower, now=MONDAY)
        rosa.provider = uncertain
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.BY_HAND, name="o")
        assert rosa.sent == ["one"]
        assert rosa.waits_because is HoldReason.MIN_GAP


class TestAnswersOfTheProvider:
    """What a provider says at once."""

    def answered(self, says: Callable[[Send], Receipt], *steps, **more) -> Life:
        rosa = Life(sequence(stage("nurture", *(steps or STEPS)), **{**AT_ONCE, **more}), now=MONDAY)
        rosa.provider = says
        rosa.happens(EventKind.CAPTURED)
        return rosa

    def test_certainly_not_sent_is_tried_again_with_the_same_key(self):
        """A refused connection is no touch."""
        rosa = self.answered(
            lambda send: NotSent(touch_key=send.touch_key, again_in=timedelta(minutes=15), detail="429")
        )
        assert rosa.waits_because is HoldReason.PROVIDER_BACKOFF
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.let_pass(minutes=15)
        assert rosa.sent == ["one", "one"]
        assert len({move.touch_key for _, move in moves(rosa, Send)}) == 1

    @pytest.mark.parametrize(
        ("effect", "because"),
        [("bad_recipient", SkipReason.ADDRESS_BOUNCED), ("opted_out", SkipReason.CHANNEL_SUPPRESSED)],
    )
    def test_a_refused_address_closes_its_channel_and_the_sequence_goes_on(self, effect, because):
        """The provider knows that the address is dead or has said stop."""
        rosa = self.answered(lambda send: Rejected(touch_key=send.touch_key, effect=effect), email("one"), call("ring"))
        assert rosa.progress.circumstances.why_not(Channel.EMAIL) is because
        assert rosa.tasks == ["ring"]
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("one") == f"skipped.{because}"

    @pytest.mark.parametrize(
        ("effect", "ended"), [("bad_recipient", "no_channel_left"), ("opted_out", "opted_out")], ids=["dead", "closed"]
    )
    def test_a_refused_address_that_was_the_last_ends_the_sequence(self, effect, ended):
        """There is nobody left to write to, whoever found that out: the lead is not kept until the next message."""
        mail_alone = circumstances(channels=(ChannelState(channel=Channel.EMAIL),))
        plan = sequence(stage("nurture", email("one"), call("ring", after=days(9))), **AT_ONCE)
        rosa = Life(plan, now=MONDAY, world=mail_alone)
        rosa.provider = lambda send: Rejected(touch_key=send.touch_key, effect=effect)
        rosa.happens(EventKind.CAPTURED)
        assert rosa.ended == [ended]

    @pytest.mark.parametrize("detail", ["21617", ""])
    def test_a_refused_content_is_a_persons_problem(self, detail):
        """It is our own fault, and sending the same again would fail again."""
        rosa = self.answered(lambda send: Rejected(touch_key=send.touch_key, effect="bad_content", detail=detail))
        assert (rosa.tasks, review_of(rosa)) == (["problem"], ReviewReason.PROVIDER_REJECTED)
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.closes("done")
        assert (rosa.sent, review_of(rosa)) == (["one", "one"], None)

    def test_a_problem_of_which_a_person_knows_better(self):
        """The message was sent by hand."""
        rosa = self.answered(lambda send: Rejected(touch_key=send.touch_key, effect="bad_content"))
        rosa.closes("sent")
        rosa.provider = lambda send: Accepted(touch_key=send.touch_key)
        rosa.let_pass(days=2)
        assert rosa.sent == ["one", "two"]

    @pytest.mark.parametrize(
        "late",
        [
            lambda key: Accepted(touch_key=key),
            lambda key: Rejected(touch_key=key, effect="bad_recipient"),
            lambda key: Rejected(touch_key=key, effect="bad_content"),
            lambda key: NotSent(touch_key=key, again_in=timedelta(minutes=5)),
        ],
        ids=["accepted", "bad_recipient", "bad_content", "not_sent"],
    )
    @pytest.mark.parametrize("meanwhile", ["moved", "stopped"])
    def test_an_answer_that_finds_the_lead_elsewhere_is_recorded_only(self, late, meanwhile):
        """The touch is settled where it belongs; the course is what it was."""
        plan = sequence(stage("nurture", *STEPS), stage("convert", call("ring")), **AT_ONCE)
        rosa = Life(plan, now=MONDAY)
        rosa.provider = uncertain
        rosa.happens(EventKind.CAPTURED)
        key = moves(rosa, Send)[0][1].touch_key
        if meanwhile == "moved":
            rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        else:
            rosa.commands(Verb.STOP)
        rosa.note(late(key))
        rosa.look()
        assert rosa.sent == ["one"]
        assert ("ring" in rosa.tasks) is (meanwhile == "moved")

    @pytest.mark.parametrize(
        "receipt",
        [
            Accepted(touch_key=NOBODYS),
            Rejected(touch_key=NOBODYS, effect="bad_content"),
            NotSent(touch_key=NOBODYS, again_in=timedelta(minutes=5)),
            Uncertain(touch_key=NOBODYS, channel=Channel.EMAIL),
            StillUnknown(touch_key=NOBODYS, last=True),
        ],
        ids=lambda receipt: receipt.kind,
    )
    def test_an_answer_about_no_open_touch_changes_nothing(self, receipt):
        """A late attempt must not settle a touch twice."""
        rosa = Life(sequence(stage("nurture", *STEPS)), now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        before = rosa.progress
        rosa.note(receipt)
        assert rosa.progress == before


class TestTheGate:
    """The gate in the look knows what only the database knows."""

    def gated(self, says: Callable[[Send], Receipt], *steps) -> Life:
        rosa = Gated(sequence(stage("nurture", *(steps or STEPS)), **AT_ONCE), now=MONDAY)
        rosa.says = says
        rosa.happens(EventKind.CAPTURED)
        return rosa

    def test_a_hold_is_waited_for_and_shown(self):
        """The sender's limit is not known to the engine."""
        hold = Hold(because=HoldReason.SENDER_LIMIT, until=MONDAY + timedelta(hours=3))
        rosa = self.gated(lambda send: Held(touch_key=send.touch_key, hold=hold))
        assert rosa.waits_because is HoldReason.SENDER_LIMIT
        rosa.let_pass(hours=3)
        assert rosa.sent_at("one")[-1] == hold.until

    def test_a_skip_goes_on(self):
        """The channel was closed by another lead's opt-out at the same address."""
        rosa = self.gated(
            lambda send: Skipped(touch_key=send.touch_key, because=SkipReason.CHANNEL_SUPPRESSED),
            email("one"),
            call("ring"),
        )
        assert rosa.tasks == ["ring"]

    def test_a_stop_ends_the_enrolment(self):
        """No channel is left."""
        rosa = self.gated(lambda send: Stopped(touch_key=send.touch_key, because=StopReason.NO_CHANNEL_LEFT))
        assert rosa.ended == ["no_channel_left"]

    def test_a_question_parks_the_lead(self):
        """A token has no value."""
        rosa = self.gated(
            lambda send: Questioned(touch_key=send.touch_key, because=ReviewReason.MISSING_TOKEN, detail="name")
        )
        assert (review_of(rosa), rosa.progress.open_touches) == (ReviewReason.MISSING_TOKEN, ())
        rosa.commands(Verb.RETRY)
        assert rosa.progress.last_touch_at == MONDAY

    @pytest.mark.parametrize(
        "receipt",
        [
            Claimed(touch_key=NOBODYS),
            Held(touch_key=NOBODYS, hold=Hold(because=HoldReason.SENDER_LIMIT, until=MONDAY)),
            Skipped(touch_key=NOBODYS, because=SkipReason.NO_ADDRESS),
            Stopped(touch_key=NOBODYS, because=StopReason.NO_CHANNEL_LEFT),
        ],
        ids=lambda receipt: receipt.kind,
    )
    def test_a_verdict_about_a_lead_in_no_sequence_changes_nothing(self, receipt):
        """Between two transactions the enrolment may have ended."""
        rosa = Life(now=MONDAY)
        before = rosa.progress
        rosa.note(receipt)
        assert rosa.progress == before

    def test_a_claim_at_a_call_changes_nothing(self):
        """Only messages are claimed."""
        rosa = Life(sequence(stage("nurture", call("ring"))), now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.note(Claimed(touch_key=NOBODYS))
        assert rosa.progress.open_touches == ()


def test_the_proof_task_names_the_touch():
    """Whoever is asked can find the message."""
    rosa = in_doubt()
    rosa.let_pass(hours=1)
    opened = next(move for _, move in moves(rosa, OpenTask))
    assert (opened.task_kind, opened.touch_key) == ("proof", moves(rosa, Send)[0][1].touch_key)
    assert opened.why == "the owner is asked for the proof whether a message went out: email one"


def test_a_doubt_is_not_asked_about_twice_in_circles():
    """A sequence that goes round while a touch is lost waits for the person."""
    plan = sequence(
        stage("nurture", email("one"), otherwise=goto("nurture", after=days(1)), when=(on("paid", finish()),)),
        **AT_ONCE,
    )
    rosa = Life(plan, now=MONDAY, world=circumstances())
    rosa.provider = uncertain
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(days=10)
    assert (rosa.sent, rosa.tasks) == (["one"], ["proof"])
    rosa.happens(EventKind.PAID)
    assert rosa.ended == ["completed"]
