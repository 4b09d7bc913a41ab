"""Finding one's way in a compiled sequence: which step, what comes after it, what its conditions speak of."""

from collections.abc import Iterator

from engine.frozen import Frozen
from engine.once import once
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Ask,
    Branch,
    CarryOn,
    Condition,
    Exit,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Finish,
    Goto,
    HumanTask,
    Message,
    Not,
    OnBecomes,
    OnMoment,
    OutcomeIs,
    Reaction,
    Sequence,
    StagePlan,
    Start,
    Step,
)

OTHERWISE = -1
"""The number of the arm that is taken when no case of a branch is true."""


class StepRef(Frozen):
    """On to this step."""

    step: str


Onward = StepRef | Goto | Start | Finish | None
"""What comes next: a step, an exit that an arm of a branch names, or None: the stage has no step left."""


def first_step(plan: StagePlan) -> str | None:
    """The id of the step a stage begins with, which may be a branch; None when it has no steps."""
    return plan.steps[0].id if plan.steps else None


def steps(plan: StagePlan) -> Iterator[Step]:
    """Every step of a stage in the order it is written: a branch, then what is in its arms."""
    return _nested(plan.steps)


def templates_of(step: Message | HumanTask | Ask) -> tuple[str, ...]:
    """The names of the templates it may use: its own, or one for each variant."""
    variants = step.variants if isinstance(step, Message) else ()
    return tuple(variant.template for variant in variants) or (step.template,)


def template_kind(step: Message | HumanTask | Ask) -> str:
    """What the templates of the step are for: its own kind, or the channel that a question is asked on."""
    return step.by if isinstance(step, Ask) else step.kind


def step(sequence: Sequence, step_id: str) -> Step:
    """The step of that id, wherever it is nested. Raises LookupError when the sequence has none."""
    return _found(sequence, step_id)[1]


def plan_of_step(sequence: Sequence, step_id: str) -> int:
    """The number of the stage plan a step stands in. Raises LookupError when the sequence has none of that id."""
    return _found(sequence, step_id)[0]


def following(plan: StagePlan, step_id: str) -> Onward:
    """
    What comes once this step is settled; for a branch, what comes after all of its arms.

    After the last step of an arm comes the arm's own exit, else what follows the branch.
    Raises: LookupError when the stage has no such step.
    """
    onwards = _onwards_of(plan)
    if step_id not in onwards:
        raise LookupError(f"stage {plan.name!r} has no step {step_id!r}")
    return onwards[step_id]


def entering(plan: StagePlan, branch_id: str, arm_number: int) -> Onward:
    """What comes when this arm is taken: its first step, else its exit, else what follows the branch."""
    branch = _branch(plan, branch_id)
    inside = arm(branch, arm_number)
    if inside:
        return StepRef(step=inside[0].id)
    return arm_exit(branch, arm_number) or following(plan, branch_id)


def arms(branch: Branch) -> tuple[int, ...]:
    """The numbers of a branch's arms, in the order they are tried."""
    return (*range(len(branch.cases)), OTHERWISE)


def arm(branch: Branch, number: int) -> tuple[Step, ...]:
    """The steps of one arm; OTHERWISE is the last one."""
    return branch.otherwise if number == OTHERWISE else branch.cases[number].steps


def arm_exit(branch: Branch, number: int) -> Exit | None:
    """The exit taken after the arm's steps; None when the stage goes on after the branch."""
    return branch.otherwise_exit if number == OTHERWISE else branch.cases[number].then


def exit_behind(plan: StagePlan, step_id: str) -> Exit | None:
    """The way out that an arm names for whoever has this step behind it, and all of the arm; None: none does."""
    return next((exit_ for name, exit_ in _exits_behind(plan.steps, None) if name == step_id), None)


def leaves(step: Step) -> bool:
    """Whether no lead goes on after this step: it is a branch, and every arm of it ends in an exit."""
    return isinstance(step, Branch) and all(
        arm_exit(step, number) is not None or any(leaves(inside) for inside in arm(step, number)[-1:])
        for number in arms(step)
    )


def exits(plan: StagePlan) -> Iterator[Exit]:
    """Every exit of a stage: at its end, from the arms of its branches, and by its reactions."""
    yield plan.otherwise
    for found in steps(plan):
        if isinstance(found, Branch):
            ends = (arm_exit(found, number) for number in arms(found))
            yield from (end for end in ends if end is not None)
        elif isinstance(found, Ask):
            yield found.no_answer
    yield from responses(plan.when)


