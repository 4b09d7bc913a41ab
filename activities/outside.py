"""What a look does outside its transactions: one call of a provider, whose every answer has a meaning."""

from datetime import timedelta
from typing import Literal, NamedTuple

from engine.life.moves import LookUp, Send
from engine.ports.providers import Message, OutcomeUnknown, Provider, Refused, SenderFault, TryLater
from engine.words import Channel, TouchKey, TouchState


class Calling(NamedTuple):
    """A claimed touch that is about to be sent."""

    send: Send
    message: Message
    fence: int
    ask_first: bool = False
    """The message may have left, and the ledger forgotten it."""
    revision: int = 0
    """Of the memory that was saved with the claim."""

    @property
    def touch_key(self) -> TouchKey:
        """Which touch."""
        return self.send.touch_key

    @property
    def channel(self) -> Channel:
        """On which channel."""
        return self.send.channel

    @property
    def step(self) -> str:
        """Which step of the sequence."""
        return self.send.step


class Asking(NamedTuple):
    """An uncertain touch that is about to be asked about."""

    look_up: LookUp
    step: str
    fence: int
    revision: int = 0
    """Of the memory that was saved before asking."""

    @property
    def touch_key(self) -> TouchKey:
        """Which touch."""
        return self.look_up.touch_key

    @property
    def channel(self) -> Channel:
        """On which channel."""
        return self.look_up.channel


OutsideCall = Calling | Asking
ResultName = Literal["accepted", "rejected", "not_sent", "uncertain", "still_unknown"]


class Result(NamedTuple):
    """What the call told us."""

    name: ResultName
    state: TouchState
    detail: str = ""
    effect: Literal["bad_recipient", "opted_out", "bad_content"] | None = None
    """Why a refusal is final."""
    wait: timedelta | None = None
    """How long the provider wants to be left alone."""
    long: bool = False
    """Our account is at fault: a quick retry would only burn attempts."""
    retry: TryLater | None = None
    """Raised after the outcome is committed, when a quick retry is worth it."""


LONGEST_WAIT = timedelta(hours=1)
"""What a busy provider may ask for: whoever asks for more has miscounted, and is asked again after that."""

LONGEST_FAULT = timedelta(days=1)
"""The same where our account is at fault: somebody mends it, and no provider knows when."""


def called(provider: Provider, call: Calling) -> Result:
    """The result of sending: the message is posted once at most, and not at all when the provider has it already."""
    try:
        receipt = (provider.look_up(call.touch_key) if call.ask_first else None) or provider.send(call.message)
    except SenderFault as fault:
        return Result("not_sent", TouchState.DEFERRED, str(fault), wait=_believed(fault, LONGEST_FAULT), long=True)
    except TryLater as later:
        wait = _believed(later, LONGEST_WAIT)
        again = TryLater(str(later), after=wait)
        return Result("not_sent", TouchState.RETRYABLE, str(later), wait=wait, retry=again)
    except Refused as refused:
        return Result("rejected", TouchState.REJECTED, str(refused), effect=refused.effect)
    except OutcomeUnknown as unknown:
        return Result("uncertain", TouchState.UNCERTAIN, str(unknown))
    return Result("accepted", TouchState.ACCEPTED, receipt.provider_id)


def _believed(later: TryLater, most: timedelta) -> timedelta | None:
    """How long the provider wants to be left alone, as far as that can be meant; None when it does not say."""
    return None if later.after is None else min(max(later.after, timedelta(0)), most)


def asked(provider: Provider, call: Asking) -> Result:
    """The result of looking up: a provider that cannot be asked now has not answered."""
    last = call.look_up.last
    try:
        receipt = provider.look_up(call.look_up.touch_key)
    except TryLater as later:
        return Result("still_unknown", TouchState.LOST if last else TouchState.UNCERTAIN, str(later))
    if receipt is not None:
        return Result("accepted", TouchState.ACCEPTED, receipt.provider_id)
    state = TouchState.NOT_FOUND if last else TouchState.UNCERTAIN
    return Result("still_unknown", state, "the provider does not know it")
