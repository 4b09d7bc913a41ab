"""The people of ours who are responsible for leads."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update

from adapters.database import Transaction, insert_once
from adapters.tables import owners
from engine.frozen import Frozen
from engine.hearsay import SaidMoment

ONE: Final = select(owners).where(owners.c.id == bindparam("who"))


class Owner(Frozen):
    """A person of ours, by the id the CRM knows."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    zone: str | None = None
    hours: str | None = None
    """Working time as people write it: `Mon-Fri 09:00-18:00`."""
    absent_until: SaidMoment | None = None
    active: bool = True


def save(transaction: Transaction, owner: Owner) -> None:
    """Write the person, new or known."""
    values = owner.model_dump()
    if not insert_once(transaction, owners, **values):
        transaction.execute(update(owners).where(owners.c.id == owner.id).values(values))


def read(transaction: Transaction, owner_id: str) -> Owner | None:
    """The person with this id."""
    row = transaction.execute(ONE, {"who": owner_id}).first()
    return None if row is None else Owner.model_validate(row._asdict())


def everybody(transaction: Transaction) -> tuple[Owner, ...]:
    """All of them, by name."""
    rows = transaction.execute(select(owners).order_by(owners.c.name, owners.c.id))
    return tuple(Owner.model_validate(row._asdict()) for row in rows)


def away(transaction: Transaction, owner_id: str, until: datetime | None) -> None:
    """The person is absent until then; None: is back."""
    transaction.execute(update(owners).where(owners.c.id == owner_id).values(absent_until=until))
