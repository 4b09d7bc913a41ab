"""The process in which authors' files are read: its answer is all that it writes to stdout."""

import os
import signal
import sys
from typing import Final

from adapters.apart import guard
from adapters.apart.parcel import packed
from engine.authoring.reading import read

A_LITTLE: Final = 1.0
"""Seconds that each further file has when there is no time left."""


def main() -> None:
    """Read the package that the command line names, from the directory before it, in the seconds behind it."""
    root, package, longest = sys.argv[1:]
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.clear()
    sys.path.insert(0, root)
    sys.dont_write_bytecode = True  # what is edited twice within a second would be read stale
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, float(longest), A_LITTLE)
    refused = guard.watch(root, package)
    said = read(package)
    signal.setitimer(signal.ITIMER_REAL, 0)
    # A file may have caught what it was told, and two files may import the one that was told.
    answer.write(packed(tuple({str(error): error for error in refused}.values()) or said))
    answer.close()


def _give_up(*_: object) -> None:
    raise TimeoutError("it takes too long")


main()
