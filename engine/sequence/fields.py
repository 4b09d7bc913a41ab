"""A field of the company's vocabulary, as the engine and the records know it."""

from typing import Literal

from engine.frozen import Frozen


class DeclaredField(Frozen):
    """A field that conditions, moments and templates may speak of."""

    name: str
    kind: Literal["choice", "number", "date", "flag"]
    values: tuple[str, ...] = ()
    """Of a choice: everything it can be."""
