"""What our own doing means for a lead: moves carried out, touches claimed and their outcomes."""

from datetime import datetime

from engine.gate import ROLLING_DAY
from engine.life.circumstances import ChannelState
from engine.life.course import (
    arm_taken,
    ended,
    entered,
    fired,
    leaving,
    settled,
    with_cursor,
    with_enrolment,
    with_outcome,
)
from engine.life.keys import task_key
from engine.life.moves import (
    BranchTaken,
    Change,
    CloseTask,
    EscalateTask,
    Finish,
    GuardPassed,
    Hold,
    MomentCame,
    OpenTask,
    Park,
    PauseEnded,
    ReassignTask,
    Record,
    StageEntered,
    StepSkipped,
)
from engine.life.noting_events import with_channel
from engine.life.progress import (
    Enrolment,
    Fired,
    Flag,
    OpenTouch,
    Outcome,
    OwedTask,
    Progress,
    Review,
    TaskState,
)
from engine.life.receipts import (
    Accepted,
    BadEvent,
    Claimed,
    Done,
    Held,
    NotSent,
    Questioned,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
    WentBack,
)
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence import compiled
from engine.sequence.compiled import Branch, Message
from engine.sequence.structure import step
from engine.words import TouchKey

# --- moves carried out ------------------------------------------------------------------------------------------------


def done(progress: Progress, receipt: Done, now: datetime) -> Progress:
    """The progress after a move that the records alone carried out."""
    match receipt.move:
        case OpenTask():
            return _opened(progress, receipt.move, now)
        case CloseTask():
            return _closed(progress, receipt.move, now)
        case EscalateTask():
            return _task_changed(progress, receipt.move.task_key, told=receipt.move.role)
        case ReassignTask():
            return _task_changed(progress, receipt.move.task_key, owner=receipt.move.owner)
        case Record():
            return _recorded(progress, receipt.move.change, now)
        case Park():
            return _parked(progress, receipt.move, now)
        case Finish():
            return ended(progress, receipt.move.because, now)


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
    running = progress.enrolment
    if move.ended != "given_up" or running is None or state.task.step is None:
        return progress
    if running.cursor.task == move.task_key:
        return settled(progress, "given_up", now)
    outcome = Outcome(step=state.task.step, outcome="given_up", at=now, visit=running.visit)
    return with_enrolment(progress, with_outcome(running, outcome))


def _task_changed(progress: Progress, key: str, *, told: str | None = None, owner: str | None = None) -> Progress:
    def changed(state: TaskState) -> TaskState:
        if state.task.task_key != key:
            return state
        update = {"told": (*state.told, told)} if told is not None else {"owner": owner}
        return state.model_copy(update=update)

    return progress.model_copy(update={"tasks": tuple(changed(state) for state in progress.tasks)})


def _recorded(progress: Progress, change: Change, now: datetime) -> Progress:
    match change:
        case StageEntered():
            return entered(progress, change.plan, change.step, now)
        case StepSkipped():
            return settled(progress, f"skipped.{change.because}", now)
        case GuardPassed():
            return with_cursor(progress, guard_passed=True)
        case BranchTaken():
            return _branched(progress, change, now)
        case MomentCame():
            return _moment_came(progress, change, now)
        case PauseEnded():
            return progress.model_copy(update={"pause": None})


def _branched(progress: Progress, change: BranchTaken, now: datetime) -> Progress:
    running = progress.enrolment
    if running is None:
        return progress
    branch = step(running.plan.sequence, change.step)
    return arm_taken(progress, branch, change.arm, now) if isinstance(branch, Branch) else progress


def _moment_came(progress: Progress, change: MomentCame, now: datetime) -> Progress:
    running = progress.enrolment
    if running is None:
        return progress
    mark = Fired(where=change.where, plan=running.at_plan, reaction=change.reaction, value=change.value)
    reactions = running.stage_plan.when if change.where == "stage" else running.plan.sequence.when
    response = reactions[change.reaction].response
    running = fired(running, mark)
    if not isinstance(response, compiled.CarryOn):
        running = leaving(running, response, "the moment has come", now)
    return with_enrolment(progress, running)


def _parked(progress: Progress, move: Park, now: datetime) -> Progress:
    if progress.review is not None and progress.review.because is move.because:
        return progress
    return _reviewed(progress, move.because, move.why, move.detail, now)


def _reviewed(progress: Progress, because: ReviewReason, why: str, detail: str, now: datetime) -> Progress:
    return progress.model_copy(update={"review": Review(because=because, since=now, why=why, detail=detail)})


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
        plan=running.at_plan,
        visit=running.visit,
        step=message.id,
        occurrence=running.cursor.occurrence,
        since=now,
    )
    return progress.model_copy(update={"open_touches": (*_others(progress, receipt.touch_key), touch)})


