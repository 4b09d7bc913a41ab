"""Human tasks: opened and closed by the look, done by people."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from adapters.database import AnyRow, Transaction, insert_once
from adapters.tables import tasks
from engine.frozen import Frozen
from engine.life.moves import CloseTask, EscalateTask, OpenTask, PostponeTask, ReassignTask
from engine.words import LeadId, TaskKey

OWNER = "owner"
"""The role of whoever is responsible for the lead."""

LEFT_OUT: Final = "left_out"
"""The state of a task that nobody was ever asked for; `because` says why."""


class Task(Frozen):
    """A task, as whoever must do it sees it."""

    task_key: TaskKey
    lead_id: LeadId
    kind: str
    step: str | None
    template: str | None
    version: str | None
    to_role: str
    owner: str | None
    due: datetime
    blocks: bool
    proposes: str | None
    touch_key: str | None
    why: str
    told: tuple[str, ...]
    subject: str | None
    """With the text, the words of a message to be released."""
    text: str | None
    edited: bool
    """Whether whoever released it changed them."""
    state: str
    disposition: str | None
    opened_at: datetime
    closed_at: datetime | None


def open_task(transaction: Transaction, lead: LeadId, owner: str | None, task: OpenTask, now: datetime) -> None:
    """Open a task; one that is there already stays as it is."""
    mine = owner if task.to == OWNER else None
    insert_once(transaction, tasks, **_written(lead, task, now), owner=mine, state="open")


def leave_out(transaction: Transaction, lead: LeadId, task: OpenTask, because: str, now: datetime) -> None:
    """Write that nobody is asked for it; a task that was opened stays as it is."""
    ended = {"state": LEFT_OUT, "because": because, "closed_at": now}
    insert_once(transaction, tasks, **_written(lead, task, now), **ended)


def _written(lead: LeadId, task: OpenTask, now: datetime) -> dict[str, object]:
    return {
        "task_key": task.task_key,
        "lead": lead,
        "kind": task.task_kind,
        "enrolment": task.enrolment,
        "visit": task.visit,
        "step": task.step,
        "version": task.version,
        "template": task.template,
        "to_role": task.to,
        "due": task.due,
        "give_up_at": task.give_up_at,
        "blocks": task.blocks,
        "proposes": task.proposes,
        "touch_key": task.touch_key,
        "why": task.why,
        "opened_at": now,
    }


def close(transaction: Transaction, closing: CloseTask, now: datetime) -> None:
    """Close an open task; one that is closed already stays as it is."""
    changes = {
        "state": closing.ended,
        "disposition": closing.disposition,
        "because": closing.because,
        "closed_at": now,
    }
    still_open = (tasks.c.task_key == closing.task_key) & (tasks.c.state == "open")
    transaction.execute(update(tasks).where(still_open).values(changes))


def done(transaction: Transaction, task_key: TaskKey, disposition: str | None, now: datetime) -> None:
    """A person did it; a task that is closed already stays as it is."""
    still_open = (tasks.c.task_key == task_key) & (tasks.c.state == "open")
    changes = {"state": "done", "disposition": disposition, "closed_at": now}
    transaction.execute(update(tasks).where(still_open).values(changes))


def escalate(transaction: Transaction, telling: EscalateTask) -> None:
    """Note who else was told."""
    row = _row(transaction, telling.task_key)
    if row is not None and telling.role not in row.told:
        told = [*row.told, telling.role]
        transaction.execute(update(tasks).where(tasks.c.task_key == telling.task_key).values(told=told))


def reassign(transaction: Transaction, moving: ReassignTask) -> None:
    """Give a task to somebody else."""
    transaction.execute(update(tasks).where(tasks.c.task_key == moving.task_key).values(owner=moving.owner))


def postpone(transaction: Transaction, later: PostponeTask) -> None:
    """Give an open task its new times, and say why."""
    still_open = (tasks.c.task_key == later.task_key) & (tasks.c.state == "open")
    changes = {"due": later.due, "give_up_at": later.give_up_at, "why": later.why}
    transaction.execute(update(tasks).where(still_open).values(changes))


def read(transaction: Transaction, task_key: TaskKey) -> Task | None:
    """The task with this key."""
    row = _row(transaction, task_key)
    return None if row is None else _task(row)


def open_tasks(
    transaction: Transaction, *, lead: LeadId | None = None, owner: str | None = None, limit: int = 200
) -> tuple[Task, ...]:
    """What people have to do, the most urgent first: of one lead, of one person, or of everybody."""
    wanted = tasks.c.state == "open"
    if lead is not None:
        wanted &= tasks.c.lead == lead
    if owner is not None:
        wanted &= tasks.c.owner == owner
    rows = transaction.execute(select(tasks).where(wanted).order_by(tasks.c.due, tasks.c.task_key).limit(limit))
    return tuple(_task(row) for row in rows)


def _row(transaction: Transaction, task_key: TaskKey) -> AnyRow | None:
    return transaction.execute(select(tasks).where(tasks.c.task_key == task_key)).first()


def _task(row: AnyRow) -> Task:
    return Task(
        task_key=TaskKey(row.task_key),
        lead_id=LeadId(row.lead),
        kind=row.kind,
        step=row.step,
        template=row.template,
        version=row.version,
        to_role=row.to_role,
        owner=row.owner,
        due=row.due,
        blocks=row.blocks,
        proposes=row.proposes,
        touch_key=row.touch_key,
        why=row.why,
        told=tuple(row.told),
        subject=row.subject,
        text=row.text,
        edited=row.edited,
        state=row.state,
        disposition=row.disposition,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
