"""How a lead moves through a sequence: steps settle, stages are entered and left, enrolments begin and end."""

from datetime import datetime, timedelta

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
from engine.life.wishes import Enrolled
from engine.reasons import HoldReason, ReviewReason, StopReason
from engine.sequence.compiled import Ask, Branch, Exit, Finish, StagePlan
from engine.sequence.outcomes import SENT
from engine.sequence.structure import Onward, StepRef, entering, first_step, following, step
from engine.words import Stage, TouchKey

RETURN_WITHIN_SECONDS = 60
"""A return to a stage left so recently goes on where it was."""

MOST_FIRED = 20
"""Moments that are remembered to have come; a date that is changed more often may fire once more."""

ENDED_BY_THE_PERSON = frozenset(
    {
        StopReason.REPLIED,
        StopReason.ACCOUNT_REPLIED,
        StopReason.CALL_CONNECTED,
        StopReason.MEETING_BOOKED,
        StopReason.GOAL_MET,
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
"""After these an interrupted sequence does not resume."""

FOUND_AGAIN = frozenset(
    {
        ReviewReason.MISSING_TOKEN,
        ReviewReason.RENDER_FAILED,
        ReviewReason.OUTCOME_UNPROVEN,
        ReviewReason.PROVIDER_REJECTED,
        ReviewReason.DELIVERY_FAILING,
        ReviewReason.TOO_LATE,
        ReviewReason.NO_SEND_WINDOW,
        ReviewReason.LOOP_LIMIT,
        ReviewReason.UNEXPECTED_ERROR,
    }
)
"""Reviews that come back by themselves when the enrolment they are about goes on."""

ABOUT_A_STEP = FOUND_AGAIN | {ReviewReason.UNMAPPED_STAGE}
"""Reviews that leaving the stage answers."""


# --- enrolments -------------------------------------------------------------------------------------------------------


def begun(progress: Progress, answer: Enrolled, now: datetime) -> Progress:
    """A new enrolment at the sequence's first stage; what ran before is interrupted or has ended already."""
    number = progress.enrolments + 1
    enrolment = Enrolment(
        number=number,
        plan=answer.plan,
        started_at=now,
        why=answer.why,
        entered_at=now,
        cursor=Cursor(step=first_step(answer.plan.sequence.stages[0]), anchor=now),
        visits=(Visits(plan=0, count=1),),
        held_out=answer.held_out,
    )
    pause = progress.pause
    if pause is not None and pause.until <= now:
        pause = None
    progress = progress.model_copy(update={"enrolments": number, "enrolment": enrolment, "pause": pause})
    return _in_stage(progress, answer.plan.sequence.stages[0])


def interrupted(progress: Progress, now: datetime) -> Progress:
    """The running enrolment stands still until the one that interrupts it gives back."""
    running = progress.enrolment
    if running is None:
        return progress
    standing = running.model_copy(update={"stopped_since": running.stopped_since or now})
    progress = _without_review(progress, FOUND_AGAIN)
    return progress.model_copy(update={"enrolment": None, "interrupted": (*progress.interrupted, standing)})


def ended(progress: Progress, because: StopReason, now: datetime) -> Progress:
    """
    The running enrolment is over; the one it interrupted resumes, unless the person ended it.

    Open tasks of the enrolment are cancelled by the moves that follow.
    """
    running = progress.enrolment
    if running is None:
        return progress
    progress = _closed(progress, running, because, now)
    if because in ENDED_BY_THE_PERSON:
        for waiting in reversed(progress.interrupted):
            progress = _closed(progress, waiting, because, now)
        return progress.model_copy(update={"interrupted": ()})
    if because in (StopReason.SUPERSEDED, StopReason.HANDED_OVER):
        return progress
    return resumed(progress, now)


def resumed(progress: Progress, now: datetime) -> Progress:
    """The enrolment interrupted last goes on."""
    if not progress.interrupted:
        return progress
    *below, top = progress.interrupted
    progress = progress.model_copy(update={"interrupted": tuple(below), "enrolment": clock_started(top, now)})
    return _in_stage(progress, top.stage_plan) if top.exit is None else progress


def withdrawn(progress: Progress, waiting: Enrolment, because: StopReason, now: datetime) -> Progress:
    """An enrolment that stood interrupted is over; what runs goes on."""
    others = tuple(other for other in progress.interrupted if other.number != waiting.number)
    return _past(progress, waiting, because, now).model_copy(update={"interrupted": others})


def _closed(progress: Progress, enrolment: Enrolment, because: StopReason, now: datetime) -> Progress:
    progress = _without_review(_past(progress, enrolment, because, now), ABOUT_A_STEP)
    return progress.model_copy(update={"enrolment": None})


def _past(progress: Progress, enrolment: Enrolment, because: StopReason, now: datetime) -> Progress:
    sequence = enrolment.plan.sequence.name
    end = PastEnrolment(
        number=enrolment.number,
        sequence=sequence,
        version=enrolment.plan.version,
        ended_at=now,
        because=because,
        held_out=enrolment.held_out,
    )
    others = tuple(past for past in progress.past if past.sequence != sequence)
    return progress.model_copy(update={"past": (*others, end)})


def _without_review(progress: Progress, answered: frozenset[ReviewReason]) -> Progress:
    if progress.review is None or progress.review.because not in answered:
        return progress
    return progress.model_copy(update={"review": None})


def with_enrolment(progress: Progress, enrolment: Enrolment) -> Progress:
    """The progress with the enrolment of that number replaced, whether it runs or stands interrupted."""
    running = progress.enrolment
    if running is not None and running.number == enrolment.number:
        return progress.model_copy(update={"enrolment": enrolment})
    return progress.model_copy(
        update={
            "interrupted": tuple(
                enrolment if waiting.number == enrolment.number else waiting for waiting in progress.interrupted
            )
        }
    )


def numbered(progress: Progress, number: int | None) -> Enrolment | None:
    """The enrolment of that number, running or interrupted; None when it is over."""
    return next((enrolment for enrolment in progress.every_enrolment if enrolment.number == number), None)


# --- steps ------------------------------------------------------------------------------------------------------------


def settled(progress: Progress, outcome: str, now: datetime) -> Progress:
    """The step the running enrolment stands at has ended in this way; the next one counts from now."""
    running = progress.enrolment
    return progress if running is None else with_enrolment(progress, gone_on(running, outcome, now))


def gone_on(enrolment: Enrolment, outcome: str, now: datetime, *, touch_key: TouchKey | None = None) -> Enrolment:
    """The enrolment with its step ended in this way; the next one counts from now."""
    cursor = enrolment.cursor
    if cursor.step is None:
        return enrolment
    done = Outcome(
        step=cursor.step,
        outcome=outcome,
        at=now,
        touch_key=touch_key,
        occurrence=cursor.occurrence,
        visit=enrolment.visit,
        released_by=None if cursor.approval is None else cursor.approval.task,
    )
    return with_outcome(enrolment, done).model_copy(update={"cursor": _after(enrolment, done)})


def unanswered(enrolment: Enrolment, question: Ask, outcome: str, now: datetime) -> Enrolment:
    """The enrolment on the way out that its question names for want of an answer."""
    occurrence = enrolment.cursor.occurrence
    done = Outcome(step=question.id, outcome=outcome, at=now, occurrence=occurrence, visit=enrolment.visit)
    cursor = Cursor(step=None, exit=question.no_answer, anchor=now)
    return with_outcome(enrolment, done).model_copy(update={"cursor": cursor})


def _after(enrolment: Enrolment, done: Outcome) -> Cursor:
    """Where the lead stands once a step has ended so: before the next one, or before the question it was asked."""
    if done.outcome == SENT and isinstance(step(enrolment.plan.sequence, done.step), Ask):
        return Cursor(step=done.step, anchor=done.at, occurrence=done.occurrence)
    return _onward(enrolment, following(enrolment.stage_plan, done.step), done.at)


def with_outcome(enrolment: Enrolment, done: Outcome) -> Enrolment:
    """The step's last outcome; earlier ones of the same step make room, so that progress stays small."""
    kept = tuple(outcome for outcome in enrolment.outcomes if outcome.step != done.step)
    return enrolment.model_copy(update={"outcomes": (*kept, done)})


def arm_taken(enrolment: Enrolment, branch: Branch, arm: int, now: datetime) -> Enrolment:
    """The branch is decided; what comes next is the arm's first step, its exit, or what follows the branch."""
    done = Outcome(step=branch.id, outcome=str(arm), at=now, visit=enrolment.visit)
    before = enrolment.cursor
    onward = entering(enrolment.stage_plan, branch.id, arm)
    # Deciding takes no time: what was waited for, and what stood still, counts for the step that comes.
    cursor = _onward(enrolment, onward, before.anchor).model_copy(
        update={"shift": before.shift, "resumed_at": before.resumed_at, "after_pause": before.after_pause}
    )
    return with_outcome(enrolment, done).model_copy(update={"cursor": cursor})


def with_cursor(progress: Progress, **changes: object) -> Progress:
    """The progress with the running enrolment's cursor changed; unchanged when none runs."""
    running = progress.enrolment
    return progress if running is None else with_enrolment(progress, cursor_changed(running, **changes))


def cursor_changed(enrolment: Enrolment, **changes: object) -> Enrolment:
    """The enrolment with its cursor changed."""
    return enrolment.model_copy(update={"cursor": enrolment.cursor.model_copy(update=changes)})


def backs_off(cursor: Cursor) -> bool:
    """Whether the message it stands before waits because a provider did not take it."""
    held = cursor.held
    return held is not None and held.because is HoldReason.PROVIDER_BACKOFF


def tried_anew(enrolment: Enrolment) -> Enrolment:
    """The enrolment before one more try of its step, which a person wants: a touch or a task of its own."""
    fresh: dict[str, object] = {"held": None, "doubt": None, "late_ok": True, "ask_first": False}
    return cursor_changed(enrolment, occurrence=enrolment.cursor.occurrence + 1, **fresh)


def _onward(enrolment: Enrolment, onward: Onward, anchor: datetime) -> Cursor:
    while isinstance(onward, StepRef) and onward.step in enrolment.done:
        onward = following(enrolment.stage_plan, onward.step)
    if isinstance(onward, StepRef):
        return Cursor(step=onward.step, anchor=anchor)
    return Cursor(step=None, exit=onward, anchor=anchor)


# --- stages -----------------------------------------------------------------------------------------------------------


def entered(progress: Progress, enrolment: Enrolment, plan: int, step: str | None, now: datetime) -> Progress:
    """Another stage of the running sequence, at its first step or the one named."""
    enrolment = clock_started(enrolment, now)
    back = enrolment.left
    number, here = enrolment.number_of(plan), enrolment.stage_number
    memo = LeftStage(plan=here, visit=enrolment.visit, cursor=enrolment.cursor, left_at=now, done=enrolment.done)
    # Whoever begins the stage anew that it stands in does not come back to it.
    if back is not None and step is None and back.plan == number != here and _just_left(back, now):
        enrolment = _returned(enrolment, plan, back, now)
    else:
        enrolment = _new_visit(enrolment, plan, step, now)
    enrolment = enrolment.model_copy(update={"left": memo, "exit": None})
    progress = _without_review(with_enrolment(progress, enrolment), ABOUT_A_STEP)
    return _in_stage(progress, enrolment.stage_plan)


def _returned(enrolment: Enrolment, plan: int, back: LeftStage, now: datetime) -> Enrolment:
    """The stage as it was left, but for what became of its open touch or task meanwhile."""
    cursor = back.cursor
    there = {"at_plan": plan, "visit": back.visit, "cursor": cursor, "done": back.done}
    enrolment = enrolment.model_copy(update=there)
    ended = next((done for done in enrolment.outcomes if _ended_since(done, back)), None)
    if ended is not None:
        return enrolment.model_copy(update={"cursor": _after(enrolment, ended.model_copy(update={"at": now}))})
    if cursor.task is not None:  # it was cancelled when the stage was left
        return cursor_changed(enrolment, task=None, occurrence=cursor.occurrence + 1)
    return enrolment


def _ended_since(done: Outcome, back: LeftStage) -> bool:
    return (done.step, done.visit) == (back.cursor.step, back.visit) and done.at >= back.left_at


def _new_visit(enrolment: Enrolment, plan: int, step: str | None, now: datetime) -> Enrolment:
    before = visits_of(enrolment, plan)
    visits = before.model_copy(update={"count": before.count + 1})
    others = tuple(visits for visits in enrolment.visits if visits.plan != before.plan)
    first = first_step(enrolment.plan.sequence.stages[plan])
    return enrolment.model_copy(
        update={
            "at_plan": plan,
            "visit": visits.count,
            "visits": (*others, visits),
            "entered_at": now,
            "cursor": Cursor(step=first if step is None else step, anchor=now),
            "done": (),
        }
    )


def plan_for(enrolment: Enrolment, stage: Stage) -> int | None:
    """Which stage plan of the sequence is for this stage; None when it has none."""
    return next((n for n, plan in enumerate(enrolment.plan.sequence.stages) if plan.name == stage), None)


def visits_of(enrolment: Enrolment, plan: int) -> Visits:
    """How often the enrolment has entered the stage plan at this place."""
    number = enrolment.number_of(plan)
    return next((visits for visits in enrolment.visits if visits.plan == number), Visits(plan=number, count=0))


def forgiven(enrolment: Enrolment) -> Enrolment:
    """The enrolment with every visit allowed that it has made; they are still counted, since they name touches."""
    visits = tuple(visits.model_copy(update={"forgiven": visits.count}) for visits in enrolment.visits)
    return enrolment.model_copy(update={"visits": visits})


def _in_stage(progress: Progress, plan: StagePlan) -> Progress:
    return progress if plan.name == "as_is" else progress.model_copy(update={"stage": plan.name})


def _just_left(back: LeftStage, now: datetime) -> bool:
    return (now - back.left_at).total_seconds() < RETURN_WITHIN_SECONDS


# --- exits, moments, the clock ----------------------------------------------------------------------------------------


def leaving(
    enrolment: Enrolment,
    exit_: Exit,
    why: str,
    now: datetime,
    because: StopReason | None = None,
    step: str | None = None,
) -> Enrolment:
    """The enrolment with an exit decided; an end that is decided stands, unless the person ends more than it does."""
    pending = PendingExit(exit=exit_, because=because, step=step, since=now, why=why)
    decided = _end(enrolment.exit)
    if decided is not None and (decided in ENDED_BY_THE_PERSON or _end(pending) not in ENDED_BY_THE_PERSON):
        return enrolment
    return enrolment.model_copy(update={"exit": pending, "answer_open": False})


def _end(pending: PendingExit | None) -> StopReason | None:
    """Why it ends the enrolment at once; None when it does not."""
    if pending is None or not isinstance(pending.exit, Finish) or pending.exit.after is not None:
        return None
    return pending.because or StopReason(pending.exit.reason)


def fired(enrolment: Enrolment, mark: Fired) -> Enrolment:
    """The enrolment with a moment reaction marked as fired."""
    return enrolment.model_copy(update={"fired": (*enrolment.fired, mark)[-MOST_FIRED:]})


def clock_started(enrolment: Enrolment, now: datetime, *, ran_from: datetime | None = None) -> Enrolment:
    """The clock runs again: what was left of every delay is left still. With `ran_from` it ran on from then."""
    since = enrolment.stopped_since
    if since is None:
        return enrolment
    exit_, until = enrolment.exit, now if ran_from is None else ran_from
    stood = max(NO_TIME, until - max(since, enrolment.cursor.anchor))
    update: dict[str, object] = {
        "stopped_since": None,
        "cursor": _shifted(enrolment.cursor, stood).model_copy(update={"resumed_at": now}),
    }
    if exit_ is not None:
        shift = exit_.shift + max(NO_TIME, until - max(since, exit_.since))
        update["exit"] = exit_.model_copy(update={"shift": shift})
    return enrolment.model_copy(update=update)


def _shifted(cursor: Cursor, stood: timedelta) -> Cursor:
    update: dict[str, object] = {"shift": cursor.shift + stood}
    if cursor.after_pause is not None:
        until = cursor.after_pause.until + stood
        update["after_pause"] = cursor.after_pause.model_copy(update={"until": until})
    return cursor.model_copy(update=update)
