"""
What an author's test says: where it means nothing it is refused, with what would.

A misspelled word that passed would make a test that proves nothing.
"""

from collections import abc
from enum import StrEnum
from typing import TypeVar

from adapters.catalogue import takes
from engine.life.events import CommandData, EventData
from engine.sequence.fields import DeclaredField

Value = str | float | bool
Word = TypeVar("Word", bound=StrEnum)
Data = TypeVar("Data", EventData, CommandData)


def one_of(noun: str, said: str, there: abc.Iterable[str]) -> None:
    """Raises: ValueError with all that are there when what was said is none of them."""
    names = tuple(there)
    if said not in names:
        raise ValueError(f"there is no {noun} {said!r}; there are {', '.join(names)}")


def meant(words: type[Word], said: str) -> Word:
    """The word of a closed list. Raises: ValueError when it is none."""
    one_of(words.__name__, said, words)
    return words(said)


def told(model: type[Data], said: dict[str, object]) -> Data:
    """
    What an event or a command says.

    Raises: ValueError for what it cannot say; from machines that is ignored.
    """
    for name in said:
        one_of("word", name, model.model_fields)
    return model.model_validate(said)


def declared(fields: abc.Iterable[DeclaredField], said: abc.Mapping[str, Value]) -> None:
    """Raises: ValueError for a field that nobody declared, or a value that it cannot have."""
    names = {field.name: field for field in fields}
    for name, value in said.items():
        one_of("field", name, sorted(names))
        field = names[name]
        if not takes(field, value):
            choice = f"one of {', '.join(field.values)}" if field.values else f"a {field.kind}"
            raise ValueError(f"{name} cannot be {value!r}; it is {choice}")
