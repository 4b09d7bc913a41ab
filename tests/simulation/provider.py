"""A provider in the same process: its own journal, its own truth, and every way it has of not telling us."""

from collections import abc
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from adapters.ledger import Evidence as Word
from engine.ports.providers import Message, OutcomeUnknown, Receipt, Refused, SenderFault, TryLater
from engine.words import Channel, TouchKey, TouchState
from tests.simulation.agenda import Agenda
from tests.simulation.company import is_lawful, reads_open
from tests.simulation.weather import Fault, Weather
from tests.simulation.witness import Drafted, Witness
from tests.support.evidence import Delivery

Refusal = Literal["bad_recipient", "opted_out", "bad_content"]

DEADLINE: Final = timedelta(seconds=10)
EFFECTS: Final[tuple[Refusal, ...]] = ("bad_recipient", "opted_out", "bad_content")
CALLS_BACK: Final = 0.5
"""The share of companies whose provider calls back; the others learn of nothing but by asking."""
MOMENT: Final = timedelta(microseconds=1)
PATIENCE: Final = (None, timedelta(seconds=1), timedelta(seconds=30), timedelta(minutes=10))

Tell = abc.Callable[[Word, Delivery], None]


class Provider:
    """Takes messages, or not, and says so, or not."""

    def __init__(
        self,
        agenda: Agenda,
        weather: Weather,
        dice: Random,
        witness: Witness,
        reached: abc.Callable[[str], None],
        attempt: abc.Callable[[], tuple[abc.Hashable, datetime] | None],
    ) -> None:
        self._agenda = agenda
        self._weather = weather
        self._dice = dice
        self._witness = witness
        self._reached = reached
        self._attempt = attempt
        self._has_callbacks = dice.random() < CALLS_BACK
        self._found_from: dict[TouchKey, datetime] = {}
        """Since when a look-up finds the message."""
        self.journal: list[Delivery] = []
        self.calls_back: Tell = lambda word, delivery: None
        self.is_read: abc.Callable[[Delivery], None] = lambda delivery: None

    def send(self, message: Message) -> Receipt:
        """The receipt. Raises: TryLater, Refused, SenderFault or OutcomeUnknown."""
        if self._agenda.now > message.send_by:
            raise TryLater("too late for the first byte")
        if self._strikes(Fault.PROVIDER_UNREACHABLE):
            raise TryLater("the provider cannot be reached")
        refusal = self._refusal()
        breaks = self._breakdown()
        takes = refusal is None and breaks not in (Fault.BREAKS_BEFORE, Fault.SILENT_BEFORE)
        self._write_down(message, takes=takes)
        if isinstance(refusal, Refused):
            self._tell_refusal(message, refusal)
        self._reached("after_last_byte")
        if refusal is not None:
            raise refusal
        if breaks in (Fault.SILENT_BEFORE, Fault.SILENT_AFTER):
            self._agenda.takes(DEADLINE)
        if breaks is not None:
            raise OutcomeUnknown(breaks)
        return Receipt(provider_id=f"m-{message.touch_key}")

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """The receipt when it is found by now. Raises: TryLater."""
        if self._strikes(Fault.LOOK_UP_FAILS):
            raise TryLater("the provider cannot be asked now")
        since = self._found_from.get(touch_key)
        return None if since is None or since > self._agenda.now else Receipt(provider_id=f"m-{touch_key}")

    def _strikes(self, fault: Fault) -> bool:
        return self._weather.strikes(fault)

    def _refusal(self) -> TryLater | Refused | None:
        if self._strikes(Fault.PROVIDER_BUSY):
            return TryLater("the provider is busy", after=self._dice.choice(PATIENCE))
        if self._strikes(Fault.ACCOUNT_AT_FAULT):
            return SenderFault("the provider does not let us in", after=self._dice.choice(PATIENCE))
        if self._strikes(Fault.PROVIDER_REFUSES):
            effect = self._dice.choice(EFFECTS)
            return Refused(effect, effect=effect)
        return None

    def _tell_refusal(self, message: Message, refusal: Refused) -> None:
        attempt = self._attempt()
        if attempt is not None:
            self._witness.refused(attempt, message.touch_key, refusal.effect, attempt[1])

    def _breakdown(self) -> Fault | None:
        kinds = (Fault.BREAKS_BEFORE, Fault.BREAKS_AFTER, Fault.SILENT_BEFORE, Fault.SILENT_AFTER)
        return next((kind for kind in kinds if self._strikes(kind)), None)

    def _write_down(self, message: Message, *, takes: bool) -> None:
        now, drafted = self._agenda.now, self._witness.drafted[message.touch_key]
        delivery = Delivery(
            touch_key=message.touch_key,
            marker=message.text.partition("\n")[0],
            lead=drafted.person.lead,
            channel=message.channel.value,
            began_at=now,
            accepted_at=now if takes else None,
            valid_until=message.valid_until,
            claimed_after=self._witness.seen.claims.get(message.touch_key),
            allowed=_is_allowed(drafted, now) and _is_allowed(drafted, message.valid_until - MOMENT),
            not_before=self._witness.earliest(message.touch_key, self.journal),
        )
        self.journal.append(delivery)
        if takes:
            lag = (
                timedelta(minutes=self._dice.choice((1, 5, 30))) if self._strikes(Fault.LOOK_UP_LAGS) else timedelta(0)
            )
            self._found_from.setdefault(message.touch_key, now + lag)
            self._plan_callbacks(delivery)
            self.is_read(delivery)

    def _plan_callbacks(self, delivery: Delivery) -> None:
        if not self._has_callbacks:
            return
        fails = self._strikes(Fault.NOT_DELIVERED)
        end = self._dice.choice((TouchState.UNDELIVERED, TouchState.BOUNCED)) if fails else TouchState.DELIVERED
        states = [TouchState.SENT, end]
        if self._strikes(Fault.CALLBACK_REVERSED):
            states.reverse()
        for number, state in enumerate(states):
            if self._strikes(Fault.CALLBACK_LOST):
                continue
            delay = timedelta(seconds=2 + 20 * number)
            if self._strikes(Fault.CALLBACK_LATE):
                delay += timedelta(minutes=self._dice.choice((2, 20, 600)))
            for copy in range(2 if self._strikes(Fault.CALLBACK_TWICE) else 1):
                self._agenda.after(delay * (1 + copy), self._calling_back(state, delivery))

    def _calling_back(self, state: TouchState, delivery: Delivery) -> abc.Callable[[], None]:
        key = TouchKey(delivery.touch_key)
        return lambda: self.calls_back(
            Word(touch_key=key, state=state, at=self._agenda.now, provider_id=f"m-{key}"), delivery
        )


def _is_allowed(drafted: Drafted, moment: datetime) -> bool:
    """Whether a clock on the wall says that the message may arrive, by the sequence's hours and by the law."""
    if not reads_open(drafted.window, drafted.person.home.zone, moment):
        return False
    return drafted.send.channel is Channel.EMAIL or is_lawful(drafted.person.home, moment)
