"""What wants a sequence to start: an event, a person, or a sequence that hands over."""

from collections.abc import Callable
from typing import Literal, Self

from pydantic import AwareDatetime, ModelWrapValidatorHandler, ValidationInfo, model_validator

from engine.frozen import Frozen, Terse
from engine.life.circumstances import FieldValue
from engine.life.events import Event
from engine.reasons import EnrollRefusal
from engine.sequence.compiled import Sequence


class Wish(Terse):
    """One wish, in the order it came."""

    kind: Literal["event", "command", "handover", "changed"]
    at: AwareDatetime
    event: Event | None = None
    """The event whose start triggers are matched."""
    sequence: str | None = None
    """The sequence a person or a handover names."""
    request: int | None = None
    """The Inbox number whose row gets the answer."""
    before: tuple[FieldValue, ...] | None = None
    """The fields that the lead had before they changed."""
    queued_for: str | None = None
    """The sequence that is full, and has a place for the lead later."""
    not_before: AwareDatetime | None = None
    """When that is; then the wish is asked anew."""


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


class Entry(Frozen):
    """Whether a sequence has room for the lead: what only the records of all leads can tell, read under a lock."""

    sequence: str
    account_busy: bool = False
    """A colleague at the lead's account is in a sequence that writes to one person of an account only."""
    free_at: AwareDatetime | None = None
    """When the lead may begin, as far as `per_day` counts; None: at once."""


class Enrolled(Frozen):
    """The answer yes."""

    kind: Literal["enrolled"] = "enrolled"
    plan: Plan
    wish: Wish
    held_out: bool = False
    """The lead gets nothing from it, to be compared with those who do."""
    outranks: tuple[str, ...] = ()
    """Sequences not above it in which the lead has waited for a place, and waits no longer."""
    why: str


class Queued(Frozen):
    """The answer later: the sequence takes only so many leads a day, and has a place for this one then."""

    kind: Literal["queued"] = "queued"
    sequence: str
    until: AwareDatetime
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


Answer = Enrolled | Queued | Refused | NothingStarts
