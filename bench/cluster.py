"""
A Temporal server as production has it, over PostgreSQL and with history shards: no engine, nothing left behind.

    with Cluster(print) as cluster:
        client = await Client.connect(cluster.address)

Built from the pins of the dev server (tools/temporal) and kept in the same cache. Its PostgreSQL is a durable one and
holds our own databases as well.
"""

import asyncio
import json
import secrets
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli import child
from cli.temporal_build import Progress, build
from cli.temporal_server import LOOPBACK, PORTS, TIME_SKIPPING, port_is_free
from tests.support.postgres import Postgres
from workflows.names import SEARCH_ATTRIBUTES

SERVER = "go.temporal.io/server/cmd/server"
SQL = "go.temporal.io/server/cmd/tools/sql"
PLUGIN = "postgres12"
SCHEMAS = {"temporal": "temporal", "temporal_visibility": "visibility"}
"""Each of the server's databases, and the schema of it that the tool brings along."""

ROLES = ("frontend", "matching", "history", "worker")
SHARDS = 4
KEPT = timedelta(days=1)
READY_WITHIN = timedelta(seconds=60)
LOOK_EVERY = timedelta(milliseconds=200)


class Ports(NamedTuple):
    """Where one server listens, on the loopback address."""

    postgres: int
    http: int
    grpc: tuple[int, ...]
    membership: tuple[int, ...]


class Cluster:
    """One server of every role, gone when we are gone. It is for loopback: nobody is asked who they are."""

    def __init__(self, progress: Progress, *, time_skipping: bool = False) -> None:
        self._progress = progress
        self._dynamic = time_skipping_values() if time_skipping else {}
        self._cleanup = ExitStack()

    @property
    def address(self) -> str:
        """What `Client.connect` wants."""
        return f"{LOOPBACK}:{self._ports.grpc[0]}"

    @property
    def postgres_url(self) -> str:
        """The maintenance database of its PostgreSQL."""
        return self._postgres.url

    def __enter__(self) -> Self:
        server, tool = build(self._progress, SERVER), build(self._progress, SQL)
        with self._cleanup as undo_when_it_fails:
            self._ports = _ports()
            self._directory = Path(undo_when_it_fails.enter_context(tempfile.TemporaryDirectory(prefix="followup-")))
            self._postgres = undo_when_it_fails.enter_context(Postgres(durable=True, port=self._ports.postgres))
            self._make_schemas(tool)
            command = [str(server), "--config-file", str(self._config()), "--allow-no-auth", "start"]
            running = child.start(command, log=self._log, directory=self._directory)
            undo_when_it_fails.callback(child.end, running)
            asyncio.run(self._await_ready(running))
            self._cleanup = undo_when_it_fails.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def _make_schemas(self, tool: Path) -> None:
        reached = ["--plugin", PLUGIN, "--ep", LOOPBACK, "-p", str(self._ports.postgres), "-u", "postgres", "--pw", "x"]
        for database, schema in SCHEMAS.items():
            for step in (
                ["create"],
                ["setup-schema", "-v", "0.0"],
                ["update-schema", "--schema-name", f"postgresql/v12/{schema}"],
            ):
                command = [str(tool), *reached, "--db", database, *step]
                made = subprocess.run(command, capture_output=True, text=True, check=False)
                if made.returncode:
                    raise OSError(f"Temporal's database {database} could not be made: {made.stdout}{made.stderr}")

    def _config(self) -> Path:
        stores = {
            name: {
                "sql": {
                    "pluginName": PLUGIN,
                    "databaseName": database,
                    "connectAddr": f"{LOOPBACK}:{self._ports.postgres}",
                    "connectProtocol": "tcp",
                    "user": "postgres",
                    "password": "x",
                    "maxConns": 20,
                    "maxIdleConns": 20,
                }
            }
            for name, database in zip(("default", "visibility"), SCHEMAS, strict=True)
        }
        services = {
            role: {"rpc": {"grpcPort": grpc, "membershipPort": membership, "bindOnIP": LOOPBACK}}
            for role, grpc, membership in zip(ROLES, self._ports.grpc, self._ports.membership, strict=True)
        }
        services["frontend"]["rpc"]["httpPort"] = self._ports.http
        dynamic = self._directory / "dynamic.json"
        dynamic.write_text(json.dumps(self._dynamic))
        config = {
            "log": {"stdout": True, "level": "error"},
            "persistence": {
                "numHistoryShards": SHARDS,
                "defaultStore": "default",
                "visibilityStore": "visibility",
                "datastores": stores,
            },
            "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": LOOPBACK}},
            "services": services,
            "clusterMetadata": {
                "failoverVersionIncrement": 10,
                "masterClusterName": "active",
                "currentClusterName": "active",
                "clusterInformation": {
                    "active": {
                        "enabled": True,
                        "initialFailoverVersion": 1,
                        "rpcName": "frontend",
                        "rpcAddress": self.address,
                        "httpAddress": f"{LOOPBACK}:{self._ports.http}",
                    }
                },
            },
            "publicClient": {"hostPort": self.address},
            "dynamicConfigClient": {"filepath": str(dynamic), "pollInterval": "60s"},
        }
        path = self._directory / "config.yaml"
        path.write_text(json.dumps(config))  # every JSON is YAML
        return path

    async def _await_ready(self, running: "subprocess.Popen[bytes]") -> None:
        """Make the namespace and its search attributes, which the server takes some seconds to believe."""
        made = False
        for _ in range(READY_WITHIN // LOOK_EVERY):
            if running.poll() is not None:
                raise OSError(f"the Temporal server ended at once: {self._last_words()}")
            try:
                client = await Client.connect(self.address)
                if not made:
                    await _make_namespace(client)
                    made = True
                await client.count_workflows("LeadStage = 'capture'")
            except (RPCError, RuntimeError):
                await asyncio.sleep(LOOK_EVERY.total_seconds())
            else:
                return
        raise OSError(f"the Temporal server was not ready within {READY_WITHIN}: {self._last_words()}")

    @property
    def _log(self) -> Path:
        return self._directory / "temporal.log"

    def _last_words(self) -> str:
        return self._log.read_text()[-500:]


async def _make_namespace(client: Client) -> None:
    kept = Duration(seconds=int(KEPT.total_seconds()))
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="default", workflow_execution_retention_period=kept)
    )
    attributes = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
    while True:
        try:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace="default", search_attributes=attributes)
            )
        except RPCError:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
        else:
            return


def time_skipping_values() -> dict[str, list[dict[str, object]]]:
    """What lets the workflows' clocks be moved, as a file of dynamic settings has it."""
    told = (setting.split("=", 1) for setting in TIME_SKIPPING)
    return {name: [{"value": json.loads(value)}] for name, value in told}


def _ports() -> Ports:
    """Ports that were free a moment ago, all different."""
    free: list[int] = []
    while len(free) < 2 + 2 * len(ROLES):
        candidate = secrets.choice(PORTS)
        if candidate not in free and port_is_free(candidate):
            free.append(candidate)
    postgres, http, *rest = free
    return Ports(postgres, http, tuple(rest[: len(ROLES)]), tuple(rest[len(ROLES) :]))
