"""The connection to Temporal, by Temporal's own environment variables and profiles, and nothing home-made."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from engine.errors import FollowupError
from workflows.names import SEARCH_ATTRIBUTES
from workflows.plugin import LeadPlugin

DEFAULT_ADDRESS = "localhost:7233"


async def connect(plugin: LeadPlugin | None = None) -> Client:
    """
    A client that speaks as every other part of us does.

    Raises: FollowupError TMP001 when the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", DEFAULT_ADDRESS)
    try:
        return await Client.connect(**config, plugins=[plugin or LeadPlugin()])
    except (RPCError, RuntimeError) as error:
        raise unreachable(config["target_host"], error) from error


async def connect_to(address: str, plugin: LeadPlugin | None = None) -> Client:
    """A client of the server at this address, whatever the environment says. Raises: FollowupError TMP001."""
    try:
        return await Client.connect(address, plugins=[plugin or LeadPlugin()])
    except (RPCError, RuntimeError) as error:
        raise unreachable(address, error) from error


def unreachable(address: str, error: Exception) -> FollowupError:
    """The error for a server that does not answer."""
    return FollowupError(
        code="TMP001",
        what="Temporal cannot be reached",
        where=address,
        why=str(error).splitlines()[0][:300],
        next="start it (`followup dev` runs one), or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE",
    )


async def require_search_attributes(client: Client) -> None:
    """
    Refuse to work where `LeadStage` and `LeadState` are not registered: every workflow task would fail.

    Raises: FollowupError TMP002.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = [
        key.name
        for key in SEARCH_ATTRIBUTES
        if listed.custom_attributes.get(key.name) != IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    ]
    if missing:
        flags = " ".join(f"--name {name} --type Keyword" for name in missing)
        raise FollowupError(
            code="TMP002",
            what=f"Temporal does not know {' and '.join(missing)}",
            where=f"namespace {client.namespace}",
            why="a lead's workflow sets these search attributes, and an unknown one makes every task of it fail",
            next=f"temporal operator search-attribute create {flags}",
        )
