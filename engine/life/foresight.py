"""
A lead's life played on from its memory while nothing happens outside: what people would notice, when and why.

    life = foresee(progress, now, catalogue)
    for coming in life.coming:
        print(coming.at, coming.what, coming.why)

Providers accept every message, and know every one they are asked about; nobody answers, and no task is done, so that
tasks are escalated and given up. The world around the lead stays as its memory knows it: hours, consent, switches,
limits and the policy's numbers. So the same memory, moment, catalogue and code foresee the same, always.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple, assert_never

from pydantic import AwareDatetime

from engine.frozen import Tolerant
from engine.life.decide import decide
from engine.life.deciding.tasks import name_of, task_name
from engine.life.deciding.wakes import other_wake
from engine.life.enrolling import consider
from engine.life.moves import (
    CloseTask,
    Enroll,
    EscalateTask,
    Finish,
    Inward,
    LookUp,
    Move,
    OpenTask,
    Park,
    PostponeTask,
    ReassignTask,
    Record,
    Send,
    StageEntered,
    StepSkipped,
    Wait,
)
from engine.life.noting import Fact, noting
from engine.life.progress import Progress
from engine.life.receipts import Accepted, Claimed, Done
from engine.life.wishes import Enrolled, Plan, Refused
from engine.sequence.wording import say_role
from engine.words import TaskKey

HORIZON = timedelta(days=90)
MOST_MOVES = 1000
"""Waits among them. Three messages a day take some five hundred until the horizon."""

COMPARED = 2 / 3
"""The share of a life whose gaps mean something: what left it may only have moved into the rest."""

Outward = Send | LookUp
Doing = Outward | Inward | Enroll
"""Every move but a wait."""

What = Literal[
    "message",
    "task_opened",
    "task_escalated",
    "task_given_up",
    "task_cancelled",
    "task_reassigned",
    "task_postponed",
    "skip",
    "stage",
    "enroll",
    "refusal",
    "review",
    "end",
]
"""What people would notice."""


class Foreseen(Tolerant):
    """One thing to come that people would notice; another release may have written it down."""

    at: AwareDatetime
    what: What
    about: str
    """Which message, task, step, stage, sequence or reason, as people speak of it."""
    why: str


class Foresight(NamedTuple):
    """A life played on, and how far."""

    since: datetime
    until: datetime
    """Whatever comes at this moment or before is foreseen: the horizon, or just before the moment it was cut at."""
    coming: tuple[Foreseen, ...]
    """In order."""

    @property
    def compared_until(self) -> datetime:
        """Until when something that is missing here is no part of this life; after that it may only have moved."""
        return self.since + (self.until - self.since) * COMPARED


def foresee(
    progress: Progress,
    now: datetime,
    catalogue: tuple[Plan, ...],
    *,
    horizon: timedelta = HORIZON,
    most: int = MOST_MOVES,
    enough: int | None = None,
) -> Foresight:
    """
    What is to come from `now` on and with the published catalogue, highest first.

    It ends where nothing more will happen by itself: the lead is over, or it waits for a person alone. It also ends
    with the horizon, and is cut after so many moves, or once there is `enough` that people would notice. Raises
    whatever the engine raises on this lead.
    """
    since, end = now, now + horizon
    coming: list[Foreseen] = []
    progress = _settled(progress, now)
    for _ in range(most):
        move = decide(progress, now)
        if isinstance(move, Wait) or _stands(progress, move):
            wake = move if isinstance(move, Wait) else other_wake(progress, now)
            if wake is None or wake.until > end:
                return Foresight(since, end, tuple(coming))
            now = wake.until
            continue
        facts = _facts(progress, move, catalogue, now)
        seen = _answer(facts[0]) if isinstance(move, Enroll) else _seen(progress, move)
        if seen is not None:
            coming.append(Foreseen(at=now, what=seen.what, about=seen.about, why=seen.why))
        if len(coming) == enough:
            break
        for fact in facts:
            progress = noting(progress, fact, now)
    # More may come at this very moment.
    return Foresight(since, now - timedelta.resolution, tuple(coming))


def _settled(progress: Progress, now: datetime) -> Progress:
    """The progress once the providers have answered for whatever is with them right now."""
    for touch in progress.open_touches:
        if not touch.uncertain:
            progress = noting(progress, Accepted(touch_key=touch.touch_key), now)
    return progress


def _stands(progress: Progress, move: Move) -> bool:
    """Whether the move changes nothing any more: a Review that stands, the end of a lead that is over."""
    if isinstance(move, Park):
        return progress.review is not None
    return isinstance(move, Finish) and progress.enrolment is None


def _facts(progress: Progress, move: Doing, catalogue: tuple[Plan, ...], now: datetime) -> tuple[Fact, ...]:
    """What is known once the move is made."""
    match move:
        case Enroll():
            return (consider(progress, move.wish, catalogue, now),)
        case Send():
            return (Claimed(touch_key=move.touch_key), Accepted(touch_key=move.touch_key))
        case LookUp():
            return (Accepted(touch_key=move.touch_key),)
        case _:
            return (Done(move=move),)


# --- what people notice -----------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """One thing noticed, whenever it is."""

    what: What
    about: str
    why: str


def _answer(fact: Fact) -> Seen | None:
    match fact:
        case Enrolled():
            return Seen("enroll", fact.plan.sequence.name, fact.why)
        case Refused():
            return Seen("refusal", fact.sequence or fact.because.value, fact.why)
        case _:
            return None


def _seen(progress: Progress, move: Outward | Inward) -> Seen | None:
    match move:
        case Send():
            return Seen("message", f"{move.channel} {move.step}", move.why)
        case OpenTask():
            return Seen("task_opened", name_of(move), move.why)
        case CloseTask():
            ended: What = "task_given_up" if move.ended == "given_up" else "task_cancelled"
            return Seen(ended, _task(progress, move.task_key), move.why)
        case EscalateTask():
            return Seen("task_escalated", f"{_task(progress, move.task_key)} to {say_role(move.role)}", move.why)
        case ReassignTask():
            return Seen("task_reassigned", _task(progress, move.task_key), move.why)
        case PostponeTask():
            return Seen("task_postponed", _task(progress, move.task_key), move.why)
        case Record(change=StageEntered(stage=stage)):
            return Seen("stage", stage.value, move.why)
        case Record(change=StepSkipped(step=step)):
            return Seen("skip", step, move.why)
        case Park():
            return Seen("review", move.because.value, move.why)
        case Finish():
            return Seen("end", move.because.value, move.why)
        case Record() | LookUp():
            return None
        case _:
            assert_never(move)


def _task(progress: Progress, key: TaskKey) -> str:
    return next(task_name(state) for state in progress.tasks if state.task.task_key == key)
