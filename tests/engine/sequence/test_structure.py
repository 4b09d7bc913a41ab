"""Finding one's way in a compiled sequence."""

from datetime import time

import pytest

from engine.sequence.compiled import (
    AgainOnce,
    AllOf,
    Block,
    Branch,
    BusinessDays,
    Case,
    FieldKnown,
    Finish,
    Goto,
    HumanTask,
    Message,
    Not,
    OnBecomes,
    OutcomeIs,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Window,
    Working,
)
from engine.sequence.structure import (
    OTHERWISE,
    Onward,
    StepRef,
    arm,
    arm_exit,
    conditions,
    entering,
    first_step,
    following,
    mentions_outcome,
    plan_of_step,
    reactions,
    step,
    steps,
)
from engine.words import Stage

KNOWN = FieldKnown(field="budget")
NOT_REACHED = OutcomeIs(step="first-call", outcomes=("voicemail", "given_up"))
TO_NURTURE = Goto(stage=Stage.NURTURE, after=BusinessDays(days=1))


def email(name: str) -> Message:
    return Message(kind="email", id=name, template=f"life/{name}")


def plan(*some: Step, name: Stage = Stage.RESPONSE) -> StagePlan:
    return StagePlan(name=name, steps=some, otherwise=Finish())


BRANCHED = plan(
    email("hello"),
    Branch(
        id="size",
        cases=(
            Case(condition=KNOWN, steps=(email("big-1"), email("big-2"))),
            Case(condition=KNOWN, steps=(email("small"),), then=TO_NURTURE),
            Case(condition=KNOWN),
        ),
        otherwise=(
            Branch(
                id="inner",
                cases=(Case(condition=KNOWN, steps=(email("deep"),)),),
                otherwise_exit=Finish(reason="disqualified"),
            ),
        ),
    ),
    email("bye"),
)

LIFE = Sequence(
    name="life",
    stages=(
        plan(
            HumanTask(kind="call", id="first-call", template="life/first-call", due=Working(minutes=5)),
            Message(
                kind="sms",
                id="tried",
                template="life/tried",
                only_if=AllOf(parts=(KNOWN, Not(part=NOT_REACHED))),
            ),
        ),
        BRANCHED.model_copy(update={"name": Stage.NURTURE}),
    ),
    maintainer="revops",
    only_if=FieldKnown(field="source"),
    when=(Reaction(trigger=OnBecomes(condition=FieldKnown(field="score")), response=Finish()),),
    hours=Window(blocks=(Block(weekday=0, opens=time(9), closes=time(18)),)),
    again=AgainOnce(),
)


def ref(name: str) -> StepRef:
    return StepRef(step=name)


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        pytest.param(BRANCHED, "hello", id="a stage begins with its first step"),
        pytest.param(plan(), None, id="a stage without steps has none"),
    ],
)
def test_a_stage_begins_with_its_first_step(some, expected):
    """The cursor of a lead that enters a stage is set by this."""
    assert first_step(some) == expected


def test_steps_are_told_in_the_order_they_are_written():
    """Checks and descriptions speak of every step, however deep it is nested."""
    assert [found.id for found in steps(BRANCHED)] == [
        "hello",
        "size",
        "big-1",
        "big-2",
        "small",
        "inner",
        "deep",
        "bye",
    ]


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        pytest.param("hello", ref("size"), id="a branch comes after the step before it"),
        pytest.param("size", ref("bye"), id="a branch is followed by what stands after all of its arms"),
        pytest.param("big-1", ref("big-2"), id="inside an arm its next step"),
        pytest.param("big-2", ref("bye"), id="after an arm what follows the branch"),
        pytest.param("small", TO_NURTURE, id="after an arm with an exit that exit"),
        pytest.param("inner", ref("bye"), id="an inner branch at the end of an arm leads out of the outer one"),
        pytest.param("deep", ref("bye"), id="the deepest arm leads out of every branch"),
        pytest.param("bye", None, id="the last step is followed by nothing"),
    ],
)
def test_following_leads_to_what_comes_once_a_step_is_settled(here: str, expected: Onward):
    """A lead must never get stuck at the end of an arm."""
    assert following(BRANCHED, here) == expected


@pytest.mark.parametrize(
    ("branch", "number", "expected"),
    [
        pytest.param("size", 0, ref("big-1"), id="the first step of the arm"),
        pytest.param("size", 2, ref("bye"), id="an empty arm goes on after the branch"),
        pytest.param("size", OTHERWISE, ref("inner"), id="otherwise is an arm too"),
        pytest.param("inner", OTHERWISE, Finish(reason="disqualified"), id="an arm that is only an exit"),
        pytest.param("inner", 0, ref("deep"), id="a nested branch"),
    ],
)
def test_entering_an_arm_leads_to_its_first_step_or_out(branch: str, number: int, expected: Onward):
    """A branch whose arm is empty still leads somewhere."""
    assert entering(BRANCHED, branch, number) == expected


def test_an_arm_is_its_steps_and_its_exit():
    """`decide` asks for both when a case is true."""
    branch = step(LIFE, "size")
    assert isinstance(branch, Branch)
    assert [found.id for found in arm(branch, 0)] == ["big-1", "big-2"]
    assert arm_exit(branch, 0) is None
    assert arm_exit(branch, 1) == TO_NURTURE


def test_a_step_is_found_in_whatever_stage_it_stands():
    """A jump, a task that was closed and a migration name steps by their id alone."""
    assert step(LIFE, "deep").id == "deep"
    assert plan_of_step(LIFE, "deep") == 1
    assert plan_of_step(LIFE, "tried") == 0


def test_an_unknown_step_is_an_error_and_no_silent_end():
    """A cursor on a step that is gone must show as an unexpected error, not as a finished sequence."""
    with pytest.raises(LookupError, match="no step 'gone'"):
        step(LIFE, "gone")
    with pytest.raises(LookupError, match="no step 'gone'"):
        following(BRANCHED, "gone")
    with pytest.raises(LookupError, match="no branch 'hello'"):
        entering(BRANCHED, "hello", 0)


def test_conditions_are_found_wherever_a_sequence_asks_them():
    """The facts a lead is asked for are found by walking all of these."""
    fields = [condition.field for condition in conditions(LIFE) if isinstance(condition, FieldKnown)]
    assert fields == ["source", "budget", "budget", "budget", "budget", "score"]


def test_a_sequence_without_guards_asks_nothing():
    """No condition is one too many where none was written."""
    assert list(conditions(Sequence(name="bare", stages=(plan(email("a")),), maintainer="ops", hours=LIFE.hours))) == []


def test_reactions_are_those_of_the_stages_and_of_the_sequence():
    """A reaction of the sequence counts in every stage."""
    assert list(reactions(LIFE)) == list(LIFE.when)


@pytest.mark.parametrize(
    ("step_id", "outcome", "expected"),
    [
        pytest.param("first-call", "voicemail", True, id="named, however deep inside a condition"),
        pytest.param("first-call", "busy", False, id="another outcome of the same step"),
        pytest.param("other-call", "voicemail", False, id="the same outcome of another step"),
    ],
)
def test_an_outcome_is_mentioned_only_where_a_condition_names_it(step_id: str, outcome: str, expected: bool):
    """An outcome with a path of its own does not get the engine's default effect."""
    assert mentions_outcome(LIFE, step_id, outcome) is expected
