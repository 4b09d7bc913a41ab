"""
Everything that has happened to one lead, as the engine needs it.

It lives on the lead's row, versioned by `schema_version` (upcast on load) and fenced by `revision`.
"""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from engine.frozen import Frozen
from engine.life.circumstances import Circumstances
from engine.life.moves import Hold, OpenTask
from engine.life.wishes import Plan, Wish
from engine.reasons import EnrollRefusal, ReviewReason, StopReason
from engine.sequence.compiled import Exit, StagePlan
from engine.words import Channel, LeadId, Stage, TaskKey, TouchKey

SCHEMA_VERSION = 2
NO_TIME = timedelta(0)


class Doubt(Frozen):
    """Why a person decides before a step is tried once more."""

    because: ReviewReason
    detail: str = ""


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


class Outcome(Frozen):
    """How a step ended: a disposition, `given_up`, `sent`, `skipped`, or the arm of a branch."""

    step: str
    outcome: str
    at: AwareDatetime
    touch_key: TouchKey | None = None
    occurrence: int = 0
    visit: int = 1


class PendingExit(Frozen):
    """An exit that is decided and waits for its delay."""

    exit: Exit
    because: StopReason | None = None
    """The reason for a finish that the engine's own defaults decided."""
    step: str | None = None
    """A jump names the step to begin at."""
    since: AwareDatetime
    shift: timedelta = NO_TIME
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
    count: int
    forgiven: int = 0
    """How many of them a person has allowed."""


class LeftStage(Frozen):
    """The stage just left, so that a return within a minute goes on where it was."""

    plan: int
    visit: int
    cursor: Cursor
    left_at: AwareDatetime


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
    touches: int = 0
    left: LeftStage | None = None
    fired: tuple[Fired, ...] = ()
    answer_open: bool = False
    """`carry_on()`: goes on when the answer task is closed."""

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
        why = "the steps of the stage are done" if cursor.exit is None else "the branch ends the stage"
        return PendingExit(exit=exit_, since=cursor.anchor, shift=cursor.shift, why=why)

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


class Refusal(Frozen):
    """The last time a sequence did not start, and why."""

    sequence: str | None
    because: EnrollRefusal
    at: AwareDatetime
    detail: str = ""


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
