"""What people are asked: tasks that are owed, late, given up, or nobody's any more."""

from datetime import datetime
from typing import NamedTuple

from engine.life.course import numbered
from engine.life.keys import task_key
from engine.life.moments import answer_due, default_give_up, task_moment
from engine.life.moves import (
    CloseTask,
    Enroll,
    EscalateTask,
    Move,
    OpenTask,
    PostponeTask,
    ReassignTask,
    TaskEscalation,
)
from engine.life.progress import Enrolment, Progress, TaskState
from engine.life.sentences import SKIPS, STOPS, TASKS, say_event, say_when
from engine.reasons import HoldReason, SkipReason, StopReason
from engine.sequence.compiled import HumanTask
from engine.sequence.structure import step
from engine.sequence.wording import say_role, say_step


class Deadlines(NamedTuple):
    """When a task is due, when it is given up, and who is told before that."""

    due: datetime
    give_up_at: datetime
    escalations: tuple[TaskEscalation, ...]


def deadlines(progress: Progress, asked: HumanTask, opened: datetime) -> Deadlines:
    """The times of a task that a person can begin with at `opened`, in the working time of our people."""
    due = task_moment(progress, opened, asked.due)
    give_up_at = (
        default_give_up(progress, due) if asked.give_up is None else task_moment(progress, opened, asked.give_up)
    )
    rungs = (TaskEscalation(role=rung.role, at=task_moment(progress, opened, rung.after)) for rung in asked.escalate)
    return Deadlines(due, give_up_at, tuple(rungs))


def opening(progress: Progress, running: Enrolment, current: HumanTask, now: datetime) -> OpenTask:
    """The move that asks a person for what the step says."""
    times = deadlines(progress, current, now)
    due = say_when(times.due, progress.circumstances.zone)
    return OpenTask(
        task_key=task_key(
            progress.lead_id, running.number, running.stage_number, running.visit, current.id, running.cursor.occurrence
        ),
        task_kind=current.kind,
        enrolment=running.number,
        plan=running.stage_number,
        visit=running.visit,
        step=current.id,
        version=running.plan.version,
        template=current.template,
        to=current.to,
        due=times.due,
        give_up_at=times.give_up_at,
        escalations=times.escalations,
        blocks=current.blocks,
        proposes=current.proposes,
        why=f"{say_step(current)}, due {due}",
    )


def orphaned_task(progress: Progress, now: datetime) -> Move | None:
    """A task of a lead, an enrolment or a stage that is over is nobody's any more."""
    for state in progress.tasks:
        if _orphaned(progress, state):
            because = _because(progress, state)
            why = f"{task_name(state)} is no longer needed"
            why += f": {STOPS[because]}" if because is not None else ""
            return CloseTask(task_key=state.task.task_key, ended="cancelled", because=because, why=why)
    return None


def _because(progress: Progress, state: TaskState) -> StopReason | None:
    ends = [past for past in progress.past if progress.gone or past.number == state.task.enrolment]
    if ends:
        return max(ends, key=lambda past: past.ended_at).because
    return StopReason.STAGE_CHANGED if numbered(progress, state.task.enrolment) is not None else None


def _orphaned(progress: Progress, state: TaskState) -> bool:
    task = state.task
    if progress.gone or state.moot:
        return True
    if task.enrolment is None or any(enrolment.number == task.enrolment for enrolment in progress.interrupted):
        return False
    running = progress.enrolment
    if running is None or running.number != task.enrolment:
        return True
    at_same_place = (running.stage_number, running.visit) == (task.plan, task.visit)
    # A blocking task whose step was skipped or jumped over is over too.
    return not at_same_place or (task.blocks and running.cursor.task != task.task_key)


def owed_task(progress: Progress, now: datetime) -> Move | None:
    """What people owe the lead whatever runs: an answer, a proof."""
    if not progress.owed:
        return None
    owed = progress.owed[0]
    return OpenTask(
        task_key=owed.key,
        task_kind=owed.kind,
        enrolment=None,
        to=owed.to,
        due=owed.due or answer_due(progress, now),
        touch_key=owed.touch_key,
        why=f"{say_role(owed.to)} is asked for {TASKS[owed.kind]}: {owed.why}",
    )


