"""The process in which authors' files are read: its answer is all that it writes to stdout."""

import os
import signal
import sys
from typing import Final

from adapters.apart import guard
from adapters.apart.parcel import packed
from engine.authoring.reading import read

LONGEST: Final = 30
"""Seconds that reading may take."""


def main() -> None:
    """Read the package that the command line names, from the directory before it."""
    root, package = sys.argv[1:]
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.clear()
    sys.path.insert(0, root)
    sys.dont_write_bytecode = True  # what is edited twice within a second would be read stale
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(LONGEST)
    refused = guard.watch(root, package)
    said = read(package)
    signal.alarm(0)
    # A file may have caught what it was told.
    answer.write(packed(tuple(refused) or said))
    answer.close()


def _give_up(*_: object) -> None:
    raise TimeoutError(f"it takes longer than {LONGEST} seconds")


main()
