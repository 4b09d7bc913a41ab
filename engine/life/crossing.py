"""
An enrolment taken from one structure of its sequence into another.

A lead keeps its place: the stage of the same name, and there the step of the same name, or of the one it was renamed
to. What it waits for is counted anew, from when the step before it ended. What was done in this visit comes no second
time, wherever the new structure has it.
"""

from collections.abc import Iterator, Mapping
from itertools import count, dropwhile, islice
from typing import NamedTuple

from engine.life.course import backs_off
from engine.life.passing import SKIPPED
from engine.life.progress import Cursor, Enrolment, Fired, LeftStage, Outcome, PendingExit
from engine.life.wishes import Plan
from engine.sequence.compiled import Ask, Branch, Exit, Goto, HumanTask, Reaction, Sequence, StagePlan, Step
from engine.sequence.outcomes import NO_ANSWER
from engine.sequence.structure import OTHERWISE, arm_exit, exit_behind, steps


def crossed(enrolment: Enrolment, plan: Plan, names: Mapping[str, str]) -> Enrolment | None:
    """The enrolment on this version; None where that has no place for it. `names` has the new name of renamed steps."""
    return _Crossing(enrolment, plan.sequence, names).arrived(plan)


class _Spot(NamedTuple):
    """Where in one visit of a stage a lead is, and what will not come again there."""

    stage: StagePlan
    visit: int
    cursor: Cursor
    done: tuple[str, ...]


