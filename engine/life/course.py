"""How a lead moves through a sequence: steps settle, stages are entered and left, enrolments begin and end."""

from datetime import datetime

from engine.life.progress import (
    NO_TIME,
    Cursor,
    Enrolment,
    Fired,
    LeftStage,
    Outcome,
    PastEnrolment,
    PendingExit,
    Progress,
    Visits,
)
from engine.life.wishes import Plan
from engine.reasons import ReviewReason, StopReason
from engine.sequence.compiled import Branch, Exit, StagePlan
from engine.sequence.structure import Onward, StepRef, entering, first_step, following
from engine.words import Stage, TouchKey

RETURN_WITHIN_SECONDS = 60
"""A return to a stage left so recently goes on where it was (semantics.md 1.7)."""

ENDED_BY_THE_PERSON = frozenset(
    {
        StopReason.REPLIED,
        StopReason.ACCOUNT_REPLIED,
        StopReason.CALL_CONNECTED,
        StopReason.MEETING_BOOKED,
        StopReason.NOT_INTERESTED,
        StopReason.WRONG_PERSON,
        StopReason.OPTED_OUT,
        StopReason.SPAM_COMPLAINT,
        StopReason.NO_CHANNEL_LEFT,
        StopReason.STOPPED_BY_CRM,
        StopReason.LEAD_MERGED,
        StopReason.LEAD_ERASED,
        StopReason.STOPPED_BY_PERSON,
    }
)
"""After these an interrupted sequence does not resume (authoring.md 3.8)."""

ABOUT_A_STEP = frozenset(
    {
        ReviewReason.MISSING_TOKEN,
        ReviewReason.RENDER_FAILED,
        ReviewReason.OUTCOME_UNPROVEN,
        ReviewReason.PROVIDER_REJECTED,
        ReviewReason.DELIVERY_FAILING,
        ReviewReason.TOO_LATE,
        ReviewReason.NO_SEND_WINDOW,
        ReviewReason.UNMAPPED_STAGE,
        ReviewReason.LOOP_LIMIT,
        ReviewReason.UNEXPECTED_ERROR,
    }
)
"""Reviews that leaving the step answers."""


def begun(progress: Progress, plan: Plan, why: str, now: datetime) -> Progress:
    """A new enrolment at the sequence's first stage; what ran before is interrupted or has ended already."""
    number = progress.enrolments + 1
    enrolment = Enrolment(
        number=number,
        plan=plan,
        started_at=now,
        why=why,
        entered_at=now,
        cursor=Cursor(step=None, anchor=now),
        visits=(Visits(plan=0, count=1),),
    )
    progress = progress.model_copy(update={"enrolments": number, "enrolment": at_first_step(enrolment, now)})
    return _in_stage(progress, plan.sequence.stages[0])


def interrupted(progress: Progress, now: datetime) -> Progress:
    """The running enrolment stands still until the one that interrupts it gives back."""
    running = progress.enrolment
    if running is None:
        return progress
    standing = running.model_copy(update={"stopped_since": running.stopped_since or now})
    return progress.model_copy(update={"enrolment": None, "interrupted": (*progress.interrupted, standing)})


def ended(progress: Progress, because: StopReason, now: datetime) -> Progress:
    """
    The running enrolment is over; the one it interrupted resumes, unless the person ended it.

    Open tasks of the enrolment are cancelled by the moves that follow.
    """
    progress = _closed(progress, because, now)
    if because in ENDED_BY_THE_PERSON:
        while progress.interrupted:
            progress = _closed(_resumed(progress, now), because, now)
    elif because not in (StopReason.SUPERSEDED, StopReason.HANDED_OVER):
        progress = _resumed(progress, now)
    return progress


def resumed(progress: Progress, now: datetime) -> Progress:
    """The enrolment interrupted last goes on, when nothing else runs."""
    return _resumed(progress, now) if progress.enrolment is None else progress


