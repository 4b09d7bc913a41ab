"""The physical lines of a file, as an editor numbers them."""

from collections import abc, deque
from typing import NamedTuple, TextIO

MAX_LINE_CHARACTERS = 100_000
"""Longer than the longest cell a CRM exports (65,536), shorter than the csv module's own limit (131,072)."""


class Line(NamedTuple):
    """One line with its line end."""

    number: int
    text: str
    cut: bool = False
    """It was longer than we read; the rest of it is gone from `text`."""


class Lines:
    """Lines that can be put back, so that a reader may look ahead and change its mind."""

    def __init__(self, stream: TextIO) -> None:
        """`stream` must be opened with newline='', so that line ends inside cells stay as they are."""
        self._stream = stream
        self._ahead: deque[Line] = deque()
        self._number = 0

    def take(self) -> Line | None:
        """The next line, None at the end of the file."""
        if self._ahead:
            return self._ahead.popleft()
        text = self._stream.readline(MAX_LINE_CHARACTERS)
        if not text:
            return None
        self._number += 1
        cut = len(text) == MAX_LINE_CHARACTERS and not _ended(text)
        if cut:
            self._skip_rest()
        return Line(self._number, text, cut)

    def put_back(self, lines: abc.Sequence[Line]) -> None:
        """Let these lines, in their order, be the next ones taken."""
        self._ahead.extendleft(reversed(lines))

    def _skip_rest(self) -> None:
        while (more := self._stream.readline(MAX_LINE_CHARACTERS)) and not _ended(more):
            pass


def _ended(text: str) -> bool:
    return text.endswith(("\n", "\r"))
