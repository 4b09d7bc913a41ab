"""What our own doing means for a lead: moves carried out, touches claimed and their outcomes."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from engine.life.becoming import become
from engine.life.course import (
    arm_taken,
    cursor_changed,
    ended,
    entered,
    fired,
    gone_on,
    leaving,
    numbered,
    settled,
    unanswered,
    with_cursor,
    with_enrolment,
    with_outcome,
)
from engine.life.effects import closed, scope_of
from engine.life.experiments import remembering
from engine.life.moves import (
    AnswerGiven,
    BranchTaken,
    Change,
    CloseTask,
    EscalateTask,
    Finish,
    GuardPassed,
    Hold,
    MomentCame,
    NoAnswer,
    OpenTask,
    Park,
    PauseEnded,
    PostponeTask,
    ReassignTask,
    Record,
    StageEntered,
    StepSkipped,
)
from engine.life.noting_tasks import task_ended
from engine.life.progress import Doubt, Enrolment, Fired, OpenTouch, Outcome, Progress, TaskState
from engine.life.proofs import asked, nothing_to_ask, without_doubt
from engine.life.receipts import (
    Accepted,
    BadEvent,
    Claimed,
    Done,
    Held,
    NotSent,
    PerhapsForgotten,
    Questioned,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
    WentBack,
)
from engine.life.reviews import flagged, reviewed, unpaused
from engine.life.touches import counted, open_touch, stands_before, stopped_if_unreachable
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence import compiled
from engine.sequence.compiled import Ask, Branch, Message, Sendable
from engine.sequence.outcomes import NO_ANSWER, SENT
from engine.sequence.structure import step
from engine.words import TaskKey, TouchKey

# --- moves carried out ------------------------------------------------------------------------------------------------


def done(progress: Progress, receipt: Done, now: datetime) -> Progress:
    """The progress after a move that the records alone carried out."""
    move = receipt.move
    match move:
        case OpenTask():
            return _opened(progress, move, now)
        case CloseTask():
            return _closed(progress, move, now)
        case EscalateTask():
            return _task_changed(progress, move.task_key, lambda state: {"told": (*state.told, move.role)})
        case ReassignTask():
            return _task_changed(progress, move.task_key, lambda state: {"owner": move.owner})
        case PostponeTask():
            return _task_changed(progress, move.task_key, lambda state: {"task": _postponed(state.task, move)})
        case Record():
            return _recorded(progress, move.change, now)
        case Park():
            return reviewed(progress, move.because, move.why, now, move.detail)
        case Finish():
            return ended(progress, move.because, now)
        case _:
            assert_never(move)


def _opened(progress: Progress, task: OpenTask, now: datetime) -> Progress:
    owner = progress.circumstances.owner if task.to == "owner" else None
    state = TaskState(task=task, opened_at=now, owner=owner)
    progress = progress.model_copy(
        update={
            "tasks": (*progress.tasks, state),
            "owed": tuple(owed for owed in progress.owed if owed.key != task.task_key),
        }
    )
    if task.step is None:
        return progress
    return with_cursor(progress, task=task.task_key) if task.blocks else settled(progress, "opened", now)


def _closed(progress: Progress, move: CloseTask, now: datetime) -> Progress:
    state = next((state for state in progress.tasks if state.task.task_key == move.task_key), None)
    if state is None:
        return progress
    progress = progress.model_copy(update={"tasks": tuple(other for other in progress.tasks if other is not state)})
    return task_ended(progress, state, "given_up", now) if move.ended == "given_up" else progress


def _task_changed(progress: Progress, key: TaskKey, changes: Callable[[TaskState], dict[str, object]]) -> Progress:
    tasks = (
        state.model_copy(update=changes(state)) if state.task.task_key == key else state for state in progress.tasks
    )
    return progress.model_copy(update={"tasks": tuple(tasks)})


def _postponed(task: OpenTask, move: PostponeTask) -> OpenTask:
    times = {"due": move.due, "give_up_at": move.give_up_at, "escalations": move.escalations}
    return task.model_copy(update={**times, "why": move.why})


def _recorded(progress: Progress, change: Change, now: datetime) -> Progress:
    running = progress.enrolment
    if running is None:
        return progress
    match change:
        case StageEntered():
            return entered(progress, running, change.plan, change.step, now)
        case StepSkipped():
            return _left_out(progress, running, change, now)
        case GuardPassed():
            return with_cursor(progress, guard_passed=True)
        case BranchTaken():
            return _branched(progress, running, change, now)
        case MomentCame():
            return _moment_came(progress, running, change, now)
        case AnswerGiven():
            return _answered(progress, running, change, now)
        case NoAnswer():
            return _unanswered(progress, running, change, now)
        case PauseEnded():
            return unpaused(progress)
        case _:
            assert_never(change)


def _left_out(progress: Progress, running: Enrolment, change: StepSkipped, now: datetime) -> Progress:
    progress, before = settled(progress, f"skipped.{change.because}", now), running.cursor
    if change.at is None:
        return progress
    return with_cursor(progress, anchor=change.at, resumed_at=before.resumed_at, after_pause=before.after_pause)


def _branched(progress: Progress, running: Enrolment, change: BranchTaken, now: datetime) -> Progress:
    branch = step(running.plan.sequence, change.step)
    if not isinstance(branch, Branch):
        return progress
    return with_enrolment(progress, arm_taken(running, branch, change.arm, now))


def _answered(progress: Progress, running: Enrolment, change: AnswerGiven, now: datetime) -> Progress:
    progress = with_enrolment(progress, gone_on(running, change.value, now))
    return become(progress, progress.circumstances.with_field(change.field, change.value), now)


def _unanswered(progress: Progress, running: Enrolment, change: NoAnswer, now: datetime) -> Progress:
    question = step(running.plan.sequence, change.step)
    if not isinstance(question, Ask):
        return progress
    return with_enrolment(progress, unanswered(running, question, NO_ANSWER, now))


def _moment_came(progress: Progress, running: Enrolment, change: MomentCame, now: datetime) -> Progress:
    mark = Fired(where=change.where, plan=running.stage_number, reaction=change.reaction, value=change.value)
    reactions = running.stage_plan.when if change.where == "stage" else running.plan.sequence.when
    response = reactions[change.reaction].response
    running = fired(running, mark)
    if not isinstance(response, compiled.CarryOn):
        running = leaving(running, response, "the moment has come", now)
    return with_enrolment(progress, running)


# --- touches ----------------------------------------------------------------------------------------------------------


def claimed(progress: Progress, receipt: Claimed, now: datetime) -> Progress:
    """The touch is open: until its outcome is noted nothing else leaves."""
    running = progress.enrolment
    message = _message(running)
    if running is None or message is None:
        return progress
    touch = OpenTouch(
        touch_key=receipt.touch_key,
        channel=message.channel,
        enrolment=running.number,
        plan=running.stage_number,
        visit=running.visit,
        step=message.id,
        occurrence=running.cursor.occurrence,
        since=now,
    )
    progress = progress.model_copy(update={"open_touches": (*_others(progress, receipt.touch_key), touch)})
    return remembering(progress, running, message)


def accepted(progress: Progress, receipt: Accepted, now: datetime) -> Progress:
    """The provider has it: the step is settled, the lead's caps and gaps count it."""
    touch = open_touch(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = nothing_to_ask(counted(_shut(progress, touch), touch), (touch.touch_key,))
    return _ended(progress, touch, SENT, now, touch_key=touch.touch_key)


def rejected(progress: Progress, receipt: Rejected, now: datetime) -> Progress:
    """Refused for good: a dead or closed address skips the step, our own fault asks a person."""
    touch = open_touch(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = _shut(progress, touch)
    if receipt.effect == "bad_content":
        return _refused(progress, touch, receipt.detail, now)
    dead = receipt.effect == "bad_recipient"
    because = SkipReason.ADDRESS_BOUNCED if dead else SkipReason.CHANNEL_SUPPRESSED
    circumstances = closed(progress.circumstances, touch.channel, because)
    for channel in () if dead else scope_of(touch.channel):
        circumstances = closed(circumstances, channel, because)
    progress = progress.model_copy(update={"circumstances": circumstances})
    return stopped_if_unreachable(_ended(progress, touch, f"skipped.{because}", now), now)


def _refused(progress: Progress, touch: OpenTouch, detail: str, now: datetime) -> Progress:
    about = f"{touch.channel} {touch.step}" + (f": {detail}" if detail else "")
    progress = asked(progress, "problem", touch.touch_key, about)
    enrolment = numbered(progress, touch.enrolment)
    if enrolment is None or not stands_before(enrolment, touch):
        return _ended(progress, touch, "rejected", now)
    doubt = Doubt(because=ReviewReason.PROVIDER_REJECTED, detail=detail or touch.step)
    return with_enrolment(progress, cursor_changed(enrolment, doubt=doubt))


def not_sent(progress: Progress, receipt: NotSent, now: datetime) -> Progress:
    """Certainly not sent: the same touch may be claimed again after the wait."""
    touch = open_touch(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = _shut(progress, touch)
    enrolment = numbered(progress, touch.enrolment)
    if enrolment is None or not stands_before(enrolment, touch):
        return progress
    held = Hold(because=HoldReason.PROVIDER_BACKOFF, until=now + receipt.again_in, detail=receipt.detail)
    return with_enrolment(progress, cursor_changed(enrolment, held=held))


def uncertain(progress: Progress, receipt: Uncertain, now: datetime) -> Progress:
    """Nobody knows: the provider is asked on a schedule."""
    touch = open_touch(progress, receipt.touch_key)
    if touch is None:
        return progress
    return _replaced(progress, touch.model_copy(update={"uncertain": True}))


def still_unknown(progress: Progress, receipt: StillUnknown, now: datetime) -> Progress:
    """Asked without an answer; after the last time a person has to prove or decide."""
    touch = open_touch(progress, receipt.touch_key)
    if touch is None:
        return progress
    if not receipt.last:
        return _replaced(progress, touch.model_copy(update={"asked": touch.asked + 1}))
    if progress.gone:
        return _shut(progress, touch)
    progress = _replaced(progress, touch.model_copy(update={"asked": touch.asked + 1, "lost": True}))
    return asked(progress, "proof", touch.touch_key, f"{touch.channel} {touch.step}")


def perhaps_forgotten(progress: Progress, receipt: PerhapsForgotten, now: datetime) -> Progress:
    """Whoever sends the message asks about it first, however much later that is."""
    return with_cursor(progress, ask_first=True)


def held(progress: Progress, receipt: Held, now: datetime) -> Progress:
    """The gate's hold is remembered, so that the next decision waits for its end."""
    return with_cursor(progress, held=receipt.hold)


def skipped(progress: Progress, receipt: Skipped, now: datetime) -> Progress:
    """The gate left the touch out."""
    return settled(progress, f"skipped.{receipt.because}", now)


def stopped(progress: Progress, receipt: Stopped, now: datetime) -> Progress:
    """The gate ends the enrolment."""
    running = progress.enrolment
    if running is None:
        return progress
    ending = leaving(running, compiled.Finish(), "the lead cannot be reached", now, because=receipt.because)
    return with_enrolment(progress, ending)


def questioned(progress: Progress, receipt: Questioned, now: datetime) -> Progress:
    """The gate asks a person."""
    return reviewed(progress, receipt.because, "the message cannot leave as it is", now, receipt.detail)


def went_back(progress: Progress, receipt: WentBack, now: datetime) -> Progress:
    """The database is older than what Temporal remembers: nothing leaves until a person has looked."""
    detail = f"revision {receipt.found}, expected at least {receipt.expected}"
    return reviewed(progress, ReviewReason.STATE_WENT_BACK, "the database was restored to an older state", now, detail)


def bad_event(progress: Progress, receipt: BadEvent, now: datetime) -> Progress:
    """An unreadable row is flagged and left behind."""
    progress = flagged(progress, ReviewReason.BAD_EVENT, now, f"Inbox row {receipt.number}")
    return progress.model_copy(update={"last_applied": receipt.number})


def _ended(
    progress: Progress, touch: OpenTouch, outcome: str, now: datetime, *, touch_key: TouchKey | None = None
) -> Progress:
    """How the touch ended, in the enrolment it belongs to, which goes on if it waited for that."""
    enrolment = numbered(progress, touch.enrolment)
    if enrolment is None:
        return progress
    if stands_before(enrolment, touch):
        progress = without_doubt(progress) if enrolment is progress.enrolment else progress
        return with_enrolment(progress, gone_on(enrolment, outcome, now, touch_key=touch_key))
    if _asked_since(enrolment, touch):
        return progress
    done = Outcome(
        step=touch.step, outcome=outcome, at=now, touch_key=touch_key, occurrence=touch.occurrence, visit=touch.visit
    )
    return with_enrolment(progress, with_outcome(enrolment, done))


def _asked_since(enrolment: Enrolment, touch: OpenTouch) -> bool:
    """Whether the touch is an earlier try of a question that was asked after it, and may be answered."""
    last = next((done for done in enrolment.outcomes if done.step == touch.step), None)
    if last is None or (last.visit, last.occurrence) <= (touch.visit, touch.occurrence):
        return False
    return isinstance(step(enrolment.plan.sequence, touch.step), Ask)


def _message(running: Enrolment | None) -> Sendable | None:
    if running is None or running.cursor.step is None:
        return None
    found = step(running.plan.sequence, running.cursor.step)
    return found if isinstance(found, Message | Ask) else None


def _others(progress: Progress, key: TouchKey) -> tuple[OpenTouch, ...]:
    return tuple(touch for touch in progress.open_touches if touch.touch_key != key)


def _shut(progress: Progress, touch: OpenTouch) -> Progress:
    return progress.model_copy(update={"open_touches": _others(progress, touch.touch_key)})


def _replaced(progress: Progress, touch: OpenTouch) -> Progress:
    return progress.model_copy(update={"open_touches": (*_others(progress, touch.touch_key), touch)})
