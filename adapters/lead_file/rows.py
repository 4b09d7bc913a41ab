"""
What a row of an export comes to: a lead with checked addresses, a rejection with every reason, or nothing.

Plain data classes: whoever builds one has checked every value, and for fifty thousand rows models would do it again for
seconds.
"""

from dataclasses import dataclass
from datetime import date

from adapters.lead_file.field import System
from engine.words import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a row says about a person."""

    name: str
    """As the records call it; a field of the company's own is `fields.<name>`."""
    value: str | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """The person's id in the system the file comes from."""

    system: System
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That a person agreed to be reached on a channel, with the proof."""

    channel: Channel
    on: date | None
    """None when the file does not say; then the day of the import counts."""
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A good row."""

    line: int
    emails: tuple[str, ...] = ()
    """Lower case, checked, the first choice first."""
    phones: tuple[str, ...] = ()
    """E.164, mobile first."""
    facts: tuple[Fact, ...] = ()
    external_ids: tuple[ExternalId, ...] = ()
    consents: tuple[Consent, ...] = ()
    """Only for channels the row has an address for."""
    opted_out: tuple[Channel, ...] = ()
    notes: tuple[str, ...] = ()
    """What of the row could not be kept, in a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row is rejected."""

    column: str
    """Empty when the whole row is meant."""
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that is not imported."""

    line: int
    problems: tuple[Problem, ...]
    cells: tuple[str, ...]
    """As the file has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRow:
    """A row without a single character."""

    line: int


Row = LeadRow | RejectedRow | BlankRow
