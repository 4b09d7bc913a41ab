"""When steps come: delays, anchors, dates of the lead, windows between."""

from datetime import time, timedelta
from typing import Any

import pytest

from engine.life.circumstances import FieldValue
from engine.life.moments import date_moment
from engine.life.moves import OpenTask, Send, Wait
from engine.reasons import HoldReason, ReviewReason
from engine.sequence.compiled import (
    Block,
    BusinessDays,
    CalendarDays,
    CarryOn,
    Elapsed,
    Moment,
    Quiet,
    Window,
    Working,
)
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, hours
from tests.support.sequences import call, days, email, minutes, on, sequence, sms, stage, working_days

MONDAY = at("2026-11-23 09:00")
EVENINGS = Window(blocks=tuple(Block(weekday=day, opens=time(19), closes=time(22)) for day in range(5)))
DAYS_OPEN: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}


def captured(*steps, now=MONDAY, name="nurture", world=None, **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    life = Life(sequence(stage(name, *steps), **more), now=now, world=world)
    life.happens(EventKind.CAPTURED)
    return life


def test_statement_01_two_business_days_over_a_weekend_and_a_holiday():
    """Friday 16:00 and a Monday off: the second step comes on Wednesday at 16:00, once."""
    holiday = circumstances(closed_days=(at("2026-11-30 12:00").date(),))
    rosa = captured(email("one"), email("two", after=working_days(2)), now=at("2026-11-27 16:00"), world=holiday)
    rosa.let_pass(days=14)
    assert rosa.sent_at("two") == [at("2026-12-02 16:00")]


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        pytest.param(Elapsed(minutes=24 * 60), at("2026-10-31 22:00") + timedelta(hours=24), id="exactly 24 hours"),
        pytest.param(CalendarDays(days=1, at=time(9)), at("2026-11-01 09:00"), id="nine o'clock on the next date"),
    ],
)
def test_statement_02_elapsed_and_calendar_part_ways_when_the_clock_changes(delay, expected):
    """The night of a clock change has 25 hours; only one of the two words cares."""
    rosa = captured(email("one"), email("two", after=delay), now=at("2026-10-31 22:00"), **DAYS_OPEN)
    rosa.let_pass(days=3)
    assert rosa.sent_at("two") == [expected]


def test_statement_03_a_touch_that_is_put_off_moves_all_that_follows():
    """Due on Sunday, sent on Monday morning; three days more count from that morning."""
    rosa = captured(
        email("one"), email("two", after=days(2)), email("three", after=days(3)), now=at("2026-11-27 10:00")
    )
    rosa.let_pass(days=14)
    assert rosa.sent_at("two") == [at("2026-11-30 09:00")]
    assert rosa.sent_at("three") == [at("2026-12-03 09:00")]


def test_statement_03_two_touches_of_one_lead_keep_their_distance():
    """Steps without a delay between them leave an hour apart."""
    rosa = captured(email("one"), email("two"))
    assert rosa.sent == ["one"]
    assert rosa.waits_because is HoldReason.MIN_GAP
    rosa.let_pass(hours=2)
    assert rosa.sent_at("two") == [at("2026-11-23 10:00")]


def test_there_is_no_distance_inside_response():
    """A first answer by text and by email belong together."""
    rosa = captured(sms("one"), email("two"), name="response")
    assert rosa.sent == ["one", "two"]


def test_the_fourth_message_of_a_day_waits_for_the_first_to_be_a_day_old():
    """Three automatic messages in 24 rolling hours, over all channels."""
    rosa = captured(email("one"), sms("two"), email("three"), sms("four"))
    rosa.let_pass(hours=3)
    assert rosa.sent == ["one", "two", "three"]
    assert rosa.waits_because is HoldReason.LEAD_CAP
    rosa.let_pass(days=2)
    assert rosa.sent_at("four") == [at("2026-11-24 09:00")]


def test_working_time_of_a_message_is_that_of_its_window():
    """Two working hours from Friday at five are Monday at ten."""
    rosa = captured(email("one"), email("two", after=Working(minutes=120)), now=at("2026-11-27 17:00"))
    rosa.let_pass(days=5)
    assert rosa.sent_at("two") == [at("2026-11-30 10:00")]


