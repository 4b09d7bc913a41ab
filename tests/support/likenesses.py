"""
Many leads out of a few: each is where its model is, has had what that has had, and has an address of its own.

    everybody = likenesses(office, models, 1000)
"""

from collections import abc
from itertools import cycle
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Table, insert, select

from adapters.database import Transaction
from adapters.tables import addresses, enrolments, leads, ledger, tasks
from api.office import Office
from engine.life.keys import touch_key
from engine.words import LeadId

Row = dict[str, object]


def likenesses(office: Office, models: abc.Sequence[LeadId], count: int) -> list[LeadId]:
    """So many leads, the models first: each of the others is where its model is, and has had what that has had."""
    others = [LeadId(uuid4().hex) for _ in range(count - len(models))]
    with office.database.transaction() as transaction:
        rows = {model: [*_rows(transaction, model)] for model in models}
        copies: dict[Table, list[Row]] = {}
        for model, other in zip(cycle(models), others, strict=False):
            names = _names(model, other, rows[model])
            for table, row in rows[model]:
                copies.setdefault(table, []).append(_likeness(office, row, names, other))
        for table, some in copies.items():
            transaction.execute(insert(table), some)
    return [*models, *others]


def _rows(transaction: Transaction, model: LeadId) -> abc.Iterator[tuple[Table, Row]]:
    for table in (leads, addresses, enrolments, ledger, tasks):
        whose = table.c.id if table is leads else table.c.lead
        yield from ((table, dict(row)) for row in transaction.execute(select(table).where(whose == model)).mappings())


def _names(model: LeadId, other: LeadId, rows: abc.Iterable[tuple[Table, Row]]) -> dict[str, str]:
    """What the other's things are called, by the names of the model's."""
    names: dict[str, str] = {}
    for table, row in rows:
        if table is ledger:
            about = [row[name] for name in ("enrolment", "plan", "visit", "step", "occurrence")]
            names[str(row["touch_key"])] = touch_key(other, *about)
        if table is tasks:
            names[str(row["task_key"])] = str(uuid5(NAMESPACE_URL, f"{other}/{row['task_key']}"))
    return names | {model: other}


def _likeness(office: Office, row: Row, names: abc.Mapping[str, str], other: LeadId) -> Row:
    """The row as the other lead's, with an address of its own."""
    copied = {name: _renamed(value, names) for name, value in row.items()}
    if copied.get("kind") == "email" and "address_hash" in copied:
        address = f"{other}@example.com"
        copied |= {"address": address, "display": address, "address_hash": office.people.hash(address)}
    return copied


def _renamed(value: object, names: abc.Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value
    for before, after in names.items():
        value = value.replace(before, after)
    return value
