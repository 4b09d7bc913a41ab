"""Leads that somebody chooses by what is known of them."""

from collections import abc
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import select

from adapters.database import AnyRow, Transaction
from adapters.tables import leads
from engine.words import LeadId

AT_ONCE: Final = 500
"""Rows fetched together while a long list is streamed."""

COLUMNS: Final = ("stage", "sequence", "owner", "account", "language", "country", "region", "pipeline_stage")
"""What can be asked for beside the declared fields and `state`."""


class Sign(StrEnum):
    """How a value is compared."""

    IS = "="
    IS_NOT = "!="
    AT_LEAST = ">="
    AT_MOST = "<="


class Filter(NamedTuple):
    """One thing that must be so."""

    name: str
    """A declared field, a column, or `state`."""
    sign: Sign
    value: str


def chosen(transaction: Transaction, filters: abc.Sequence[Filter]) -> abc.Iterator[LeadId]:
    """Every lead of which all of this is known to be so, open or not, by its id; read as it is asked for."""
    told = [leads.c[name] for name in ("id", "lead_state", "fields", *COLUMNS)]
    rows = transaction.execute(select(*told).order_by(leads.c.id).execution_options(yield_per=AT_ONCE))
    for row in rows:
        if all(_is_so(row, wanted) for wanted in filters):
            yield LeadId(row.id)


def _is_so(row: AnyRow, wanted: Filter) -> bool:
    known = _known(row, wanted.name)
    if known is None:
        return False
    match wanted.sign:
        case Sign.IS:
            return _same(known, wanted)
        case Sign.IS_NOT:
            return not _same(known, wanted)
        case Sign.AT_LEAST:
            return _compared(known, wanted.value) >= 0
        case Sign.AT_MOST:
            return _compared(known, wanted.value) <= 0


def _known(row: AnyRow, name: str) -> str | float | bool | None:
    if name == "state":
        state: str = row.lead_state
        return state
    said: str | float | bool | None = getattr(row, name) if name in COLUMNS else row.fields.get(name)
    return said


def _same(known: str | float | bool, wanted: Filter) -> bool:
    if wanted.name == "state" and "." not in wanted.value:
        return str(known).partition(".")[0] == wanted.value
    if isinstance(known, bool):
        return str(known).lower() == wanted.value.lower()
    return _compared(known, wanted.value) == 0


def _compared(known: str | float | bool, value: str) -> int:
    """Below, equal or above; numbers as numbers, and everything else, dates too, as text."""
    if isinstance(known, int | float) and not isinstance(known, bool):
        other = float(value)
        return (known > other) - (known < other)
    return (str(known) > value) - (str(known) < value)
