"""
Authors' files, read in a process of their own: with an empty environment, without files, network or other programs.

    said = read("sequences")        a package, or a directory: what FOLLOWUP_SEQUENCES says

So what they do when they are read is done to nobody, and two directories that call a file the same never meet.
"""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from adapters.apart.parcel import unpacked
from engine.authoring.reading import no_catalogue
from engine.errors import FollowupError
from engine.sequence.manuscript import Manuscript

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


def read(said: str, longest: int = LONGEST) -> Manuscript | tuple[FollowupError, ...]:
    """What the files say, or everything that is wrong with them; `longest` is how many seconds that may take."""
    try:
        where = whereabouts(said)
    except FollowupError as error:
        return (error,)
    command = [sys.executable, "-P", "-m", __name__, str(where.root), where.package, str(longest)]
    try:
        # Only stdout is the answer: what the files print goes where this process's own remarks go.
        ran = subprocess.run(
            command, env=_environment(), stdout=subprocess.PIPE, timeout=longest + PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return (_lost(where, f"it takes longer than {longest} seconds"),)
    if ran.returncode:
        return (_lost(where, f"the process that reads it ended with {ran.returncode}"),)
    try:
        return unpacked(ran.stdout)
    except ValueError as error:
        return (_lost(where, f"what it says cannot be understood: {error}"),)


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
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _lost(where: Whereabouts, why: str) -> FollowupError:
    return FollowupError(
        code="SEQ050",
        what=f"Python cannot read it: {why}",
        where=str(where.directory),
        next="look for what never ends, or ends the program, in the files there",
    )
