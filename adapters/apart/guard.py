"""
What an author's file must not do while it is read, found when it does it: open files, reach the network, run programs.

`engine.authoring.purity` finds what the text of a file says; this finds what comes about by a detour.
"""

import os
import sys
from types import FrameType
from typing import Final, NamedTuple

from engine.authoring.purity import reads_what_changes
from engine.authoring.refusals import place_of
from engine.errors import SequenceInvalid
from engine.sequence.written import Place

WATCHED: Final = {
    "open": "files",
    "os.listdir": "files",
    "os.scandir": "files",
    "os.remove": "files",
    "os.rename": "files",
    "os.mkdir": "files",
    "os.rmdir": "files",
    "shutil.rmtree": "files",
    "sqlite3.connect": "files",
    "socket.__new__": "the network",
    "socket.connect": "the network",
    "socket.getaddrinfo": "the network",
    "subprocess.Popen": "other programs",
    "os.system": "other programs",
    "os.exec": "other programs",
    "os.fork": "other programs",
    "os.posix_spawn": "other programs",
    "ctypes.dlopen": "other programs",
}
"""Events that Python announces, and what they read. See "Audit events table" in Python's documentation."""


OURS: Final = ("engine.", "adapters.")
INSTALLED: Final = ("site-packages", "dist-packages")


def watch(root: str, package: str) -> list[SequenceInvalid]:
    """
    From now on refuse all of this to the package, and to what else lies below the root; note it in what is returned.
    """
    refused: list[SequenceInvalid] = []
    authors = _Authors(root, package.partition(".")[0])

    def heard(event: str, _: tuple[object, ...]) -> None:
        what = WATCHED.get(event)
        place = None if what is None else authors.line(sys._getframe(1))
        if what is not None and place is not None:
            error = reads_what_changes(what, place)
            refused.append(error)
            raise error

    sys.addaudithook(heard)
    return refused


class _Authors(NamedTuple):
    """Who is watched."""

    root: str
    package: str

    def line(self, frame: FrameType | None) -> Place | None:
        """The line of theirs that wants it; None when Python wants it to import a module, or we do."""
        while frame is not None:
            name, file = str(frame.f_globals.get("__name__")), frame.f_code.co_filename
            if file.startswith("<frozen importlib") or name.startswith(OURS):
                return None
            if name.partition(".")[0] == self.package or self._below(file):
                return place_of(frame)
            frame = frame.f_back
        return None

    def _below(self, file: str) -> bool:
        return file.startswith(f"{self.root}{os.sep}") and not {*INSTALLED} & {*file.split(os.sep)}
