"""An office on a database of its own, with a company in it."""

from collections import abc

import pytest
from pydantic import SecretStr
from temporalio.client import Client

from adapters import schema
from adapters.settings import Settings
from api.doorbell import Doorbell
from api.office import Office
from cli.temporal_server import LocalServer
from tests.adapters.world import SETTINGS, Company
from tests.support.refusing import Refusing
from workflows.plugin import LeadPlugin


@pytest.fixture
def office(database_url: str) -> abc.Iterator[Office]:
    """An office, its database migrated."""
    settings: Settings = SETTINGS.model_copy(update={"database_url": SecretStr(database_url)})
    with Office(settings) as office:
        schema.upgrade(office.database)
        yield office


@pytest.fixture
def company(office: Office) -> Company:
    """The company whose office it is."""
    return Company(office.database, office.settings).opens()


@pytest.fixture
def refusing() -> Refusing:
    """What this test's Temporal refuses: nothing, until it is told to."""
    return Refusing()


@pytest.fixture
async def client(temporal_server: LocalServer, refusing: Refusing) -> Client:
    """A client of a real server; nobody works there, so a lead that was rung stays as it is."""
    return await Client.connect(temporal_server.address, plugins=[LeadPlugin()], interceptors=[refusing])


@pytest.fixture
def doorbell(client: Client) -> Doorbell:
    """The doorbell of that client."""
    return Doorbell(client)
