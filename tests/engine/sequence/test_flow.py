"""Where a lead can get to, and whether any time passes on the way."""

from itertools import pairwise

import pytest

from engine.authoring import (
    branch,
    calendar,
    call,
    case,
    elapsed,
    email,
    field,
    finish,
    goto,
    on,
    open_now,
    quiet,
    sequence,
    stage,
    start,
    task,
)
from engine.sequence.compiled import (
    Ask,
    AskAnswer,
    Elapsed,
    Finish,
    Goto,
    Sequence,
    StagePlan,
    Start,
)
from engine.sequence.flow import cycle, exits_right_after, instant_exits, openings, plan_named, reached
from engine.sequence.structure import exits, leaves, responses
from engine.words import Stage

vip = field.flag("vip")
LATER = elapsed(hours=1)
AT_NINE = calendar(days=0, at="09:00")
AT_ONCE = frozenset({Finish()})
NEVER: frozenset[Finish] = frozenset()


def plan(*steps, otherwise=None, **more) -> StagePlan:
    return stage("nurture", *steps, otherwise=otherwise or finish(), **more).part


def asking() -> Ask:
    return Ask(
        id="how-big",
        template="life/how-big",
        saves="size",
        answers=(AskAnswer(value="large", words=("large",)),),
        wait=Elapsed(minutes=60),
        no_answer=Goto(stage=Stage.RETAIN),
    )


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(), AT_ONCE, id="a stage without steps"),
        pytest.param(plan(email("a")), AT_ONCE, id="a message takes no time"),
        pytest.param(plan(email("a", after=LATER)), NEVER, id="a delay does"),
        pytest.param(plan(email("a", after=AT_NINE)), AT_ONCE, id="an hour of the same day may be now"),
        pytest.param(plan(email("a", after=quiet(AT_NINE))), AT_ONCE, id="in silence too"),
        pytest.param(
            plan(email("a"), otherwise=finish(after=AT_NINE)),
            frozenset({Finish(after=AT_NINE)}),
            id="an exit at an hour of the same day",
        ),
        pytest.param(plan(email("a", after=LATER, only_if=open_now)), NEVER, id="a delay does, though it is skipped"),
        pytest.param(plan(call("a")), NEVER, id="a person does"),
        pytest.param(plan(call("a", only_if=open_now)), AT_ONCE, id="a person who is not asked does not"),
        pytest.param(plan(task("a", blocks=False)), AT_ONCE, id="a task nobody waits for does not"),
        pytest.param(plan(task("a", after=LATER, blocks=False)), NEVER, id="a task nobody waits for, after a delay"),
        pytest.param(plan(email("a"), otherwise=finish(after=LATER)), NEVER, id="an exit with a delay does"),
        pytest.param(
            plan(branch("b", case(open_now, email("a", after=LATER)), otherwise=goto("convert"))),
            frozenset({Goto(stage=Stage.CONVERT)}),
            id="the quickest arm counts",
        ),
        pytest.param(
            plan(branch("b", case(open_now, call("a"), then=start("other")), otherwise=[email("c")])),
            AT_ONCE,
            id="the arm that goes on counts",
        ),
        pytest.param(
            StagePlan(name=Stage.NURTURE, steps=(asking(),), otherwise=Finish()),
            AT_ONCE,
            id="a question that is left out takes none",
        ),
    ],
)
def test_an_exit_is_instant_when_no_time_need_pass_before_it(some: StagePlan, expected: frozenset[object]):
    """A circle of instant exits would spin a lead for ever."""
    assert instant_exits(some) == expected


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(email("a")), AT_ONCE, id="a last message"),
        pytest.param(plan(email("a"), email("b")), NEVER, id="another message comes for sure"),
        pytest.param(plan(email("a"), email("b", only_if=open_now)), AT_ONCE, id="another message may be left out"),
        pytest.param(plan(email("a"), email("b", after=LATER, only_if=open_now)), NEVER, id="another one, later"),
        pytest.param(
            plan(email("a"), branch("b", case(open_now, call("c")), otherwise=start("other"))),
            frozenset({Start(sequence="other")}),
            id="an arm leaves",
        ),
    ],
)
def test_an_exit_comes_right_after_a_step_when_nothing_need_come_between(some: StagePlan, expected: frozenset[object]):
    """A message before such an exit cannot be answered in the stage."""
    assert exits_right_after(some, "a") == expected


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(), [], id="no steps"),
        pytest.param(plan(email("a"), email("b")), ["a"], id="the first step"),
        pytest.param(
            plan(branch("b", case(open_now, email("a")), case(vip.is_(True)), otherwise=[call("c")]), email("d")),
            ["a", "c", "d"],
            id="the first step of every arm, and what follows an empty one",
        ),
    ],
)
def test_a_visit_opens_with_the_first_step_of_any_arm(some: StagePlan, expected: list[str]):
    """A stage that is entered again repeats its opening."""
    assert [step.id for step in openings(some)] == expected


