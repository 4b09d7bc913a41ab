"""What wants a sequence to start: an event, a person, or a sequence that hands over."""

from collections.abc import Callable
from typing import Literal, Self

from pydantic import AwareDatetime, ModelWrapValidatorHandler, ValidationInfo, model_validator

from engine.frozen import Frozen
from engine.life.events import Event
from engine.reasons import EnrollRefusal
from engine.sequence.compiled import Sequence


class Wish(Frozen):
    """One wish, in the order it came."""

    kind: Literal["event", "command", "handover"]
    at: AwareDatetime
    event: Event | None = None
    """The event whose start triggers are matched."""
    sequence: str | None = None
    """The sequence a person or a handover names."""
    request: int | None = None
    """The Inbox number whose row gets the answer."""


class TemplateRef(Frozen):
    """A template's name and the digest of the text that was published with the sequence."""

    name: str
    digest: str


class Plan(Frozen):
    """A published sequence version, which a lead keeps until it is migrated: it never needs the file again."""

    version: str
    """`name@hash12`."""
    sequence: Sequence
    templates: tuple[TemplateRef, ...] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _from_the_shelf(cls, said: object, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Where it is named by its version alone, whoever reads brings a `Shelf` as context."""
        if info.context is not None and isinstance(said, dict) and said.keys() == {"version"}:
            taken: Self = info.context(said["version"])
            return taken
        return read(said)


Shelf = Callable[[str], Plan]
"""The published sequence of that version."""


class Enrolled(Frozen):
    """The answer yes."""

    kind: Literal["enrolled"] = "enrolled"
    plan: Plan
    wish: Wish
    why: str


class Refused(Frozen):
    """The answer no; nothing was started."""

    kind: Literal["refused"] = "refused"
    sequence: str | None
    because: EnrollRefusal
    detail: str = ""
    wish: Wish
    why: str


class NothingStarts(Frozen):
    """No published sequence starts on this event: the commonest answer, and no refusal."""

    kind: Literal["nothing_starts"] = "nothing_starts"
    wish: Wish


Answer = Enrolled | Refused | NothingStarts
