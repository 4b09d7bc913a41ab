"""
Everything that has happened to one lead, as the engine needs it.

It lives on the lead's row, versioned by `schema_version` (upcast on load) and fenced by `revision`.
"""

from datetime import timedelta
from operator import not_
from typing import Literal

from pydantic import AwareDatetime, Field

from engine.frozen import Frozen
from engine.life.circumstances import Circumstances
from engine.life.moves import Hold, OpenTask
from engine.life.wishes import Plan, Wish
from engine.reasons import EnrollRefusal, ReviewReason, StopReason
from engine.sequence.compiled import Ask, Exit, StagePlan, Start
from engine.sequence.structure import steps
from engine.words import Channel, LeadId, Stage, TaskKey, TouchKey

SCHEMA_VERSION = 3
NO_TIME = timedelta(0)


def _is_none(value: object) -> bool:
    """For a field that rows are older than: while it says nothing, what is written reads as it always did."""
    return value is None


class Doubt(Frozen):
    """Why a person decides before a step is tried once more."""

    because: ReviewReason
    detail: str = ""


class Approval(Frozen):
    """What a person said of a message that may not leave unasked."""

    given: bool
    """Else the message is left out."""
    at: AwareDatetime
    task: TaskKey | None = Field(default=None, exclude_if=not_)
    """Beside which the words stand; None: it was said before that was remembered."""


class AfterPause(Frozen):
    """What becomes of what came due while the sequence was paused, and delays ran on."""

    until: AwareDatetime
    """When the pause ended for this lead."""
    left_out: bool
    """Else it leaves late, and is not too late for that."""


class Cursor(Frozen):
    """Where in a stage the lead is."""

    step: str | None
    """None: no step is left, and the way out counts from the anchor."""
    exit: Exit | None = None
    """The way out that an arm of a branch names; None is the stage's `otherwise`."""
    anchor: AwareDatetime
    """When the step before was settled; at stage entry, the entry."""
    shift: timedelta = NO_TIME
    """How long the clock has stood since the anchor."""
    resumed_at: AwareDatetime | None = None
    """When the clock began to run again here; a date that passed while it stood has been missed."""
    occurrence: int = 0
    guard_passed: bool = False
    task: TaskKey | None = None
    """The open task of a blocking call or task."""
    held: Hold | None = None
    """What the gate or a provider said last."""
    doubt: Doubt | None = None
    late_ok: bool = False
    """A person said that lateness does not matter."""
    moved: bool = Field(default=False, exclude_if=not_)
    """A migration gave the step another moment; that this is over by now is no lateness."""
    approval: Approval | None = Field(default=None, exclude_if=_is_none)
    """None: nobody was asked, or nobody has answered yet."""
    after_pause: AfterPause | None = Field(default=None, exclude_if=_is_none)
    """None: the sequence was not paused since the step before, or delays stood as long."""
    ask_first: bool = Field(default=False, exclude_if=not_)
    """The message may have left, and the records forgotten it: the provider is asked before it is sent."""


class Outcome(Frozen):
    """How a step ended: a disposition, `given_up`, `sent`, `skipped`, or the arm of a branch."""

    step: str
    outcome: str
    at: AwareDatetime
    touch_key: TouchKey | None = None
    occurrence: int = 0
    visit: int = 1
    released_by: TaskKey | None = Field(default=None, exclude_if=not_)
    """The task beside which the words stand that a person released; a second try leaves with them."""


class PendingExit(Frozen):
    """An exit that is decided and waits for its delay."""

    exit: Exit
    because: StopReason | None = None
    """The reason for a finish that the engine's own defaults decided."""
    step: str | None = None
    """A jump names the step to begin at."""
    since: AwareDatetime
    shift: timedelta = NO_TIME
    not_before: AwareDatetime | None = Field(default=None, exclude_if=_is_none)
    """When the sequence it hands over to has a place for the lead."""
    why: str


