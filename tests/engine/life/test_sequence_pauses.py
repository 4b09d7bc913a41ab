"""A pause of a sequence is an interval in the records: it counts to the second, whenever the lead is looked at."""

from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.life.circumstances import Circumstances, FieldValue, SequencePause
from engine.life.explain import explain
from engine.life.foresight import foresee
from engine.life.migrating import Migration
from engine.life.moves import Move, Record, StepSkipped
from engine.life.noting import Fact
from engine.life.standing import over_for
from engine.life.upcast import load, text_of
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import CalendarDays, CarryOn, Moment, OnByHand
from engine.words import EventKind, LeadId, ResumeMode, Stage, Verb
from tests.support.life import ALWAYS, WEEKDAYS, Life, PureLife, at, circumstances
from tests.support.sequences import branch, call, case, days, email, field_is, goto, minutes, on, sequence, stage

MONDAY = at("2026-11-23 09:00")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
SHIFT, CATCH_UP, DROP = ResumeMode.SHIFT, ResumeMode.CATCH_UP, ResumeMode.DROP_OVERDUE
STEPS = (email("one"), email("two", after=days(3)))


class Housed(Life):
    """A lead whose look reads the pauses of the house first, as they are known by then."""

    pauses: tuple[SequencePause, ...] = ()

    def note(self, fact: Fact) -> None:
        """One fact is noted, in the world as it is."""
        if not isinstance(fact, Circumstances):
            super().note(self.world())
        super().note(fact)

    def look(self) -> Move:
        """The world first."""
        super().note(self.world())
        return super().look()

    def world(self) -> Circumstances:
        """What the records say now: a pause that will end lasts."""
        begun = (pause for pause in self.pauses if pause.since <= self.now)
        known = tuple(pause if self._is_over(pause) else self._lasting(pause) for pause in begun)
        return self.progress.circumstances.model_copy(update={"pauses": known})

    def _is_over(self, pause: SequencePause) -> bool:
        return pause.until is not None and pause.until <= self.now

    def _lasting(self, pause: SequencePause) -> SequencePause:
        return SequencePause(sequence=pause.sequence, since=pause.since)

    def sleeps(self, **duration: float) -> None:
        """Time passes, and nobody looks."""
        self.now += timedelta(**duration)

    def paused(
        self, since: timedelta, until: timedelta | None = None, mode: ResumeMode = SHIFT, **more: object
    ) -> None:
        """Its sequence is paused, so long after Monday morning."""
        end = None if until is None else MONDAY + until
        pause = SequencePause(sequence="life", since=MONDAY + since, until=end, mode=mode)
        self.pauses = (*self.pauses, pause.model_copy(update=more))

    @property
    def left_out(self) -> list[str]:
        """Steps that were left out because their sequence was paused."""
        changes = [move.change for _, move in self.moves if isinstance(move, Record)]
        found = [change for change in changes if isinstance(change, StepSkipped)]
        return [change.step for change in found if change.because is SkipReason.SEQUENCE_PAUSED]


class Quick(Housed, PureLife):
    """One in memory alone."""


