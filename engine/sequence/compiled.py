"""
What a sequence is once it is compiled: frozen plain data that is hashed, stored and read for ever.

Nothing here is code at run time. `FORMAT` rises when a reader of old rows would be wrong; readers of old formats stay.
"""

from __future__ import annotations

from datetime import time
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from engine.frozen import Frozen
from engine.reasons import ReplyClass
from engine.words import Channel, EventKind, Stage

FORMAT = 1

# --- times ------------------------------------------------------------------------------------------------------------


class Elapsed(Frozen):
    """An exact duration; a change to or from daylight saving time shifts the wall time."""

    kind: Literal["elapsed"] = "elapsed"
    minutes: int = Field(ge=0)


class Working(Frozen):
    """Working time of whoever must act; for a message, of the sequence's window in the lead's zone."""

    kind: Literal["working"] = "working"
    minutes: int = Field(ge=0)


class CalendarDays(Frozen):
    """That many dates later, at `at` in the lead's zone, or at the anchor's wall time."""

    kind: Literal["calendar"] = "calendar"
    days: int = Field(ge=0)
    at: time | None = None


class BusinessDays(Frozen):
    """The n-th working day strictly after the anchor's date."""

    kind: Literal["business_days"] = "business_days"
    days: int = Field(ge=1)
    at: time | None = None


class Quiet(Frozen):
    """That long without a word from the lead or from a person of ours."""

    kind: Literal["quiet"] = "quiet"
    delay: SimpleDelay


SimpleDelay = Annotated[Elapsed | Working | CalendarDays | BusinessDays, Field(discriminator="kind")]
Delay = Annotated[Elapsed | Working | CalendarDays | BusinessDays | Quiet, Field(discriminator="kind")]


class Moment(Frozen):
    """A moment tied to a date field of the lead; it follows the date when the date changes."""

    kind: Literal["before", "since"]
    field: str
    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)
    at: time | None = None


class Block(Frozen):
    """Opening hours of one weekday, local time; `closes` is exclusive, and midnight at the end of the day is 00:00."""

    weekday: int = Field(ge=0, le=6, description="0 is Monday")
    opens: time
    closes: time


class Window(Frozen):
    """Opening hours over a week, in whatever zone they are asked in."""

    blocks: tuple[Block, ...]

    # A window is read dozens of times for one decision.
    @cached_property
    def week(self) -> tuple[tuple[tuple[time, time], ...], ...]:
        """When it opens and closes on each day of the week, Monday first."""
        return tuple(
            tuple((block.opens, block.closes) for block in self.blocks if block.weekday == weekday)
            for weekday in range(7)
        )

    @cached_property
    def never_closes(self) -> bool:
        """Whether every day of the week is one block from midnight to midnight."""
        return all((time(0), time(0)) in day for day in self.week)


# --- conditions -------------------------------------------------------------------------------------------------------


class FieldIs(Frozen):
    """The field has one of these values."""

    kind: Literal["field_is"] = "field_is"
    field: str
    values: tuple[str | bool, ...]


class FieldKnown(Frozen):
    """The field has a value."""

    kind: Literal["field_known"] = "field_known"
    field: str


class FieldAtLeast(Frozen):
    """The number is n or more; an unknown number is not."""

    kind: Literal["field_at_least"] = "field_at_least"
    field: str
    n: float


class FieldBelow(Frozen):
    """The number is less than n; an unknown number is not."""

    kind: Literal["field_below"] = "field_below"
    field: str
    n: float


class OutcomeIs(Frozen):
    """A call, task or branch of this enrolment ended in one of these ways."""

    kind: Literal["outcome_is"] = "outcome_is"
    step: str
    outcomes: tuple[str, ...]


class Can(Frozen):
    """The lead has an address on this channel and we may use it."""

    kind: Literal["can"] = "can"
    channel: Channel


class OpenNow(Frozen):
    """It is inside the hours of the sequence."""

    kind: Literal["open_now"] = "open_now"


class AllOf(Frozen):
    """Every part is true."""

    kind: Literal["all_of"] = "all_of"
    parts: tuple[Condition, ...]


class AnyOf(Frozen):
    """At least one part is true."""

    kind: Literal["any_of"] = "any_of"
    parts: tuple[Condition, ...]


class Not(Frozen):
    """The part is false."""

    kind: Literal["not"] = "not"
    part: Condition


Condition = Annotated[
    FieldIs | FieldKnown | FieldAtLeast | FieldBelow | OutcomeIs | Can | OpenNow | AllOf | AnyOf | Not,
    Field(discriminator="kind"),
]

# --- exits and reactions ----------------------------------------------------------------------------------------------

FinishReason = Literal["completed", "goal_met", "not_interested", "disqualified"]


class Goto(Frozen):
    """On to a stage of the same sequence."""

    kind: Literal["goto"] = "goto"
    stage: Stage
    after: Delay | None = None


class Start(Frozen):
    """Hand over to another sequence of the catalogue."""

    kind: Literal["start"] = "start"
    sequence: str
    after: Delay | None = None


class Finish(Frozen):
    """The enrolment is over."""

    kind: Literal["finish"] = "finish"
    reason: FinishReason = "completed"
    after: Delay | None = None


class CarryOn(Frozen):
    """Wait until the answer task is closed, then go on where it was."""

    kind: Literal["carry_on"] = "carry_on"


Exit = Annotated[Goto | Start | Finish, Field(discriminator="kind")]
Response = Annotated[Goto | Start | Finish | CarryOn, Field(discriminator="kind")]


class OnEvent(Frozen):
    """Something happened."""

    kind: Literal["event"] = "event"
    event: EventKind


