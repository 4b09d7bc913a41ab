"""Where a lead can get to in a sequence, and whether any time passes on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar, assert_never

from engine.sequence.compiled import (
    Ask,
    Branch,
    CalendarDays,
    Delay,
    Exit,
    Goto,
    HumanTask,
    Message,
    Quiet,
    Sequence,
    StagePlan,
    Step,
)
from engine.sequence.structure import (
    Onward,
    StepRef,
    arms,
    entering,
    exits,
    first_step,
    following,
    responses,
    steps,
)

Node = TypeVar("Node", bound=object)


def plan_named(sequence: Sequence, stage: str) -> int | None:
    """The number of the stage plan of this name; None when the sequence has none."""
    return next((number for number, plan in enumerate(sequence.stages) if plan.name == stage), None)


def reached(sequence: Sequence, first: int = 0) -> frozenset[int]:
    """The stage plans a lead can get to from this one, itself included, by the sequence's own exits and reactions."""
    found = {first}
    waiting = [first]
    while waiting:
        new = set(next_plans(sequence, waiting.pop())) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def next_plans(sequence: Sequence, number: int) -> Iterator[int]:
    """The stage plans that a stage plan can lead to."""
    for exit_ in (*exits(sequence.stages[number]), *responses(sequence.when)):
        target = plan_named(sequence, exit_.stage) if isinstance(exit_, Goto) else None
        if target is not None:
            yield target


def instant_exits(plan: StagePlan) -> frozenset[Exit]:
    """The exits a lead may take in the moment it enters the stage."""
    first = first_step(plan)
    ways = _ways_out(plan, None if first is None else StepRef(step=first), _may_take_no_time)
    return frozenset(exit_ for exit_ in ways if _may_be_over_at_once(exit_.after))


def exits_right_after(plan: StagePlan, step_id: str) -> frozenset[Exit]:
    """The exits a lead may take in the moment this step is settled."""
    ways = _ways_out(plan, following(plan, step_id), _may_be_skipped)
    return frozenset(exit_ for exit_ in ways if exit_.after is None)


def openings(plan: StagePlan) -> Iterator[Step]:
    """The steps a visit of the stage may begin with."""
    first = first_step(plan)
    ways = _reachable(plan, None if first is None else StepRef(step=first), lambda step: False)
    yield from (step for step in steps(plan) if StepRef(step=step.id) in ways and not isinstance(step, Branch))


def cycle(graph: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...]:
    """A way that leads back to where it began, first and last alike; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib follows the edges backwards, as it reads them as dependencies.
        way: list[Node] = error.args[1]
        return tuple(reversed(way))
    return ()


def _ways_out(plan: StagePlan, onward: Onward, passes: Callable[[Step], bool]) -> Iterator[Exit]:
    for way in _reachable(plan, onward, passes):
        if way is None:
            yield plan.otherwise
        elif not isinstance(way, StepRef):
            yield way


def _reachable(plan: StagePlan, onward: Onward, passes: Callable[[Step], bool]) -> set[Onward]:
    """Everything one can come to from here by taking branches and passing such steps."""
    by_id = {step.id: step for step in steps(plan)}
    found: set[Onward] = set()
    waiting = [onward]
    while waiting:
        way = waiting.pop()
        if way in found:
            continue
        found.add(way)
        if isinstance(way, StepRef):
            step = by_id[way.step]
            if isinstance(step, Branch):
                waiting.extend(entering(plan, step.id, number) for number in arms(step))
            elif passes(step):
                waiting.append(following(plan, step.id))
    return found


def _may_take_no_time(step: Step) -> bool:
    """A moment that is past, or a date that is missing, takes none; a person always takes some."""
    match step:
        case Message() | Ask():  # a question that is left out goes on at once
            return _may_be_over_at_once(step.after)
        case HumanTask():
            waits = step.blocks and step.only_if is None and step.at is None
            return _may_be_over_at_once(step.after) and not waits
        case Branch():
            return False
        case _:
            assert_never(step)


def _may_be_over_at_once(delay: Delay | None) -> bool:
    """No delay; or an hour of the same day, which may be this very moment."""
    plain = delay.delay if isinstance(delay, Quiet) else delay
    return plain is None or (isinstance(plain, CalendarDays) and plain.days == 0)


def _may_be_skipped(step: Step) -> bool:
    return not isinstance(step, Branch) and step.only_if is not None and step.after is None
