"""What stops a lead's clock, and what is left of its delays when it runs again."""

from datetime import time, timedelta
from typing import Any

import pytest

from engine.life.circumstances import FieldValue
from engine.reasons import HoldReason, ReviewReason
from engine.sequence.compiled import CarryOn, Moment, OnByHand
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import call, days, email, finish, goto, minutes, on, sequence, stage

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
STEPS = (email("one"), email("two", after=days(3)))


def captured(*steps, world=None, when=(), **more) -> Life:
    """A lead that has had the first message of a sequence."""
    rosa = Life(sequence(stage("nurture", *(steps or STEPS), when=when), **AT_ONCE, **more), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


class TestPauseOfALead:
    """A person pauses one lead."""

    def test_statement_24_a_week_of_pause_leaves_what_was_left(self):
        """Paused one day into three, two days are left a week later."""
        rosa = captured()
        rosa.let_pass(days=1)
        rosa.commands(Verb.PAUSE)
        assert rosa.waits_because is HoldReason.PAUSED
        rosa.let_pass(days=7)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=10)]

    def test_a_pause_with_an_end_ends_by_itself(self):
        """Back from the fair on Thursday."""
        rosa = captured()
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=2))
        rosa.let_pass(days=9)
        assert rosa.progress.pause is None
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5)]

    def test_a_pause_without_an_end_asks_a_person_after_thirty_days(self):
        """Nobody is forgotten in a pause."""
        rosa = captured()
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=31)
        assert (rosa.sent, review_of(rosa)) == (["one"], ReviewReason.PAUSE_EXPIRED)

    @pytest.mark.parametrize("verb", [Verb.RESUME, Verb.RETRY])
    def test_an_expired_pause_ends_when_a_person_says_so(self, verb):
        """Resume is what a person tries first."""
        rosa = captured()
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=31)
        rosa.commands(verb)
        assert (rosa.progress.pause, review_of(rosa)) == (None, None)
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_events_are_heard_during_a_pause(self):
        """Who answers during a pause has answered."""
        rosa = captured()
        rosa.commands(Verb.PAUSE)
        rosa.happens(EventKind.REPLIED, reply="positive")
        assert (rosa.ended, rosa.tasks) == (["replied"], ["answer"])

    def test_an_exit_that_waits_is_paused_too(self):
        """The delay of a way out is a delay."""
        plan = sequence(
            stage("nurture", email("one"), otherwise=goto("re_engage", after=days(3))),
            stage("re_engage", email("two")),
            **AT_ONCE,
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=2))
        rosa.let_pass(days=6)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5, seconds=60)]

    def test_a_reaction_that_waits_is_paused_too(self):
        """The same for a way out that an event decided."""
        rosa = captured(when=(on("paid", finish(after=days(3))),))
        rosa.happens(EventKind.PAID)
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=2))
        rosa.let_pass(days=4)
        assert rosa.ended == []
        rosa.let_pass(days=1)
        assert rosa.ended == ["completed"]

    def test_the_tasks_of_people_run_on(self):
        """A pause of messages is no holiday for the owner."""
        rosa = captured(call("ring", escalate=({"role": "manager", "after": minutes(60)},)))
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(hours=2)
        assert rosa.progress.tasks[0].told == ("manager",)
        rosa.let_pass(days=9)
        assert rosa.tasks == []

    def test_a_pause_may_be_moved(self):
        """The last word counts, the clock stands since the first."""
        rosa = captured()
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=1))
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=2))
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5)]

    @pytest.mark.parametrize(("if_past", "sent"), [("send", ["reminder"]), ("skip", []), ("review", [])])
    def test_statement_24_a_date_that_passed_during_the_pause_does_what_the_step_says(self, if_past, sent):
        """A reminder of yesterday's visit is sent only if somebody wanted that."""
        moment = Moment(kind="before", field="visit_on", at=time(9))
        world = circumstances(fields=(FieldValue(name="visit_on", value="2026-11-25"),))
        rosa = captured(email("reminder", at=moment, if_past=if_past), world=world)
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=4)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(hours=1)
        assert rosa.sent == sent

    def test_a_short_pause_over_a_moment_does_not_make_it_late(self):
        """A step whose delay ended before the pause leaves when the pause ends."""
        rosa = captured(email("one"), email("two", after=minutes(90)))
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=20)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "two"]


class TestPauseOfASequence:
    """The house pauses a sequence: everybody stays where they are."""

    def test_the_clock_stands_and_what_was_left_is_left(self):
        """`shift`: nobody is blasted at the end."""
        rosa = captured()
        rosa.let_pass(days=1)
        rosa.becomes(paused_sequences=("life",))
        assert rosa.waits_because is HoldReason.SEQUENCE_PAUSED
        rosa.let_pass(days=7)
        rosa.becomes(paused_sequences=())
        rosa.let_pass(days=3)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=10)]

    def test_another_sequence_runs_on(self):
        """Only the one that is named."""
        rosa = captured()
        rosa.becomes(paused_sequences=("other",))
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_two_pauses_are_counted_once(self):
        """The clock stands from the first to the last of them."""
        rosa = captured()
        rosa.let_pass(days=1)
        rosa.becomes(paused_sequences=("life",))
        rosa.let_pass(days=1)
        rosa.commands(Verb.PAUSE, until=rosa.now + timedelta(days=2))
        rosa.becomes(paused_sequences=())
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=6)]

    def test_a_stage_change_during_the_pause_enters_and_waits_there(self):
        """The CRM moves the lead; the sequence still sends nothing."""
        plan = sequence(stage("nurture", *STEPS), stage("convert", email("offer")), **AT_ONCE)
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.becomes(paused_sequences=("life",))
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.let_pass(days=3)
        assert (rosa.progress.stage, rosa.sent) == ("convert", ["one"])
        rosa.becomes(paused_sequences=())
        rosa.look()
        assert rosa.sent == ["one", "offer"]


