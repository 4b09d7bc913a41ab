"""Every group of rows, by the name it is asked for, and the stands it is measured on."""

import asyncio
import tempfile
from collections import abc
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest

from bench import authors, engine, lives, memory, moving, planning, restarts, server, storage
from bench.cluster import Cluster
from bench.measure import Row
from bench.sizes import Size
from bench.stand import DRILL, Place, Stand
from cli.temporal_server import LocalServer, find_server_binary
from tests.support.postgres import fresh_database

Progress = abc.Callable[[str], None]

DEV = "dev server, SQLite"
CLUSTER = "server and records on PostgreSQL"


class Group(NamedTuple):
    """Rows that are measured together."""

    name: str
    what: str
    minutes: bool = False
    """Whether it takes so long that a quick run leaves it out on PostgreSQL."""


GROUPS = (
    Group("decisions", "the pure engine's decisions and simulated lead-years"),
    Group("validate", "the command, on a few sequences and on many"),
    Group("looks", "the database time of a look, on SQLite and PostgreSQL"),
    Group("plan", "what publishing would change, with many leads in flight"),
    Group("starts", "leads started"),
    Group("touches", "timers, looks and messages"),
    Group("rings", "from an event to its effect"),
    Group("migrations", "leads in flight on to another version"),
    Group("first", "from a capture to the first message"),
    Group("recovery", "a killed worker with leads that are due", minutes=True),
    Group("memory", "sleeping leads in a worker's cache", minutes=True),
    Group("lives", "the history of a life, and the restart of a worker", minutes=True),
)
NAMES = tuple(group.name for group in GROUPS)


class Bench:
    """One run: the groups that are wanted, on whatever they need."""

    def __init__(self, size: Size, wanted: abc.Collection[str], progress: Progress) -> None:
        self.size = size
        self.wanted = frozenset(wanted)
        self.progress = progress
        self.rows: list[Row] = []
        self.servers: list[str] = []

    def run(self) -> None:
        """Measure everything that is wanted, each kind of server after the other."""
        if "decisions" in self.wanted:
            self._measure("decisions", "one core", lambda: engine.decisions(self.size) + engine.years(self.size))
        if "validate" in self.wanted:
            self._measure("validate", authors.PROCESS, lambda: authors.checks(self.size))
        for kind in (Dev(self.progress), OnPostgres(self.progress)):
            wanted = self._wanted_on(kind)
            if wanted - {"lives"}:
                with kind.place() as place:
                    self._on(kind, place, wanted)
            if "lives" in wanted:
                with kind.place(time_skipping=True) as place:
                    asyncio.run(self._lives(place))

    def _wanted_on(self, kind: "Kind") -> frozenset[str]:
        left_out = {group.name for group in GROUPS if group.minutes and kind.spared and not self.size.all_on_postgres}
        return self.wanted - left_out - ALONE

    def _on(self, kind: "Kind", place: Place, wanted: frozenset[str]) -> None:
        if wanted & {*STORED, *SERVED, "recovery"}:
            asyncio.run(self._at_a_stand(place, wanted))
        if "memory" in wanted:
            self._measure("memory", place.name, lambda: memory.cached(place, self.size))

    async def _at_a_stand(self, place: Place, wanted: frozenset[str]) -> None:
        async with Stand.open(place) as stand:
            await self._name(stand)
            for name, stored in STORED.items():
                if name in wanted:
                    self._measure(name, place.name, partial(stored, stand, self.size))
            async with stand.at_work():
                for name, group in SERVED.items():
                    if name in wanted:
                        await self._measure_soon(name, place.name, group(stand, self.size))
        if "recovery" in wanted:
            async with Stand.open(place._replace(attempt_seconds=DRILL)) as stand:
                await self._measure_soon("recovery", place.name, restarts.recoveries(stand, self.size))

    async def _lives(self, place: Place) -> None:
        async with Stand.open(place) as stand:
            await self._name(stand)
            self.progress(f"lives, {place.name}: {self.size.woken} of them")
            async with stand.at_work():
                lived = await lives.lived(stand, self.size.woken, self.size.touches)
                await self._measure_soon("histories", place.name, lives.histories(stand, lived, self.size))
            await self._measure_soon("restarts", place.name, restarts.restarts(stand, lived, self.size))

    async def _name(self, stand: Stand) -> None:
        said = await about(stand)
        if said not in self.servers:
            self.servers.append(said)

    def _measure(self, name: str, on: str, measure: abc.Callable[[], list[Row]]) -> None:
        self.progress(f"{name}, {on}")
        self.rows += measure()

    async def _measure_soon(self, name: str, on: str, measuring: abc.Awaitable[list[Row]]) -> None:
        self.progress(f"{name}, {on}")
        self.rows += await measuring


ALONE = frozenset({"decisions", "validate"})
"""Those that need neither server nor database."""

STORED: dict[str, abc.Callable[[Stand, Size], list[Row]]] = {
    "looks": storage.looks,
    "plan": planning.plans,
}
"""Those that ask a database before anybody is at work."""

SERVED: dict[str, abc.Callable[[Stand, Size], abc.Awaitable[list[Row]]]] = {
    "starts": server.starts,
    "touches": server.touches,
    "rings": server.rings,
    "migrations": moving.migrations,
    "first": server.first_messages,
}


class Kind(Protocol):
    """A kind of server, and the database beside it."""

    spared: bool
    """Whether a quick run leaves out what takes minutes here."""

    def place(self, *, time_skipping: bool = False) -> AbstractContextManager[Place]:
        """A server of the kind and an empty database, gone when the block ends."""


class Dev:
    """The dev server with everything in memory, and our records in SQLite."""

    spared = False

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def place(self, *, time_skipping: bool = False) -> abc.Iterator[Place]:
        """One server, one file."""
        binary = find_server_binary(self._progress)
        with LocalServer(binary, time_skipping=time_skipping) as running, _directory() as directory:
            yield Place(DEV, running.address, f"sqlite:///{directory / 'followup.sqlite'}", directory)


class OnPostgres:
    """A Temporal server over PostgreSQL, and our records beside its own."""

    spared = True

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def place(self, *, time_skipping: bool = False) -> abc.Iterator[Place]:
        """One server, one PostgreSQL."""
        with (
            Cluster(self._progress, time_skipping=time_skipping) as cluster,
            fresh_database(cluster.postgres_url) as url,
            _directory() as directory,
        ):
            yield Place(CLUSTER, cluster.address, url, directory)


@contextmanager
def _directory() -> abc.Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="followup-bench-") as directory:
        yield Path(directory)


async def about(stand: Stand) -> str:
    """The versions of a stand's server and database."""
    system = await stand.client.workflow_service.get_system_info(GetSystemInfoRequest())
    with stand.office.database.reading() as transaction:
        asked = "SELECT sqlite_version()" if stand.office.database.kind == "sqlite" else "SHOW server_version"
        version = transaction.exec_driver_sql(asked).scalar_one()
    return f"{stand.name}: Temporal {system.server_version}, {stand.office.database.kind} {version}"
