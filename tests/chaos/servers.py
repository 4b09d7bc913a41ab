"""What a scene stands on: a Temporal server with a file, and a store, each of which can be broken and come back."""

import sqlite3
from collections import abc
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, Self

import psycopg
from sqlalchemy import make_url

from cli.demo.world import OUTLIVES_A_KILL
from cli.temporal_server import LocalServer, find_server_binary
from tests.support.postgres import Postgres, conninfo, fresh_database


class Temporal(LocalServer):
    """A server that keeps what it knows in a file."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "temporal.db"
        super().__init__(find_server_binary(print), directory, database=self._file, options=OUTLIVES_A_KILL)

    def wipe(self) -> Self:
        """Kill it, and start one that knows nothing in its place."""
        self.kill()
        for part in self._file.parent.glob(f"{self._file.name}*"):
            part.unlink()
        return self.restart()


class Store(NamedTuple):
    """Where the records are: a URL, and the server when it is ours to be killed."""

    url: str
    postgres: Postgres | None = None

    @property
    def server(self) -> Postgres:
        """The PostgreSQL server, of a drill that is about one."""
        assert self.postgres is not None, "this drill is about PostgreSQL"
        return self.postgres

    @contextmanager
    def beside(self, *, autocommit: bool = True) -> "abc.Iterator[psycopg.Connection[tuple[int]]]":
        """A session of somebody else's on the same database."""
        with psycopg.connect(conninfo(self.url), autocommit=autocommit) as connection:
            yield connection

    def copy(self) -> None:
        """Make a backup; nobody is at work."""
        if self.postgres is None:
            _copy_file(self._file, self._backup)
        else:
            self._administer(f'CREATE DATABASE "{self._name}_copy" TEMPLATE "{self._name}"')

    def restore(self) -> None:
        """Put the backup in the place of what there is; nobody is at work."""
        if self.postgres is None:
            for part in self._file.parent.glob(f"{self._file.name}*"):
                part.unlink()
            _copy_file(self._backup, self._file)
        else:
            self._administer(f'DROP DATABASE "{self._name}"')
            self._administer(f'ALTER DATABASE "{self._name}_copy" RENAME TO "{self._name}"')

    @property
    def _name(self) -> str:
        return make_url(self.url).database or ""

    @property
    def _file(self) -> Path:
        return Path(self._name)

    @property
    def _backup(self) -> Path:
        return self._file.with_name("backup.sqlite")

    def _administer(self, statement: str) -> None:
        with psycopg.connect(conninfo(self.server.url), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def store_of(kind: str, directory: Path, postgres: Postgres | None) -> abc.Iterator[Store]:
    """An empty store of this kind, sqlite or postgresql."""
    if kind == "sqlite":
        yield Store(f"sqlite:///{directory / 'followup.sqlite'}")
        return
    assert postgres is not None
    with fresh_database(postgres.url) as url:
        yield Store(url, postgres)


def _copy_file(from_: Path, to: Path) -> None:
    with closing(sqlite3.connect(from_)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
