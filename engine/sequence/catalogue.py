"""What runs, highest first, as it was written."""

from dataclasses import dataclass

from engine.sequence.compiled import Sequence
from engine.sequence.written import Place, Written


@dataclass(frozen=True)
class Catalogue:
    """The sequences that are published; an upper one takes a lead from a lower one, never the reverse."""

    written: tuple[Written[Sequence], ...]
    place: Place

    @property
    def sequences(self) -> tuple[Sequence, ...]:
        """The compiled sequences, highest first."""
        return tuple(sequence.part for sequence in self.written)

    def named(self, name: str) -> Sequence | None:
        """The sequence of that name; None when the catalogue has none."""
        return next((sequence for sequence in self.sequences if sequence.name == name), None)
