"""The connection to Temporal, by Temporal's own environment variables and profiles, and nothing home-made."""

import os

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from engine.errors import FollowupError
from workflows.names import SEARCH_ATTRIBUTES
from workflows.plugin import LeadPlugin

DEFAULT_ADDRESS = "localhost:7233"

ABOUT = {
    "Profile": "TEMPORAL_PROFILE",
    "Configuration loading": "TEMPORAL_CONFIG_FILE",
    "target URL": "TEMPORAL_ADDRESS",
}
"""Words in an error of the SDK's, and the setting it is about."""


FORBIDDEN = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED})
"""Where asking is not permitted, nothing is proved either way."""


async def connect(plugin: LeadPlugin | None = None) -> Client:
    """
    A client that speaks as every other part of us does.

    Raises: FollowupError TMP001 when the server cannot be reached, TMP003 when a setting of Temporal's cannot be used.
    """
    config = connect_config()
    config.setdefault("target_host", DEFAULT_ADDRESS)
    try:
        return await Client.connect(**config, plugins=[plugin or LeadPlugin()])
    except (RPCError, RuntimeError) as error:
        raise unreachable(config["target_host"], error) from error
    except (OSError, ValueError) as error:
        raise _unusable(error) from error


def connect_config() -> ClientConnectConfig:
    """What Temporal's variables and profiles say. Raises: FollowupError TMP003."""
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:  # what is wrong with the file is a RuntimeError of the SDK's
        raise _unusable(error) from error


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


def troubled(client: Client, error: RPCError) -> FollowupError:
    """The error for a server that was there and does not answer what it is asked: TMP001, TMP004 or TMP005."""
    address = client.service_client.config.target_host
    if lacks_namespace(error):
        return no_namespace(client.namespace)
    if error.status not in FORBIDDEN:
        return unreachable(address, error)
    return FollowupError(
        code="TMP005",
        what="Temporal does not let us ask",
        where=address,
        why=f"it answers {error.status.name.lower()}",
        next="give these credentials the right to list and describe workflows",
    )


def _unusable(error: Exception) -> FollowupError:
    return FollowupError(
        code="TMP003",
        what="the settings for the connection to Temporal cannot be used",
        where=_culprit(str(error)),
        why=str(error).partition("\n")[0][:300],
        next="mend or unset it; `followup temporal config list` shows the profiles there are",
    )


def _culprit(said: str) -> str:
    """The setting that an error of the SDK's is about; it names none itself."""
    for words, name in ABOUT.items():
        if words in said:
            return name
    return ", ".join(sorted(name for name in os.environ if name.startswith("TEMPORAL_TLS"))) or "the profile"


def lacks_namespace(error: RPCError) -> bool:
    """Whether what was not found is the whole namespace, and not one thing in it."""
    return any(detail.Is(NamespaceNotFoundFailure.DESCRIPTOR) for detail in error.grpc_status.details)


def no_namespace(namespace: str) -> FollowupError:
    """The error for a namespace that is not there."""
    return FollowupError(
        code="TMP004",
        what=f"Temporal has no namespace {namespace}",
        where="TEMPORAL_NAMESPACE",
        why="so nothing can be said of any lead's workflow",
        next=f"correct the name, or `followup temporal operator namespace create -n {namespace}`",
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
            next=f"followup temporal operator search-attribute create {flags}",
        )
