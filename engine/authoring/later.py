"""
Words whose place in the language is kept and that nobody acts on yet: using one is refused on its line, never ignored.

The compiled form has room for them, so that a sequence of a later release is no new format.
"""

from engine.authoring.refusals import here
from engine.errors import SequenceInvalid
from engine.sequence.written import Place

INSTEAD = {
    "approve": "leave it out; a task() before the message asks a person first",
    "variants": "leave it out; the template may choose its words by a field",
    "per_day": "leave it out; limits per sender and per lead hold anyway",
    "holdout": "leave it out; every lead gets the messages",
    "one_contact_per_account": "leave it out; a reply of a colleague holds the others",
    "a start at a date": 'react to the date inside a sequence, on(before(…), …), or start it with by_hand("…")',
    "becomes": 'react to "fields_changed", and ask for the condition with only_if or in a branch()',
    "ask": "write sms(), and let whoever reads the answer set the field",
    "voice": "write call(): a person of ours rings",
}
"""What an author can do until then."""


def must_be_left_out(value: object, word: str, place: Place) -> None:
    """Refuse a word that would change nothing: whoever wrote it would rely on it."""
    if value:
        raise later(word, place)


def later(word: str, place: Place) -> SequenceInvalid:
    """The error that says so."""
    return SequenceInvalid(
        code="SEQ025",
        what=f"{word} comes with a later release",
        where=str(place),
        why="nobody would act on it in this one",
        next=INSTEAD[word],
    )


def ask(*said: object, **more: object) -> object:
    """A question by text whose answer is saved in a field: a later release."""
    raise later("ask", here())


def voice(*said: object, **more: object) -> object:
    """An automated call: a later release."""
    raise later("voice", here())


def becomes(*said: object, **more: object) -> object:
    """A condition that was false and is true: a later release."""
    raise later("becomes", here())
