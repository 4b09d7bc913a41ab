"""
The weather of one seed: which faults there are in it, and when they strike.

As FoundationDB does it: every kind of fault is in a quarter of all seeds, and strikes a quarter of the times it could.
So some seeds see one fault often, and a few see many at once.
"""

from collections import Counter
from enum import StrEnum
from random import Random
from typing import Final

from adapters.faults import POINTS

SHARE: Final = 0.25
CHANCE: Final = 0.25


class Fault(StrEnum):
    """Everything that goes wrong, but for processes that are killed or stopped at a crash point."""

    DATABASE_AWAY = "the database is away"
    COMMIT_FAILS = "a commit fails"
    COMMIT_UNHEARD = "a commit is made and not heard of"
    PROVIDER_BUSY = "the provider is busy"
    PROVIDER_UNREACHABLE = "the provider cannot be reached"
    PROVIDER_REFUSES = "the provider refuses"
    ACCOUNT_AT_FAULT = "our account is at fault"
    BREAKS_BEFORE = "the provider breaks before it takes a message"
    BREAKS_AFTER = "the provider breaks after it took a message"
    SILENT_BEFORE = "the provider is silent and took nothing"
    SILENT_AFTER = "the provider is silent and took the message"
    LOOK_UP_LAGS = "a message is found late"
    LOOK_UP_FAILS = "the provider cannot be asked"
    CALLBACK_LOST = "a callback is lost"
    CALLBACK_LATE = "a callback is late"
    CALLBACK_TWICE = "a callback comes twice"
    CALLBACK_REVERSED = "callbacks come in the wrong order"
    NOT_DELIVERED = "a message does not arrive"
    LINE_BUSY = "the sender's line is full"
    WORD_MISSING = "a word of the message is missing"
    TURN_LOST = "a turn is lost on its way to Temporal"
    RING_LOST = "a ring is lost"
    NO_RING_HEARD = "no ring but the sweep's gets through"
    RING_LATE = "a ring is late"
    RUN_TERMINATED = "a run is terminated"
    RUN_RESET = "a run is reset"
    TEMPORAL_LOST = "Temporal's store is lost"
    DATABASE_RESTORED = "the database is restored to an older state"
    WORKERS_DOWN = "all workers are down"
    LETTER_TWICE = "a letter comes twice"
    LETTER_LATE = "a letter is late"
    LETTER_UNREADABLE = "a letter cannot be read"
    SIGNALLED = "somebody signals content to Temporal"


STOPPABLE: Final = (
    "before_lock",
    "after_claim",
    "after_last_byte",
    "after_response",
    "after_outcome_commit",
    "after_lookup",
    "after_reconcile_commit",
)
"""Where a process may be stopped and go on later: no transaction is open there."""


def killed(point: str) -> str:
    """The fault of being killed there."""
    return f"killed {point}"


def stopped(point: str) -> str:
    """The fault of being stopped there for a while."""
    return f"stopped {point}"


EVERY_FAULT: Final = (
    *(fault.value for fault in Fault),
    *(killed(point) for point in POINTS),
    *(stopped(point) for point in STOPPABLE),
)


class Weather:
    """Which faults strike."""

    def __init__(self, dice: Random, share: float = SHARE) -> None:
        self._dice = dice
        self._possible = frozenset(fault for fault in EVERY_FAULT if dice.random() < share)
        self._fine = False
        self.struck: Counter[str] = Counter()

    def clears(self) -> None:
        """From now on nothing goes wrong any more."""
        self._fine = True

    @property
    def is_fine(self) -> bool:
        """Whether nothing goes wrong any more."""
        return self._fine

    def strikes(self, fault: str) -> bool:
        """Whether it goes wrong now."""
        if self._fine or fault not in self._possible or self._dice.random() >= CHANCE:
            return False
        self.struck[str(fault)] += 1
        return True

    def prevails(self, fault: str) -> bool:
        """Whether it goes wrong in this world from beginning to end."""
        if fault in self._possible:
            self.struck[str(fault)] += 1
        return fault in self._possible


class Killed(BaseException):
    """The process is gone: nothing after it runs, and no `except Exception` hears of it."""
