"""Declared fields as people type them: `heat=hot`, `seats=12`, `vip=yes`."""

from collections import abc
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.values import pairs

if TYPE_CHECKING:
    from adapters.database import Database
    from engine.life.circumstances import FieldValue
    from engine.sequence.fields import DeclaredField

    Value = str | float | bool

FieldOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A field of the company's own; may be repeated.")
]

FLAGS: Final = {"yes": True, "true": True, "no": False, "false": False}


def stated(database: "Database", texts: abc.Iterable[str]) -> "tuple[FieldValue, ...]":
    """
    The fields in these texts, as the published vocabulary declares them.

    Raises: typer.BadParameter for a field or a value that nobody declared.
    """
    from engine.life.circumstances import FieldValue

    said = pairs(texts)
    if not said:
        return ()
    declared = _declared(database)
    return tuple(FieldValue(name=name, value=_read(declared, name, text)) for name, text in said.items())


def _declared(database: "Database") -> "tuple[DeclaredField, ...]":
    from adapters.catalogue import published

    with database.reading() as transaction:
        return published(transaction).fields


def _read(declared: "tuple[DeclaredField, ...]", name: str, text: str) -> "Value":
    from adapters.catalogue import takes

    if not declared:
        return text  # nothing is published yet, so nobody can say what is meant
    field = next((field for field in declared if field.name == name), None)
    if field is None:
        known = ", ".join(sorted(field.name for field in declared))
        raise typer.BadParameter(f"there is no field {name!r}; declared are {known}", param_hint="--field")
    value = _value(field, text)
    if value is None or not takes(field, value):
        raise typer.BadParameter(f"{name} cannot be {text!r}; {_expected(field)}", param_hint="--field")
    return value


def _value(field: "DeclaredField", text: str) -> "Value | None":
    match field.kind:
        case "number":
            return _number(text)
        case "flag":
            return FLAGS.get(text.lower())
        case _:
            return text


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) != float("inf") and found == found else None


def _expected(field: "DeclaredField") -> str:
    match field.kind:
        case "choice":
            return f"it is one of {', '.join(field.values)}"
        case "number":
            return "it is a number"
        case "flag":
            return "it is yes or no"
        case "date":
            return "it is a date, such as 2026-12-01"
