"""
The engine and the second interpreter, asked about the same lives.

    python -m tests.oracle.compare --lives 200 --level 3          the first life they disagree on, as a story
    python -m tests.oracle.compare --lives 2000 --level 5 --all   how often, by the first line that differs
"""

import argparse
import json
from collections import Counter
from itertools import zip_longest
from typing import NamedTuple

from tests.oracle.document import Document, Line
from tests.oracle.generate import EVERYTHING, life
from tests.oracle.interpreter import interpret


class Disagreement(NamedTuple):
    """A life that two interpreters tell differently."""

    seed: int
    document: Document
    engine: list[Line]
    oracle: list[Line]

    @property
    def at(self) -> int:
        """The number of the first line that differs."""
        pairs = zip_longest(self.engine, self.oracle)
        return next(number for number, (one, other) in enumerate(pairs) if one != other)

    @property
    def kind(self) -> str:
        """The first difference without its particulars."""
        return f"{_word(self.engine, self.at)} / {_word(self.oracle, self.at)}"

    def __str__(self) -> str:
        lines = [json.dumps(self.document, indent=1), f"seed {self.seed}", "  engine", *map(_told, self.engine)]
        lines += ["  oracle", *map(_told, self.oracle)]
        engine, oracle = (told[self.at] if self.at < len(told) else None for told in (self.engine, self.oracle))
        return "\n".join([*lines, f"first difference, line {self.at}:", f"  engine {engine}", f"  oracle {oracle}"])


def disagreement(seed: int, level: int = EVERYTHING) -> Disagreement | None:
    """How the two tell that life differently; None when they agree."""
    document, engine = life(seed, level)
    oracle = interpret(document)
    return None if engine == oracle else Disagreement(seed, document, engine, oracle)


def _word(lines: list[Line], number: int) -> str:
    if number >= len(lines):
        return "nothing"
    line = lines[number]
    return f"{line.word} {line.how}" if line.word in ("skipped", "ended", "refused", "closed") else line.word


def _told(line: Line) -> str:
    return "    " + " ".join(line)


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--level", type=int, default=EVERYTHING)
    parser.add_argument("--all", action="store_true", help="count all disagreements instead of telling the first")
    given = parser.parse_args()
    kinds: Counter[str] = Counter()
    seeds: dict[str, int] = {}
    for seed in range(given.first, given.first + given.lives):
        found = disagreement(seed, given.level)
        if found is None:
            continue
        if not given.all:
            raise SystemExit(str(found))
        kinds[found.kind] += 1
        seeds.setdefault(found.kind, seed)
    for kind, times in kinds.most_common():
        print(f"{times:6} {kind}   first: seed {seeds[kind]}")  # noqa: T201  a table for people
    print(f"{kinds.total()} of {given.lives} lives differ")  # noqa: T201


if __name__ == "__main__":
    main()
