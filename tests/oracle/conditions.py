"""What the second interpreter makes of a condition."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from tests.oracle.calendar import Hours, Plain


class Facts(NamedTuple):
    """What conditions may ask about."""

    now: datetime
    fields: Mapping[str, Plain]
    outcomes: Mapping[str, str]
    """How calls, tasks and branches of this enrolment ended, by step."""
    can: Callable[[str], bool]
    """Whether we can and may reach the lead on a channel."""
    hours: Hours | None
    """Those of the sequence."""


def holds(condition: Plain, facts: Facts) -> bool:
    """Whether the condition is true now."""
    match condition["kind"]:
        case "all_of":
            return all(holds(part, facts) for part in condition["parts"])
        case "any_of":
            return any(holds(part, facts) for part in condition["parts"])
        case "not":
            return not holds(condition["part"], facts)
        case "can":
            return facts.can(condition["channel"])
        case "open_now":
            return facts.hours is not None and facts.hours.is_open(facts.now)
        case "outcome_is":
            return facts.outcomes.get(condition["step"]) in condition["outcomes"]
        case _:
            return _of_a_field(condition, facts)


def _of_a_field(condition: Plain, facts: Facts) -> bool:
    value = facts.fields.get(condition["field"])
    match condition["kind"]:
        case "field_known":
            return value is not None
        case "field_is":
            return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in condition["values"])
        case "field_at_least":
            return _is_number(value) and value >= condition["n"]
        case "field_below":
            return _is_number(value) and value < condition["n"]
        case _:
            raise ValueError(f"no such condition: {condition}")


def _is_number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
