"""The bell while Temporal is away: what was handed in is kept already, and nobody waits long for a ring."""

import socket
from collections import abc
from datetime import timedelta

import pytest
from temporalio.client import Client

from api.doorbell import Doorbell
from engine.words import LeadId
from workflows.plugin import LeadPlugin


@pytest.fixture
def address() -> abc.Iterator[str]:
    """Where somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


async def test_a_ring_nobody_answers_is_given_up_and_comes_later(address):
    """A provider that hands in a webhook gives up after seconds, and would send all of it again."""
    client = await Client.connect(address, lazy=True, plugins=[LeadPlugin()])
    doorbell = Doorbell(client, within=timedelta(milliseconds=200))
    assert not await doorbell.ring(LeadId("rosa"))
