"""
Which Temporal server we use, and a local one for demo, dev, tests and benchmarks.

    with LocalServer(find_server_binary(print), directory, time_skipping=True) as server:
        client = await Client.connect(server.address)

Nobody else chooses: `TEMPORAL_ADDRESS` or a profile counts for dev and production only (`configured_address`); then
a `temporal` on the PATH that is new enough; then the pinned source, built; then the SDK's own download.

Run as a script, `python -m cli.temporal_server`, it makes sure there is a server and prints where.
"""

import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import abc
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from cli import child, process
from cli.temporal_build import Progress, SourceUnavailable, build, disk_errors
from cli.temporal_download import download
from engine.errors import FollowupError

OLDEST_SERVER = (1, 32)
LOOPBACK = "127.0.0.1"
TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',  # without it every skip takes a second
    "frontend.WorkflowTimeSkippingMaxSkipPerSession=100000",  # the default ends a long life after 200
    'history.workflowIdReuseMinimalInterval="0s"',  # else a run that follows a short one may lose weeks at its start
)
# Below the range the kernel hands out for outgoing connections: while a server is down its port stays free, and a
# client that keeps calling cannot be connected to itself.
PORTS = range(10_000, 32_768)
TRIES = 5
READY_WITHIN = timedelta(seconds=30)
LOOK_EVERY = timedelta(milliseconds=50)
PORT_LOST = re.compile(r"address already in use|can't (set|use)[^\n]* port")


class Ports(NamedTuple):
    """Where one server listens, on the loopback address."""

    grpc: int
    ui: int
    http: int
    metrics: int


class _PortLost(Exception):
    """Somebody took a port between our choice and the server's start."""


def find_server_binary(progress: Progress) -> Path:
    """
    The Temporal server to run, made on the spot if need be; *progress* hears of every slow step.

    Raises: `FollowupError` naming every way that was tried and the cure.
    """
    refusals = []
    for source in (_on_path, build, download):
        try:
            return source(progress)
        except SourceUnavailable as refusal:
            refusals.append(refusal)
    raise FollowupError(
        code="TMP018",
        what="there is no Temporal server to run",
        why="; ".join(f"{refusal.what} ({refusal.code})" for refusal in refusals),
        next=", or ".join(refusal.next for refusal in refusals[:-1]),
    )


def configured_address() -> str | None:
    """The server that `TEMPORAL_ADDRESS` or the chosen profile names, for dev and production; None if none does."""
    from api.temporal import connect_config

    return connect_config().get("target_host")


def search_attributes() -> list[str]:
    """Those our workflows set, as start-dev wants them declared: `Name=Type`."""
    from workflows.names import SEARCH_ATTRIBUTES

    return [f"{key.name}={key.indexed_value_type.name.title()}" for key in SEARCH_ATTRIBUTES]


