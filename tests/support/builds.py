"""
Another release: a copy of everything we ship, edited in places, and the processes that run from it.

    bad = build(tmp_path / "bad", Edit("engine/life/decide.py", "move = next(", "raise LookupError; move = next("))
    worker = bad.worker(environment)
    said = bad.followup("engine", "diff", environment=environment)
"""

import os
import shutil
import subprocess
import sys
from collections import abc
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cli import child

HOUSE = Path(__file__).parents[2]
SHIPPED = ("engine", "sequences", "activities", "workflows", "adapters", "rehearsal", "api", "cli", "worker.py")


class Edit(NamedTuple):
    """One text of a file, and another in its place."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Build:
    """A release in a directory of its own."""

    place: Path

    @property
    def log(self) -> Path:
        """What its worker says."""
        return self.place / "worker.log"

    def worker(self, environment: abc.Mapping[str, str]) -> subprocess.Popen[bytes]:
        """A worker process of this release; the caller ends it with `child.end`."""
        return child.start(
            [sys.executable, str(self.place / "worker.py")],
            log=self.log,
            environment=self._own(environment),
            directory=self.place,
        )

    def works(self) -> bool:
        """Whether its worker takes looks."""
        return self.log.exists() and "worker.started" in self.log.read_text()

    def followup(self, *words: str, environment: abc.Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run `followup` of this release."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *words],
            cwd=self.place,
            env=self._own(environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def _own(self, environment: abc.Mapping[str, str]) -> dict[str, str]:
        return os.environ | environment | {"PYTHONPATH": str(self.place)}


def build(place: Path, *edits: Edit) -> Build:
    """A release with these edits. Raises AssertionError when one no longer applies."""
    place.mkdir()
    for name in SHIPPED:
        if (HOUSE / name).is_dir():
            shutil.copytree(HOUSE / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(HOUSE / name, place / name)
    for edit in edits:
        file = place / edit.file
        source = file.read_text()
        assert source.count(edit.before) == 1, f"{edit.file} has changed: {edit.before!r} is not in it once"
        file.write_text(source.replace(edit.before, edit.after))
    return Build(place)