def captured(*steps, world=None, plans=(), kind: type[Housed] = Housed, **more) -> Housed:
    """A lead that has had the first message of a sequence on Monday at nine."""
    rosa = kind(*plans, sequence(stage("nurture", *(steps or STEPS)), **{**AT_ONCE, **more}), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def cursor_of(rosa: Life):
    """Where the lead stands."""
    assert rosa.progress.enrolment is not None
    return rosa.progress.enrolment.cursor


class TestShift:
    """What was left of every delay is left still."""

    def test_statement_24_a_lead_that_sleeps_when_its_sequence_is_paused_loses_nothing(self):
        """Paused after one day of three, looked at after three: two days are left, not none."""
        rosa = captured()
        rosa.paused(DAY, 8 * DAY)
        rosa.let_pass(days=3)
        assert (rosa.waits_because, rosa.sent) == (HoldReason.SEQUENCE_PAUSED, ["one"])
        rosa.sleeps(days=5, hours=3)
        rosa.look()
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 10 * DAY]

    def test_statement_24_a_lead_that_sleeps_through_the_whole_pause_is_shifted_by_it(self):
        """Nobody looked at it: the records know all the same."""
        rosa = captured()
        rosa.paused(DAY, 2 * DAY)
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 4 * DAY]

    def test_several_pauses_between_two_looks_are_all_counted(self):
        """Once each, however many."""
        rosa = captured()
        for day in (1, 2):
            rosa.paused(day * DAY, day * DAY + 5 * HOUR)
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 3 * DAY + 10 * HOUR]

    def test_looks_in_between_and_afterwards_count_nothing_twice(self):
        """Events keep coming, and the pause stays in the records."""
        rosa = captured()
        rosa.paused(DAY, 2 * DAY)
        for _ in range(20):
            rosa.sleeps(hours=6)
            rosa.look()
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 4 * DAY]

    def test_an_enrolment_that_begins_in_the_pause_stands_from_its_beginning(self):
        """The first message leaves when the sequence goes on."""
        rosa = Housed(sequence(stage("nurture", *STEPS), **AT_ONCE), now=MONDAY)
        rosa.paused(-DAY, 2 * DAY)
        rosa.happens(EventKind.CAPTURED)
        assert rosa.waits_because is HoldReason.SEQUENCE_PAUSED
        rosa.sleeps(days=2, hours=1)
        rosa.look()
        assert rosa.sent == ["one"]

    def test_an_enrolment_that_begins_after_the_pause_waits_for_nobody(self):
        """Whoever comes while others still go on one after the other has not stood still."""
        rosa = Housed(sequence(stage("nurture", *STEPS), **AT_ONCE), now=MONDAY)
        rosa.paused(-3 * DAY, -HOUR, CATCH_UP, spread=DAY)
        rosa.happens(EventKind.CAPTURED)
        assert rosa.sent == ["one"]

    @pytest.mark.parametrize(("of_lead", "due"), [((2, 6), 8), ((0.5, 2), 7.5), ((2, 3), 7), ((4, 9), 11)])
    def test_hours_in_which_the_lead_was_paused_too_are_counted_once(self, of_lead, due):
        """The clock stands from the first to the last of them."""
        begin, end = of_lead
        rosa = captured()
        rosa.paused(DAY, 5 * DAY)
        rosa.let_pass(days=begin)
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=end - begin)
        rosa.commands(Verb.RESUME)
        rosa.sleeps(days=max(0, 5 - end))
        rosa.look()
        rosa.let_pass(days=20)
        assert rosa.sent_at("two") == [MONDAY + due * DAY]

    def test_hours_in_which_another_sequence_interrupted_are_counted_once(self):
        """The one that comes between for four days, while the one below is paused for three of them and two more."""
        urgent = sequence(
            stage("as_is", call("ring-back", give_up=days(20))),
            name="urgent",
            starts=(OnByHand(name="urgent"),),
            gives_back=True,
            **AT_ONCE,
        )
        rosa = captured(plans=(urgent,), when=(on("replied", CarryOn()),))
        rosa.let_pass(days=1)
        rosa.happens(EventKind.BY_HAND, name="urgent")
        rosa.paused(2 * DAY, 7 * DAY)
        rosa.let_pass(days=4)
        rosa.closes("no_answer", "ring-back")
        rosa.sleeps(days=2)
        rosa.look()
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 9 * DAY]

    def test_a_way_out_that_waits_is_shifted_too(self):
        """The delay of an exit is a delay."""
        plan = sequence(
            stage("nurture", email("one"), otherwise=goto("re_engage", after=days(3))),
            stage("re_engage", email("two")),
            **AT_ONCE,
        )
        rosa = Housed(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.paused(DAY, 3 * DAY)
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 5 * DAY + timedelta(seconds=60)]

    def test_another_sequence_runs_on(self):
        """Only the one that is named."""
        rosa = captured()
        rosa.paused(DAY, sequence="other")
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_people_are_reminded_in_a_pause(self):
        """Escalations and deadlines never stop."""
        rosa = captured(call("ring", escalate=({"role": "manager", "after": minutes(60)},)))
        rosa.paused(HOUR / 2)
        rosa.let_pass(hours=2)
        assert rosa.progress.tasks[0].told == ("manager",)
        rosa.let_pass(days=9)
        assert rosa.tasks == []