class LocalServer:
    """
    One `temporal server start-dev` on ports of its own, gone when we are gone.

    In memory, unless *database* names a file. *time_skipping* lets tests and the demo move each workflow's clock.
    *options* are further arguments of start-dev. A *port* or *ui_port* given must be free; others are chosen.
    """

    def __init__(
        self,
        binary: Path,
        directory: Path | None = None,
        *,
        database: Path | None = None,
        time_skipping: bool = False,
        port: int | None = None,
        ui_port: int | None = None,
        options: abc.Sequence[str] = (),
    ) -> None:
        self._binary = binary
        self._directory = directory
        self._database = database
        self._time_skipping = time_skipping
        self._wanted = (port, ui_port)
        self._options = options
        self._ports: Ports | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._cleanup = ExitStack()

    @property
    def ports(self) -> Ports:
        """The ports in use; they stay the same over `kill` and `restart`."""
        if self._ports is None:
            raise RuntimeError("the server has not been started")
        return self._ports

    @property
    def address(self) -> str:
        """What `Client.connect` wants."""
        return f"{LOOPBACK}:{self.ports.grpc}"

    @property
    def ui_url(self) -> str:
        """Where a person looks."""
        return f"http://{LOOPBACK}:{self.ports.ui}"

    @property
    def ended(self) -> int | None:
        """The exit code it has ended with by itself, negative for a signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def log(self) -> Path:
        """What the server itself has to say."""
        return self._home() / "temporal.log"

    def start(self) -> Self:
        """Start, and return when the server answers. Raises: `FollowupError`, with the server's last words."""
        try:
            return self._start_on_free_ports()
        except BaseException:  # also Ctrl-C while waiting
            self.stop()
            raise

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would; `restart` brings it back."""
        if self._process is not None:
            child.kill(self._process)
            self._process = None

    def restart(self) -> Self:
        """Start again on the same ports and, if there is one, the same database file, after `kill` or without it."""
        self._end()
        try:
            return self._launch()
        except _PortLost as lost:
            raise self._failed("another program took one of its ports while it was down") from lost

    def stop(self) -> None:
        """End it and clear away what it left."""
        self._end()
        self._cleanup.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_on_free_ports(self) -> Self:
        for port in filter(None, self._wanted):
            if not port_is_free(port):
                raise _port_taken(port)
        for _ in range(TRIES):
            self._ports = Ports(*_free_ports(self._wanted))
            try:
                return self._launch()
            except _PortLost:
                continue
        raise self._failed(f"{TRIES} times another program took one of its ports first")

    def _launch(self) -> Self:
        began_at = self.log.stat().st_size if self.log.exists() else 0
        self._process = child.start(self._command(), log=self.log, environment=self._environment())
        try:
            self._await_ready(self._process)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise self._failed(f"no answer within {READY_WITHIN.total_seconds():.0f} s") from late
        except ChildProcessError as died:
            self._process = None
            if PORT_LOST.search(self.log.read_text()[began_at:]):
                raise _PortLost from died
            raise self._failed(f"it ended at once, {died}") from died
        return self

    def _await_ready(self, server: subprocess.Popen[bytes]) -> None:
        for _ in range(READY_WITHIN // LOOK_EVERY):
            try:
                code = server.wait(LOOK_EVERY.total_seconds())
            except subprocess.TimeoutExpired as alive:
                if _answers(self.ports.http, "/api/v1/namespaces/default") and _answers(self.ports.ui, "/"):
                    return
                still_starting = alive
            else:
                raise ChildProcessError(f"with exit code {code}")
        raise still_starting

    def _end(self) -> None:
        # Its database survives SIGKILL, and a polite goodbye takes the server three seconds.
        self.kill()

    def _command(self) -> list[str]:
        command = [str(self._binary), "server", "start-dev", "--ip", LOOPBACK]
        command += ["--disable-config-file", "--disable-config-env", "--ui-disable-news-fetch"]
        command += ["--port", str(self.ports.grpc), "--ui-port", str(self.ports.ui)]
        command += ["--http-port", str(self.ports.http), "--metrics-port", str(self.ports.metrics)]
        for attribute in search_attributes():
            command += ["--search-attribute", attribute]
        for value in TIME_SKIPPING if self._time_skipping else ():
            command += ["--dynamic-config-value", value]
        if self._database is not None:
            command += ["--db-filename", str(self._database)]
        return [*command, *self._options]

    def _environment(self) -> dict[str, str]:
        # A home of its own: start-dev writes a file below HOME, and reads one. Memory is spent to spare the processor.
        return {"GOGC": "400", **os.environ, "HOME": str(self._home())}

    def _home(self) -> Path:
        if self._directory is None:
            with disk_errors():
                self._directory = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="followup-")))
        return self._directory

    def _failed(self, why: str) -> FollowupError:
        last_words = " / ".join(self.log.read_text().split("\n")[-4:]).strip(" /") if self.log.exists() else ""
        return FollowupError(
            code="TMP019",
            what="the Temporal server did not start",
            where=str(self._binary),
            why=f"{why}: {last_words}" if last_words else why,
            next="run it again; if it stays, run the binary by hand with `server start-dev` and read what it says",
        )


def _on_path(progress: Progress) -> Path:
    path = shutil.which("temporal")
    if path is None:
        raise SourceUnavailable(
            code="TMP020",
            what="no `temporal` on the PATH",
            next=f"put a `temporal` with server {_dotted(OLDEST_SERVER)} or newer on the PATH",
        )
    version = server_version(Path(path))
    if version < OLDEST_SERVER:
        progress(f"{path} holds server {_dotted(version)}; {_dotted(OLDEST_SERVER)} or newer is needed: not used.")
        raise SourceUnavailable(
            code="TMP021",
            what=f"`temporal` on the PATH is too old: server {_dotted(version)}",
            where=path,
            next=f"replace {path} by one with server {_dotted(OLDEST_SERVER)} or newer",
        )
    return Path(path)


def server_version(binary: Path) -> tuple[int, ...]:
    """The version of the server inside a `temporal` binary; empty when it names none."""
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    version = re.search(r"Server (\d+(?:\.\d+)*)", said.stdout)
    return tuple(map(int, version[1].split("."))) if version else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version)) or "of unknown version"


def _free_ports(wanted: tuple[int | None, ...]) -> list[int]:
    """As many ports as `Ports` has fields, all free a moment ago; those *wanted* come first, as they are."""
    ports = [port or 0 for port in wanted] + [0] * (len(Ports._fields) - len(wanted))
    for place, port in enumerate(ports):
        while not port:
            candidate = secrets.choice(PORTS)
            port = candidate if candidate not in ports and port_is_free(candidate) else 0
        ports[place] = port
    return ports


def port_is_free(port: int) -> bool:
    """Whether nobody listens on the port of the loopback address right now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _port_taken(port: int) -> FollowupError:
    return FollowupError(
        code="TMP022",
        what=f"port {port} is taken",
        where=f"{LOOPBACK}:{port}",
        why="another program listens there",
        next=f"end that program (`ss -ltnp 'sport = :{port}'` names it), or ask for no port and get a free one",
    )


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """Make sure there is a server; its path goes to stdout, all else to stderr."""
    binary = find_server_binary(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - a script's output
    print(binary)  # noqa: T201 - the same
    return process.ExitCode.OK


if __name__ == "__main__":
    process.run(main)
