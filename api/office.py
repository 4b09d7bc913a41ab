"""
What the ways in work with: settings, the database, the Inbox, and the doorbell once somebody has to be rung.

    with Office(settings) as office:
        ...
"""

from datetime import timedelta
from functools import cached_property
from types import TracebackType
from typing import Self

from temporalio.client import Client

from adapters.database import Database
from adapters.faults import Reached, armed
from adapters.inbox import Inbox
from adapters.leads import People
from adapters.settings import Settings
from api.doorbell import Doorbell
from api.temporal import connect


class Office:
    """
    One process's hold on the records and on Temporal; nothing is opened before it is needed.

    Whoever has a connection to Temporal already hands it in; without one, the environment says where Temporal is.
    """

    def __init__(self, settings: Settings, client: Client | None = None) -> None:
        self.settings = settings
        self._client = client
        self._doorbell: Doorbell | None = None

    @cached_property
    def database(self) -> Database:
        """The records."""
        settings = self.settings
        return Database(
            settings.database_url.get_secret_value(),
            pool=settings.database_pool,
            lock_seconds=settings.database_lock_seconds,
            idle_seconds=settings.database_idle_seconds,
        )

    @cached_property
    def reached(self) -> Reached:
        """The crash points this process is armed with; each counts once, whoever reaches it."""
        return armed(self.settings.faults)

    @cached_property
    def people(self) -> People:
        """Who leads are."""
        return People(self.settings.address_key, self.settings.org_country)

    @cached_property
    def inbox(self) -> Inbox:
        """Where everything is filed."""
        every = timedelta(milliseconds=self.settings.ring_milliseconds)
        return Inbox(self.database, self.people, ring_every=every, reached=self.reached)

    async def doorbell(self) -> Doorbell:
        """The doorbell, connected once. Raises: FollowupError TMP001 when Temporal does not answer."""
        if self._doorbell is None:
            self._doorbell = self.doorbell_of(self._client or await connect())
        return self._doorbell

    def doorbell_of(self, client: Client) -> Doorbell:
        """The doorbell of a connection that is there already."""
        return Doorbell(client, reached=self.reached)

    def close(self) -> None:
        """Give the database back."""
        if "database" in self.__dict__:
            self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