class TestCatchUp:
    """Delays ran on: what came due meanwhile leaves at the end, and what follows counts from there."""

    def test_what_came_due_leaves_when_the_pause_ends(self):
        """Once, and the next one keeps its distance."""
        rosa = captured(email("one"), email("two", after=days(1)), email("three", after=days(1)))
        rosa.paused(HOUR, 9 * DAY, CATCH_UP)
        rosa.sleeps(days=9)
        rosa.look()
        assert rosa.sent == ["one", "two"]
        rosa.let_pass(days=2)
        assert rosa.sent_at("three") == [MONDAY + 10 * DAY]

    def test_what_was_not_due_comes_when_it_would_have(self):
        """As if nobody had paused anything."""
        rosa = captured()
        rosa.paused(HOUR, DAY, CATCH_UP)
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 3 * DAY]

    def test_nothing_is_too_late_that_a_person_wants_caught_up(self):
        """A month of pause is longer than any sequence allows a message to be late."""
        rosa = captured(stale_after=minutes(60))
        rosa.paused(DAY, 30 * DAY, CATCH_UP)
        rosa.sleeps(days=30)
        rosa.look()
        assert rosa.sent == ["one", "two"]

    def test_a_branch_on_the_way_changes_nothing(self):
        """Deciding takes no time, and makes nothing late: the lead stood before it when its stage began."""
        fork = branch("fork", case(field_is("heat", "hot"), email("hot")), otherwise=(email("two", after=days(1)),))
        plan = sequence(stage("nurture", *STEPS), stage("convert", fork), stale_after=minutes(60), **AT_ONCE)
        rosa = Housed(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.paused(HOUR, 9 * DAY, CATCH_UP)
        rosa.sleeps(hours=2)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.sleeps(days=8, hours=22)
        rosa.look()
        assert rosa.sent == ["one", "two"]

    def test_the_leads_own_pause_is_not_caught_up_when_it_outlasts_the_other(self):
        """What holds a lead still when the sequence goes on holds it still."""
        rosa = captured()
        rosa.paused(DAY, 3 * DAY, CATCH_UP)
        rosa.let_pass(days=2)
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=3)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 7 * DAY]


