"""The answer that a person of ours owes the lead: one task, however many messages the lead wrote meanwhile."""

from datetime import datetime

from engine.life.course import with_enrolment
from engine.life.keys import task_key
from engine.life.progress import OwedTask, Progress


def owing(progress: Progress, number: int, why: str, to: str = "owner", due: datetime | None = None) -> Progress:
    """The answer is owed, unless that person owes one already; `number` is the Inbox row that asks for it."""
    if to in _asked(progress):
        return progress
    owed = OwedTask(kind="answer", key=task_key(progress.lead_id, "answer", number), to=to, due=due, why=why)
    return progress.model_copy(update={"owed": (*progress.owed, owed)})


def awaited(progress: Progress) -> bool:
    """Whether the lead waits for an answer."""
    return bool(_asked(progress))


def given(progress: Progress, at: datetime) -> Progress:
    """The lead has an answer; after the last one, a sequence that carries on goes on."""
    progress = progress.model_copy(update={"last_human_at": max(at, progress.last_human_at or at)})
    if awaited(progress):
        return progress
    for enrolment in progress.every_enrolment:
        progress = with_enrolment(progress, enrolment.model_copy(update={"answer_open": False}))
    return progress


def _asked(progress: Progress) -> set[str]:
    owed = {owed.to for owed in progress.owed if owed.kind == "answer"}
    return owed | {state.task.to for state in progress.tasks if state.task.task_kind == "answer"}
