"""How the touches of a stage lie in time."""

import pytest

from engine.authoring import (
    before,
    branch,
    business_days,
    calendar,
    call,
    case,
    elapsed,
    email,
    field,
    finish,
    open_now,
    quiet,
    sms,
    stage,
    task,
    working,
)
from engine.sequence.compiled import Ask, AskAnswer, Elapsed, Finish, StagePlan
from engine.sequence.pace import about_days, calls_in_a_row, crowded_out, silences_after_bursts
from engine.words import Stage

ends_on = field.date("ends_on")
A_DAY = calendar(days=1)
LONG = calendar(days=20)


def plan(*steps) -> StagePlan:
    return stage("nurture", *steps, otherwise=finish(after=A_DAY)).part


BURST = (email("a"), sms("b", after=A_DAY), call("c", after=A_DAY))


@pytest.mark.parametrize(
    ("delay", "days"),
    [
        pytest.param(None, 0.0, id="none"),
        pytest.param(elapsed(hours=12), 0.5, id="half a day"),
        pytest.param(working(hours=9), 1.4, id="a working day"),
        pytest.param(calendar(days=3), 3.0, id="dates"),
        pytest.param(business_days(5), 7.0, id="a week of working days"),
        pytest.param(quiet(calendar(days=14)), 14.0, id="two quiet weeks"),
    ],
)
def test_a_delay_takes_about_so_many_days(delay, days: float):
    """Only the order of magnitude counts."""
    assert about_days(delay) == pytest.approx(days)


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(*BURST, email("d", after=LONG)), ["d"], id="three in a week, then nothing for long"),
        pytest.param(plan(*BURST, email("d", after=A_DAY)), [], id="going on"),
        pytest.param(plan(email("a"), sms("b", after=A_DAY), email("d", after=LONG)), [], id="two are no burst"),
        pytest.param(
            plan(*[email(f"m{n}", after=LONG) for n in range(5)]), [], id="a slow plan is a plan, not a silence"
        ),
        pytest.param(
            plan(*BURST, email("d", at=before(ends_on)), email("e", after=LONG)), [], id="a date is nobody's silence"
        ),
        pytest.param(
            plan(email("a"), task("t"), task("u"), sms("b", after=A_DAY), email("d", after=LONG)),
            [],
            id="errands are no touches",
        ),
        pytest.param(
            plan(branch("x", case(open_now, *BURST), otherwise=[email("o")]), email("d", after=LONG)),
            ["d"],
            id="the fullest arm counts",
        ),
    ],
)
def test_a_long_silence_after_a_burst_is_found(some: StagePlan, expected: list[str]):
    """Three messages in a week and then two weeks of nothing is how leads are lost."""
    assert [step.id for step in silences_after_bursts(some)] == expected


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(call("a"), call("b")), [], id="two calls"),
        pytest.param(plan(call("a"), call("b"), call("c"), call("d")), ["c"], id="the third is one too many"),
        pytest.param(plan(call("a"), call("b"), sms("t"), call("c")), [], id="a text between"),
        pytest.param(plan(call("a"), task("t"), call("b"), call("c")), ["c"], id="an errand is no other channel"),
    ],
)
def test_too_many_calls_in_a_row_are_found(some: StagePlan, expected: list[str]):
    """Who does not pick up twice may read a text."""
    assert [step.id for step in calls_in_a_row(some)] == expected


def test_a_question_has_no_pace_yet():
    """Questions are not offered to authors so far; stored sequences may have them."""
    ask = Ask(
        id="how-big",
        template="life/how-big",
        saves="size",
        answers=(AskAnswer(value="large", words=("large",)),),
        wait=Elapsed(minutes=60),
        no_answer=Finish(),
    )
    some = StagePlan(name=Stage.NURTURE, steps=(ask,), otherwise=Finish())
    assert list(calls_in_a_row(some)) == []


# --- crowded days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([email("a"), sms("b"), email("c"), sms("d"), email("e")], ["d"], id="no time at all"),
        pytest.param([email("a"), sms("b"), email("c")], [], id="as many as a lead gets"),
        pytest.param([email("a"), sms("b"), email("c"), sms("d", after=A_DAY)], [], id="a day later"),
        pytest.param([email("a", after=A_DAY), *(sms(n, after=elapsed(hours=7)) for n in "bcd")], ["d"], id="21 hours"),
        pytest.param([email("a"), call("b"), sms("c"), task("d"), email("e")], [], id="people are not messages"),
        pytest.param([email("a"), sms("b"), email("c"), email("d", at=before(ends_on))], [], id="at a date"),
    ],
)
def test_a_message_that_would_have_to_wait_is_seen(steps, expected):
    """A lead that gets four messages in a day asks for none."""
    plan = stage("nurture", *steps, otherwise=finish()).part
    assert [step.id for step in crowded_out(plan)] == expected
