"""
How the touches of a stage lie in time, roughly: bursts, silences, calls in a row and crowded days.

Source: mistakes that the Follow-Up Systems Framework names (jonasjanvier.com).
"""

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import assert_never

from engine.life.circumstances import Policy
from engine.sequence.compiled import (
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    Delay,
    Elapsed,
    HumanTask,
    Message,
    Quiet,
    StagePlan,
    Step,
    Working,
)
from engine.sequence.structure import arm, arms

MINUTES_IN_DAY = 24 * 60
MINUTES_IN_WORKING_DAY = 9 * 60
DAYS_PER_WORKING_DAY = 7 / 5

BURST = 3
BURST_DAYS = 7.0
SILENCE_DAYS = 14.0
CALLS_IN_A_ROW = 2
MESSAGES_A_DAY = Policy().lead_cap
"""How many messages a lead gets within 24 hours unless a deployment says otherwise; what is more waits."""

Touch = Message | HumanTask | Ask


def silences_after_bursts(plan: StagePlan) -> Iterator[Touch]:
    """The touches that come after a long silence which itself comes after a burst."""
    for run in _timed_runs(_fullest(plan.steps)):
        days = [day for day, _ in run]
        for index, (day, later) in enumerate(pairwise(days)):
            burst = index + 1 >= BURST and day - days[index + 1 - BURST] <= BURST_DAYS
            if burst and later - day >= SILENCE_DAYS:
                yield run[index + 1][1]


def calls_in_a_row(plan: StagePlan) -> Iterator[Touch]:
    """The first call that has too many calls before it and nothing else between."""
    touches = [step for step in _fullest(plan.steps) if not _is_errand(step)]
    for is_call, run in groupby(touches, key=lambda step: step.kind == "call"):
        calls = list(run)
        if is_call and len(calls) > CALLS_IN_A_ROW:
            yield calls[CALLS_IN_A_ROW]


def crowded_out(plan: StagePlan) -> Iterator[Touch]:
    """The first message of a stage that would wait, since the lead has had as many as it gets within a day."""
    for run in _timed_runs(_fullest(plan.steps)):
        messages = [(day, step) for day, step in run if isinstance(step, Message | Ask)]
        for (day, _), (later, step) in zip(messages, messages[MESSAGES_A_DAY:], strict=False):
            if later - day < 1:
                yield step
                return


def about_days(delay: Delay | None) -> float:
    """Roughly how many days a delay takes."""
    match delay:
        case None:
            return 0.0
        case Elapsed():
            return delay.minutes / MINUTES_IN_DAY
        case Working():
            return delay.minutes / MINUTES_IN_WORKING_DAY * DAYS_PER_WORKING_DAY
        case CalendarDays():
            return float(delay.days)
        case BusinessDays():
            return delay.days * DAYS_PER_WORKING_DAY
        case Quiet():
            return about_days(delay.delay)
        case _:
            assert_never(delay)


def _timed_runs(touches: list[Touch]) -> list[list[tuple[float, Touch]]]:
    """Touches with the day they come on; a step with a moment of its own begins a new run, since its day is unknown."""
    runs: list[list[tuple[float, Touch]]] = [[]]
    day = 0.0
    for touch in touches:
        day += about_days(touch.after)
        if touch.at is not None:
            runs.append([])
        if not _is_errand(touch):
            runs[-1].append((day, touch))
    return runs


def _fullest(some: tuple[Step, ...]) -> list[Touch]:
    """The messages, calls and tasks of a stage; of each branch those of its fullest arm."""
    found: list[Touch] = []
    for step in some:
        match step:
            case Branch():
                found += sorted((_fullest(arm(step, number)) for number in arms(step)), key=len)[-1]
            case Message() | HumanTask() | Ask():
                found.append(step)
            case _:
                assert_never(step)
    return found


def _is_errand(step: Touch) -> bool:
    return step.kind == "task"