def settled(
    progress: Progress,
    outcome: str,
    now: datetime,
    *,
    touch_key: TouchKey | None = None,
) -> Progress:
    """The step the cursor stands at has ended in this way; the next one counts from now."""
    enrolment = progress.enrolment
    if enrolment is None or enrolment.cursor.step is None:
        return progress
    done = Outcome(
        step=enrolment.cursor.step,
        outcome=outcome,
        at=now,
        touch_key=touch_key,
        occurrence=enrolment.cursor.occurrence,
        visit=enrolment.visit,
    )
    onward = following(enrolment.stage_plan, enrolment.cursor.step)
    return with_enrolment(progress, _onward(with_outcome(enrolment, done), onward, now))


def with_outcome(enrolment: Enrolment, done: Outcome) -> Enrolment:
    """The step's last outcome; earlier ones of the same step make room, so that progress stays small."""
    kept = tuple(outcome for outcome in enrolment.outcomes if outcome.step != done.step)
    return enrolment.model_copy(update={"outcomes": (*kept, done)})


def arm_taken(progress: Progress, branch: Branch, arm: int, now: datetime) -> Progress:
    """The branch is decided; what comes next is the arm's first step, its exit, or what follows the branch."""
    enrolment = progress.enrolment
    if enrolment is None:
        return progress
    done = Outcome(step=branch.id, outcome=str(arm), at=now, visit=enrolment.visit)
    anchor = enrolment.cursor.anchor
    onward = entering(enrolment.stage_plan, branch.id, arm)
    return with_enrolment(progress, _onward(with_outcome(enrolment, done), onward, anchor))


def entered(progress: Progress, plan: int, step: str | None, now: datetime) -> Progress:
    """Another stage of the running sequence, at its first step or the one named."""
    enrolment = progress.enrolment
    if enrolment is None:
        return progress
    back = enrolment.left
    memo = LeftStage(plan=enrolment.at_plan, visit=enrolment.visit, cursor=enrolment.cursor, left_at=now)
    if back is not None and step is None and back.plan == plan and _just_left(back, now):
        enrolment = enrolment.model_copy(
            update={"at_plan": plan, "visit": back.visit, "cursor": back.cursor, "left": memo, "exit": None}
        )
        if enrolment.cursor.step is None:
            enrolment = _at_end(enrolment, enrolment.cursor.anchor)
    else:
        enrolment = _new_visit(enrolment, plan, memo, now)
        enrolment = at_first_step(enrolment, now) if step is None else _at(enrolment, step, now)
    enrolment = enrolment.model_copy(update={"stopped_since": None, "answer_open": False})
    progress = with_enrolment(progress, enrolment)
    if progress.review is not None and progress.review.because in ABOUT_A_STEP:
        progress = progress.model_copy(update={"review": None})
    return _in_stage(progress, enrolment.stage_plan)


def at_first_step(enrolment: Enrolment, now: datetime) -> Enrolment:
    """The cursor at the stage's first step; a stage without steps is at its end."""
    step = first_step(enrolment.stage_plan)
    return _onward(enrolment, None if step is None else StepRef(step=step), now)


def with_enrolment(progress: Progress, enrolment: Enrolment) -> Progress:
    """The progress with its running enrolment replaced."""
    return progress.model_copy(update={"enrolment": enrolment})


def with_cursor(progress: Progress, **changes: object) -> Progress:
    """The progress with its cursor changed; unchanged without an enrolment."""
    enrolment = progress.enrolment
    if enrolment is None:
        return progress
    cursor = enrolment.cursor.model_copy(update=changes)
    return with_enrolment(progress, enrolment.model_copy(update={"cursor": cursor}))


def leaving(
    enrolment: Enrolment,
    exit_: Exit,
    why: str,
    now: datetime,
    because: StopReason | None = None,
    step: str | None = None,
) -> Enrolment:
    """The enrolment with an exit decided; a finish that is decided already stands."""
    decided = enrolment.exit
    if decided is not None and decided.exit.kind == "finish" and decided.exit.after is None:
        return enrolment
    pending = PendingExit(exit=exit_, because=because, step=step, since=now, why=why)
    return enrolment.model_copy(update={"exit": pending, "answer_open": False})


