"""How many useful touches a lead gets that never answers."""

import pytest

from engine.authoring import (
    all_of,
    any_of,
    before,
    branch,
    calendar,
    call,
    can,
    case,
    email,
    field,
    finish,
    goto,
    not_,
    open_now,
    outcome,
    sequence,
    sms,
    stage,
    start,
    task,
    working,
)
from engine.sequence.compiled import (
    Ask,
    AskAnswer,
    Elapsed,
    Finish,
    Goto,
    Sequence,
    StagePlan,
    Step,
    Window,
)
from engine.sequence.persistence import fewest_touches, no_reply
from engine.words import Stage

vip = field.flag("vip")
ends_on = field.date("ends_on")
LATER = calendar(days=1)
TRUE, FALSE, DEPENDS = can("sms"), not_(can("sms")), vip.is_(True)


def is_touch(step: Step) -> bool:
    return step.kind in ("email", "sms", "call")


def counted(*steps, otherwise=None) -> int | None:
    life = sequence("life", stage("nurture", *steps, otherwise=otherwise or finish(after=LATER)), maintainer="ops").part
    return fewest_touches(life, {"life": life}, is_touch)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(can("email"), True, id="the lead can be reached"),
        pytest.param(outcome("a").is_("voicemail", "no_answer"), True, id="nobody answers the phone"),
        pytest.param(outcome("a").is_("connected_positive"), False, id="nobody is spoken to"),
        pytest.param(outcome("a").is_("done"), True, id="we do our tasks"),
        pytest.param(vip.is_(True), None, id="a field depends"),
        pytest.param(open_now, None, id="the hour depends"),
        pytest.param(FALSE, False, id="not"),
        pytest.param(not_(DEPENDS), None, id="not depends"),
        pytest.param(all_of(TRUE, TRUE), True, id="all true"),
        pytest.param(all_of(TRUE, DEPENDS), None, id="all, one depends"),
        pytest.param(all_of(DEPENDS, FALSE), False, id="all, one false"),
        pytest.param(any_of(FALSE, FALSE), False, id="any, none true"),
        pytest.param(any_of(FALSE, DEPENDS), None, id="any, one depends"),
        pytest.param(any_of(DEPENDS, TRUE), True, id="any, one true"),
    ],
)
def test_what_a_silent_lead_is_like(condition, expected: bool | None):
    """The count follows the way of a lead that can be reached and never answers."""
    assert no_reply(condition.part) is expected


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        pytest.param(counted(), 0, id="nothing"),
        pytest.param(counted(email("a"), sms("b"), call("c"), task("d")), 3, id="an errand of ours is none"),
        pytest.param(counted(email("a", only_if=TRUE), email("b", only_if=FALSE)), 1, id="a guard that is false"),
        pytest.param(counted(email("a", only_if=DEPENDS)), 0, id="a guard that depends is not counted on"),
        pytest.param(counted(email("a", at=before(ends_on))), 0, id="a date the lead may not have"),
        pytest.param(
            counted(branch("b", case(vip.is_(True), email("a"), email("c")), otherwise=[email("d")])),
            1,
            id="the shorter arm",
        ),
        pytest.param(
            counted(branch("b", case(TRUE, email("a"), email("c")), otherwise=[email("d")])),
            2,
            id="the arm that is taken for sure",
        ),
        pytest.param(
            counted(branch("b", case(FALSE, email("a")), otherwise=[email("d"), email("e")])),
            2,
            id="an arm that is never taken",
        ),
        pytest.param(
            counted(email("a"), branch("b", case(DEPENDS, then=finish("disqualified")), otherwise=[email("d")])),
            2,
            id="a misfit is let go rightly",
        ),
        pytest.param(counted(email("a"), otherwise=finish("goal_met")), None, id="a goal is no want of an answer"),
        pytest.param(
            counted(email("a"), branch("b", case(DEPENDS, then=finish()), otherwise=[email("d")]), email("e")),
            1,
            id="an arm that leaves early",
        ),
    ],
)
def test_the_fewest_touches_of_a_sequence_are_counted(touches: int | None, expected: int | None):
    """The promise is what every silent lead gets, not what the luckiest one does."""
    assert touches == expected


def test_the_count_goes_on_through_stages_and_sequences():
    """A life has more than one stage, and more than one file."""
    first = sequence(
        "first",
        stage("nurture", email("a"), otherwise=goto("convert", after=LATER)),
        stage("convert", call("b", due=working(hours=1)), otherwise=start("second", after=LATER)),
        maintainer="ops",
    ).part
    second = sequence("second", stage("re_engage", email("c"), otherwise=finish(after=LATER)), maintainer="ops").part
    assert fewest_touches(first, {"first": first, "second": second}, is_touch) == 3


def test_a_round_is_counted_once():
    """A life that goes round for ever must not make the check do so."""
    life = sequence(
        "life",
        stage("nurture", email("a"), otherwise=goto("re_engage", after=LATER)),
        stage("re_engage", email("b"), otherwise=goto("nurture", after=LATER)),
        maintainer="ops",
    ).part
    assert fewest_touches(life, {"life": life}, is_touch) == 2


def test_a_question_is_no_useful_touch_yet():
    """Questions are not offered to authors so far; stored sequences may have them."""
    ask = Ask(
        id="how-big",
        template="life/how-big",
        saves="size",
        answers=(AskAnswer(value="large", words=("large",)),),
        wait=Elapsed(minutes=60),
        no_answer=Goto(stage=Stage.NURTURE),
    )
    plan = StagePlan(name=Stage.NURTURE, steps=(ask,), otherwise=Finish())
    life = Sequence(name="life", stages=(plan,), maintainer="ops", hours=Window(blocks=()))
    assert fewest_touches(life, {"life": life}, is_touch) == 0