class TestQuiet:
    """That long without a word from the lead or from a person of ours."""

    STEPS = (email("one"), email("two", after=Quiet(delay=days(3))))

    def test_asking_for_something_again_is_a_word(self):
        """The lead is not quiet while it fills in our forms."""
        rosa = captured(*self.STEPS)
        rosa.let_pass(days=2)
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(days=2)
        assert rosa.sent == ["one"]

    def test_without_a_word_it_counts_from_the_step_before(self):
        """Silence begins where the last step ended."""
        rosa = captured(*self.STEPS, **DAYS_OPEN)
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=3)]

    @pytest.mark.parametrize("kind", [EventKind.HUMAN_TOUCH, EventKind.CALL_CONNECTED])
    def test_a_word_of_ours_begins_it_anew(self, kind):
        """Who was called yesterday is not "quiet for three days"."""
        rosa = captured(*self.STEPS, **DAYS_OPEN)
        rosa.let_pass(days=2)
        rosa.happens(kind)
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5)]

    def test_a_meeting_is_a_word_of_the_lead(self):
        """Where a sequence carries on after a booked meeting, nobody has been silent."""
        rosa = captured(*self.STEPS, when=(on("meeting_booked", CarryOn()),), **DAYS_OPEN)
        rosa.let_pass(days=2)
        rosa.happens(EventKind.MEETING_BOOKED)
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5)]

    def test_a_pause_before_the_word_is_not_added_to_it(self):
        """What restarted the delay came after the pause."""
        rosa = captured(*self.STEPS, **DAYS_OPEN)
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=1)
        rosa.commands(Verb.RESUME)
        rosa.happens(EventKind.HUMAN_TOUCH)
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=4)]

    def test_a_pause_in_the_silence_keeps_what_was_left(self):
        """The clock stands, for silence too."""
        rosa = captured(*self.STEPS, **DAYS_OPEN)
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=1)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(days=6)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=4)]


class TestDatesOfTheLead:
    """Steps tied to a date field."""

    BEFORE = Moment(kind="before", field="visit_on", days=1, at=time(10))

    def lead(self, value, **more) -> Life:
        world = circumstances(fields=() if value is None else (FieldValue(name="visit_on", value=value),))
        return captured(email("reminder", at=self.BEFORE, **more), world=world)

    def test_a_step_comes_the_day_before_the_date(self):
        """A reminder is for tomorrow."""
        rosa = self.lead("2026-12-03")
        rosa.let_pass(days=14)
        assert rosa.sent_at("reminder") == [at("2026-12-02 10:00")]

    def test_a_step_follows_its_date(self):
        """A visit that is moved takes its reminder with it, also while the lead waits."""
        rosa = self.lead("2026-12-03")
        rosa.becomes(fields=(FieldValue(name="visit_on", value="2026-12-10"),))
        rosa.let_pass(days=28)
        assert rosa.sent_at("reminder") == [at("2026-12-09 10:00")]

    @pytest.mark.parametrize("value", [None, 7.0, "soon", "9999-12-31", "1600-01-01"])
    def test_a_step_without_a_date_is_left_out(self, value):
        """No date, a number, a word, and a CRM's "never" are no moments."""
        rosa = self.lead(value)
        assert rosa.sent == []
        assert rosa.progress.enrolment is None
        assert rosa.ended == ["completed"]

    @pytest.mark.parametrize(
        ("if_past", "sent", "review"),
        [("send", ["reminder"], None), ("skip", [], None), (None, [], None), ("review", [], "too_late")],
    )
    def test_a_date_that_was_past_before_the_wait_began_does_what_the_step_says(self, if_past, sent, review):
        """A reminder of a visit that was last week is worse than none."""
        rosa = self.lead("2026-11-20", if_past=if_past)
        assert rosa.sent == sent
        assert (rosa.progress.review.because if rosa.progress.review else None) == review

    def test_a_number_is_no_date(self):
        """A field of the wrong kind is not known rather than an error."""
        assert date_moment(self.lead(7.0).progress, self.BEFORE) is None

    def test_a_task_may_wait_for_a_date_too(self):
        """A call the day before the visit."""
        world = circumstances(fields=(FieldValue(name="visit_on", value="2026-12-03"),))
        rosa = captured(call("ring", at=self.BEFORE), world=world)
        assert rosa.waits_because is HoldReason.STEP_DELAY
        rosa.let_pass(days=9)
        assert rosa.tasks == []
        rosa.let_pass(hours=2)
        assert rosa.tasks == ["ring"]


def nothing(rosa: Life) -> None:
    """Only the hours hold it."""


def person_calls(rosa: Life) -> None:
    """A person of ours talks to the lead on Thursday: two working days without a message."""
    rosa.let_pass(days=3)
    rosa.happens(EventKind.HUMAN_TOUCH)


def house_switches_off(rosa: Life) -> None:
    """Nothing is sent over the weekend."""
    rosa.becomes(all_switched_off=True)
    rosa.let_pass(days=7)
    rosa.becomes(all_switched_off=False)
    rosa.look()


def is_not_delivered(rosa: Life) -> None:
    """It is sent in time, and does not arrive."""
    rosa.let_pass(days=4, hours=7)
    (key,) = [move.touch_key for _, move in rosa.moves if isinstance(move, Send)]
    rosa.moves.clear()
    rosa.happens(EventKind.DELIVERY_FAILED, touch_key=key)


