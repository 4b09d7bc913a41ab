"""Two versions of a sequence side by side: the description of each, and which of its lines are not the same."""

import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.changes import Change, changes_of
from engine.sequence.describe import describe

NUMBER: Final = re.compile(r"^(\s*)\d+\. ")
"""What a line loses before it is compared: a new step changes the numbers of all below it, and nothing else there."""


class Row(Frozen):
    """A line before, and the line that stands in its place; None: there is none."""

    before: str | None
    after: str | None
    changed: bool = True


class Comparison(Frozen):
    """What changes from one version to another."""

    name: str
    before_version: str
    after_version: str
    before: str
    """The description as it was."""
    after: str
    changes: tuple[Change, ...]
    changed: tuple[Row, ...]
    """The lines that are not the same, in their order."""

    def rows(self) -> tuple[Row, ...]:
        """Every line of both, those beside each other that belong together."""
        return rows_of(self.before, self.after)


def compare(before: Plan, after: Plan) -> Comparison:
    """The two versions, and what is not the same in them."""
    texts = describe(before.sequence), describe(after.sequence)
    return Comparison(
        name=after.sequence.name,
        before_version=before.version,
        after_version=after.version,
        before=texts[0],
        after=texts[1],
        changes=changes_of(before, after),
        changed=tuple(row for row in rows_of(*texts) if row.changed),
    )


def rows_of(before: str, after: str) -> tuple[Row, ...]:
    """The lines of two texts beside each other."""
    old, new = before.splitlines(), after.splitlines()
    alike = SequenceMatcher(None, [_plain(line) for line in old], [_plain(line) for line in new], autojunk=False)
    rows: list[Row] = []
    for kind, a, b, c, d in alike.get_opcodes():
        pairs = zip_longest(old[a:b], new[c:d])
        rows += (Row(before=was, after=now, changed=kind != "equal") for was, now in pairs)
    return tuple(rows)


def _plain(line: str) -> str:
    return NUMBER.sub(r"\1", line)