class TestDropOverdue:
    """What would have left, been asked or been called in the pause is left out."""

    DAILY = tuple(email(name, after=days(1)) for name in ("one", "two", "three", "four"))

    def test_each_step_counts_from_when_the_one_before_would_have_been_done(self):
        """Two days of pause cost two mails, and the next comes on its old day."""
        rosa = captured(email("zero"), *self.DAILY)
        rosa.paused(HOUR, 2 * DAY + HOUR, DROP)
        rosa.sleeps(days=2, hours=2)
        rosa.look()
        assert (rosa.left_out, rosa.sent) == (["one", "two"], ["zero"])
        rosa.let_pass(days=9)
        assert rosa.sent_at("three") == [MONDAY + 3 * DAY]
        assert rosa.sent_at("four") == [MONDAY + 4 * DAY]

    def test_another_version_in_the_meantime_lets_nothing_through(self):
        """Paused, mended, migrated and gone on: what was due in the pause is dropped all the same."""
        rosa = captured(email("zero"), email("one", after=days(3)), email("two", after=days(9)))
        rosa.paused(HOUR, 10 * DAY, DROP)
        rosa.sleeps(days=9)
        steps = email("zero"), email("one", after=days(2)), email("two", after=days(9))
        new = sequence(stage("nurture", *steps), **AT_ONCE).model_copy(update={"version": "life@2"})
        rosa.note(Migration(command=rosa.command(Verb.MIGRATE, version=new.version), plan=new))
        rosa.sleeps(days=1)
        rosa.look()
        assert (rosa.left_out, rosa.sent) == (["one"], ["zero"])

    def test_calls_and_questions_are_left_out_as_well(self):
        """Nobody is asked for a call of last week; what follows it counts from when it would have come."""
        rosa = captured(email("zero"), call("ring", after=days(1)), email("two", after=days(3)))
        rosa.paused(HOUR, 2 * DAY, DROP)
        rosa.let_pass(days=2)
        rosa.look()
        assert (rosa.left_out, rosa.opened) == (["ring"], [])
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 4 * DAY]

    def test_a_call_that_was_asked_for_before_the_pause_stays_asked_for(self):
        """It is a person's, and deadlines run on."""
        rosa = captured(call("ring", give_up=days(20)), email("two", after=days(1)))
        rosa.paused(HOUR, 2 * DAY, DROP)
        rosa.let_pass(days=3)
        rosa.look()
        assert (rosa.left_out, rosa.tasks) == ([], ["ring"])
        rosa.closes("no_answer")
        rosa.let_pass(days=1)
        assert rosa.sent == ["two"]

    def test_what_the_hours_would_have_held_until_after_the_pause_leaves(self):
        """Due on Friday evening, it would have left on Monday: a pause over the weekend takes nothing from it."""
        rosa = captured(email("one"), email("two", after=CalendarDays(days=4, at=time(20))), hours=WEEKDAYS)
        rosa.paused(4 * DAY, 6 * DAY, DROP)
        rosa.let_pass(days=6)
        rosa.look()
        rosa.let_pass(days=3)
        assert (rosa.left_out, rosa.sent_at("two")) == ([], [at("2026-11-30 09:00")])

    def test_a_condition_that_is_not_met_is_the_reason(self):
        """What would have been left out anyway is left out for that, as of its moment."""
        hot = field_is("heat", "hot")
        rosa = captured(email("zero"), email("one", after=days(1), only_if=hot), email("two", after=days(3)))
        rosa.paused(HOUR, 2 * DAY, DROP)
        rosa.sleeps(days=2)
        rosa.look()
        rosa.let_pass(days=9)
        assert (rosa.left_out, rosa.sent_at("two")) == ([], [MONDAY + 4 * DAY])

    def test_a_lead_that_nothing_was_due_for_notices_nothing(self):
        """Its message comes on its old day."""
        rosa = captured()
        rosa.paused(HOUR, 2 * DAY, DROP)
        rosa.let_pass(days=9)
        assert (rosa.left_out, rosa.sent_at("two")) == ([], [MONDAY + 3 * DAY])

    def test_a_stage_that_is_over_by_then_is_left(self):
        """The way out counts from when the last step would have been done."""
        plan = sequence(
            stage("nurture", email("one"), email("two", after=days(1)), otherwise=goto("re_engage", after=days(1))),
            stage("re_engage", email("three")),
            **AT_ONCE,
        )
        rosa = Housed(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.paused(HOUR, 9 * DAY, DROP)
        rosa.sleeps(days=9)
        rosa.look()
        assert (rosa.left_out, rosa.progress.stage) == (["two"], Stage.RE_ENGAGE)
        rosa.let_pass(minutes=2)
        assert rosa.sent == ["one", "three"]


@pytest.mark.parametrize("mode", ResumeMode)
@pytest.mark.parametrize(
    ("if_past", "sent", "review"),
    [("send", ["reminder", "more"], None), (None, ["more"], None), ("review", [], ReviewReason.TOO_LATE)],
)
def test_statement_24_a_date_that_passes_in_the_pause_does_what_the_step_says(mode, if_past, sent, review):
    """In every mode: yesterday's visit is not caught up unless the step says so."""
    moment = Moment(kind="before", field="visit_on", at=time(9))
    world = circumstances(fields=(FieldValue(name="visit_on", value="2026-11-25"),))
    rosa = captured(email("reminder", at=moment, if_past=if_past), email("more", after=days(9)), world=world)
    rosa.paused(DAY, 5 * DAY, mode)
    rosa.sleeps(days=5)
    rosa.look()
    rosa.let_pass(days=10)
    assert rosa.sent == sent
    assert (rosa.progress.review.because if rosa.progress.review else None) is review


class TestNoBurst:
    """The end of a pause is spread over time, each lead at its own moment."""

    def test_leads_go_on_one_after_the_other(self):
        """A hundred leads in ten minutes: about ten in each of them, and always the same ones."""
        pause = SequencePause(sequence="life", since=MONDAY, until=MONDAY + DAY, spread=timedelta(minutes=10))
        ends = [over_for(pause, LeadId(f"lead-{number}")) for number in range(1000)]
        minutes_of = [int((end - MONDAY - DAY).total_seconds() // 60) for end in ends if end is not None]
        counts = [minutes_of.count(minute) for minute in range(10)]
        assert sum(counts) == 1000
        assert 60 < min(counts) <= max(counts) < 140
        assert ends == [over_for(pause, LeadId(f"lead-{number}")) for number in range(1000)]

    def test_a_lead_that_is_looked_at_too_early_waits_for_its_own_moment(self):
        """The sweep rings when it likes; the timer is right."""
        rosa = captured()
        rosa.paused(DAY, 9 * DAY, CATCH_UP, spread=10 * HOUR)
        rosa.sleeps(days=9)
        rosa.look()
        own = over_for(rosa.pauses[0], rosa.progress.lead_id)
        assert own is not None
        assert own > rosa.now
        assert (rosa.wake(), rosa.waits_because, rosa.sent) == (own, HoldReason.SEQUENCE_PAUSED, ["one"])
        assert "its leads go on one after the other" in explain(rosa.progress, rosa.now).text()
        rosa.let_pass(days=1)
        assert rosa.sent_at("two") == [own]

    def test_what_is_foreseen_of_it_goes_on_at_that_moment(self):
        """A preview on the eve shows the message where it will leave."""
        rosa = captured()
        rosa.paused(DAY, 9 * DAY, CATCH_UP, spread=10 * HOUR)
        rosa.sleeps(days=9)
        rosa.look()
        coming = foresee(rosa.progress, rosa.now, rosa.catalogue).coming
        own = over_for(rosa.pauses[0], rosa.progress.lead_id)
        assert (coming[0].about, coming[0].at) == ("email two", own)

    def test_a_second_pause_holds_whoever_has_not_gone_on(self):
        """The first one ends for them where the second begins; no hour is counted twice."""
        rosa = captured()
        rosa.paused(DAY, 2 * DAY, spread=2 * DAY)
        own = over_for(rosa.pauses[0], rosa.progress.lead_id)
        assert own is not None
        assert own > MONDAY + 2 * DAY + HOUR
        rosa.paused(2 * DAY + HOUR, 4 * DAY)
        rosa.let_pass(days=4)
        rosa.look()
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 6 * DAY]


class TestWhatIsRemembered:
    """Rows of years ago are read, and a row in a pause is not rewritten for nothing."""

    def test_a_lead_without_pauses_is_written_as_before(self):
        """Millions of rows must not grow for what most of them never see."""
        text = text_of(captured().progress)
        assert not any(word in text for word in ('pauses"', "reckoned_until", "after_pause"))

    def test_a_row_that_knows_only_the_name_goes_on_when_the_records_say_since_when(self):
        """An older release noted the pause at its look: the records know better."""
        rosa = captured()
        rosa.let_pass(days=2)
        old = rosa.progress.circumstances.model_copy(update={"paused_sequences": ("life",)})
        rosa.note(old)
        assert rosa.waits_because is HoldReason.SEQUENCE_PAUSED
        rosa.paused(DAY, 5 * DAY)
        rosa.note(rosa.world().model_copy(update={"paused_sequences": ()}))
        rosa.sleeps(days=3)
        rosa.look()
        rosa.let_pass(days=9)
        assert rosa.sent_at("two") == [MONDAY + 7 * DAY]

    def test_a_row_in_a_pause_is_read_as_it_was_written(self):
        """And a look that finds nothing new changes nothing."""
        rosa = captured()
        rosa.paused(DAY)
        rosa.let_pass(days=4)
        before = rosa.progress
        rosa.look()
        assert rosa.progress == before
        assert load(text_of(before), rosa.shelf) == before


HOURS = st.integers(0, 24 * 10).map(lambda hours: hours * HOUR)


@st.composite
def stops(draw: st.DrawFn) -> list[tuple[timedelta, timedelta]]:
    """Up to four pauses, one after the other."""
    moments = sorted(draw(st.sets(HOURS, min_size=2, max_size=8)))
    return list(zip(moments[::2], moments[1::2], strict=False))


def lived(
    pauses: list[tuple[timedelta, timedelta]], mode: ResumeMode, looks: list[timedelta], spread: timedelta
) -> Housed:
    """A lead whose second message is three days after the first, looked at when it asks, when rung, and at random."""
    rosa = captured(kind=Quick)
    for since, until in pauses:
        rosa.paused(since, until, mode, spread=spread)
    # The sweep rings whoever stands still when the pause is over.
    for moment in sorted({*looks, *(until for _, until in pauses), 40 * DAY}):
        rosa.let_pass(seconds=(MONDAY + moment - rosa.now).total_seconds())
        rosa.look()
    return rosa


@settings(max_examples=150, deadline=None)
@given(pauses=stops(), looks=st.lists(HOURS, max_size=6))
def test_shift_leaves_exactly_what_was_left(pauses, looks):
    """Whatever the pauses and whenever somebody looks: three days of running clock, and not a second more."""
    due, run = MONDAY, timedelta(0)
    for since, until in pauses:
        begin = MONDAY + since
        if run + (begin - due) > 3 * DAY:
            break
        run += begin - due
        due = MONDAY + until
    assert lived(pauses, SHIFT, looks, timedelta(0)).sent_at("two") == [due + (3 * DAY - run)]


@settings(max_examples=150, deadline=None)
@given(pauses=stops(), looks=st.lists(HOURS, max_size=6), spread=HOURS)
def test_catching_up_sends_when_it_was_due_or_when_the_lead_goes_on(pauses, looks, spread):
    """Whatever the pauses and whenever somebody looks."""
    rosa = lived(pauses, CATCH_UP, looks, spread)
    leaves = MONDAY + 3 * DAY
    for pause, after in pairwise((*rosa.pauses, None)):
        own = None if pause is None else over_for(pause, rosa.progress.lead_id)
        assert pause is not None
        assert own is not None
        if pause.since <= leaves:  # whom the next pause overtakes goes on with that one
            leaves = max(leaves, own if after is None else min(own, after.since))
    assert rosa.sent_at("two") == [leaves]
