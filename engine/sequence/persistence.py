"""
How many useful touches a lead gets that never answers, before it is let go.

Source: the Follow-Up Systems Framework (jonasjanvier.com): five to twelve, and at least seven before a lead is lost.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import assert_never

from engine.reasons import CallDisposition
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Ask,
    Branch,
    Can,
    Condition,
    Exit,
    Finish,
    Goto,
    HumanTask,
    Message,
    Not,
    OutcomeIs,
    Sendable,
    Sequence,
    StagePlan,
    Start,
    Step,
)
from engine.sequence.flow import plan_named
from engine.sequence.structure import OTHERWISE, Onward, StepRef, arms, entering, first_step, following, steps

LEAST = 7
"""Fewer useful touches than this, and a lead must not be called unresponsive."""
ADVISED = 10
"""Fewer than this is worth a remark."""

NOBODY_ANSWERS = (CallDisposition.NO_ANSWER, "done")
"""How calls and tasks end for a lead that never answers."""

Useful = Callable[[Sendable | HumanTask], bool]
Visited = frozenset[tuple[str, int]]


def fewest_touches(sequence: Sequence, catalogue: Mapping[str, Sequence], useful: Useful) -> int | None:
    """
    The useful touches on the shortest way through the catalogue of a lead that can be reached and never answers.

    Guards and moments that depend on a lead's fields are not counted on. None when no way ends for want of an answer.
    """
    return _from(sequence, 0, catalogue, useful, frozenset())


def no_reply(condition: Condition) -> bool | None:
    """Whether a condition is true of a lead that can be reached and never answers; None when that depends."""
    match condition:
        case Can():
            return True
        case OutcomeIs():
            return any(outcome in NOBODY_ANSWERS for outcome in condition.outcomes)
        case Not():
            inside = no_reply(condition.part)
            return None if inside is None else not inside
        case AllOf():
            return _weakest([no_reply(part) for part in condition.parts], decisive=False)
        case AnyOf():
            return _weakest([no_reply(part) for part in condition.parts], decisive=True)
        case _:
            return None


def _weakest(parts: list[bool | None], *, decisive: bool) -> bool | None:
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _from(
    sequence: Sequence, number: int, catalogue: Mapping[str, Sequence], useful: Useful, visited: Visited
) -> int | None:
    here = (sequence.name, number)
    if here in visited:
        return 0
    plan = sequence.stages[number]
    by_id = {step.id: step for step in steps(plan)}

    @cache
    def along(onward: Onward) -> int | None:
        match onward:
            case StepRef():
                step = by_id[onward.step]
                if isinstance(step, Branch):
                    return _least([along(entering(plan, step.id, arm)) for arm in _open_arms(step)])
                rest = _least([along(way) for way in _ways_on(plan, step)])
                return None if rest is None else rest + _counts(step, useful)
            case None:
                return _leaving(plan.otherwise, sequence, catalogue, useful, visited | {here})
            case _:
                return _leaving(onward, sequence, catalogue, useful, visited | {here})

    return along(_entry(plan))


def _leaving(
    exit_: Exit, sequence: Sequence, catalogue: Mapping[str, Sequence], useful: Useful, visited: Visited
) -> int | None:
    match exit_:
        case Finish():
            return 0 if exit_.reason == "completed" else None
        case Goto():
            return _from(sequence, plan_named(sequence, exit_.stage) or 0, catalogue, useful, visited)
        case Start():
            return _from(catalogue[exit_.sequence], 0, catalogue, useful, visited)
        case _:
            assert_never(exit_)


def _entry(plan: StagePlan) -> Onward:
    first = first_step(plan)
    return None if first is None else StepRef(step=first)


def _open_arms(branch: Branch) -> list[int]:
    """The arms that a lead may take that never answers."""
    answers = [(number, number == OTHERWISE or no_reply(branch.cases[number].condition)) for number in arms(branch)]
    last = next(index for index, (_, answer) in enumerate(answers) if answer is True)
    return [number for number, answer in answers[: last + 1] if answer is not False]


def _ways_on(plan: StagePlan, step: Step) -> tuple[Onward, ...]:
    """Where such a lead goes from a step: from a question that it gets, by the exit for want of an answer."""
    onward = following(plan, step.id)
    if not isinstance(step, Ask):
        return (onward,)
    asked = True if step.only_if is None else no_reply(step.only_if)
    ways = {True: (step.no_answer,), None: (step.no_answer, onward), False: (onward,)}
    return ways[asked]


def _counts(step: Step, useful: Useful) -> int:
    match step:
        case Message() | HumanTask() | Ask():
            certain = step.at is None and (step.only_if is None or no_reply(step.only_if) is True)
            return int(certain and useful(step))
        case Branch():
            return 0
        case _:
            assert_never(step)


def _least(counts: list[int | None]) -> int | None:
    return min((count for count in counts if count is not None), default=None)
