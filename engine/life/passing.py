"""Steps that a lead has gone past without their being done: what comes to be known as left out."""

from typing import Final, NamedTuple

from engine.life.course import numbered
from engine.life.progress import Enrolment, Progress
from engine.sequence.compiled import Branch, HumanTask, Sendable
from engine.sequence.structure import step

SKIPPED: Final = "skipped."
"""How the outcome of a step begins that was left out; the reason follows."""

MOVED_ON: Final = "moved_on"
"""Why a message never left whose turn had come, and that was held until the lead was somewhere else."""

RENAMED: Final = "renamed"
"""Why a message never left that was held under this name: the lead was moved to where its step has another."""

COMES_AGAIN: Final = (MOVED_ON, RENAMED)
"""Reasons that hold no more once the lead stands before the step again, under the name it had."""


class Passed(NamedTuple):
    """A message, a question or a task that will not come any more."""

    step: Sendable | HumanTask
    because: str
    """A SkipReason; of a message that was held, the StopReason of what ended meanwhile, or MOVED_ON."""


def passed(before: Progress, after: Progress) -> Passed | None:
    """What the lead stood before, when it has gone past that since, and why; None when it was done, or still waits."""
    running = before.enrolment
    if running is None or running is after.enrolment or running.cursor.step is None:
        return None
    current = step(running.plan.sequence, running.cursor.step)
    found = numbered(after, running.number)
    if isinstance(current, Branch) or (found is not None and _stays(running, found)):
        return None
    outcome = None if found is None else _outcome(found, running)
    if outcome is not None:
        return Passed(current, outcome.removeprefix(SKIPPED)) if outcome.startswith(SKIPPED) else None
    return None if running.cursor.held is None else Passed(current, _ended(after, running) or MOVED_ON)


def _stays(running: Enrolment, found: Enrolment) -> bool:
    """Whether it stands where it stood; in another version the place may have another name."""
    return _place(found) == _place(running) or found.plan.version != running.plan.version


def _place(enrolment: Enrolment) -> tuple[int, int, str | None, int]:
    return enrolment.stage_number, enrolment.visit, enrolment.cursor.step, enrolment.cursor.occurrence


def _ended(after: Progress, running: Enrolment) -> str | None:
    return next((past.because for past in after.past if past.number == running.number), None)


def _outcome(found: Enrolment, before: Enrolment) -> str | None:
    """How the step ended that the enrolment stood before."""
    at = (before.visit, before.cursor.step, before.cursor.occurrence)
    ends = (done.outcome for done in reversed(found.outcomes) if (done.visit, done.step, done.occurrence) == at)
    return next(ends, None)
