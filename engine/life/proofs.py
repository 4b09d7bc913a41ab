"""What people are asked about a touch: whether it went out, or what is to become of it."""

from collections.abc import Collection
from typing import Literal

from engine.life.keys import task_key, touch_key
from engine.life.progress import Enrolment, OwedTask, Progress
from engine.reasons import ReviewReason
from engine.words import TouchKey

ABOUT_A_TOUCH = frozenset(
    {ReviewReason.OUTCOME_UNPROVEN, ReviewReason.PROVIDER_REJECTED, ReviewReason.DELIVERY_FAILING}
)
"""Reviews that ask what is to become of a touch; a retry after them is a touch of its own."""


def asked(progress: Progress, kind: Literal["proof", "problem"], touch: TouchKey, why: str) -> Progress:
    """A person owes an answer about the touch, once; nobody is asked about a lead that is gone."""
    key = task_key(progress.lead_id, kind, touch)
    known = {*(owed.key for owed in progress.owed), *(state.task.task_key for state in progress.tasks)}
    if progress.gone or key in known:
        return progress
    owed = OwedTask(kind=kind, key=key, touch_key=touch, why=why)
    return progress.model_copy(update={"owed": (*progress.owed, owed)})


def nothing_to_ask(progress: Progress, touches: Collection[TouchKey]) -> Progress:
    """Evidence, or a person's decision, came before the answers about these touches."""
    return progress.model_copy(
        update={
            "owed": tuple(owed for owed in progress.owed if owed.touch_key not in touches),
            "tasks": tuple(
                state.model_copy(update={"moot": True}) if state.task.touch_key in touches else state
                for state in progress.tasks
            ),
            "open_touches": tuple(
                touch for touch in progress.open_touches if not (touch.lost and touch.touch_key in touches)
            ),
        }
    )


def without_doubt(progress: Progress) -> Progress:
    """The lead unparked, if it was parked for what became of a touch."""
    if progress.review is None or progress.review.because not in ABOUT_A_TOUCH:
        return progress
    return progress.model_copy(update={"review": None})


def tries(progress: Progress, enrolment: Enrolment) -> tuple[TouchKey, ...]:
    """The touches of the step the enrolment stands at, the first try first."""
    cursor = enrolment.cursor
    if cursor.step is None:
        return ()
    return tuple(
        touch_key(progress.lead_id, enrolment.number, enrolment.stage_number, enrolment.visit, cursor.step, occurrence)
        for occurrence in range(cursor.occurrence + 1)
    )
