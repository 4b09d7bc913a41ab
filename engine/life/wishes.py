"""What wants a sequence to start: an event, a person, or a sequence that hands over."""

from typing import Literal

from pydantic import AwareDatetime

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
    """A published sequence version, as a lead carries it: it needs neither the file nor the version's row to go on."""

    version: str
    """`name@hash12`."""
    sequence: Sequence
    templates: tuple[TemplateRef, ...] = ()


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
