"""What verbs work with: the records alone for those that only read, the whole office for those that ring somebody."""

from collections import abc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from adapters.database import Transaction
    from adapters.leads import People
    from adapters.settings import Settings
    from api.office import Office


class Records(NamedTuple):
    """The records, to be read."""

    transaction: "Transaction"
    people: "People"
    settings: "Settings"


@contextmanager
def open_records() -> abc.Iterator[Records]:
    """A transaction that only reads; Temporal's client, which is slow to load, stays out of it."""
    from adapters.database import Database
    from adapters.leads import People

    settings = _settings()
    database = Database(settings.database_url.get_secret_value())
    try:
        with database.reading() as transaction:
            yield Records(transaction, People(settings.address_key, settings.org_country), settings)
    finally:
        database.close()


@contextmanager
def open_office(*, writes: bool = False) -> abc.Iterator["Office"]:
    """
    Records and Temporal, each opened when it is needed.

    Raises: FollowupError DBS002 for who `writes` into a database of another shape than this release needs.
    """
    from api.office import Office

    with Office(_settings()) as office:
        if writes:
            from adapters import schema

            schema.require_current(office.database)
        yield office


def _settings() -> "Settings":
    from adapters.settings import read_settings
    from cli import logs

    settings = read_settings()
    logs.configure(settings.log_format, "warning")
    return settings