def life() -> Sequence:
    return sequence(
        "life",
        stage("capture", otherwise=goto("response")),
        stage(
            "response", email("a"), otherwise=finish(after=LATER), when=[on("replied", goto("convert", after=LATER))]
        ),
        stage("convert", call("b"), otherwise=finish()),
        stage("retain", otherwise=goto("re_engage", after=LATER)),
        stage("re_engage", otherwise=goto("convert", after=LATER)),
        maintainer="ops",
        when=[on("lost", finish())],
    ).part


def test_a_stage_is_reached_by_exits_and_reactions():
    """What nothing leads to is dead text, or a goto that was forgotten."""
    assert reached(life()) == {0, 1, 2}
    assert reached(life(), 3) == {2, 3, 4}


def test_a_stage_plan_is_found_by_its_name():
    """Exits name stages, and the cursor counts plans."""
    assert plan_named(life(), "convert") == 2
    assert plan_named(life(), "nurture") is None


def test_exits_are_found_wherever_a_stage_has_them():
    """Whoever asks where a stage can lead must not forget an arm, a question or a reaction."""
    some = StagePlan(
        name=Stage.NURTURE,
        steps=(
            *plan(branch("b", case(open_now, email("a"), then=finish("goal_met")), otherwise=start("other"))).steps,
            *plan(branch("c", case(open_now, email("d")), otherwise=[email("e")])).steps,
            asking(),
        ),
        otherwise=Finish(),
        when=(*stage("nurture", otherwise=finish(), when=[on("won", goto("retain"))]).part.when,),
    )
    assert list(exits(some)) == [
        Finish(),
        Finish(reason="goal_met"),
        Start(sequence="other"),
        Goto(stage=Stage.RETAIN),
        Goto(stage=Stage.RETAIN),
    ]
    assert list(responses(some.when)) == [Goto(stage=Stage.RETAIN)]


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        pytest.param({"a": ["b"], "b": ["c"], "c": []}, (), id="none"),
        pytest.param({"a": ["a"]}, ("a", "a"), id="on the spot"),
        pytest.param({"a": ["b"], "b": ["a"], "c": ["a"]}, ("a", "b", "a"), id="there and back"),
    ],
)
def test_a_cycle_is_told_as_the_way_it_goes(graph: dict[str, list[str]], expected: tuple[str, ...]):
    """The author must see which exits to give a delay."""
    found = cycle(graph)
    assert (set(found), len(found)) == (set(expected), len(expected))
    assert all(target in graph[source] for source, target in pairwise(found))


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(plan(email("a")), False, id="a message"),
        pytest.param(plan(branch("b", case(open_now, then=finish()), otherwise=finish())), True, id="only exits"),
        pytest.param(plan(branch("b", case(open_now, then=finish()), otherwise=[])), False, id="an empty arm"),
        pytest.param(
            plan(
                branch(
                    "b",
                    case(open_now, then=finish()),
                    otherwise=[branch("c", case(open_now, then=finish()), otherwise=finish())],
                )
            ),
            True,
            id="an inner branch leaves",
        ),
    ],
)
def test_a_branch_leaves_when_every_arm_does(some: StagePlan, expected: bool):
    """A step behind it would never happen."""
    assert leaves(some.steps[0]) is expected