HOLDS = [
    pytest.param("18:30", nothing, id="the weekend"),
    pytest.param("10:00", person_calls, id="a talk"),
    pytest.param("10:00", house_switches_off, id="a switch"),
    pytest.param("10:00", is_not_delivered, id="a second try"),
]


class TestDatesThatPassWhileAMessageIsHeld:
    """What comes before a date does not come after it: `if_past` decides."""

    def lead(self, visit_on: str, wall: str = "18:30", if_past: str | None = None) -> Life:
        """A lead that is reminded on Friday of its visit on Saturday."""
        before = Moment(kind="before", field="visit_on", days=1, at=time.fromisoformat(wall))
        world = circumstances(fields=(FieldValue(name="visit_on", value=visit_on),))
        return captured(email("reminder", at=before, if_past=if_past), email("more", after=days(1)), world=world)

    @pytest.mark.parametrize(("wall", "is_held"), HOLDS)
    @pytest.mark.parametrize(
        ("if_past", "sent", "review"),
        [
            ("send", ["reminder", "more"], None),
            ("skip", ["more"], None),
            (None, ["more"], None),
            ("review", [], "too_late"),
        ],
    )
    def test_the_step_says_what_becomes_of_it(self, wall, is_held, if_past, sent, review):
        """Nobody is told "see you tomorrow" on Monday, whatever held it, unless somebody wrote that."""
        rosa = self.lead("2026-11-28", wall, if_past)
        is_held(rosa)
        rosa.let_pass(days=11)
        assert rosa.sent == sent
        assert (rosa.progress.review.because if rosa.progress.review else None) == review

    def test_the_day_itself_is_not_too_late(self):
        """A date without a time is past when its day is."""
        rosa = self.lead("2026-11-27")
        rosa.let_pass(days=9)
        assert rosa.sent_at("reminder") == [at("2026-11-27 09:00")]

    @pytest.mark.parametrize(
        ("visit_on", "sent"), [("2026-11-27T08:30", ["more"]), ("2026-11-27T09:30", ["reminder", "more"])]
    )
    def test_a_time_is_past_when_it_is(self, visit_on, sent):
        """A visit at half past eight is not announced at nine."""
        rosa = self.lead(visit_on)
        rosa.let_pass(days=9)
        assert rosa.sent == sent

    def test_a_message_at_the_date_itself_leaves(self):
        """`before` without a distance is the moment the date names."""
        world = circumstances(fields=(FieldValue(name="visit_on", value="2026-11-27T10:00"),))
        rosa = captured(email("now", at=Moment(kind="before", field="visit_on")), world=world)
        rosa.let_pass(days=7)
        assert rosa.sent_at("now") == [at("2026-11-27 10:00")]

    def test_a_person_may_send_it_all_the_same(self):
        """Whoever was asked, and says so, knows why."""
        rosa = self.lead("2026-11-28", if_past="review")
        rosa.let_pass(days=7)
        rosa.commands(Verb.RETRY)
        assert rosa.sent == ["reminder"]

    def test_a_date_that_is_forgotten_makes_no_second_try_late(self):
        """There is nothing left to be late for."""
        rosa = self.lead("2026-11-28", "10:00")
        is_not_delivered(rosa)
        rosa.becomes(fields=())
        rosa.let_pass(days=3)
        assert rosa.sent == ["reminder"]


