"""Opt-outs, opt-ins, bounces and failed deliveries: what they close, and what happens to the touch."""

from datetime import timedelta
from typing import Any

import pytest

from engine.life.moves import Send
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, uncertain
from tests.support.sequences import (
    branch,
    call,
    case,
    days,
    email,
    field_is,
    finish,
    goto,
    minutes,
    on,
    sequence,
    sms,
    stage,
)

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
EMAIL, SMS, VOICE = Channel.EMAIL, Channel.SMS, Channel.VOICE


def captured(*steps, plans=(), **more) -> Life:
    """A lead that has had the first message of a sequence."""
    rosa = Life(sequence(stage("response", *steps), **{**AT_ONCE, **more}), *plans, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def key_of(rosa: Life, step: str):
    """The key of the last touch of a step."""
    return [move.touch_key for _, move in rosa.moves if isinstance(move, Send) and move.step == step][-1]


def fails(rosa: Life, step: str) -> None:
    """The provider tells that the step's message did not arrive."""
    rosa.happens(EventKind.DELIVERY_FAILED, touch_key=key_of(rosa, step))


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


class TestOptOuts:
    """By channel, effective with the next claim."""

    def test_an_opt_out_of_texts_leaves_email(self):
        """A person who wants no texts may still want the guide."""
        rosa = captured(email("one"), sms("text", after=days(1)), email("two", after=days(1)))
        rosa.happens(EventKind.OPTED_OUT, channel="sms")
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_an_opt_out_of_everything_ends_the_enrolment(self):
        """No channel remains."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.happens(EventKind.OPTED_OUT)
        assert rosa.ended == ["opted_out"]

    def test_a_sequence_may_react_to_an_opt_out(self):
        """Beside the rule, not instead of it."""
        rosa = captured(email("one"), call("ring", after=days(1)), when=(on("opted_out", finish("disqualified")),))
        rosa.happens(EventKind.OPTED_OUT, channel="email")
        assert rosa.ended == ["disqualified"]
        assert rosa.progress.circumstances.why_not(EMAIL) is SkipReason.CHANNEL_SUPPRESSED

    def test_only_the_person_opens_what_was_closed(self):
        """START lifts a refusal, a dead address stays dead."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.happens(EventKind.OPTED_OUT, channel="sms")
        rosa.happens(EventKind.BOUNCED, channel="email")
        rosa.happens(EventKind.OPTED_IN)
        assert rosa.progress.circumstances.why_not(SMS) is None
        assert rosa.progress.circumstances.why_not(EMAIL) is SkipReason.ADDRESS_BOUNCED

    @pytest.mark.parametrize("order", [("bounced", "opted_out"), ("opted_out", "bounced")], ids=" then ".join)
    def test_of_two_reasons_the_stronger_stays(self, order):
        """A dead address is dead, whatever else is said and in whatever order."""
        rosa = captured(email("one"), email("two", after=days(1)))
        for kind in order:
            rosa.happens(EventKind(kind), channel="email")
        assert rosa.progress.circumstances.why_not(EMAIL) is SkipReason.ADDRESS_BOUNCED


class TestBounces:
    """A hard bounce closes the address."""

    def test_the_last_address_to_bounce_ends_the_enrolment(self):
        """Nobody is left to write to."""
        rosa = captured(email("one"), email("two", after=days(1)))
        for channel in Channel:
            rosa.happens(EventKind.BOUNCED, channel=channel)
        assert rosa.ended == ["no_channel_left"]

    def test_a_bounce_of_another_address_closes_nothing(self):
        """An old address of the lead is not the one we write to."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.happens(EventKind.BOUNCED, channel="email", address_hash="another")
        assert rosa.progress.circumstances.why_not(EMAIL) is None

    def test_a_bounce_may_be_reacted_to(self):
        """A sequence may ring instead."""
        rosa = captured(email("one"), email("two", after=days(1)), when=(on("bounced", finish("disqualified")),))
        rosa.happens(EventKind.BOUNCED, channel="email")
        assert rosa.ended == ["disqualified"]


class TestFailedDeliveries:
    """A touch that softly failed is tried anew, as a touch of its own."""

    def test_statement_11_a_soft_failure_is_tried_twice_more_and_then_a_person_is_asked(self):
        """After 4 and after 24 hours; the third failure is a person's."""
        rosa = captured(email("one"), email("two", after=days(3)))
        fails(rosa, "one")
        assert rosa.waits_because is HoldReason.DELIVERY_RETRY
        rosa.let_pass(hours=4)
        assert rosa.sent_at("one") == [MONDAY, MONDAY + timedelta(hours=4)]
        fails(rosa, "one")
        rosa.let_pass(hours=24)
        assert rosa.sent == ["one", "one", "one"]
        assert len({move.touch_key for _, move in rosa.moves if isinstance(move, Send)}) == 3
        fails(rosa, "one")
        assert review_of(rosa) is ReviewReason.DELIVERY_FAILING
        assert rosa.tasks == ["problem"]

    def test_a_retry_does_not_wait_for_the_delay_of_its_step_again(self):
        """A step that is tried anew has had its moment."""
        rosa = captured(email("one"), email("two", after=days(5)), email("three", after=days(5)))
        rosa.let_pass(days=5)
        fails(rosa, "two")
        rosa.let_pass(hours=4)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5), MONDAY + timedelta(days=5, hours=4)]

    def test_a_person_may_try_it_once_more(self):
        """`retry` is a touch of its own; the question is answered with it."""
        rosa = captured(email("one"), email("two", after=days(3)))
        for hours in (4, 24, 0):
            fails(rosa, "one")
            rosa.let_pass(hours=hours)
        rosa.commands(Verb.RETRY)
        assert rosa.sent == ["one"] * 4
        assert (rosa.tasks, review_of(rosa)) == ([], None)

    def test_closing_the_problem_task_tries_it_once_more(self):
        """What was wrong is mended."""
        rosa = captured(email("one"), email("two", after=days(3)))
        for hours in (4, 24, 0):
            fails(rosa, "one")
            rosa.let_pass(hours=hours)
        rosa.closes("done")
        assert rosa.sent == ["one"] * 4
        assert review_of(rosa) is None

    def test_a_retry_that_arrives_goes_on(self):
        """The next delay counts from the try that arrived."""
        rosa = captured(email("one"), email("two", after=days(3)))
        fails(rosa, "one")
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=3, hours=4)]

    def test_a_decided_branch_does_not_keep_it_from_being_tried(self):
        """Deciding is nothing that would have to be undone."""
        fork = branch("fork", case(field_is("vip", True), email("vip")), otherwise=(email("two", after=days(3)),))
        rosa = captured(email("one"), fork)
        fails(rosa, "one")
        rosa.let_pass(hours=4)
        assert rosa.sent == ["one", "one"]

    @pytest.mark.parametrize(
        "then",
        [
            pytest.param((email("two"), email("three", after=days(3))), id="another message left"),
            pytest.param((call("ring"),), id="a call is open"),
        ],
    )
    def test_after_something_has_happened_it_is_flagged_only(self, then):
        """Going back would repeat or undo what followed."""
        rosa = captured(email("one"), *then)
        fails(rosa, "one")
        assert rosa.waits_because is not HoldReason.DELIVERY_RETRY
        assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.DELIVERY_FAILING]
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("one") == "undelivered"

    def test_a_failure_of_a_touch_of_another_life_is_recorded_only(self):
        """A report a week late, about an enrolment that is over."""
        rosa = captured(email("one"))
        fails(rosa, "one")
        assert (rosa.ended, rosa.progress.flags) == (["completed"], ())
        rosa.happens(EventKind.DELIVERY_FAILED)
        assert rosa.progress.last_applied == rosa.events

    def test_a_thread_does_not_answer_what_never_arrived(self):
        """A failed message has no conversation to continue."""
        rosa = captured(email("one"), email("two"), email("three", thread="one", after=days(1)))
        fails(rosa, "one")
        rosa.let_pass(days=1)
        assert [move.thread for _, move in rosa.moves if isinstance(move, Send)] == [None, None, None]

    def test_a_failure_in_an_interrupted_sequence_is_flagged_there(self):
        """What stands still is not tried anew under another sequence's nose."""
        lower = sequence(stage("nurture", email("one"), email("two", after=days(9))), name="lower", **AT_ONCE)
        upper = sequence(
            stage("as_is", call("ring")),
            name="upper",
            gives_back=True,
            starts=({"kind": "by_hand", "name": "offer"},),
            **AT_ONCE,
        )
        rosa = Life(upper, lower, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.BY_HAND, name="offer")
        fails(rosa, "one")
        assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.DELIVERY_FAILING]
        assert rosa.progress.interrupted[0].outcome_of("one") == "undelivered"
        assert rosa.sent == ["one"]

    def test_while_another_touch_is_in_doubt_nothing_is_tried_anew(self):
        """Two unknowns do not make a known."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.provider = uncertain
        rosa.let_pass(days=1)
        fails(rosa, "one")
        assert rosa.waits_because is HoldReason.RECONCILING
        assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.DELIVERY_FAILING]

    def test_after_an_exit_was_decided_nothing_is_tried_anew(self):
        """An end that is decided stands."""
        rosa = captured(email("one"), email("two", after=days(3)), when=(on("paid", finish(after=days(1))),))
        rosa.happens(EventKind.PAID)
        fails(rosa, "one")
        rosa.let_pass(days=2)
        assert (rosa.sent, rosa.ended) == (["one"], ["completed"])

    def test_a_touch_of_an_earlier_stage_is_flagged_only(self):
        """The lead is elsewhere by now."""
        plan = sequence(
            stage("response", email("one"), otherwise=goto("nurture")),
            stage("nurture", email("two", after=days(1))),
            **AT_ONCE,
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        fails(rosa, "one")
        rosa.let_pass(days=2)
        assert rosa.sent == ["one", "two"]
        assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.DELIVERY_FAILING]
