"""The word for what runs."""

from collections.abc import Iterator

from engine.authoring.refusals import here, must_be_written
from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Sequence, Start
from engine.sequence.written import Place, Written, invalid


def catalogue(*sequences: Written[Sequence]) -> Catalogue:
    """What is published, highest first: an upper sequence takes a lead from a lower one, never the reverse."""
    place = here()
    for found in sequences:
        must_be_written(found, Sequence, "a sequence", place, "import it from its module and name it here")
    _names_must_differ(sequences, place)
    names = [found.part.name for found in sequences]
    for exit_, where in _starts(sequences):
        if exit_.sequence not in names:
            what = f"there is no sequence {exit_.sequence!r} in the catalogue to hand over to"
            raise invalid("SEQ031", what, where, f"write one of: {', '.join(names)}, or add it to the catalogue")
    return Catalogue(sequences, place)


def _names_must_differ(sequences: tuple[Written[Sequence], ...], place: Place) -> None:
    seen: dict[str, Written[Sequence]] = {}
    for found in sequences:
        if found.part.name in seen:
            first = seen[found.part.name]
            if found is first:
                raise invalid("SEQ030", f"sequence {found.part.name!r} stands here twice", place, "name it once")
            what = f"a sequence of the name {found.part.name!r} is in the catalogue already, from {first.place}"
            raise invalid("SEQ030", what, found.place, "give it a name of its own, or leave it out")
        seen[found.part.name] = found


def _starts(sequences: tuple[Written[Sequence], ...]) -> Iterator[tuple[Start, Place]]:
    for sequence in sequences:
        for found in sequence.walk():
            if isinstance(found.part, Start):
                yield found.part, found.place
