"""
The `followup` command as a person types it, without a process of its own.

    said = shell("lead", "list", "-o", "json")
    said.code, said.json, said.stderr
"""

import json
import logging
import shlex
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from cli import logs
from cli.main import app


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[Any]:
        """A document per line of stdout."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def error(self) -> dict[str, str]:
        """The error on stderr, as machines read it."""
        told: dict[str, str] = json.loads(self.stderr.strip().splitlines()[-1])["error"]
        return told


class Shell:
    """A shell with variables of its own. Anything but an exit code is a fault, and is raised here."""

    def __init__(self, **variables: str) -> None:
        self.variables = variables

    def __call__(self, *words: str, **variables: str | None) -> Said:
        """Run `followup` with these words."""
        logs.configure(level="error")  # a worker of the same test must not log into what the command answers
        root = logging.getLogger()
        handlers, level = root.handlers, root.level
        try:
            result = CliRunner().invoke(app, list(words), env=self.variables | variables, catch_exceptions=False)
        finally:
            root.handlers, root.level = handlers, level  # a command sets up logging for its whole process
        return Said(result.exit_code, result.stdout, result.stderr)


def nowhere(database_url: str) -> dict[str, str]:
    """Variables of a shell with this database, from which Temporal cannot be reached."""
    return {
        "FOLLOWUP_DATABASE_URL": database_url,
        "FOLLOWUP_ENVIRONMENT": "test",
        "FOLLOWUP_USER": "ann",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }


def words_of(line: str) -> list[str]:
    """A command line as the shell splits it."""
    return shlex.split(line)