class _Crossing:
    """One enrolment between what it is in and what it goes to."""

    def __init__(self, enrolment: Enrolment, new: Sequence, names: Mapping[str, str]) -> None:
        self._enrolment = enrolment
        self._old = enrolment.plan.sequence
        self._new = new
        self._names = names

    def arrived(self, plan: Plan) -> Enrolment | None:
        """The enrolment as it goes on."""
        was = self._enrolment
        here = self._spot(_Spot(was.stage_plan, was.visit, was.cursor, was.done))
        if here is None or not self._leads_on(was.exit):
            return None
        return was.model_copy(
            update={
                "plan": plan,
                "at_plan": self._new.stages.index(here.stage),
                "cursor": here.cursor,
                "done": here.done,
                "exit": self._renamed_exit(),
                "left": self._left(),
                "fired": tuple(self._fired()),
                "outcomes": tuple(done.model_copy(update={"step": self._name(done.step)}) for done in was.outcomes),
                "numbers": self._numbers(),
            }
        )

    # --- the place

    def _spot(self, was: _Spot) -> _Spot | None:
        stage = self._stage(was.stage)
        cursor = None if stage is None else self._cursor(was, stage)
        if stage is None or cursor is None:
            return None
        return _Spot(stage, was.visit, cursor, tuple(self._done(was, stage, cursor)))

    def _cursor(self, was: _Spot, stage: StagePlan) -> Cursor | None:
        cursor = was.cursor
        if cursor.step is None:
            return self._at_the_end(was, stage)
        before = _step(was.stage, cursor.step)
        after = _step(stage, self._name(cursor.step))
        if before is None or after is None or not _alike(before, after):
            return None
        changes: dict[str, object] = {"step": after.id}
        if after != before:  # what was found of the step as it was is found anew
            changes["guard_passed"] = False
            if not backs_off(cursor):
                changes["held"] = None
        if _timing(after) != _timing(before):  # that its new moment may be over by now is no lateness
            changes["moved"] = True
        return cursor.model_copy(update=changes)

    def _at_the_end(self, was: _Spot, stage: StagePlan) -> Cursor | None:
        """The cursor of a lead that has no step left: the way out is that of the same arm, or of the same question."""
        cursor = was.cursor
        if cursor.exit is None:
            return cursor
        ended = tuple(self._ended_in(was))  # in the order in which they did
        there = self._way_out(was, stage, ended[-1]) if ended else None
        return None if there is None else cursor.model_copy(update={"exit": there})

    def _way_out(self, was: _Spot, stage: StagePlan, last: Outcome) -> Exit | None:
        """Where the new stage lets out whoever had this as its last; None where that is not how the old one did."""
        before, after = _step(was.stage, last.step), _step(stage, self._name(last.step))
        match before, after:
            case Ask(), Ask() if last.outcome == NO_ANSWER:
                return after.no_answer
            case Branch(), Branch():
                number = _same_arm(before, after, int(last.outcome))
                return None if number is None else arm_exit(after, number) or exit_behind(stage, after.id)
            case _, None:
                return None
            case _:
                return exit_behind(stage, self._name(last.step))

    def _ended_in(self, was: _Spot) -> Iterator[Outcome]:
        """How the steps of this visit ended, those left out as well."""
        theirs = {step.id for step in steps(was.stage)}
        return (one for one in self._enrolment.outcomes if one.step in theirs and one.visit == was.visit)

    def _done(self, was: _Spot, stage: StagePlan, cursor: Cursor) -> Iterator[str]:
        """The steps that are over in this visit, and would come once more: the new stage has them after the cursor."""
        over = {*was.done, *(one.step for one in self._ended_in(was) if not one.outcome.startswith(SKIPPED))}
        names = {self._name(step) for step in over}
        to_come = dropwhile(lambda step: step.id != cursor.step, steps(stage))
        yield from (step.id for step in islice(to_come, 1, None) if step.id in names and not isinstance(step, Branch))

    # --- the ways out

    def _leads_on(self, pending: PendingExit | None) -> bool:
        """Whether the exit that is decided leads somewhere in the new structure."""
        if pending is None:
            return True
        step = pending.step
        return self._is_there(pending.exit) and (step is None or self._name(step) in _steps(self._new))

    def _is_there(self, exit_: Exit | None) -> bool:
        return not isinstance(exit_, Goto) or any(stage.name == exit_.stage for stage in self._new.stages)

    def _renamed_exit(self) -> PendingExit | None:
        pending = self._enrolment.exit
        if pending is None or pending.step is None:
            return pending
        return pending.model_copy(update={"step": self._name(pending.step)})

    # --- what is remembered

    def _left(self) -> LeftStage | None:
        """The stage just left, if whoever returns to it can go on there."""
        left = self._enrolment.left
        stage = None if left is None else next(self._numbered(left.plan), None)
        if left is None or stage is None:
            return None
        there = self._spot(_Spot(stage, left.visit, left.cursor, left.done))
        return None if there is None else left.model_copy(update={"cursor": there.cursor, "done": there.done})

    def _numbered(self, number: int) -> Iterator[StagePlan]:
        """The old stage plan of that number."""
        return (stage for n, stage in enumerate(self._old.stages) if self._enrolment.number_of(n) == number)

    def _fired(self) -> Iterator[Fired]:
        """The reactions to dates that have fired, where the new structure has them."""
        for mark in self._enrolment.fired:
            reaction = self._reaction(mark)
            if reaction is not None:
                yield mark.model_copy(update={"reaction": reaction})

    def _reaction(self, mark: Fired) -> int | None:
        if mark.where == "sequence":
            return _place_of(self._old.when[mark.reaction], self._new.when)
        was = next(self._numbered(mark.plan), None)
        stage = None if was is None else self._stage(was)
        return None if was is None or stage is None else _place_of(was.when[mark.reaction], stage.when)

    def _numbers(self) -> tuple[int, ...]:
        """A stage keeps its number, wherever it stands now; new ones get numbers that none ever had."""
        was = self._enrolment
        old = {stage.name: was.number_of(place) for place, stage in enumerate(self._old.stages)}
        unused = count(1 + max((*old.values(), *(visits.plan for visits in was.visits))))
        numbers = tuple(old[stage.name] if stage.name in old else next(unused) for stage in self._new.stages)
        return () if numbers == (*range(len(numbers)),) else numbers

    def _stage(self, was: StagePlan) -> StagePlan | None:
        return next((stage for stage in self._new.stages if stage.name == was.name), None)

    def _name(self, step: str) -> str:
        return self._names.get(step, step)


def _steps(sequence: Sequence) -> frozenset[str]:
    return frozenset(step.id for stage in sequence.stages for step in steps(stage))


def _step(stage: StagePlan, name: str) -> Step | None:
    return next((step for step in steps(stage) if step.id == name), None)


def _alike(one: Step, other: Step) -> bool:
    """Whether whoever stands at the one can stand at the other: what was asked of people stays what it is."""
    if isinstance(one, HumanTask) and isinstance(other, HumanTask):
        return one.kind == other.kind
    return type(one) is type(other)


def _same_arm(before: Branch, after: Branch, number: int) -> int | None:
    """The arm for the same leads as the one of this number; None when there is none."""
    if number == OTHERWISE:
        return OTHERWISE
    asked = before.cases[number].condition
    return next((n for n, case in enumerate(after.cases) if case.condition == asked), None)


def _timing(step: Step) -> tuple[object, ...]:
    return () if isinstance(step, Branch) else (step.after, step.at)


def _place_of(reaction: Reaction, among: tuple[Reaction, ...]) -> int | None:
    """Where a reaction to the same thing stands."""
    return next((n for n, other in enumerate(among) if other.trigger == reaction.trigger), None)
