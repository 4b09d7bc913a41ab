"""The office: whom it rings."""

import pytest
from pydantic import SecretStr
from temporalio.client import Client

from api.doorbell import Doorbell
from api.office import Office
from engine.words import LeadId
from tests.adapters.world import SETTINGS

ROSA = LeadId("rosa")


async def test_whoever_brings_a_connection_rings_there_and_not_where_the_environment_says(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers side by side are a benchmark's and a drill's daily bread."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings = SETTINGS.model_copy(update={"database_url": SecretStr("sqlite://")})
    with Office(settings, client) as office:
        assert await (await office.doorbell()).ring(ROSA)
    assert await Doorbell(client).runs(ROSA)
