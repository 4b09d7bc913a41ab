"""Messages that a person releases: who is asked, and until when."""

from datetime import datetime

from engine.life.keys import task_key
from engine.life.moments import approval_due, default_give_up
from engine.life.moves import OpenTask
from engine.life.progress import Cursor, Enrolment, Progress
from engine.life.sentences import say_when
from engine.sequence.compiled import HumanTask, Message, Sendable
from engine.sequence.wording import say_role, say_step

BY = "owner"
"""Whoever answers for the lead answers for what it reads."""


def asks_first(cursor: Cursor, step: Sendable | HumanTask) -> bool:
    """Whether a person has yet to be asked, or to answer, before the message may leave."""
    return isinstance(step, Message) and step.approve and cursor.approval is None


def approval_of(progress: Progress, running: Enrolment, step: Message, now: datetime) -> OpenTask:
    """The task to release the message the cursor stands before: one for each touch, however often it is tried."""
    due = approval_due(progress, running, now)
    place = (running.number, running.stage_number, running.visit, step.id, running.cursor.occurrence)
    when = say_when(due, progress.circumstances.zone)
    return OpenTask(
        task_key=task_key(progress.lead_id, "approval", *place),
        task_kind="approval",
        enrolment=running.number,
        plan=running.stage_number,
        visit=running.visit,
        step=step.id,
        version=running.plan.version,
        to=BY,
        due=due,
        give_up_at=default_give_up(progress, due),
        blocks=True,
        why=f"{say_role(BY)} is asked to approve {say_step(step)}, due {when}",
    )
