"""The parts of a sequence as phrases of plain English."""

from datetime import time

import pytest

from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Ask,
    AskAnswer,
    Block,
    Branch,
    BusinessDays,
    CalendarDays,
    Can,
    CarryOn,
    Elapsed,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Finish,
    Goto,
    HumanTask,
    Message,
    Moment,
    Not,
    OnBecomes,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    OpenNow,
    OutcomeIs,
    Quiet,
    Start,
    Window,
    Working,
)
from engine.sequence.wording import (
    EVENTS,
    REPLIES,
    say_condition,
    say_delay,
    say_exit,
    say_length,
    say_moment,
    say_role,
    say_stage,
    say_step,
    say_trigger,
    say_window,
    sentence,
)
from engine.words import Channel, EventKind, Stage

AD = FieldIs(field="source", values=("web_form", "ad"))
HOT = FieldAtLeast(field="score", n=70)
MISSED = OutcomeIs(step="first-call", outcomes=("no_answer", "given_up"))


def blocks(days: range, opens: str, closes: str) -> tuple[Block, ...]:
    return tuple(Block(weekday=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)) for day in days)


def test_a_sentence_begins_with_a_capital_and_ends_with_a_full_stop():
    """Descriptions are read aloud; the rest of the phrase keeps its names as they are."""
    assert sentence("the CRM calls") == "The CRM calls."


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        pytest.param(Elapsed(minutes=1), "1 minute later", id="one minute"),
        pytest.param(Elapsed(minutes=90), "1 hour 30 minutes later", id="hours and minutes"),
        pytest.param(Elapsed(minutes=0), "at once", id="nothing"),
        pytest.param(Working(minutes=240), "4 hours of working time later", id="working time"),
        pytest.param(CalendarDays(days=1), "1 day later", id="a date later"),
        pytest.param(CalendarDays(days=0, at=time(17)), "the same day, at 17:00", id="the same date"),
        pytest.param(BusinessDays(days=2, at=time(9, 30)), "2 working days later, at 09:30", id="working days"),
        pytest.param(
            Quiet(delay=CalendarDays(days=14, at=time(9))),
            "after 14 days without a word from the lead or from us, at 09:00",
            id="quiet days",
        ),
        pytest.param(
            Quiet(delay=Elapsed(minutes=60)), "after 1 hour without a word from the lead or from us", id="quiet hours"
        ),
    ],
)
def test_a_delay_says_when_something_comes(delay, expected):
    """Working time, dates and exact durations are different promises, so they never sound alike."""
    assert say_delay(delay) == expected