def fired(enrolment: Enrolment, mark: Fired) -> Enrolment:
    """The enrolment with a moment reaction marked as fired."""
    return enrolment.model_copy(update={"fired": (*enrolment.fired, mark)})


def plan_for(enrolment: Enrolment, stage: Stage) -> int | None:
    """Which stage plan of the sequence is for this stage; None when it has none."""
    return next((n for n, plan in enumerate(enrolment.plan.sequence.stages) if plan.name == stage), None)


def visits_of(enrolment: Enrolment, plan: int) -> int:
    """How often the enrolment has entered this stage plan."""
    return next((visits.count for visits in enrolment.visits if visits.plan == plan), 0)


def _onward(enrolment: Enrolment, onward: Onward, anchor: datetime) -> Enrolment:
    match onward:
        case StepRef():
            return _at(enrolment, onward.step, anchor)
        case None:
            return _at_end(enrolment, anchor)
        case _:
            enrolment = enrolment.model_copy(update={"cursor": Cursor(step=None, anchor=anchor)})
            return leaving(enrolment, onward, "the branch ends the stage", anchor)


def _at(enrolment: Enrolment, step: str, anchor: datetime) -> Enrolment:
    return enrolment.model_copy(update={"cursor": Cursor(step=step, anchor=anchor)})


def _at_end(enrolment: Enrolment, anchor: datetime) -> Enrolment:
    enrolment = enrolment.model_copy(update={"cursor": Cursor(step=None, anchor=anchor)})
    return leaving(enrolment, enrolment.stage_plan.otherwise, "the steps of the stage are done", anchor)


def _new_visit(enrolment: Enrolment, plan: int, memo: LeftStage, now: datetime) -> Enrolment:
    count = visits_of(enrolment, plan) + 1
    others = tuple(visits for visits in enrolment.visits if visits.plan != plan)
    return enrolment.model_copy(
        update={
            "at_plan": plan,
            "visit": count,
            "visits": (*others, Visits(plan=plan, count=count)),
            "entered_at": now,
            "left": memo,
            "exit": None,
        }
    )


def _in_stage(progress: Progress, plan: StagePlan) -> Progress:
    return progress if plan.name == "as_is" else progress.model_copy(update={"stage": plan.name})


def _just_left(back: LeftStage, now: datetime) -> bool:
    return (now - back.left_at).total_seconds() < RETURN_WITHIN_SECONDS


def _closed(progress: Progress, because: StopReason, now: datetime) -> Progress:
    enrolment = progress.enrolment
    if enrolment is None:
        return progress
    sequence = enrolment.plan.sequence.name
    end = PastEnrolment(
        number=enrolment.number, sequence=sequence, version=enrolment.plan.version, ended_at=now, because=because
    )
    others = tuple(past for past in progress.past if past.sequence != sequence)
    update: dict[str, object] = {"enrolment": None, "past": (*others, end)}
    if progress.review is not None and progress.review.because in ABOUT_A_STEP:
        update["review"] = None
    return progress.model_copy(update=update)


def _resumed(progress: Progress, now: datetime) -> Progress:
    if not progress.interrupted:
        return progress
    *below, top = progress.interrupted
    top = clock_started(top, now)
    progress = progress.model_copy(update={"interrupted": tuple(below), "enrolment": top})
    return _in_stage(progress, top.stage_plan) if top.exit is None else progress


def clock_started(enrolment: Enrolment, now: datetime) -> Enrolment:
    """The clock runs again: what was left of every delay is left still."""
    if enrolment.stopped_since is None:
        return enrolment
    stood = max(NO_TIME, now - enrolment.stopped_since)
    update: dict[str, object] = {
        "stopped_since": None,
        "cursor": enrolment.cursor.model_copy(update={"shift": enrolment.cursor.shift + stood}),
    }
    if enrolment.exit is not None:
        update["exit"] = enrolment.exit.model_copy(update={"shift": enrolment.exit.shift + stood})
    return enrolment.model_copy(update=update)
