"""What the demo runs on: a real Temporal server, a real worker process and a store, all of its own."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from adapters import schema
from adapters.settings import Environment, Settings
from api.office import Office
from api.publishing import publish
from cli import child
from cli.temporal_build import Progress
from cli.temporal_server import LocalServer, find_server_binary

HOUSE = Path(__file__).parent.parent.parent
WORKER = HOUSE / "worker.py"

SHORT = {
    "FOLLOWUP_START_TO_CLOSE_SECONDS": "2",
    "FOLLOWUP_PROVIDER_DEADLINE_SECONDS": "1",
    "FOLLOWUP_STICKY_SECONDS": "1",
}
"""Timeouts of seconds where production has minutes, so that a crash is over before anybody grows tired."""

ITS_OWN = {
    "FOLLOWUP_GRACEFUL_SHUTDOWN_SECONDS": "1",
    "FOLLOWUP_SWEEP_SECONDS": "86400",  # leads that have not arrived yet must not be rung by the sweep
    # every lead has a time of its own here, so what one sender does in a minute or a day means nothing
    "FOLLOWUP_SENDER_PER_MINUTE": "1000000",
    "FOLLOWUP_SENDER_PER_DAY": "1000000",
}

OUTLIVES_A_KILL = ("--sqlite-pragma", "synchronous=OFF")
"""What the server has written outlives the process; only a power cut would need the disk to be waited for."""


class World:
    """Server, store and worker; gone when the demo is, and leaving nothing behind."""

    def __init__(self, progress: Progress, *, durable: bool) -> None:
        """A server that is going to be killed keeps its own file; otherwise memory is quicker."""
        self._durable = durable
        self._progress = progress
        self._directory = TemporaryDirectory(prefix="followup-demo-")
        self._worker: Popen[bytes] | None = None
        self.path = Path(self._directory.name)

    def __enter__(self) -> Self:
        binary = find_server_binary(self._progress)
        self.server = LocalServer(
            binary,
            self.path,
            database=self.path / "temporal.db" if self._durable else None,
            time_skipping=True,
            options=OUTLIVES_A_KILL if self._durable else (),
        ).start()
        self.office = Office(self._settings())
        schema.upgrade(self.office.database)
        publish(self.office, by="demo")
        self.start_worker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            child.end(self._worker, patience=timedelta(seconds=5))
        self.office.close()
        self.server.stop()
        self._directory.cleanup()

    def start_worker(self, faults: str = "") -> None:
        """A worker process, which may be armed to kill itself at a point."""
        environment = os.environ | self._environment() | {"FOLLOWUP_FAULTS": faults}
        environment["TEMPORAL_ADDRESS"] = self.server.address
        self._worker = child.start(
            [sys.executable, WORKER], log=self.path / "worker.log", environment=environment, directory=HOUSE
        )

    async def restart_worker(self, faults: str) -> None:
        """Another worker process in place of the one that runs or died."""
        worker = self._worker
        if worker is not None and worker.poll() is None:
            await asyncio.to_thread(child.end, worker)
        self.start_worker(faults)

    def wait_for_worker(self) -> None:
        """Return when the worker process is gone."""
        if self._worker is not None:
            self._worker.wait()

    def worker_log(self) -> str:
        """What the worker said last."""
        return "\n".join((self.path / "worker.log").read_text(errors="replace").splitlines()[-20:])

    def _environment(self) -> dict[str, str]:
        return {
            **ITS_OWN,
            **(SHORT if self._durable else {}),
            "FOLLOWUP_ENVIRONMENT": "demo",
            "FOLLOWUP_DATABASE_URL": f"sqlite:///{self.path / 'followup.sqlite'}",
            "FOLLOWUP_COMPANY_NAME": "Harbour Heating & Air",
            "FOLLOWUP_LIVE": "false",  # whatever a developer's .env wants
            "FOLLOWUP_LOG_LEVEL": "warning",
            "FOLLOWUP_LOOK_UP_SECONDS": "1,2,4",
        }

    def _settings(self) -> Settings:
        return Settings(
            environment=Environment.DEMO,
            database_url=SecretStr(f"sqlite:///{self.path / 'followup.sqlite'}"),
            company_name="Harbour Heating & Air",
        )
