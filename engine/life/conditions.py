"""Whether a condition holds for a lead right now."""

from datetime import datetime
from typing import assert_never

from engine.calendar.hours import is_open
from engine.life.moments import sequence_hours
from engine.life.progress import Enrolment, Progress
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Can,
    Condition,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Not,
    OpenNow,
    OutcomeIs,
    Sequence,
)


def holds(
    condition: Condition, progress: Progress, sequence: Sequence, enrolment: Enrolment | None, now: datetime
) -> bool:
    """Whether what that sequence asks is true; before the lead is enrolled in it, no step has an outcome."""
    match condition:
        case FieldIs():
            return progress.circumstances.field(condition.field) in condition.values
        case FieldKnown():
            return progress.circumstances.field(condition.field) is not None
        case FieldAtLeast():
            number = _number(progress, condition.field)
            return number is not None and number >= condition.n
        case FieldBelow():
            number = _number(progress, condition.field)
            return number is not None and number < condition.n
        case OutcomeIs():
            return enrolment is not None and enrolment.outcome_of(condition.step) in condition.outcomes
        case Can():
            return progress.circumstances.why_not(condition.channel) is None
        case OpenNow():
            return is_open(sequence_hours(progress, sequence), now)
        case AllOf():
            return all(holds(part, progress, sequence, enrolment, now) for part in condition.parts)
        case AnyOf():
            return any(holds(part, progress, sequence, enrolment, now) for part in condition.parts)
        case Not():
            return not holds(condition.part, progress, sequence, enrolment, now)
        case _:
            assert_never(condition)


def _number(progress: Progress, field: str) -> float | None:
    value = progress.circumstances.field(field)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
