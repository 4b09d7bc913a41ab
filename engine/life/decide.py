"""
`decide(progress, now)`: what should happen now, or until when to wait, and why. Pure and total.

The questions at the foot are asked in order; the first that has an answer decides. So the table reads as the engine's
rule of precedence: an end that is decided comes before a task that is owed, a task before a Review, a Review before a
step.
"""

from collections.abc import Callable
from datetime import datetime

from engine.life.deciding.dates import moment_reaction
from engine.life.deciding.exits import exit_due, exit_waiting, touched_enough
from engine.life.deciding.rest import at_rest, clock_stands, in_review, paused
from engine.life.deciding.steps import nothing_to_do, the_step
from engine.life.deciding.tasks import (
    call_of_absent_lead,
    escalated_task,
    given_up_task,
    orphaned_task,
    owed_task,
    task_of_new_owner,
    wished,
)
from engine.life.deciding.unproven import reconciling, unproven_touch
from engine.life.deciding.wakes import not_overslept
from engine.life.moves import Move, Wait
from engine.life.progress import Progress
from engine.life.questions import answer_given

Question = Callable[[Progress, datetime], Move | None]


def decide(progress: Progress, now: datetime) -> Move:
    """The next move. A Wait is always in the future, and never beyond the policy's horizon."""
    move = next(move for question in QUESTIONS if (move := question(progress, now)) is not None)
    return not_overslept(progress, move, now) if isinstance(move, Wait) else move


QUESTIONS: tuple[Question, ...] = (
    answer_given,
    exit_due,
    orphaned_task,
    owed_task,
    wished,
    call_of_absent_lead,
    given_up_task,
    escalated_task,
    task_of_new_owner,
    unproven_touch,
    touched_enough,
    at_rest,
    in_review,
    paused,
    clock_stands,
    moment_reaction,
    reconciling,
    exit_waiting,
    the_step,
    nothing_to_do,
)
