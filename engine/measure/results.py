"""What a sequence has brought about: every touch and task of those who began it, counted once, step by step."""

from collections import Counter, abc
from typing import Final, Literal

from pydantic import AwareDatetime, Field, computed_field

from engine.frozen import Frozen
from engine.measure.steps import Count, StepResult, counts
from engine.reasons import ReviewReason
from engine.sequence.compiled import Sequence
from engine.sequence.structure import plan_of_step, steps
from engine.words import TouchState

WAITING: Final = (
    TouchState.DEFERRED,
    TouchState.RETRYABLE,
    TouchState.IN_FLIGHT,
    TouchState.UNCERTAIN,
    TouchState.NOT_FOUND,
)
"""Of these nobody can say yet what becomes of them."""
LEFT_OUT: Final[dict[str, str]] = {
    TouchState.REJECTED: ReviewReason.PROVIDER_REJECTED,
    TouchState.LOST: ReviewReason.OUTCOME_UNPROVEN,
}
"""Touches that a person has to see to, and the reason that stands for them; of others the records say it."""


class Tally(Frozen):
    """So many touches, or tasks, of one place that ended, or stand, alike."""

    of: Literal["touch", "task"]
    version: str
    stage: str = ""
    """Empty for a task, of which the sequence says it."""
    step: str
    channel: str
    """Of a touch; `call` or `task` otherwise."""
    variant: str = ""
    state: str
    because: str = ""
    count: int = Field(ge=1)
    on_time: int = 0
    """Of tasks: done before they were due."""
    answered: int = 0
    stopped: int = 0


class Group(Frozen):
    """Those who got the sequence, or those who were held out of it to compare with."""

    held_out: bool
    began: int
    running: int
    ended: tuple[Count, ...]


class SequenceResults(Frozen):
    """The results of one sequence, for everybody who began it in a period."""

    sequence: str
    since: AwareDatetime | None
    """None: from the beginning."""
    groups: tuple[Group, ...]
    steps: tuple[StepResult, ...]
    touches: int
    """Rows of the ledger that belong to these enrolments, counted by themselves."""
    tasks: int
    """Calls and tasks of these enrolments, counted by themselves."""

    @computed_field  # type: ignore[prop-decorator] # pydantic's own way; mypy knows no decorated property
    @property
    def reconciled(self) -> bool:
        """Whether every touch and every task stands in exactly one of the steps."""
        return sum(step.entered for step in self.steps) == self.touches + self.tasks


class _Sums:
    """One step, or one variant of it, while it is counted."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.sent = self.open = self.answered = self.stopped = self.on_time = 0
        self.skipped: Counter[str] = Counter()

    def add(self, tally: Tally) -> None:
        self.answered += tally.answered
        self.stopped += tally.stopped
        self.on_time += tally.on_time
        if tally.state in (*WAITING, "open"):
            self.open += tally.count
        elif tally.state in (TouchState.SUPPRESSED, "left_out", *LEFT_OUT):
            self.skipped[LEFT_OUT.get(tally.state, tally.because)] += tally.count
        else:
            self.sent += tally.count


def step_results(
    name: str, tallies: abc.Iterable[Tally], sequences: abc.Mapping[str, Sequence]
) -> tuple[StepResult, ...]:
    """
    The steps of a sequence in the order they are written; steps of older versions that are gone come last.

    `sequences` are the versions that the tallies name, the newest first.
    """
    sums: dict[tuple[str, str, str], _Sums] = {}
    for tally in tallies:
        stage = tally.stage or _stage(sequences[tally.version], tally.step)
        sums.setdefault((stage, tally.step, tally.variant), _Sums(tally.channel)).add(tally)
    written = [step.id for sequence in sequences.values() for plan in sequence.stages for step in steps(plan)]
    order = {step: place for place, step in reversed([*enumerate(written)])}
    return tuple(
        StepResult(
            sequence=name,
            stage=stage,
            step=step,
            channel=found.channel,
            variant=variant,
            entered=found.sent + found.open + found.skipped.total(),
            sent=found.sent,
            skipped=counts(found.skipped),
            open=found.open,
            answered=found.answered,
            stopped=found.stopped,
            on_time=found.on_time,
        )
        for (stage, step, variant), found in sorted(sums.items(), key=lambda item: (order[item[0][1]], item[0]))
    )


def _stage(sequence: Sequence, step: str) -> str:
    return sequence.stages[plan_of_step(sequence, step)].name
