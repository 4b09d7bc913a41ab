"""Before and after in a terminal: beside each other where there is room, below each other elsewhere."""

from collections import abc
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from engine.sequence.comparison import Row

ROOM_FOR_TWO: Final = 120
"""Columns of the narrowest terminal in which two texts stand beside each other."""
NEAR: Final = 1
"""Lines that are the same and are shown all the same, on each side of those that changed."""
BAR: Final = " | "


def beside(rows: "abc.Sequence[Row]", columns: int) -> tuple[str, ...]:
    """What changed, as wide as the terminal; what is as before is folded into one line that counts it."""
    write = _two_columns if columns >= ROOM_FOR_TWO else _one_column
    shown = _shown(rows)
    lines: list[str] = []
    folded: list[Row] = []
    for number, row in enumerate(rows):
        if number not in shown:
            folded.append(row)
            continue
        lines += _folded(folded)
        folded = []
        lines += write(row, columns)
    return (*lines, *_folded(folded))


def _shown(rows: "abc.Sequence[Row]") -> set[int]:
    """The numbers of the rows that are not folded: what changed, what is near it, and the headings above."""
    found: set[int] = set()
    heading = 0
    for number, row in enumerate(rows):
        if not row.changed:
            heading = number if (row.after or "").startswith("#") else heading
            continue
        found |= {heading, *range(max(0, number - NEAR), min(len(rows), number + NEAR + 1))}
    return found


def _folded(rows: "abc.Sequence[Row]") -> abc.Iterator[str]:
    """How many lines are folded; empty ones count as none."""
    count = sum(bool(row.after) for row in rows)
    if count:
        yield f"    … {count} {'line' if count == 1 else 'lines'} as before"


def _one_column(row: "Row", columns: int) -> abc.Iterator[str]:
    if not row.changed:
        yield f"  {row.after}".rstrip()
        return
    yield from (f"{mark} {text}".rstrip() for mark, text in (("-", row.before), ("+", row.after)) if text is not None)


def _two_columns(row: "Row", columns: int) -> abc.Iterator[str]:
    room = (columns - len(BAR)) // 2
    left = _cell(row.before, "-" if row.changed else " ", room)
    right = _cell(row.after, "+" if row.changed else " ", room)
    for was, now in zip_longest(left, right, fillvalue=""):
        yield f"{was.ljust(room)}{BAR}{now}".rstrip()


def _cell(text: str | None, mark: str, room: int) -> list[str]:
    """A line with its mark, and more lines below it when it is too long, each as far in as the text begins."""
    if text is None:
        return []
    indent = " " * (len(text) - len(text.lstrip(" -0123456789.")))
    return wrap(text, room - 2, initial_indent=f"{mark} ", subsequent_indent=f"  {indent}", drop_whitespace=True) or [
        mark
    ]
