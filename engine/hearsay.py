"""
What others tell us, made fit to be kept.

A CRM writes the last day of the calendar for "no end", and a webhook may hold anything that JSON can. One such value
must not stop a lead: moments lie where every zone and every delay can bear them, texts are what every database stores.
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Dates beyond these are somebody's way to say "never"."""

LONGEST_TEXT: Final = 300
"""Characters that are kept of a name, an id or a reason; the Inbox row has all of them."""


def bearable(moment: datetime) -> datetime:
    """The moment (aware), or the end of the bearable calendar that it lies beyond."""
    return min(max(moment, EARLIEST), LATEST)


def storable(text: str) -> str:
    """The text without NUL and lost halves of characters, which databases refuse, and no longer than anybody reads."""
    return "".join(c for c in text[:LONGEST_TEXT] if c != "\0" and not "\ud800" <= c <= "\udfff")


SaidMoment = Annotated[AwareDatetime, AfterValidator(bearable)]
"""A moment from outside."""

SaidText = Annotated[str, AfterValidator(storable)]
"""A text from outside."""