def interrupts(rosa: Life) -> None:
    """Another sequence comes between, for four days."""
    rosa.happens(EventKind.BY_HAND, name="urgent")
    rosa.let_pass(days=4)
    rosa.closes("no_answer", "ring-back")


def asks(rosa: Life) -> None:
    """The lead asks something, and waits four days for the answer."""
    rosa.happens(EventKind.REPLIED, reply="question")
    rosa.let_pass(days=4)
    rosa.closes("done")


def house_pauses(rosa: Life) -> None:
    """The sequence is paused for four days."""
    rosa.becomes(paused_sequences=("life",))
    rosa.let_pass(days=4)
    rosa.becomes(paused_sequences=())


def person_pauses(rosa: Life) -> None:
    """A person pauses the lead for four days."""
    rosa.commands(Verb.PAUSE)
    rosa.let_pass(days=4)
    rosa.commands(Verb.RESUME)


def person_pauses_for_good(rosa: Life) -> None:
    """A person pauses the lead and forgets it, is asked after a month, and goes on with the wrong word."""
    rosa.commands(Verb.PAUSE)
    rosa.let_pass(days=31)
    rosa.commands(Verb.RETRY)


class TestDatesThatPassWhileTheClockStands:
    """A step at a date whose date passes while something stops the clock has missed it: `if_past` decides."""

    URGENT = sequence(
        stage("as_is", call("ring-back", give_up=days(9))),
        name="urgent",
        starts=(OnByHand(name="urgent"),),
        gives_back=True,
        **AT_ONCE,
    )
    DAY_AFTER = Moment(kind="since", field="visit_on", days=1, at=time(9))
    STOPS = (interrupts, asks, house_pauses, person_pauses, person_pauses_for_good)

    def lead(self, visit_on: str, if_past: str | None) -> Life:
        """A lead that is asked, the day after its visit, how it was."""
        ordinary = sequence(
            stage("nurture", email("how-was-it", at=self.DAY_AFTER, if_past=if_past), email("more", after=days(1))),
            when=(on("replied", CarryOn()),),
            **AT_ONCE,
        )
        world = circumstances(fields=(FieldValue(name="visit_on", value=visit_on),))
        rosa = Life(self.URGENT, ordinary, now=MONDAY, world=world)
        rosa.happens(EventKind.CAPTURED)
        return rosa

    @pytest.mark.parametrize("stands", STOPS, ids=lambda stands: stands.__name__)
    @pytest.mark.parametrize(
        ("if_past", "sent", "review"),
        [("send", ["how-was-it", "more"], None), (None, ["more"], None), ("review", [], ReviewReason.TOO_LATE)],
    )
    def test_statement_24_it_does_what_the_step_says(self, stands, if_past, sent, review):
        """Whatever stopped the clock, nobody meant the question to come days late unless the step says so."""
        rosa = self.lead("2026-11-24", if_past)
        stands(rosa)
        rosa.look()
        rosa.let_pass(days=2)
        assert (rosa.sent, review_of(rosa)) == (sent, review)

    @pytest.mark.parametrize("stands", STOPS[:-1], ids=lambda stands: stands.__name__)
    def test_a_date_still_to_come_is_waited_for(self, stands):
        """What stopped the clock has taken nothing from it."""
        rosa = self.lead("2026-12-01", "skip")
        stands(rosa)
        rosa.let_pass(days=9)
        assert rosa.sent_at("how-was-it") == [at("2026-12-02 09:00")]

    def test_a_card_that_slips_during_a_pause_does_not_start_the_clock(self):
        """Back in its stage within a minute, the lead has waited no longer than before the pause."""
        plan = sequence(stage("nurture", *STEPS), stage("convert", email("offer", after=days(1))), **AT_ONCE)
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=9)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.let_pass(seconds=20)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        rosa.commands(Verb.RESUME)
        rosa.let_pass(days=2)
        assert rosa.sent == ["one"]
        rosa.let_pass(days=2)
        assert rosa.sent == ["one", "two"]


@pytest.mark.parametrize("if_past", [None, "review"])
def test_a_retry_of_another_question_does_not_say_that_lateness_is_no_matter(if_past):
    """Whoever says that the lead may be written to has not said that last week's reminder should go out."""
    moment = Moment(kind="since", field="visit_on", days=1, at=time(9))
    world = circumstances(fields=(FieldValue(name="visit_on", value="2026-11-24"),))
    rosa = captured(email("how-was-it", at=moment, if_past=if_past), world=world)
    rosa.happens(EventKind.REPLIED, reply="unclear")
    rosa.let_pass(days=14)
    rosa.commands(Verb.RETRY)
    assert rosa.sent == []
    assert review_of(rosa) is (ReviewReason.TOO_LATE if if_past else None)


def test_a_parked_lead_is_looked_at_for_its_tasks():
    """A review does not keep a task from being given up."""
    rosa = captured(call("ring"))
    rosa.happens(EventKind.REPLIED, reply="unclear")
    wake = rosa.wake()
    assert wake is not None
    assert wake < MONDAY + timedelta(days=9)
    rosa.let_pass(days=9)
    assert "ring" not in rosa.tasks
