"""A cell of a column that bears the name of a field the company has declared."""

from datetime import date, datetime

from adapters.lead_file.cells import Unreadable
from adapters.lead_file.consent import NO, YES
from engine.sequence.fields import DeclaredField

Value = str | float | bool


def read_own(text: str, field: DeclaredField) -> Value:
    """
    The value the engine's conditions will compare: a choice in its own spelling, a number, an ISO date, a yes or no.

    Raises: Unreadable, since a value no condition can meet would sit there in silence.
    """
    match field.kind:
        case "choice":
            return _choice(text, field.values)
        case "number":
            return _number(text)
        case "date":
            return _date(text)
        case "flag":
            return _flag(text)


def _choice(text: str, values: tuple[str, ...]) -> str:
    asked = text.casefold().replace(" ", "_").replace("-", "_")
    for value in values:
        if value.casefold().replace("-", "_") == asked:
            return value
    raise Unreadable(f"is none of {', '.join(values)}")


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Unreadable("is not a number such as 1250.5") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise Unreadable("is not a number such as 1250.5")
    return number


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise Unreadable("is not a date such as 2026-10-03") from None


def _flag(text: str) -> bool:
    said = text.casefold()
    if said not in YES | NO:
        raise Unreadable("is neither yes nor no")
    return said in YES
