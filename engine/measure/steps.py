"""What became of each step, and of each of its variants: sums in which every lead that came to it stands once."""

from typing import Final

from pydantic import Field, computed_field

from engine.frozen import Frozen
from engine.measure.shares import Interval, interval_of
from engine.reasons import ReplyClass

MACHINES: Final = (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTOMATIC, ReplyClass.BOUNCE_NOTICE)
"""Answers that no person wrote."""


class Count(Frozen):
    """How many, for one reason."""

    because: str
    count: int = Field(ge=1)


class StepResult(Frozen):
    """One step, or one variant of it: `entered` is the sum of `sent`, of `skipped` and of `open`."""

    sequence: str
    stage: str
    step: str
    channel: str
    variant: str = ""
    entered: int = 0
    """Touches of which something became, or that still wait."""
    sent: int = 0
    """Messages that left, whatever became of them afterwards; calls and tasks that somebody was asked for."""
    skipped: tuple[Count, ...] = ()
    """Those that were left out, by reason, the commonest first."""
    open: int = 0
    """Those that wait, or of which nobody knows yet."""
    answered: int = 0
    """Messages after which the person wrote to us, before the next message to them."""
    stopped: int = 0
    """Messages after which the person refused to hear more, before the next message to them."""
    on_time: int = 0
    """Of calls and tasks: done before they were due."""

    @computed_field  # type: ignore[prop-decorator] # pydantic's own way; mypy knows no decorated property
    @property
    def answer_rate(self) -> Interval:
        """How large the share of answers is, as far as so many messages can tell."""
        return interval_of(self.answered, self.sent)


def counts(by_reason: dict[str, int]) -> tuple[Count, ...]:
    """The reasons, the commonest first."""
    ordered = sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(because=because, count=count) for because, count in ordered if count)
