"""
A lead moves to another version of the sequence it is in, because a person wants it.

The version travels beside the command: what is published is the records' to know, and nothing here looks it up. A lead
keeps its stage and its step by their names, and what it waits for is counted anew from when the step before it ended.
Touches are named without a version, and what was done comes no second time, wherever the new version has it: so nothing
is sent again. Where the new version has no place for a lead, the lead stays where it is.
"""

from collections.abc import Mapping

from engine.frozen import Frozen
from engine.life.course import with_enrolment
from engine.life.crossing import crossed
from engine.life.events import Command
from engine.life.progress import Arm, Enrolment, Progress, TaskState
from engine.life.proofs import tries
from engine.life.wishes import Plan
from engine.reasons import IgnoreReason
from engine.words import TouchKey


class Migration(Frozen):
    """The command, and the version it names."""

    command: Command
    plan: Plan | None
    """None: nothing was ever published under that name."""

    @property
    def names(self) -> dict[str, str]:
        """What renamed steps are called in the version, by the names they have now."""
        return {rename.old: rename.new for rename in self.command.data.renames}


def unmigrated(progress: Progress, migration: Migration) -> IgnoreReason | None:
    """Why the lead stays where it is; None when it moves."""
    plan, wanted = migration.plan, migration.command.data.from_version
    if progress.gone:
        return IgnoreReason.LEAD_GONE
    if plan is None:
        return IgnoreReason.NO_SUCH_VERSION
    enrolment = enrolled(progress, plan.sequence.name)
    if enrolment is None:
        return IgnoreReason.NO_ENROLMENT
    if enrolment.plan.version == plan.version:
        return IgnoreReason.SAME_VERSION
    if wanted not in (None, enrolment.plan.version):
        return IgnoreReason.OTHER_VERSION
    if same_structure(enrolment.plan, plan):
        return None
    # Until it is known what became of a message, nobody can say which step the lead is at.
    if any(touch.enrolment == enrolment.number for touch in progress.open_touches):
        return IgnoreReason.MESSAGE_UNDER_WAY
    return None if crossed(enrolment, plan, migration.names) is not None else IgnoreReason.NO_COUNTERPART


def migrated(progress: Progress, migration: Migration) -> Progress:
    """The progress with its enrolment in this sequence on this version; unchanged where `unmigrated` has a reason."""
    plan, names = migration.plan, migration.names
    enrolment = None if plan is None else enrolled(progress, plan.sequence.name)
    if plan is None or enrolment is None:
        return progress
    if same_structure(enrolment.plan, plan):
        return with_enrolment(progress, enrolment.model_copy(update={"plan": plan}))
    there = crossed(enrolment, plan, names)
    if there is None:
        return progress
    touches = dict(zip(tries(progress, enrolment), tries(progress, there), strict=True))
    return with_enrolment(_renamed(progress, enrolment, names, touches), there)


def enrolled(progress: Progress, sequence: str) -> Enrolment | None:
    """The enrolment in the sequence of this name, running or interrupted; there is at most one."""
    return next((found for found in progress.every_enrolment if found.plan.sequence.name == sequence), None)


def same_structure(one: Plan, other: Plan) -> bool:
    """Whether the two differ in nothing but the words of their templates."""
    return one.sequence == other.sequence


def _renamed(
    progress: Progress, enrolment: Enrolment, names: Mapping[str, str], touches: Mapping[TouchKey, TouchKey]
) -> Progress:
    """The progress in which what is kept beside the enrolment knows its steps, and this one's touches, anew."""
    number, sequence = enrolment.number, enrolment.plan.sequence.name
    tasks = tuple(_task(state, names) if state.task.enrolment == number else state for state in progress.tasks)
    tasks = tuple(_about(state, touches) for state in tasks)
    arms = tuple(_arm(arm, names) if arm.sequence == sequence else arm for arm in progress.arms)
    return progress.model_copy(update={"tasks": tasks, "arms": arms})


def _task(state: TaskState, names: Mapping[str, str]) -> TaskState:
    step = state.task.step
    if step is None or step not in names:
        return state
    return state.model_copy(update={"task": state.task.model_copy(update={"step": names[step]})})


def _about(state: TaskState, touches: Mapping[TouchKey, TouchKey]) -> TaskState:
    """What a person is asked about a touch is found by its key."""
    key = state.task.touch_key
    if key is None or key not in touches:
        return state
    return state.model_copy(update={"task": state.task.model_copy(update={"touch_key": touches[key]})})


def _arm(arm: Arm, names: Mapping[str, str]) -> Arm:
    return arm.model_copy(update={"step": names.get(arm.step, arm.step)})
