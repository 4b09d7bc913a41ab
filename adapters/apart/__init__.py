"""
Authors' files, read in a process of their own: with an empty environment, without files, network or other programs.

    reading = begin("sequences")        a package, or a directory: what FOLLOWUP_SEQUENCES says
    said = reading.said()

So what they do when they are read is done to nobody, and two directories that call a file the same never meet. Until
the answer is asked for, whoever began has time to import what needs time: this module needs none.
"""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.errors import FollowupError
from engine.sequence.absent import no_catalogue

if TYPE_CHECKING:
    from adapters.apart.parcel import Said

LONGEST: Final = 30
"""Seconds that reading may take; then the process gives up by itself, on the line it is at."""
PATIENCE: Final = 30
"""Seconds in which it may do so."""


class Whereabouts(NamedTuple):
    """Where an author's package is, or would be."""

    package: str
    root: Path
    """The directory from which it is imported."""

    @property
    def directory(self) -> Path:
        """The package's own: below the root, unless it is installed."""
        here = self.root.joinpath(*self.package.split("."))
        return here if here.is_dir() else _installed(self.package) or here


def whereabouts(said: str) -> Whereabouts:
    """
    What the setting means: a directory as it is seen from here, or a package as Python names it.

    Raises: FollowupError CFG005 when the name of a directory on the way is none for a package.
    """
    here = Path.cwd()
    if not said or (os.sep not in said and not Path(said).is_dir()):
        return _named(said, here)
    path = Path(said).expanduser().resolve()
    root = here if path.is_relative_to(here) and path != here else path.parent
    return _named(".".join(path.relative_to(root).parts), root)


class Reading:
    """A package that is being read."""

    def __init__(self, where: Whereabouts, longest: int) -> None:
        self._where = where
        self._longest = longest
        # Only stdout is the answer: what the files print goes where this process's own remarks go.
        command = [sys.executable, "-P", "-m", __name__, str(where.root), where.package, str(longest)]
        self._running = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE)

    def said(self) -> "Said":
        """What the files say, or everything that is wrong with them."""
        from adapters.apart.parcel import unpacked

        with self._running as running:
            try:
                answer, _ = running.communicate(timeout=self._longest + PATIENCE)
            except subprocess.TimeoutExpired:
                running.kill()
                return (self._lost(f"it takes longer than {self._longest} seconds"),)
        if running.returncode:
            return (self._lost(f"the process that reads it ended with {running.returncode}"),)
        try:
            return unpacked(answer)
        except ValueError as error:
            return (self._lost(f"what it says cannot be understood: {error}"),)

    def _lost(self, why: str) -> FollowupError:
        return FollowupError(
            code="SEQ050",
            what=f"Python cannot read it: {why}",
            where=str(self._where.directory),
            next="look for what never ends, or ends the program, in the files there",
        )


def begin(said: str, longest: int = LONGEST) -> Reading:
    """
    Begin to read what the setting means; `longest` is how many seconds that may take.

    Raises: FollowupError CFG005 when that can be no package.
    """
    return Reading(whereabouts(said), longest)


def _named(package: str, root: Path) -> Whereabouts:
    if not all(part.isidentifier() for part in package.split(".")):
        raise no_catalogue(package, "each directory on the way has to have a name that Python can import")
    return Whereabouts(package, root)


def _installed(package: str) -> Path | None:
    """Where an installed package is, without running anything in it."""
    first, *inside = package.split(".")
    spec = find_spec(first)
    for part in inside:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
    places = None if spec is None else spec.submodule_search_locations
    return Path(next(iter(places))) if places else None


def _environment() -> dict[str, str]:
    """What the process needs to find us; it forgets it before it reads anything."""
    # The order of a set is the same every time.
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONHASHSEED": "0"}
