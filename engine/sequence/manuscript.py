"""Everything that the files of a package of sequences say, as it was written."""

from dataclasses import dataclass

from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Sequence
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline
from engine.sequence.written import Written


@dataclass(frozen=True)
class Manuscript:
    """What an author's package says once all of it could be read."""

    catalogue: Catalogue
    drafts: tuple[Written[Sequence], ...]
    """The sequences that the catalogue does not list."""
    fields: tuple[DeclaredField, ...]
    pipeline: Pipeline | None
    """None: the package has no file of that name."""
    directory: str
    """Where the package is; its templates stand beside its files."""