class TestTooLate:
    """A touch that something held for longer than it is worth."""

    @pytest.mark.parametrize(
        ("stage_name", "if_past", "sent", "review"),
        [
            pytest.param("response", None, [], "too_late", id="response asks"),
            pytest.param("response", "send", ["one"], None, id="response may send all the same"),
            pytest.param("nurture", None, [], None, id="elsewhere it is skipped"),
            pytest.param("nurture", "send", ["one"], None, id="elsewhere it may send"),
            pytest.param("nurture", "review", [], "too_late", id="elsewhere it may ask"),
            pytest.param("as_is", None, [], None, id="as the lead is, and that is captured"),
        ],
    )
    def test_after_two_weeks_without_sending_it_does_what_the_step_or_the_stage_says(
        self, stage_name, if_past, sent, review
    ):
        """An outage must not end in a flood of stale messages."""
        rosa = captured(email("one", if_past=if_past), name=stage_name, world=circumstances(all_switched_off=True))
        assert rosa.waits_because is HoldReason.KILL_SWITCH
        rosa.let_pass(days=14)
        rosa.becomes(all_switched_off=False)
        rosa.look()
        assert rosa.sent == sent
        assert (rosa.progress.review.because if rosa.progress.review else None) == review

    @pytest.mark.parametrize(("hours", "sent"), [(3, ["one"]), (5, [])], ids=["after three hours", "after five hours"])
    def test_a_response_is_worth_four_hours(self, hours, sent):
        """Half a day late, "we got your message" is an admission."""
        rosa = captured(email("one"), name="response", world=circumstances(all_switched_off=True))
        rosa.let_pass(hours=hours)
        rosa.becomes(all_switched_off=False)
        rosa.look()
        assert rosa.sent == sent

    def test_a_sequence_may_say_how_late_is_too_late(self):
        """An offer that ends on Friday is worth one day."""
        rosa = captured(email("one"), name="nurture", stale_after=days(1), world=circumstances(all_switched_off=True))
        rosa.let_pass(days=2)
        rosa.becomes(all_switched_off=False)
        rosa.look()
        assert rosa.sent == []

    def test_a_touch_held_overnight_is_never_late(self):
        """Lateness counts from when hours and law would have let it go."""
        rosa = captured(email("one"), name="response", now=at("2026-11-27 20:00"))
        rosa.let_pass(days=4)
        assert rosa.sent_at("one") == [at("2026-11-30 09:00")]

    def test_a_touch_of_an_absent_lead_is_not_late(self):
        """Waiting for somebody's return is what the sequence would have wanted."""
        rosa = captured(email("one"), email("two", after=minutes(60)), name="response")
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        rosa.let_pass(days=9)
        assert rosa.sent == ["one", "two"]

    def test_a_person_may_send_what_is_too_late(self):
        """`retry` after the question says: yes, now."""
        rosa = captured(email("one"), name="response", world=circumstances(all_switched_off=True))
        rosa.let_pass(days=1)
        rosa.becomes(all_switched_off=False)
        rosa.look()
        rosa.commands(Verb.RETRY)
        assert rosa.sent == ["one"]


class TestWaitsBeforeAStep:
    """What is said while a message waits."""

    def test_a_wait_shows_the_planned_moment_and_then_the_window(self):
        """`explain` shows both reasons, the timer the one that comes first."""
        rosa = captured(email("one"), email("two", after=days(5)))
        move = rosa.look()
        assert isinstance(move, Wait)
        assert [hold.because for hold in move.holds] == [HoldReason.STEP_DELAY, HoldReason.CLOSED_DAY]
        assert move.until == at("2026-11-30 09:00")

    def test_nobody_waits_longer_than_the_horizon_without_being_looked_at(self):
        """A timer of years would outlive every mistake."""
        rosa = captured(email("one"), email("two", after=BusinessDays(days=90)))
        assert rosa.wake() == MONDAY + timedelta(days=30)
        rosa.let_pass(days=200)
        assert rosa.sent == ["one", "two"]

    def test_a_message_says_until_when_it_may_leave(self):
        """No first byte after closing time."""
        rosa = captured(email("one"))
        send = next(move for _, move in rosa.moves if isinstance(move, Send))
        assert send.send_by == at("2026-11-23 18:00")


@pytest.mark.parametrize(
    ("if_past", "left", "review"),
    [
        pytest.param(None, [at("2026-11-24 09:00")], None, id="nothing is said: tomorrow"),
        pytest.param("send", [MONDAY + timedelta(hours=5)], None, id="at once"),
        pytest.param("skip", [], None, id="never"),
        pytest.param("review", [], ReviewReason.TOO_LATE, id="a person decides"),
    ],
)
def test_an_hour_of_today_that_is_past_does_what_the_step_says(if_past, left, review):
    """Nine o'clock of the same day, reached at two: the author says whether that still makes sense."""
    late = MONDAY + timedelta(hours=5)
    rosa = captured(email("agenda", after=CalendarDays(days=0, at=time(9)), if_past=if_past), now=late)
    rosa.let_pass(days=3)
    assert rosa.sent_at("agenda") == left
    assert (rosa.progress.review.because if rosa.progress.review else None) == review


def test_working_time_of_hours_of_all_seven_days_counts_holidays():
    """Whoever writes on holidays works on them: an hour later is an hour later."""
    holiday = circumstances(closed_days=(MONDAY.date(),))
    steps = (email("one"), email("two", after=Working(minutes=60)))
    rosa = Life(sequence(stage("response", *steps), hours=ALWAYS), now=MONDAY, world=holiday)
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(hours=2)
    assert rosa.sent_at("two") == [MONDAY + timedelta(hours=1)]


def test_quiet_time_of_a_task_is_counted_in_the_time_of_whoever_does_it():
    """An hour of calm before a call means an hour in which somebody could have called."""
    evenings = circumstances(owner_hours=hours(EVENINGS))
    rosa = captured(call("ring", after=Quiet(delay=Working(minutes=60))), world=evenings)
    rosa.let_pass(days=1)
    assert [when for when, move in rosa.moves if isinstance(move, OpenTask)] == [at("2026-11-23 20:00")]
