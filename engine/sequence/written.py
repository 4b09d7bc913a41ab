"""A part of a sequence together with the line its author wrote it on, which is never part of the compiled form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from engine.errors import SequenceInvalid
from engine.sequence.compiled import Reaction

Part_co = TypeVar("Part_co", covariant=True)


def seen_from_here(file: object) -> str:
    """The file as an editor opened in the working directory finds it; one that lies elsewhere keeps its whole path."""
    return str(file).removeprefix(f"{Path.cwd()}/")


class Place(NamedTuple):
    """Where something stands in a file."""

    file: str
    line: int
    column: int = 1
    """Of its first letter; lines and columns count from one, as editors do."""

    def __str__(self) -> str:
        """The place as editors and terminals link it."""
        return f"{seen_from_here(self.file)}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Written(Generic[Part_co]):
    """A compiled part, where it was written, and the parts written inside it."""

    part: Part_co
    place: Place
    inside: tuple[Written[object], ...] = ()

    def walk(self) -> Iterator[Written[object]]:
        """This part, then every part inside it, in the order they were written."""
        yield self
        for part in self.inside:
            yield from part.walk()

    def place_of(self, step_id: str) -> Place:
        """Where the step of this id inside is written; this part's own place when there is none."""
        return next((part.place for part in self.walk() if getattr(part.part, "id", None) == step_id), self.place)


def written_reactions(whole: Written[object]) -> Iterator[Written[Reaction]]:
    """Every reaction inside, with the line of its `on`."""
    for found in whole.walk():
        if isinstance(found.part, tuple):
            yield from (Written(part, found.place) for part in found.part if isinstance(part, Reaction))


def invalid(code: str, what: str, place: Place, next: str) -> SequenceInvalid:
    """The error that tells an author what is wrong, on which line, and what to write instead."""
    return SequenceInvalid(code=code, what=what, where=str(place), next=next)
