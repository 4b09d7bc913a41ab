"""
What should happen next, as a closed union. Every move says why; that sentence is what every person reads.

Send and LookUp touch the outside world; Wait, Park and Finish end a look; all others happen in its transaction.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.frozen import Frozen
from engine.life.wishes import Wish
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.words import Act, Channel, Stage, TaskKey, TouchKey


class Hold(Frozen):
    """One reason not to act yet, and the moment it ends."""

    because: HoldReason
    until: AwareDatetime
    detail: str = ""
    """A business word or two (which task, which window); nothing personal."""


class Send(Frozen):
    """Send this message now, if the gate agrees."""

    kind: Literal["send"] = "send"
    touch_key: TouchKey
    channel: Channel
    enrolment: int
    plan: int
    stage: Stage
    visit: int
    step: str
    occurrence: int
    version: str
    template: str
    variant: str = ""
    """Which words of a test these are; empty where there is no test."""
    thread: TouchKey | None = None
    """The touch this one answers in the same thread."""
    approved: bool = False
    """A person has approved its words: those leave, and no others."""
    released_by: TaskKey | None = None
    """The task beside which they stand; None: it is found by the step."""
    sender: Literal["owner", "company"] = "owner"
    send_by: AwareDatetime
    """The end of the contact window: no first byte after it."""
    why: str


class LookUp(Frozen):
    """Ask the provider whether this touch went out; reads only."""

    kind: Literal["look_up"] = "look_up"
    touch_key: TouchKey
    channel: Channel
    last: bool
    """No further look-up follows: absence now means lost."""
    why: str


TaskKind = Literal["call", "task", "approval", "answer", "proof", "problem", "enquiry", "handover"]
"""
A step's call or task; the approval of a step's message; an answer the lead waits for; a touch to be proven; a touch
that cannot be delivered; an enquiry or a handover that no sequence took.
"""


class TaskEscalation(Frozen):
    """Who is told at which moment when the task is still open."""

    role: str
    at: AwareDatetime


class OpenTask(Frozen):
    """Ask a person."""

    kind: Literal["open_task"] = "open_task"
    task_key: TaskKey
    task_kind: TaskKind
    enrolment: int | None
    """None for what the lead is owed whatever runs."""
    plan: int | None = None
    visit: int | None = None
    step: str | None = None
    version: str | None = None
    template: str | None = None
    to: str
    due: AwareDatetime
    give_up_at: AwareDatetime | None = None
    escalations: tuple[TaskEscalation, ...] = ()
    blocks: bool = False
    proposes: str | None = None
    touch_key: TouchKey | None = None
    """The touch a proof task asks about."""
    why: str


class CloseTask(Frozen):
    """Nobody needs to do this any more."""

    kind: Literal["close_task"] = "close_task"
    task_key: TaskKey
    ended: Literal["cancelled", "given_up", "done"]
    because: StopReason | SkipReason | None = None
    disposition: str | None = None
    why: str


class EscalateTask(Frozen):
    """Tell one more role that a task is open."""

    kind: Literal["escalate_task"] = "escalate_task"
    task_key: TaskKey
    role: str
    why: str


class ReassignTask(Frozen):
    """The lead has a new owner, who takes the open task."""

    kind: Literal["reassign_task"] = "reassign_task"
    task_key: TaskKey
    owner: str
    why: str


class PostponeTask(Frozen):
    """Nobody can do it before then: all its times are new, and `why` replaces what it says."""

    kind: Literal["postpone_task"] = "postpone_task"
    task_key: TaskKey
    due: AwareDatetime
    give_up_at: AwareDatetime | None
    escalations: tuple[TaskEscalation, ...]
    why: str


class StageEntered(Frozen):
    """The lead is in another stage from now on."""

    kind: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    plan: int
    """Which stage plan of the sequence."""
    step: str | None = None
    """A jump may name the step to begin at."""


class StepSkipped(Frozen):
    """A step is left out; the run goes on."""

    kind: Literal["step_skipped"] = "step_skipped"
    step: str
    because: SkipReason
    at: AwareDatetime | None = None
    """When it would have been done while the sequence was paused: the next step counts from then. None: from now."""


class GuardPassed(Frozen):
    """The step's `only_if` was true at its moment; it is not asked again."""

    kind: Literal["guard_passed"] = "guard_passed"
    step: str


class BranchTaken(Frozen):
    """Which arm of a branch was taken: the number of the case, or -1 for otherwise."""

    kind: Literal["branch_taken"] = "branch_taken"
    step: str
    arm: int


class MomentCame(Frozen):
    """A moment that a reaction waited for is here; it fires once per value of its date field."""

    kind: Literal["moment_came"] = "moment_came"
    where: Literal["stage", "sequence"]
    reaction: int
    value: str


class AnswerGiven(Frozen):
    """The lead answered a question: the value is kept in the field, as said at that moment."""

    kind: Literal["answer_given"] = "answer_given"
    step: str
    field: str
    value: str
    at: AwareDatetime


class NoAnswer(Frozen):
    """Nobody answered a question in time."""

    kind: Literal["no_answer"] = "no_answer"
    step: str


class PauseEnded(Frozen):
    """The pause of the lead or of its sequence had an end, and it has come."""

    kind: Literal["pause_ended"] = "pause_ended"


Change = Annotated[
    StageEntered | StepSkipped | GuardPassed | BranchTaken | MomentCame | AnswerGiven | NoAnswer | PauseEnded,
    Field(discriminator="kind"),
]


class Record(Frozen):
    """Write down a change."""

    kind: Literal["record"] = "record"
    change: Change
    why: str


class Enroll(Frozen):
    """Something wants a sequence to start; `consider` answers with the published catalogue at hand."""

    kind: Literal["enroll"] = "enroll"
    wish: Wish
    why: str


class Wait(Frozen):
    """Do nothing until then, or until the bell rings."""

    kind: Literal["wait"] = "wait"
    until: AwareDatetime
    because: HoldReason
    why: str
    holds: tuple[Hold, ...] = ()
    """The whole chain, in the order they end."""
    act: Act = Act.LOOK
    """What is due then."""
    then: str = ""
    """What is due then, in words."""


class Park(Frozen):
    """A person is needed."""

    kind: Literal["park"] = "park"
    because: ReviewReason
    why: str
    detail: str = ""


class Finish(Frozen):
    """The enrolment is over; with no enrolment and nothing open, the lead's run is."""

    kind: Literal["finish"] = "finish"
    because: StopReason
    why: str


Move = Annotated[
    Send
    | LookUp
    | OpenTask
    | CloseTask
    | EscalateTask
    | ReassignTask
    | PostponeTask
    | Record
    | Enroll
    | Wait
    | Park
    | Finish,
    Field(discriminator="kind"),
]

Inward = OpenTask | CloseTask | EscalateTask | ReassignTask | PostponeTask | Record | Park | Finish
"""Moves that the database alone carries out."""
