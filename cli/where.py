"""`--where`: leads that are chosen by what is known of them."""

import re
from collections import abc
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.database import Transaction
    from adapters.views.choosing import Filter

CONDITION: Final = re.compile(r"([a-z][a-z0-9_]*)(!=|>=|<=|=)(.*)", re.DOTALL)

WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE", help="A field, stage, state, sequence, owner, …; also != >= <=. All must be so."
    ),
]


def filters(transaction: "Transaction", where: abc.Sequence[str]) -> "list[Filter]":
    """What must be so. Raises: typer.BadParameter for what can never be so."""
    from adapters.catalogue import published

    fields = {field.name: field.kind for field in published(transaction).fields}
    return [_filter(text, fields) for text in where]


def _filter(text: str, fields: abc.Mapping[str, str]) -> "Filter":
    """Raises: typer.BadParameter for what can never be so."""
    from adapters.views.choosing import COLUMNS, Filter, Sign
    from adapters.views.leads import states_of

    found = CONDITION.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no condition; write heat=cold or budget>=5000", param_hint="--where")
    name, sign, value = found.groups()
    known = ("state", *COLUMNS, *fields)
    if name not in known:
        raise typer.BadParameter(f"there is no {name!r}; there are {', '.join(known)}", param_hint="--where")
    if name == "state" and not states_of(value):
        raise typer.BadParameter(f"there is no state {value!r}", param_hint="--where")
    if fields.get(name) == "number" and not _is_number(value):
        raise typer.BadParameter(f"{name} is a number, and {value!r} is none", param_hint="--where")
    return Filter(name, Sign(sign), value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
