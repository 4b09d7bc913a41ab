"""
Words whose place in the language is kept and that nobody acts on yet: using one is refused on its line, never ignored.

The compiled form has room for them, so that a sequence of a later release is no new format.
"""

from engine.authoring.refusals import here
from engine.errors import SequenceInvalid
from engine.sequence.written import Place

INSTEAD = {
    "voice": "write call(): a person of ours rings",
}
"""What an author can do until then."""


def later(word: str, place: Place) -> SequenceInvalid:
    """The error that says so."""
    return SequenceInvalid(
        code="SEQ025",
        what=f"{word} comes with a later release",
        where=str(place),
        why="nobody would act on it in this one",
        next=INSTEAD[word],
    )


def voice(*said: object, **more: object) -> object:
    """An automated call: a later release."""
    raise later("voice", here())