def wished(progress: Progress, now: datetime) -> Move | None:
    """Something wants a sequence to start, and does not wait for a place in it."""
    wish = next((wish for wish in progress.wishes if wish.not_before is None or wish.not_before <= now), None)
    if wish is None:
        return None
    if wish.event is not None:
        return Enroll(wish=wish, why=f"does a sequence start, because {say_event(wish.event)}?")
    if wish.sequence is None:
        return Enroll(wish=wish, why="does a sequence start, because fields of the lead have changed?")
    return Enroll(wish=wish, why=f"does {wish.sequence} start?")


def call_of_absent_lead(progress: Progress, now: datetime) -> Move | None:
    """Whoever is out of office is called when back: an open call is asked for anew from then."""
    back = max((hold.until for hold in progress.not_before if hold.because is HoldReason.OUT_OF_OFFICE), default=now)
    if back <= now:
        return None
    for state in progress.tasks:
        call = _call(progress, state.task)
        if call is not None and min(state.task.due, *(rung.at for rung in state.task.escalations), back) < back:
            return _postponed(progress, state, deadlines(progress, call, back))
    return None


def _call(progress: Progress, task: OpenTask) -> HumanTask | None:
    """The step that asks for the call; None for a task that is no call of a step."""
    enrolment = numbered(progress, task.enrolment)
    if task.task_kind != "call" or enrolment is None or task.step is None:
        return None
    found = step(enrolment.plan.sequence, task.step)
    return found if isinstance(found, HumanTask) else None


def _postponed(progress: Progress, state: TaskState, times: Deadlines) -> PostponeTask:
    due = say_when(times.due, progress.circumstances.zone)
    return PostponeTask(
        task_key=state.task.task_key,
        due=times.due,
        give_up_at=times.give_up_at,
        escalations=times.escalations,
        why=f"call {state.task.step} for {say_role(state.task.to)} once the lead is back, due {due}",
    )


def given_up_task(progress: Progress, now: datetime) -> Move | None:
    """Nobody did the task in time."""
    for state in progress.tasks:
        if state.task.give_up_at is not None and state.task.give_up_at <= now:
            asked_for_words = state.task.task_kind == "approval"
            because = SkipReason.NOT_APPROVED if asked_for_words else SkipReason.AUTO_SKIPPED
            why = f"{task_name(state)} is given up: {SKIPS[because]}"
            return CloseTask(task_key=state.task.task_key, ended="given_up", because=because, why=why)
    return None


def escalated_task(progress: Progress, now: datetime) -> Move | None:
    """A task is open for so long that one more person is told."""
    for state in progress.tasks:
        for escalation in state.task.escalations:
            if escalation.at <= now and escalation.role not in state.told:
                why = f"{say_role(escalation.role)} is told: {task_name(state)} is still open"
                return EscalateTask(task_key=state.task.task_key, role=escalation.role, why=why)
    return None


def task_of_new_owner(progress: Progress, now: datetime) -> Move | None:
    """Open tasks of the owner go to the new one."""
    owner = progress.circumstances.owner
    if owner is None:
        return None
    for state in progress.tasks:
        if state.task.to == "owner" and state.owner != owner:
            why = f"the new owner takes {task_name(state)}"
            return ReassignTask(task_key=state.task.task_key, owner=owner, why=why)
    return None


def task_name(state: TaskState) -> str:
    """The task as people speak of it: a step of the sequence by its name."""
    return name_of(state.task)


def name_of(task: OpenTask) -> str:
    """What is asked for, as people speak of it."""
    if task.step is None:
        return TASKS[task.task_kind]
    return f"approval of {task.step}" if task.task_kind == "approval" else f"{task.task_kind} {task.step}"
