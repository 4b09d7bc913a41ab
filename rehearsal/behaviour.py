"""
What leads and people of ours do in a rehearsal, as a small file says that an operations team writes and corrects.

    [replies]
    email = 0.05            # of a hundred mails, five are answered
    median_hours = 6

Every value has a default, so a file holds only what is known better. The defaults are ours: plausible, and measured
nowhere.
"""

import tomllib
from collections import abc
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.reasons import CallDisposition, ReplyClass
from engine.words import EventKind
from rehearsal.company import Home

Share = Annotated[float, Field(ge=0, le=1)]
"""Of 1."""


def _weighs(weights: abc.Mapping[str, float]) -> abc.Mapping[str, float]:
    if not weights or min(weights.values()) < 0 or not sum(weights.values()):
        raise ValueError("weights are not negative, and at least one is more than 0")
    return weights


Weights = Annotated[dict[str, float], AfterValidator(_weighs)]


class Arrivals(Frozen):
    """When leads come."""

    over_days: int = Field(default=14, ge=1)
    """All of them come within so many days, from the first on."""
    by_hour: tuple[float, ...] = Field(
        default=(1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 8, 8, 8, 8, 7, 6, 5, 4, 4, 3, 2, 1), min_length=24, max_length=24
    )
    """How many in each hour of the day, from midnight on, by the lead's own clock."""


class Reach(Frozen):
    """How leads can be reached."""

    email: Share = 0.97
    phone: Share = 0.85
    may_text: Share = 0.8
    """Of those with a phone, who agreed to texts."""


class Replies(Frozen):
    """Who answers a message, when, and in what sense."""

    email: Share = 0.04
    sms: Share = 0.10
    questions: Share = 0.35
    """Of questions, answered with a word that the question knows; each of its answers as often as any other."""
    fading: Share = 0.9
    """Each further message is answered so much more seldom than the one before."""
    median_hours: float = Field(default=5, gt=0)
    by_hour: tuple[float, ...] = Field(
        default=(1, 0, 0, 0, 0, 1, 3, 6, 8, 9, 9, 8, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 4, 2), min_length=24, max_length=24
    )
    """When people write, from midnight on, by their own clock."""
    senses: Weights = Field(
        default={
            ReplyClass.POSITIVE: 25,
            ReplyClass.WANTS_MEETING: 15,
            ReplyClass.QUESTION: 20,
            ReplyClass.NOT_NOW: 15,
            ReplyClass.NOT_INTERESTED: 20,
            ReplyClass.WRONG_PERSON: 2,
            ReplyClass.UNCLEAR: 3,
        }
    )
    absent: Share = 0.05
    """Of mails, answered by a machine because its owner is away."""
    absent_days: tuple[int, int] = (2, 14)


class Losses(Frozen):
    """What does not arrive, and who wants no more."""

    email_bounces: Share = 0.02
    """Of the first mails."""
    sms_bounces: Share = 0.01
    email_opt_outs: Share = 0.003
    """Of all mails."""
    sms_opt_outs: Share = 0.01


class Work(Frozen):
    """What people of ours do with their tasks."""

    calls_made: Share = 0.92
    """The others are left until they are given up."""
    call_median_hours: float = Field(default=0.5, gt=0)
    """Working time from the opening of the task."""
    call_outcomes: Weights = Field(
        default={
            CallDisposition.NO_ANSWER: 45,
            CallDisposition.VOICEMAIL: 25,
            CallDisposition.CONNECTED_NEUTRAL: 12,
            CallDisposition.CONNECTED_POSITIVE: 8,
            CallDisposition.CONNECTED_NEGATIVE: 4,
            CallDisposition.BUSY: 3,
            CallDisposition.GATEKEEPER: 2,
            CallDisposition.WRONG_NUMBER: 1,
        }
    )
    tasks_done: Share = 0.95
    task_median_hours: float = Field(default=3, gt=0)
    answers_given: Share = 0.98
    answer_median_hours: float = Field(default=0.7, gt=0)


class Course(Frozen):
    """What becomes of a lead that has answered well or was reached."""

    meets: Share = 0.4
    meets_within_days: tuple[float, float] = (0.2, 4)
    wins: Share = 0.25
    wins_within_days: tuple[float, float] = (5, 45)
    loses: Share = 0.35
    loses_within_days: tuple[float, float] = (5, 60)


class Moves(Frozen):
    """Something else that happens to leads of itself: an event, how often, and when after they came."""

    event: EventKind
    share: Share
    within_days: tuple[float, float]
    pipeline_stage: str | None = None
    name: str | None = None
    """Of a button."""


class Behaviour(Frozen):
    """Everything that people do."""

    arrivals: Arrivals = Arrivals()
    reach: Reach = Reach()
    homes: tuple[Home, ...] = ()
    """Where leads live, all alike; none: where the company is."""
    fields: dict[str, dict[str, float]] = Field(default={})
    """Values of declared fields and how often they occur; of a date, days from the day the lead comes."""
    replies: Replies = Replies()
    losses: Losses = Losses()
    work: Work = Work()
    course: Course = Course()
    moves: tuple[Moves, ...] = ()

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        for name in self.replies.senses:
            ReplyClass(name)
        for name in self.work.call_outcomes:
            CallDisposition(name)
        return self


DEFAULTS: Final = Path(__file__).with_suffix(".toml")
"""A file that says what is believed of people unless somebody knows better, each value with what it means."""


def read(path: Path) -> Behaviour:
    """
    The behaviour that a TOML file describes.

    Raises: FollowupError SIM001 naming what in the file cannot be meant.
    """
    try:
        return Behaviour.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the file"
        raise _unreadable(path, f"{name}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> FollowupError:
    return FollowupError(
        code="SIM001",
        what="this behaviour cannot be read",
        where=str(path),
        why=why,
        next="`followup sequence simulate --print-behaviour` shows every value there is",
    )
