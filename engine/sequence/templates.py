"""What a check needs to know about a message template."""

from enum import StrEnum
from typing import Literal

from engine.frozen import Frozen
from engine.sequence.written import Place


class Value(StrEnum):
    """What the lead gets out of a message."""

    ANSWER = "answer"
    """What they asked for."""
    GUIDE = "guide"
    """How to choose, prepare or look after something."""
    CASE = "case"
    """How it went for somebody like them."""
    OFFER = "offer"
    """A price, a term or a saving."""
    INVITATION = "invitation"
    """A way to talk to us, at a time of theirs."""
    REMINDER = "reminder"
    """A date that would otherwise be missed."""
    CHECK_IN = "check_in"
    """Help with what they bought."""
    RENEWAL = "renewal"
    """What they have, for another term."""
    REFERRAL = "referral"
    """Something for them and for somebody they know."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """Only that we have heard; it is no useful touch."""


class TemplateFacts(Frozen):
    """The front matter of a template and what its text asks of a lead."""

    name: str
    """`<sequence>/<step>`, as steps refer to it."""
    kind: Literal["email", "sms", "call", "task"]
    value: str | None = None
    """A Value; what is written may still be none, and is told to its author elsewhere."""
    tokens: tuple[str, ...] = ()
    """What the text takes from the lead and may not find."""
    places: tuple[tuple[str, Place], ...] = ()
    """Where the text takes each of them first."""
    defaults: tuple[str, ...] = ()
    """Tokens that have something to say instead."""
    languages: tuple[str, ...] = ()
    """The languages it is there in beside itself; each has facts of its own, under `<sequence>/<step>.<language>`."""