class OnReply(Frozen):
    """The lead answered in this sense."""

    kind: Literal["reply"] = "reply"
    reply: ReplyClass


class OnEntered(Frozen):
    """The CRM moved the lead into this pipeline stage."""

    kind: Literal["entered"] = "entered"
    pipeline_stage: str


class OnByHand(Frozen):
    """A person pressed this button."""

    kind: Literal["by_hand"] = "by_hand"
    name: str


class OnMoment(Frozen):
    """A moment tied to a date field came."""

    kind: Literal["moment"] = "moment"
    moment: Moment


class OnBecomes(Frozen):
    """A condition was false and is true."""

    kind: Literal["becomes"] = "becomes"
    condition: Condition


Trigger = Annotated[OnEvent | OnReply | OnEntered | OnByHand | OnMoment | OnBecomes, Field(discriminator="kind")]


class Reaction(Frozen):
    """What happens when the trigger comes."""

    trigger: Trigger
    response: Response


# --- steps ------------------------------------------------------------------------------------------------------------

IfPast = Literal["send", "skip", "review"]


EVERYBODY = 100
"""Shares of leads are percents."""


class Variant(Frozen):
    """One arm of an A/B test."""

    name: str
    template: str
    share: int
    """Percent of the leads."""


class Message(Frozen):
    """An email or a text."""

    kind: Literal["email", "sms"]
    id: str
    after: Delay | None = None
    at: Moment | None = None
    only_if: Condition | None = None
    template: str
    thread: str | None = None
    if_past: IfPast | None = None
    approve: bool = False
    variants: tuple[Variant, ...] = ()

    @property
    def channel(self) -> Channel:
        """The channel the message leaves on."""
        return Channel(self.kind)


class Escalation(Frozen):
    """Who is told when the task is still open after the delay."""

    role: str
    after: Delay


class HumanTask(Frozen):
    """A call or another task for a person of ours."""

    kind: Literal["call", "task"]
    id: str
    after: Delay | None = None
    at: Moment | None = None
    only_if: Condition | None = None
    template: str
    to: str = "owner"
    due: Delay
    give_up: Delay | None = None
    """Counted from the opening, as `due` and `escalate` are; None is three business days after it was due."""
    escalate: tuple[Escalation, ...] = ()
    blocks: bool = True
    proposes: str | None = None


class AskAnswer(Frozen):
    """A value and the words that mean it."""

    value: str
    words: tuple[str, ...]


class Ask(Frozen):
    """A question by text whose answer is saved in a field."""

    kind: Literal["ask"] = "ask"
    id: str
    after: Delay | None = None
    only_if: Condition | None = None
    template: str
    by: Literal["sms", "email"] = "sms"
    saves: str
    answers: tuple[AskAnswer, ...]
    wait: Delay
    no_answer: Exit

    @property
    def channel(self) -> Channel:
        """The channel the question leaves on."""
        return Channel(self.by)

    @property
    def at(self) -> None:
        """A question has a delay, and never a date of its own."""

    @property
    def thread(self) -> None:
        """A question begins a thread."""

    @property
    def if_past(self) -> None:
        """A question that is late does what its stage does by itself."""

    @property
    def variants(self) -> tuple[Variant, ...]:
        """There is one way to ask."""
        return ()


class Case(Frozen):
    """One arm of a branch: its steps, then on, or out by `then`."""

    condition: Condition
    steps: tuple[Step, ...] = ()
    then: Exit | None = None


class Branch(Frozen):
    """The first case that is true; else `otherwise`."""

    kind: Literal["branch"] = "branch"
    id: str
    cases: tuple[Case, ...]
    otherwise: tuple[Step, ...] = ()
    otherwise_exit: Exit | None = None


Step = Annotated[Message | HumanTask | Ask | Branch, Field(discriminator="kind")]

Sendable = Message | Ask
"""Steps that write to the lead."""

# --- stage, sequence --------------------------------------------------------------------------------------------------

AS_IS = "as_is"
"""The stage name that leaves the lead in the stage it is in."""


class StagePlan(Frozen):
    """The steps of one stage, what happens at their end, and what interrupts them."""

    name: Stage | Literal["as_is"]
    steps: tuple[Step, ...]
    otherwise: Exit
    when: tuple[Reaction, ...] = ()
    hours: Window | None = None


class AgainOnce(Frozen):
    """A lead runs through it once."""

    kind: Literal["once"] = "once"


class AgainIfInactive(Frozen):
    """A lead may run through it whenever it is not in it."""

    kind: Literal["if_inactive"] = "if_inactive"


class AgainAfter(Frozen):
    """A lead may run through it again this long after the last end."""

    kind: Literal["after"] = "after"
    delay: SimpleDelay


Again = Annotated[AgainOnce | AgainIfInactive | AgainAfter, Field(discriminator="kind")]


class Sequence(Frozen):
    """A compiled sequence: what a lead carries from its enrolment on."""

    format: Literal[1] = 1
    name: str
    stages: tuple[StagePlan, ...]
    maintainer: str
    starts: tuple[Trigger, ...] = ()
    only_if: Condition | None = None
    when: tuple[Reaction, ...] = ()
    sender: Literal["owner", "company"] = "owner"
    hours: Window
    gives_back: bool = False
    again: Again = AgainOnce()
    per_day: int | None = None
    after_human: Delay = BusinessDays(days=2)
    stale_after: Delay | None = None
    one_contact_per_account: bool = False
    holdout: int = 0


for _model in (Quiet, AllOf, AnyOf, Not, Case, Branch):
    _model.model_rebuild()
