"""What a check needs to know about a message template."""

from typing import Literal

from engine.frozen import Frozen

ACKNOWLEDGEMENT = "acknowledgement"
"""The value of a template that only says we have heard; it is no useful touch."""


class TemplateFacts(Frozen):
    """The front matter of a template and what its text asks of a lead."""

    name: str
    """`<sequence>/<step>`, as steps refer to it."""
    kind: Literal["email", "sms", "call", "task"]
    value: str | None = None
    """What the lead gets out of it: answer, guide, case, offer, reminder, acknowledgement, …"""
    purpose: str | None = None
    subject: str | None = None
    tokens: tuple[str, ...] = ()
    """What the text takes from the lead and may not find."""
    defaults: tuple[str, ...] = ()
    """Tokens that have something to say instead."""
