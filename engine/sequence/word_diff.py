"""What changed in a text, word by word: lines are held against lines first, and words only where lines differ."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

from engine.frozen import Frozen

SpanKind = Literal["same", "gone", "new"]

WORD: Final = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
MARKS: Final[dict[SpanKind, tuple[str, str]]] = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
"""What stands around a piece of text, as git marks it."""


class Span(Frozen):
    """A piece of text that is as before, gone, or new."""

    kind: SpanKind
    text: str


def word_diff(before: str, after: str) -> tuple[Span, ...]:
    """The pieces in their order: without the new ones they are `before`, without those that are gone `after`."""
    return tuple(_joined(_by_lines(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def marked_lines(spans: Iterable[Span]) -> tuple[str, ...]:
    """The lines that changed, with git's marks; an ellipsis stands for those between that did not."""
    lines = [list(line) for line in _lines(spans)]
    shown: list[str] = []
    for changed, group in groupby(lines, key=lambda line: any(span.kind != "same" for span in line)):
        shown += map(_marked, group) if changed else ("…",)
    return tuple(shown)


def _by_lines(before: list[str], after: list[str]) -> Iterator[Span]:
    for same, old, new in _pairs(before, after):
        yield from [Span(kind="same", text=new)] if same else _by_words(old, new)


def _by_words(old: str, new: str) -> Iterator[Span]:
    for same, gone, come in _pairs(WORD.findall(old), WORD.findall(new)):
        if same:
            yield Span(kind="same", text=come)
            continue
        yield Span(kind="gone", text=gone)
        yield Span(kind="new", text=come)


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    """Runs that are the same, and runs that are not, each as it was and as it is."""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind == "equal", "".join(old[a:b]), "".join(new[c:d])


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """A gap between two changed words belongs to the change: five words in five brackets nobody can read."""
    parts = [span for span in spans if span.text]
    gone = new = ""
    for number, span in enumerate(parts):
        inside = bool(gone or new) and number + 1 < len(parts) and span.text.isspace() and "\n" not in span.text
        if span.kind == "same" and not inside:
            yield from _changed(gone, new)
            gone = new = ""
            yield span
            continue
        gone += span.text if span.kind != "new" else ""
        new += span.text if span.kind != "gone" else ""
    yield from _changed(gone, new)


def _changed(gone: str, new: str) -> Iterator[Span]:
    yield from (Span(kind="gone", text=gone),) if gone else ()
    yield from (Span(kind="new", text=new),) if new else ()


def _lines(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The same pieces, a list for each line; a line that only lost or won its end counts as changed."""
    line: list[Span] = []
    for span in spans:
        for piece in span.text.splitlines(keepends=True):
            line.append(Span(kind=span.kind, text=piece))
            if piece.endswith("\n"):
                yield line
                line = []
    if line:
        yield line


def _marked(line: list[Span]) -> str:
    pieces = ((MARKS[span.kind], span.text.rstrip("\n")) for span in line)
    return "".join(f"{before}{text}{after}" for (before, after), text in pieces if text or before)