def test_a_length_says_how_long():
    """What a person has until a task is due is a length."""
    assert say_length(Working(minutes=5)) == "5 minutes of working time"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(Moment(kind="before", field="renewal", days=3, at=time(9)), "3 days before renewal at 09:00"),
        pytest.param(Moment(kind="before", field="event", days=1, hours=2), "1 day and 2 hours before event"),
        pytest.param(Moment(kind="since", field="won_on", hours=1), "1 hour after won_on"),
        pytest.param(Moment(kind="since", field="won_on"), "the day of won_on"),
    ],
)
def test_a_moment_names_the_date_it_follows(moment, expected):
    """Whoever changes the date must see that the moment moves with it."""
    assert say_moment(moment) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(blocks(range(5), "09:00", "18:00"), "Monday to Friday 09:00 to 18:00", id="office"),
        pytest.param(blocks(range(7), "08:00", "00:00"), "every day 08:00 to midnight", id="every day"),
        pytest.param(blocks(range(7), "00:00", "00:00"), "every day around the clock", id="always"),
        pytest.param(
            (*blocks(range(1, 4), "09:00", "12:00"), *blocks(range(1, 4), "13:00", "17:00")),
            "Tuesday to Thursday 09:00 to 12:00 and 13:00 to 17:00",
            id="a break at noon",
        ),
        pytest.param(
            (*blocks(range(5), "09:00", "18:00"), *blocks(range(5, 6), "10:00", "14:00")),
            "Monday to Friday 09:00 to 18:00; Saturday 10:00 to 14:00",
            id="a short Saturday",
        ),
    ],
)
def test_a_window_says_its_days_and_hours(found, expected):
    """Equal days are said once."""
    assert say_window(Window(blocks=found)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(AD, "source is web_form or ad", id="a choice"),
        pytest.param(FieldIs(field="vip", values=(True,)), "vip is yes", id="a flag set"),
        pytest.param(FieldIs(field="vip", values=(False,)), "vip is no", id="a flag not set"),
        pytest.param(FieldKnown(field="budget"), "budget is known", id="known"),
        pytest.param(FieldBelow(field="score", n=39.5), "score is below 39.5", id="below"),
        pytest.param(MISSED, "first-call ended in no answer or being given up", id="an outcome"),
        pytest.param(Can(channel=Channel.SMS), "the lead can be reached by text", id="a channel"),
        pytest.param(OpenNow(), "it is inside opening hours", id="open"),
        pytest.param(Not(part=OpenNow()), "it is outside opening hours", id="closed"),
        pytest.param(Not(part=MISSED), "first-call did not end in no answer or being given up", id="another outcome"),
        pytest.param(Not(part=Can(channel=Channel.EMAIL)), "the lead cannot be reached by email", id="no channel"),
        pytest.param(Not(part=AD), "source is not web_form or ad", id="another value"),
        pytest.param(AllOf(parts=(AD, HOT)), "source is web_form or ad, and score is 70 or more", id="all"),
        pytest.param(
            AllOf(parts=(OpenNow(), AnyOf(parts=(AD, HOT)))),
            "it is inside opening hours, and (source is web_form or ad, or score is 70 or more)",
            id="any inside all",
        ),
        pytest.param(
            Not(part=AnyOf(parts=(AD, HOT))),
            "it is not so that (source is web_form or ad, or score is 70 or more)",
            id="not any",
        ),
    ],
)
def test_a_condition_reads_as_a_clause(condition, expected):
    """A manager approves who is written to from this clause alone."""
    assert say_condition(condition) == expected


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param(OnEvent(event=EventKind.MEETING_BOOKED), "a meeting is booked"),
        pytest.param(OnReply(reply=ReplyClass.WANTS_MEETING), "the lead answers and wants a meeting"),
        pytest.param(OnEntered(pipeline_stage="Demo"), 'the CRM moves the lead into "Demo"'),
        pytest.param(OnByHand(name="special-offer"), 'a person presses "special-offer"'),
        pytest.param(OnMoment(moment=Moment(kind="before", field="renewal", days=30)), "it is 30 days before renewal"),
        pytest.param(OnBecomes(condition=HOT), "it becomes true that score is 70 or more"),
    ],
)
def test_a_trigger_says_what_has_to_happen(trigger, expected):
    """What starts a sequence or interrupts it reads as an event, never as a code word."""
    assert say_trigger(trigger) == expected


def test_every_event_and_every_answer_has_its_words():
    """A new kind must not appear to people as a constant."""
    assert set(EVENTS) == set(EventKind)
    assert set(REPLIES) == set(ReplyClass)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(
            Goto(stage=Stage.RE_ENGAGE, after=BusinessDays(days=1)), "go on to re-engage, 1 working day later"
        ),
        pytest.param(Start(sequence="win-back"), "hand over to the sequence win-back"),
        pytest.param(Finish(reason="not_interested"), "the sequence ends as not interested"),
        pytest.param(CarryOn(), "wait until somebody has answered the lead, then go on with the rest of the wait"),
    ],
)
def test_an_exit_says_where_the_lead_goes(response, expected):
    """The end of every stage is told in the words of the lead's way."""
    assert say_exit(response) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(Message(kind="sms", id="hi", template="a/hi"), "text hi"),
        pytest.param(
            HumanTask(kind="call", id="first-call", template="a/c", to="on_duty", due=Elapsed(minutes=5)),
            "call first-call for whoever is on duty",
        ),
        pytest.param(
            Ask(
                id="when",
                template="a/when",
                saves="timeline",
                answers=(AskAnswer(value="now", words=("now",)),),
                wait=Elapsed(minutes=60),
                no_answer=Finish(),
            ),
            "question when by text",
        ),
        pytest.param(Branch(id="size", cases=()), "branch size"),
    ],
)
def test_a_step_is_named_by_what_it_is(step, expected):
    """On-call staff read this in the timer's summary."""
    assert say_step(step) == expected


def test_roles_and_stages_are_said_as_people_say_them():
    """Prose has no underscores."""
    assert say_role("owner") == "the owner"
    assert say_role("on_duty") == "whoever is on duty"
    assert say_stage("re_engage") == "re-engage"
    assert say_stage("as_is") == "the stage the lead is in"