def responses(when: tuple[Reaction, ...]) -> Iterator[Exit]:
    """The exits that reactions take; `carry_on` is none."""
    yield from (reaction.response for reaction in when if not isinstance(reaction.response, CarryOn))


def reactions(sequence: Sequence) -> Iterator[Reaction]:
    """Every reaction of the sequence: those of its stages, then its own."""
    for plan in sequence.stages:
        yield from plan.when
    yield from sequence.when


def conditions(sequence: Sequence) -> Iterator[Condition]:
    """Every condition the sequence asks, each as a whole."""
    if sequence.only_if is not None:
        yield sequence.only_if
    for plan in sequence.stages:
        for found in steps(plan):
            yield from conditions_of(found)
    triggers = (*sequence.starts, *(reaction.trigger for reaction in reactions(sequence)))
    yield from (trigger.condition for trigger in triggers if isinstance(trigger, OnBecomes))


def questions(condition: Condition) -> Iterator[Condition]:
    """The single questions a condition is made of."""
    match condition:
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from questions(part)
        case Not():
            yield from questions(condition.part)
        case _:
            yield condition


def fields_named(sequence: Sequence) -> frozenset[str]:
    """The fields of the lead that the sequence asks, waits for or fills."""
    asked = (leaf for condition in conditions(sequence) for leaf in questions(condition))
    triggers = (*sequence.starts, *(reaction.trigger for reaction in reactions(sequence)))
    every = [found for plan in sequence.stages for found in steps(plan)]
    dates = [trigger.moment for trigger in triggers if isinstance(trigger, OnMoment)]
    dates += [found.at for found in every if isinstance(found, Message | HumanTask) and found.at is not None]
    return frozenset(
        [leaf.field for leaf in asked if isinstance(leaf, FieldIs | FieldKnown | FieldAtLeast | FieldBelow)]
        + [date.field for date in dates]
        + [found.saves for found in every if isinstance(found, Ask)]
    )


def mentions_outcome(sequence: Sequence, step_id: str, outcome: str) -> bool:
    """Whether the sequence itself says what follows this outcome, so that the engine's default does not apply."""
    return any(
        isinstance(leaf, OutcomeIs) and leaf.step == step_id and outcome in leaf.outcomes
        for condition in conditions(sequence)
        for leaf in questions(condition)
    )


@once
def _places(sequence: Sequence) -> dict[str, tuple[int, Step]]:
    """Every step by its id, with the number of the stage plan it stands in; the first of an id counts."""
    placed = [(number, found) for number, plan in enumerate(sequence.stages) for found in steps(plan)]
    return {found.id: (number, found) for number, found in reversed(placed)}


@once
def _onwards_of(plan: StagePlan) -> dict[str, Onward]:
    return dict(reversed([*_onwards(plan.steps, None)]))


def _found(sequence: Sequence, step_id: str) -> tuple[int, Step]:
    places = _places(sequence)
    if step_id not in places:
        raise LookupError(f"sequence {sequence.name!r} has no step {step_id!r}")
    return places[step_id]


def _nested(some: tuple[Step, ...]) -> Iterator[Step]:
    for found in some:
        yield found
        if isinstance(found, Branch):
            for number in arms(found):
                yield from _nested(arm(found, number))


def _onwards(some: tuple[Step, ...], rest: Onward) -> Iterator[tuple[str, Onward]]:
    """Each step with what comes after it; `rest` comes after the last one."""
    for index, found in enumerate(some):
        onward = StepRef(step=some[index + 1].id) if index + 1 < len(some) else rest
        yield found.id, onward
        if isinstance(found, Branch):
            for number in arms(found):
                yield from _onwards(arm(found, number), arm_exit(found, number) or onward)


def _exits_behind(some: tuple[Step, ...], rest: Exit | None) -> Iterator[tuple[str, Exit | None]]:
    for found in some:
        yield found.id, rest
        if isinstance(found, Branch):
            for number in arms(found):
                yield from _exits_behind(arm(found, number), arm_exit(found, number) or rest)


def _branch(plan: StagePlan, branch_id: str) -> Branch:
    for found in steps(plan):
        if isinstance(found, Branch) and found.id == branch_id:
            return found
    raise LookupError(f"stage {plan.name!r} has no branch {branch_id!r}")


def conditions_of(found: Step) -> Iterator[Condition]:
    """What the step itself asks: whether it comes at all, or which way leads on."""
    if isinstance(found, Branch):
        yield from (case.condition for case in found.cases)
    elif found.only_if is not None:
        yield found.only_if