def accepted(progress: Progress, receipt: Accepted, now: datetime) -> Progress:
    """The provider has it: the step is settled, the lead's caps and gaps count it."""
    touch = _open(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = _counted(_shut(progress, touch), touch)
    if _stands_before(progress, touch):
        return settled(progress, "sent", now, touch_key=touch.touch_key)
    return progress


def rejected(progress: Progress, receipt: Rejected, now: datetime) -> Progress:
    """Refused for good: a dead or closed address skips the step, our own fault asks a person."""
    touch = _open(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = _shut(progress, touch)
    if receipt.effect == "bad_content":
        return _asking(progress, touch, "problem", ReviewReason.PROVIDER_REJECTED, receipt.detail, now)
    because = SkipReason.ADDRESS_BOUNCED if receipt.effect == "bad_recipient" else SkipReason.CHANNEL_SUPPRESSED
    state = ChannelState(channel=touch.channel, why_not=because)
    circumstances = with_channel(progress.circumstances, state)
    progress = progress.model_copy(update={"circumstances": circumstances})
    return settled(progress, f"skipped.{because}", now) if _stands_before(progress, touch) else progress


def not_sent(progress: Progress, receipt: NotSent, now: datetime) -> Progress:
    """Certainly not sent: the same touch may be claimed again after the wait."""
    touch = _open(progress, receipt.touch_key)
    if touch is None:
        return progress
    progress = _shut(progress, touch)
    if not _stands_before(progress, touch):
        return progress
    until = now + receipt.again_in
    return with_cursor(progress, held=Hold(because=HoldReason.PROVIDER_BACKOFF, until=until, detail=receipt.detail))


def uncertain(progress: Progress, receipt: Uncertain, now: datetime) -> Progress:
    """Nobody knows: the provider is asked on a schedule."""
    touch = _open(progress, receipt.touch_key)
    if touch is None:
        return progress
    return _replaced(progress, touch.model_copy(update={"uncertain": True}))


def still_unknown(progress: Progress, receipt: StillUnknown, now: datetime) -> Progress:
    """Asked without an answer; after the last time a person has to prove or decide."""
    touch = _open(progress, receipt.touch_key)
    if touch is None:
        return progress
    touch = touch.model_copy(update={"asked": touch.asked + 1, "lost": receipt.last})
    progress = _replaced(progress, touch)
    if not receipt.last:
        return progress
    return _asking(progress, touch, "proof", ReviewReason.OUTCOME_UNPROVEN, touch.step, now)


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
    return _reviewed(progress, receipt.because, "the message cannot leave as it is", receipt.detail, now)


def went_back(progress: Progress, receipt: WentBack, now: datetime) -> Progress:
    """The database is older than what Temporal remembers: nothing leaves until a person has looked."""
    detail = f"revision {receipt.found}, expected at least {receipt.expected}"
    return _reviewed(progress, ReviewReason.STATE_WENT_BACK, "the database was restored to an older state", detail, now)


def bad_event(progress: Progress, receipt: BadEvent, now: datetime) -> Progress:
    """An unreadable row is flagged and left behind."""
    others = tuple(flag for flag in progress.flags if flag.because is not ReviewReason.BAD_EVENT)
    count = sum(flag.count for flag in progress.flags if flag.because is ReviewReason.BAD_EVENT) + 1
    flag = Flag(because=ReviewReason.BAD_EVENT, since=now, detail=f"Inbox row {receipt.number}", count=count)
    return progress.model_copy(update={"flags": (*others, flag), "last_applied": receipt.number})


def _asking(
    progress: Progress, touch: OpenTouch, kind: str, because: ReviewReason, detail: str, now: datetime
) -> Progress:
    """A task for a person, and a Review when the lead stands before that very touch."""
    owed = OwedTask(
        kind="proof" if kind == "proof" else "problem",
        key=task_key(progress.lead_id, kind, touch.touch_key),
        touch_key=touch.touch_key,
        why=f"{touch.channel} {touch.step}",
    )
    progress = progress.model_copy(update={"owed": (*progress.owed, owed)})
    if not _stands_before(progress, touch):
        return progress
    return _reviewed(progress, because, because.value.replace("_", " "), detail, now)


def _counted(progress: Progress, touch: OpenTouch) -> Progress:
    at = touch.since
    recent = tuple(old for old in progress.recent_touches if old + ROLLING_DAY > at)
    progress = progress.model_copy(
        update={"recent_touches": (*recent, at), "last_touch_at": max(at, progress.last_touch_at or at)}
    )
    running = progress.enrolment
    if running is None or running.number != touch.enrolment:
        return progress
    return with_enrolment(progress, running.model_copy(update={"touches": running.touches + 1}))


def _stands_before(progress: Progress, touch: OpenTouch) -> bool:
    running = progress.enrolment
    return running is not None and (
        running.number,
        running.at_plan,
        running.visit,
        running.cursor.step,
        running.cursor.occurrence,
    ) == (touch.enrolment, touch.plan, touch.visit, touch.step, touch.occurrence)


def _message(running: Enrolment | None) -> Message | None:
    if running is None or running.cursor.step is None:
        return None
    found = step(running.plan.sequence, running.cursor.step)
    return found if isinstance(found, Message) else None


def _open(progress: Progress, key: TouchKey) -> OpenTouch | None:
    return next((touch for touch in progress.open_touches if touch.touch_key == key), None)


def _others(progress: Progress, key: TouchKey) -> tuple[OpenTouch, ...]:
    return tuple(touch for touch in progress.open_touches if touch.touch_key != key)


def _shut(progress: Progress, touch: OpenTouch) -> Progress:
    return progress.model_copy(update={"open_touches": _others(progress, touch.touch_key)})


def _replaced(progress: Progress, touch: OpenTouch) -> Progress:
    return progress.model_copy(update={"open_touches": (*_others(progress, touch.touch_key), touch)})
