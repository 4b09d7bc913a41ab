"""Whether the parts of a sequence agree with one another: what no part can know about itself."""

from collections.abc import Sequence
from itertools import chain, takewhile
from typing import assert_never

from engine.authoring.refusals import must_be_written
from engine.sequence import compiled
from engine.sequence.compiled import (
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    Delay,
    Elapsed,
    Goto,
    HumanTask,
    Message,
    OutcomeIs,
    Quiet,
    StagePlan,
    Working,
)
from engine.sequence.flow import cycle, instant_exits, plan_named
from engine.sequence.outcomes import CALL_OUTCOMES, NO_ANSWER, TASK_OUTCOMES
from engine.sequence.structure import steps
from engine.sequence.suggestion import suggestion
from engine.sequence.version import LARGEST, canonical_json
from engine.sequence.written import Place, Written, invalid
from engine.words import Stage

HOURS_IN_DAY = 24
HOURS_IN_WORKING_DAY = 9
MINUTES_IN_HOUR = 60

Whole = Written[compiled.Sequence]


def must_have_stages(stages: Sequence[Written[StagePlan]], place: Place) -> None:
    """Refuse a sequence without stages, or with the same stage twice."""
    if not stages:
        raise invalid("SEQ016", "the sequence has no stage", place, 'write stage("response", …, otherwise=…)')
    names = set()
    for stage in stages:
        must_be_written(stage, StagePlan, "a stage", place, 'write stage("response", …, otherwise=…)')
        if stage.part.name in names:
            raise invalid("SEQ015", f"stage {str(stage.part.name)!r} is written twice", stage.place, "join the two")
        names.add(stage.part.name)


def must_agree(sequence: Whole) -> None:
    """Refuse parts that speak of something the sequence does not have, or that lead in circles."""
    _ids_must_differ(sequence)
    _outcomes_must_exist(sequence)
    _threads_must_exist(sequence)
    _gotos_must_exist(sequence)
    _response_must_not_wait(sequence)
    _must_not_spin(sequence)


def must_fit(sequence: Whole) -> None:
    """Refuse a sequence that is too large for every lead's row."""
    size = len(canonical_json(sequence.part))
    if size > LARGEST:
        what = f"compiled, the sequence has {size} bytes; {LARGEST} fit on a lead's row"
        raise invalid("SEQ021", what, sequence.place, "split it, and hand over with start()")


def _ids_must_differ(sequence: Whole) -> None:
    seen: dict[str, Place] = {}
    for found in sequence.walk():
        if isinstance(found.part, Message | HumanTask | Ask | Branch):
            if found.part.id in seen:
                what = f"step {found.part.id!r} is written twice, first at {seen[found.part.id]}"
                raise invalid("SEQ010", what, found.place, "give every step of the sequence an id of its own")
            seen[found.part.id] = found.place


def _outcomes_must_exist(sequence: Whole) -> None:
    every_step = [step for plan in sequence.part.stages for step in steps(plan)]
    tasks = {step.id: step for step in every_step if isinstance(step, HumanTask | Ask)}
    for found in sequence.walk():
        if isinstance(found.part, OutcomeIs):
            if found.part.step not in tasks:
                what = f"outcome({found.part.step!r}) is of no call, task or question of this sequence"
                raise invalid("SEQ011", what, found.place, _one_of(list(tasks)))
            _must_be_possible(found.part, tasks[found.part.step], found.place)


def _must_be_possible(asked: OutcomeIs, step: HumanTask | Ask, place: Place) -> None:
    possible = _outcomes(step)
    for outcome in asked.outcomes:
        if outcome not in possible:
            what = f"{step.kind} {step.id!r} never ends as {outcome!r}"
            raise invalid("SEQ012", what, place, suggestion(outcome, possible))


def _outcomes(step: HumanTask | Ask) -> tuple[str, ...]:
    if isinstance(step, Ask):
        return (*(answer.value for answer in step.answers), NO_ANSWER)
    return CALL_OUTCOMES if step.kind == "call" else TASK_OUTCOMES


def _threads_must_exist(sequence: Whole) -> None:
    for plan in sequence.part.stages:
        for step in steps(plan):
            if isinstance(step, Message) and step.thread is not None:
                possible = _earlier_emails(sequence.part, plan, step)
                if step.thread not in possible:
                    what = f"email {step.id!r} continues {step.thread!r}, which is no earlier email"
                    raise invalid("SEQ013", what, sequence.place_of(step.id), _one_of(possible))


def _earlier_emails(sequence: compiled.Sequence, plan: StagePlan, email: Message) -> list[str]:
    """Emails a lead may have had: those written above in the stage, and all of the other stages."""
    above = takewhile(lambda step: step != email, steps(plan))
    others = chain.from_iterable(steps(other) for other in sequence.stages if other is not plan)
    return [step.id for step in (*above, *others) if step.kind == "email"]


def _gotos_must_exist(sequence: Whole) -> None:
    for found in sequence.walk():
        if isinstance(found.part, Goto) and plan_named(sequence.part, found.part.stage) is None:
            what = f"the sequence has no stage {str(found.part.stage)!r} to go to"
            names = [str(plan.name) for plan in sequence.part.stages]
            raise invalid("SEQ014", what, found.place, f"{_one_of(names)}, or add the stage")


def _response_must_not_wait(sequence: Whole) -> None:
    for plan in sequence.part.stages:
        for step in steps(plan) if plan.name == Stage.RESPONSE else ():
            if isinstance(step, HumanTask) and step.blocks and _above_one_day(step.give_up):
                what = f"{step.kind} {step.id!r} may hold the response stage for more than one working day"
                next = "write give_up=working(hours=4), or blocks=False"
                raise invalid("SEQ017", what, sequence.place_of(step.id), next)


def _above_one_day(give_up: Delay | None) -> bool:
    match give_up:
        case None | Quiet():
            return True
        case Elapsed():
            return give_up.minutes > HOURS_IN_DAY * MINUTES_IN_HOUR
        case Working():
            return give_up.minutes > HOURS_IN_WORKING_DAY * MINUTES_IN_HOUR
        case CalendarDays() | BusinessDays():
            return give_up.days > 1
        case _:
            assert_never(give_up)


def _must_not_spin(sequence: Whole) -> None:
    graph = {
        plan.name: [exit_.stage for exit_ in instant_exits(plan) if isinstance(exit_, Goto)]
        for plan in sequence.part.stages
    }
    way = cycle(graph)
    if way:
        what = f"a lead may go round without any time passing: {' → '.join(way)}"
        place = next(found.place for found in sequence.walk() if getattr(found.part, "name", None) == way[0])
        raise invalid("SEQ020", what, place, "give one of these exits a delay: goto(…, after=…)")


def _one_of(names: Sequence[str]) -> str:
    return f"write one of: {', '.join(names)}" if names else "leave it out: there is none"
