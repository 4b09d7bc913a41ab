"""`followup dev`: Temporal, a worker and the records on this machine, in one terminal, until Ctrl-C."""

import fcntl
import os
import shutil
import signal
import sys
import threading
from collections import abc
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Annotated

import typer

from cli import child
from cli.temporal_server import LOOPBACK, LocalServer, configured_address, find_server_binary, port_is_free
from engine.errors import FollowupError

HOME = Path(".followup")
WORKER = Path(__file__).parent.parent / "worker.py"
PORT, UI_PORT = 7233, 8233
USUAL = f"{LOOPBACK}:{PORT}"
"""Where every tool looks for Temporal first."""


def command(
    port: Annotated[int | None, typer.Option(help="Port of Temporal; 7233 when that is free.")] = None,
    ui_port: Annotated[int | None, typer.Option(help="Port of the Temporal UI; 8233 when that is free.")] = None,
) -> None:
    """
    Run Temporal, a worker and the database here until Ctrl-C. Messages land in the Outbox, never at a provider.

    Examples:

      followup dev

      TEMPORAL_ADDRESS=temporal.internal:7233 followup dev      (uses that server, runs only the worker)
    """
    from adapters import schema
    from adapters.settings import read_settings
    from api.office import Office

    with ExitStack() as stack:
        address = configured_address()
        server = None if address else _own_server(stack, port, ui_port)
        with Office(read_settings()) as office:
            schema.upgrade(office.database)
        environment = os.environ | {"TEMPORAL_ADDRESS": server.address if server else address or USUAL}
        worker = child.start([sys.executable, WORKER], environment=environment)
        stack.callback(child.end, worker)
        _say("Worker", "running; leads are looked at as they come")
        ours = _command()
        _say("Try", f"{ours} lead add --first-name Rosa --email rosa@example.com --consent email --consent-by form")
        _say("", f"{ours} lead messages rosa@example.com")
        until_told(worker, server)


@contextmanager
def alone() -> abc.Iterator[None]:
    """The only one of its kind in this directory: two servers on one file would lose what each other writes."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FollowupError(
                code="DEV001",
                what="`followup dev` runs here already",
                where=str(HOME.resolve()),
                why="a second one would write into the same files",
                next="use that one, or run this in another directory",
            ) from error
        yield


def _own_server(stack: ExitStack, port: int | None, ui_port: int | None) -> LocalServer:
    stack.enter_context(alone())
    binary = find_server_binary(lambda line: _say("Server", line))
    server = LocalServer(
        binary,
        HOME,
        database=HOME / "temporal.db",
        port=port or _usual(PORT),
        ui_port=ui_port or _usual(UI_PORT),
    )
    stack.enter_context(server)
    _say("Temporal UI", server.ui_url)
    _say("Temporal", server.address)
    if server.address != USUAL:
        _say("", elsewhere(server.address, asked_for=port is not None))
    return server


def elsewhere(address: str, *, asked_for: bool) -> str:
    """What whoever opens another terminal has to know of a server that is not where every tool looks for it."""
    why = "" if asked_for else f"port {PORT} is taken: "
    return f"{why}in other terminals, export TEMPORAL_ADDRESS={address}"


def _usual(port: int) -> int | None:
    """The port everybody expects, while nobody else has it."""
    return port if port_is_free(port) else None


def until_told(worker: Popen[bytes], server: LocalServer | None) -> None:
    """Until Ctrl-C, or until the worker or our own server ends by itself. Raises: FollowupError DEV002, DEV003."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    while not told.wait(0.2):
        if server is not None and server.ended is not None:
            raise server_has_ended(server.ended, server.log)
        if worker.poll() is not None:
            raise FollowupError(
                code="DEV002",
                what="the worker has ended",
                where="worker.py",
                why=ended_by(worker.returncode),
                next="run `followup dev` again: everything goes on where it was",
            )
    _say("", "stopping")


def _command() -> str:
    """How another terminal calls us: a checkout's command is not on the PATH."""
    if shutil.which("followup") is not None:
        return "followup"
    return os.path.relpath(Path(sys.executable).with_name("followup"))


def ended_by(code: int, said: str = "above") -> str:
    """What an exit code says of a process that nobody told to end."""
    if code < 0:
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it gave up with exit code {code}, and said why {said}"


def server_has_ended(code: int, log: Path) -> FollowupError:
    """The error for a Temporal that nobody told to end."""
    return FollowupError(
        code="DEV003",
        what="the Temporal server has ended",
        where=str(log),
        why=ended_by(code, "there"),
        next="run `followup dev` again: everything goes on where it was",
    )


def _say(what: str, text: str) -> None:
    typer.echo(f"{what:<12} {text}", err=True)