class OpenTouch(Frozen):
    """A claimed touch whose outcome is not noted yet, or not known."""

    touch_key: TouchKey
    channel: Channel
    enrolment: int
    plan: int
    visit: int
    step: str
    occurrence: int
    since: AwareDatetime
    uncertain: bool = False
    asked: int = 0
    """Look-ups without an answer."""
    lost: bool = False
    """Look-ups have ended: a person decides."""


class Visits(Frozen):
    """How often the enrolment entered a stage plan."""

    plan: int
    """Its number, as everywhere but in `at_plan`: see `Enrolment.stage_number`."""
    count: int
    forgiven: int = 0
    """How many of them a person has allowed."""


class LeftStage(Frozen):
    """The stage just left, so that a return within a minute goes on where it was."""

    plan: int
    visit: int
    cursor: Cursor
    left_at: AwareDatetime
    done: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """As of an Enrolment."""


class Fired(Frozen):
    """A moment reaction that has fired, with the date value it fired for."""

    where: Literal["stage", "sequence"]
    plan: int
    reaction: int
    value: str


class Enrolment(Frozen):
    """One lead in one sequence version."""

    number: int
    plan: Plan
    started_at: AwareDatetime
    why: str = ""
    """What started it."""
    at_plan: int = 0
    """Index of the stage plan it is in."""
    visit: int = 1
    entered_at: AwareDatetime
    cursor: Cursor
    visits: tuple[Visits, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    exit: PendingExit | None = None
    """Decided by an event, a command or a moment, before the steps came to their end."""
    stopped_since: AwareDatetime | None = None
    """The clock stands since then (paused, sequence paused, interrupted, answer open)."""
    reckoned_until: AwareDatetime | None = Field(default=None, exclude_if=_is_none)
    """Pauses of the sequence are counted up to here; what they stopped before it is never counted again."""
    touches: int = 0
    left: LeftStage | None = None
    fired: tuple[Fired, ...] = ()
    answer_open: bool = False
    """`carry_on()`: goes on when the answer task is closed."""
    held_out: bool = False
    """The lead gets nothing from it, to be compared with those who do."""
    numbers: tuple[int, ...] = Field(default=(), exclude_if=not_)
    """The number of each stage plan, once a migration has moved one; before that, its place is its number."""
    done: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """Steps of this visit that another version had earlier than this one has them: they do not come again."""

    @property
    def stage_number(self) -> int:
        """The number of the stage plan it is in: touches, tasks and visits are told apart by it in every version."""
        return self.number_of(self.at_plan)

    def number_of(self, plan: int) -> int:
        """The number of the stage plan at this place of the sequence."""
        return self.numbers[plan] if self.numbers else plan

    @property
    def stage_plan(self) -> StagePlan:
        """The stage it is in."""
        return self.plan.sequence.stages[self.at_plan]

    @property
    def way_out(self) -> PendingExit | None:
        """The exit that is decided, else the one at the end of the steps; None while a step is left."""
        cursor = self.cursor
        if self.exit is not None or cursor.step is not None:
            return self.exit
        exit_ = self.stage_plan.otherwise if cursor.exit is None else cursor.exit
        return PendingExit(exit=exit_, since=cursor.anchor, shift=cursor.shift, why=self._why_out)

    @property
    def _why_out(self) -> str:
        """What led to the exit at which no step is left."""
        if self.cursor.exit is None:
            return "the steps of the stage are done"
        last = self.outcomes[-1].step
        asked = any(step.id == last and isinstance(step, Ask) for step in steps(self.stage_plan))
        return f"nobody answered {last}" if asked else "the branch ends the stage"

    def outcome_of(self, step: str) -> str | None:
        """How the step ended last; None when it has not."""
        return next((o.outcome for o in reversed(self.outcomes) if o.step == step), None)


class TaskState(Frozen):
    """An open human task."""

    task: OpenTask
    opened_at: AwareDatetime
    owner: str | None = None
    told: tuple[str, ...] = ()
    """Roles it was escalated to."""
    moot: bool = False
    """What it asks has been answered otherwise."""


class OwedTask(Frozen):
    """A task that must be opened whatever runs."""

    kind: Literal["answer", "proof", "problem", "enquiry", "handover"]
    key: TaskKey
    to: str = "owner"
    touch_key: TouchKey | None = None
    due: AwareDatetime | None = None
    """When it was agreed on; else in one working hour."""
    why: str


class Pause(Frozen):
    """A person paused the lead."""

    by: str
    since: AwareDatetime
    until: AwareDatetime
    open_ended: bool
    """No end was named: at `until` a person is asked."""


class Review(Frozen):
    """The lead is parked for a person."""

    because: ReviewReason
    since: AwareDatetime
    why: str
    detail: str = ""


class Flag(Frozen):
    """Something to look at that does not block."""

    because: ReviewReason
    since: AwareDatetime
    detail: str = ""
    count: int = 1


class PastEnrolment(Frozen):
    """How the last enrolment in a sequence ended."""

    number: int
    sequence: str
    version: str
    ended_at: AwareDatetime
    because: StopReason
    held_out: bool | None = Field(default=None, exclude_if=_is_none)
    """Whether the lead got nothing from it; None: it ended before that was remembered."""


class Refusal(Frozen):
    """The last time a sequence did not start, and why."""

    sequence: str | None
    because: EnrollRefusal
    at: AwareDatetime
    detail: str = ""


class Arm(Frozen):
    """Which words of a test the lead got."""

    sequence: str
    step: str
    variant: str


class Progress(Frozen):
    """The whole memory of a lead."""

    schema_version: int = SCHEMA_VERSION
    lead_id: LeadId
    revision: int = 0
    stage: Stage = Stage.CAPTURE
    circumstances: Circumstances
    enrolment: Enrolment | None = None
    interrupted: tuple[Enrolment, ...] = Field(default=(), max_length=3)
    """Enrolments that wait until the one above gives back; the last one resumes first."""
    enrolments: int = 0
    """How many were ever started."""
    tasks: tuple[TaskState, ...] = ()
    owed: tuple[OwedTask, ...] = ()
    wishes: tuple[Wish, ...] = ()
    open_touches: tuple[OpenTouch, ...] = ()
    """Claimed, and not settled yet; they outlive their enrolment."""
    recent_touches: tuple[AwareDatetime, ...] = ()
    """Automatic messages of the last 24 hours, over all enrolments."""
    last_touch_at: AwareDatetime | None = None
    last_inbound_at: AwareDatetime | None = None
    last_human_at: AwareDatetime | None = None
    not_before: tuple[Hold, ...] = ()
    """Lead-level holds: out of office, another person's reply."""
    pause: Pause | None = None
    review: Review | None = None
    flags: tuple[Flag, ...] = ()
    past: tuple[PastEnrolment, ...] = ()
    """The last end per sequence."""
    arms: tuple[Arm, ...] = ()
    """One per test that the lead was ever in."""
    refusal: Refusal | None = None
    pipeline_stage: str | None = None
    pipeline_version: int | None = None
    pipeline_at: AwareDatetime | None = None
    last_applied: int = 0
    """The highest Inbox number noted."""
    gone: bool = False
    """Merged, deleted or erased: nothing starts any more."""
    complained: bool = False
    """The person complained about a message, and has not asked to hear from us since: nothing starts."""

    @property
    def every_enrolment(self) -> tuple[Enrolment, ...]:
        """Those that stand interrupted, then the one that runs."""
        return self.interrupted if self.enrolment is None else (*self.interrupted, self.enrolment)

    @property
    def queues(self) -> frozenset[str]:
        """The full sequences in which the lead has a place for later."""
        wished = (wish.queued_for for wish in self.wishes if wish.queued_for is not None)
        ways_out = (enrolment.exit for enrolment in self.every_enrolment)
        handed = (
            way.exit.sequence
            for way in ways_out
            if way is not None and way.not_before is not None and isinstance(way.exit, Start)
        )
        return frozenset((*wished, *handed))

    @property
    def over(self) -> bool:
        """Nothing runs, nothing is open, nothing is queued."""
        return (
            self.enrolment is None
            and not self.interrupted
            and not self.tasks
            and not self.owed
            and not self.wishes
            and not self.open_touches
            and self.review is None
        )
