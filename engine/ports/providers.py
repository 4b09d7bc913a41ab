"""
What the engine asks of whoever carries a message, and how that can go wrong.

* ProviderError
  - TryLater         certainly not sent; may be tried again after `after`
  - Refused          this touch will never be accepted: the sequence goes on or stops
  - OutcomeUnknown   accepted or not, nobody knows: never sent again, asked about instead

Anything that is not certainly unsent is OutcomeUnknown: neither Twilio nor SendGrid takes a key by which a message that
is handed over twice would leave once.
"""

from datetime import timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime

from engine.frozen import Frozen
from engine.words import Channel, TouchKey


class Message(Frozen):
    """One message, rendered, with its addresses. It exists only between the claim and the provider."""

    touch_key: TouchKey
    channel: Channel
    to: str
    """E.164 or a mail address, normalised."""
    sender: str
    """The address or number it comes from."""
    sender_name: str = ""
    subject: str = ""
    text: str
    html: str = ""
    """The same as a whole page; empty unless it is a mail."""
    in_reply_to: TouchKey | None = None
    """The touch whose thread it continues."""
    send_by: AwareDatetime
    """Real time: no first byte after it."""
    valid_until: AwareDatetime
    """Business time: the provider must not release it later."""


class Receipt(Frozen):
    """The provider's word that it has the message."""

    provider_id: str


class ProviderError(Exception):
    """Why there is no receipt. The message is for people and holds nothing personal."""


class TryLater(ProviderError):
    """Certainly not sent."""

    def __init__(self, detail: str, *, after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.after = after
        """How long the provider asks us to wait, when it says."""


class Refused(ProviderError):
    """Certainly not sent, and it never will be."""

    def __init__(self, detail: str, *, effect: Literal["bad_recipient", "opted_out", "bad_content"]) -> None:
        super().__init__(detail)
        self.effect = effect


class SenderFault(TryLater):
    """Our account, number or credentials are at fault, not the lead: everybody on this sender waits."""


class OutcomeUnknown(ProviderError):
    """Ambiguous: a timeout, a reset, a 5xx, an answer nobody can read."""


class Provider(Protocol):
    """Sends messages of one channel. Twilio, SendGrid, the Outbox and a test's script all look like this."""

    def send(self, message: Message) -> Receipt:
        """
        The provider's receipt; at most one request leaves, and its total time is bounded.

        Raises: TryLater, Refused, SenderFault or OutcomeUnknown, nothing else.
        """
        ...

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """
        The receipt when the provider knows this touch; reads only.

        Raises: TryLater when the provider cannot be asked now.
        """
        ...
