"""The step a lead stands before: when it comes, what holds it, and what it does."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from engine.gate import GateFacts, Holds, Reviews, Sends, Skips, Stops, forecast, gate
from engine.life.conditions import holds
from engine.life.deciding.approvals import BY, approval_of, asks_first
from engine.life.deciding.tasks import opening, task_name
from engine.life.deciding.waiting import far, parked, wait
from engine.life.moments import answer_awaited_until, date_over, in_response, stale_at, step_moment
from engine.life.moves import (
    BranchTaken,
    Finish,
    GuardPassed,
    Hold,
    Move,
    NoAnswer,
    Record,
    StepSkipped,
    Wait,
)
from engine.life.progress import Cursor, Doubt, Enrolment, Progress
from engine.life.questions import asked
from engine.life.sentences import HOLDS, SKIPS, STOPS, say_chain, say_plan, say_when
from engine.life.touches import closed_for, facts_of, send_of, stands_before
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import Ask, Branch, Condition, HumanTask, Message, Moment, Sendable, Step
from engine.sequence.structure import OTHERWISE, step
from engine.sequence.wording import say_role
from engine.words import Act, Channel, TaskKey

ACTS = {Channel.EMAIL: Act.SEND_EMAIL, Channel.SMS: Act.SEND_SMS, Channel.VOICE: Act.PLACE_CALL}


def the_step(progress: Progress, now: datetime) -> Move | None:
    """What the step the cursor stands at wants now."""
    running = progress.enrolment
    if running is None or running.cursor.step is None:
        return None
    current = step(running.plan.sequence, running.cursor.step)
    match current:
        case Branch():
            return _branch(progress, running, current, now)
        case Message() | Ask() if (doubt := _doubt(progress, running)) is not None:
            return parked(progress, doubt.because, doubt.detail)
        case Ask() if asked(running) is not None:
            return _awaiting(progress, running, current, now)
        case Message() | HumanTask() | Ask():
            return _timed(progress, running, current, now)
        case _:
            assert_never(current)


def _doubt(progress: Progress, running: Enrolment) -> Doubt | None:
    """What has to be decided before the message is sent: a touch that is open is never sent again."""
    cursor = running.cursor
    if any(stands_before(running, touch) for touch in progress.open_touches):
        return Doubt(because=ReviewReason.OUTCOME_UNPROVEN, detail=cursor.step or "")
    return cursor.doubt


def nothing_to_do(progress: Progress, now: datetime) -> Move:
    """A memory that this engine cannot have written: a person decides."""
    return parked(progress, ReviewReason.UNEXPECTED_ERROR, "nothing says what comes next")


def _branch(progress: Progress, running: Enrolment, branch: Branch, now: datetime) -> Move:
    for number, case in enumerate(branch.cases):
        if holds(case.condition, progress, running.plan.sequence, running, now):
            return Record(change=BranchTaken(step=branch.id, arm=number), why=f"{branch.id}: case {number + 1}")
    return Record(change=BranchTaken(step=branch.id, arm=OTHERWISE), why=f"{branch.id}: otherwise")


def _timed(progress: Progress, running: Enrolment, current: Sendable | HumanTask, now: datetime) -> Move:
    moment = step_moment(progress, running, current)
    move = _skip(current, SkipReason.NO_DATE) if moment is None else _at(progress, running, current, moment, now)
    after = running.cursor.after_pause
    if after is None or not after.left_out or not isinstance(move, Record) or not isinstance(move.change, StepSkipped):
        return move
    # What is left out anyway is left out as of its moment too: what follows it came due in the pause as well.
    then = move.change.at or max(moment or running.cursor.anchor, running.cursor.anchor)
    at = then if then < after.until else None
    return move.model_copy(update={"change": move.change.model_copy(update={"at": at})})


def _at(progress: Progress, running: Enrolment, current: Sendable | HumanTask, moment: datetime, now: datetime) -> Move:
    """The step at its moment: first its guard, which is asked once and before any hold."""
    if current.only_if is not None and not running.cursor.guard_passed and running.cursor.task is None:
        return _guarded(progress, running, current, current.only_if, moment, now)
    if running.held_out:
        return _held_out(progress, current, moment, now)
    then = _came_while_paused(progress, running, current, moment)
    if then is not None:
        return _skip(current, SkipReason.SEQUENCE_PAUSED, then)
    if isinstance(current, Message | Ask):
        return _message(progress, running, current, moment, now)
    return _task(progress, running, current, moment, now)


def _came_while_paused(
    progress: Progress, running: Enrolment, current: Sendable | HumanTask, moment: datetime
) -> datetime | None:
    """When the step would have been done while its sequence was paused; None where it is not left out for that."""
    cursor, after = running.cursor, running.cursor.after_pause
    if after is None or not after.left_out or current.at is not None:
        return None
    if cursor.late_ok or cursor.task is not None:  # a person wants it, or has been asked for it
        return None
    then = _undisturbed(progress, running, current, moment)
    return then if then is not None and then < after.until else None


def _undisturbed(
    progress: Progress, running: Enrolment, current: Sendable | HumanTask, moment: datetime
) -> datetime | None:
    """When the step would be done that is due at this moment; None while nobody can say."""
    if isinstance(current, HumanTask):
        return max((moment, *(hold.until for hold in _task_holds(progress, current))))
    if asks_first(running.cursor, current):
        return max((moment, *(hold.until for hold in _absences(progress, BY))))
    release = forecast(facts_of(progress, running, current), moment)
    return release.release if isinstance(release.verdict, Sends) else None


def _guarded(
    progress: Progress,
    running: Enrolment,
    current: Sendable | HumanTask,
    only_if: Condition,
    moment: datetime,
    now: datetime,
) -> Move:
    if moment > now:
        return _coming(progress, current, (_planned(current, moment),))
    if holds(only_if, progress, running.plan.sequence, running, now):
        return Record(change=GuardPassed(step=current.id), why=f"{step_name(current)}: its condition is met")
    return _skip(current, SkipReason.STEP_GUARD_FALSE)


def _held_out(progress: Progress, current: Sendable | HumanTask, moment: datetime, now: datetime) -> Move:
    """What the others get comes for this lead too, and is left out."""
    if moment <= now:
        return _skip(current, SkipReason.HELD_OUT)
    when = say_when(moment, progress.circumstances.zone)
    why = f"{step_name(current)} will be left out on {when}: {SKIPS[SkipReason.HELD_OUT]}"
    return wait(moment, HoldReason.STEP_DELAY, why, then=f"{step_name(current)} is left out", detail=current.id)


def _message(progress: Progress, running: Enrolment, current: Sendable, moment: datetime, now: datetime) -> Move:
    facts = facts_of(progress, running, current)
    if moment > now:
        return _ahead(progress, running, current, facts, moment)
    if _is_missed(running.cursor, current, moment) and (missed := _too_late(progress, running, current)) is not None:
        return missed
    if isinstance(current, Message) and asks_first(running.cursor, current):
        return _unapproved(progress, running, current, facts, now)
    if running.cursor.approval is not None and not running.cursor.approval.given:
        return _skip(current, SkipReason.NOT_APPROVED)
    release = forecast(facts, moment)
    if release.release <= now:
        release = forecast(facts, now)
    if release.release > now or isinstance(release.verdict, Holds):
        return _coming(progress, current, tuple(hold for hold in release.holds if hold.until > now))
    if isinstance(release.verdict, Sends):
        send_by, why = release.verdict.send_by, f"{step_name(current)} is due"
        send = send_of(progress, running, current, send_by=send_by, why=why)
        # What is held grows late only when it could leave: a look that comes early by chance decides nothing.
        late = _is_late(progress, running, current, facts, moment, now)
        return (_too_late(progress, running, current) or send) if late else send
    return _kept_back(progress, current, release.verdict)


def _kept_back(progress: Progress, current: Sendable, verdict: Skips | Stops | Reviews) -> Move:
    """What becomes of a message that cannot leave, however long it waits."""
    match verdict:
        case Stops(because=because):
            return Finish(because=because, why=STOPS[because])
        case Skips(because=because):
            return _skip(current, because)
        case Reviews(because=because):
            return parked(progress, because, current.id)
        case _:
            assert_never(verdict)


def _awaiting(progress: Progress, running: Enrolment, current: Ask, now: datetime) -> Move:
    """A question that is asked: until its time is over; an answer wakes the lead sooner."""
    until = answer_awaited_until(progress, running, current)
    if until <= now:
        return Record(change=NoAnswer(step=current.id), why=f"nobody answered {current.id} in time")
    why = f"waits for an answer to {current.id} until {say_when(until, progress.circumstances.zone)}"
    then = f"{current.id} is left without an answer"
    return wait(until, HoldReason.AWAITING_EVENT, why, then=then, detail=current.id)


def _unapproved(progress: Progress, running: Enrolment, current: Message, facts: GateFacts, now: datetime) -> Move:
    """A message that a person releases: asked for at its moment, unless it cannot leave anyway."""
    verdict = gate(facts, now)
    if not isinstance(verdict, Sends | Holds):
        return _kept_back(progress, current, verdict)
    if running.cursor.task is not None:
        return _open(progress, running.cursor.task, now)
    away = tuple(hold for hold in _absences(progress, BY) if hold.until > now)
    return _coming(progress, current, away) if away else approval_of(progress, running, current, now)


def _ahead(progress: Progress, running: Enrolment, current: Sendable, facts: GateFacts, moment: datetime) -> Wait:
    """A message whose moment is to come: until the gate will let it go, as far as can be known now."""
    if asks_first(running.cursor, current):  # a person is asked whatever the gate says
        away = tuple(hold for hold in _absences(progress, BY) if hold.until > moment)
        return _coming(progress, current, (_planned(current, moment), *away))
    # By then sending may be switched on again, and what closes the channel may have changed.
    release = forecast(facts.model_copy(update={"switched_off": False}), moment)
    held = release.holds if isinstance(release.verdict, Sends | Holds) else ()
    return _coming(progress, current, (_planned(current, moment), *held))


def _planned(current: Sendable | HumanTask, moment: datetime) -> Hold:
    return Hold(because=HoldReason.STEP_DELAY, until=moment, detail=current.id)


def _coming(progress: Progress, current: Sendable | HumanTask, chain: tuple[Hold, ...]) -> Wait:
    """A step that waits for the end of a chain of holds."""
    because, until = chain[0].because, chain[-1].until
    act, then = _coming_as(progress, current)
    why = _why_not_yet(progress, current, chain)
    return Wait(until=until, because=because, why=why, holds=chain, act=act, then=then)


def _why_not_yet(progress: Progress, current: Sendable | HumanTask, chain: tuple[Hold, ...]) -> str:
    when = say_when(chain[-1].until, progress.circumstances.zone)
    if chain[-1].because is HoldReason.KILL_SWITCH:  # its end is no more than the next time we ask
        return f"{step_name(current)} waits: {HOLDS[HoldReason.KILL_SWITCH]}; asked again on {when}"
    planned = chain[0].because is HoldReason.STEP_DELAY
    why = say_chain(say_plan(current) if planned else None, chain[1:] if planned else chain)
    leaves = isinstance(current, Message | Ask) and not _asks_first(progress, current)
    return f"{step_name(current) if leaves else _opens(progress, current)} on {when}: {why}"


def _coming_as(progress: Progress, current: Sendable | HumanTask) -> tuple[Act, str]:
    """As which activity the step comes, and its summary."""
    if isinstance(current, Message | Ask) and not _asks_first(progress, current):
        return ACTS[current.channel], f"{step_name(current)} is due"
    return Act.CREATE_TASK, _opens(progress, current)


def _opens(progress: Progress, current: Sendable | HumanTask) -> str:
    """What comes to a person, as a clause."""
    asked = _asks_first(progress, current)
    return f"the approval of {step_name(current)} is asked for" if asked else f"{step_name(current)} opens"


def _asks_first(progress: Progress, current: Sendable | HumanTask) -> bool:
    running = progress.enrolment
    return running is not None and asks_first(running.cursor, current)


def _too_late(progress: Progress, running: Enrolment, current: Sendable) -> Move | None:
    """A touch past its moment by more than the sequence allows does what `if_past` says."""
    default = "review" if in_response(progress, running.stage_plan) else "skip"
    match current.if_past or default:
        case "send":
            return None
        case "review":
            return parked(progress, ReviewReason.TOO_LATE, current.id)
        case _:
            return _skip(current, SkipReason.TOO_LATE)


def _is_missed(cursor: Cursor, current: Sendable, moment: datetime) -> bool:
    """Whether the moment had passed before the lead could wait for it."""
    if cursor.late_ok or cursor.moved or cursor.occurrence > 0:
        return False
    return moment < (cursor.anchor if current.at is None else cursor.resumed_at or cursor.anchor)


def _is_late(
    progress: Progress, running: Enrolment, current: Sendable, facts: GateFacts, moment: datetime, now: datetime
) -> bool:
    """Whether it was held until its date was over, or for longer than the sequence allows."""
    if running.cursor.late_ok or running.cursor.moved:
        return False
    if current.at is not None and _date_over(progress, current.at, moment, now):
        return True
    approval = running.cursor.approval
    ready = moment if approval is None else max(moment, approval.at)
    if running.cursor.after_pause is not None:
        ready = max(ready, running.cursor.after_pause.until)
    # The calendar can only make it later, so the dear question is asked last.
    return now > stale_at(progress, running, ready) and now > stale_at(
        progress, running, _calendar_release(facts, ready)
    )


def _date_over(progress: Progress, at: Moment, moment: datetime, now: datetime) -> bool:
    over = date_over(progress, at)
    if over is None or over == moment:  # before(date) without a distance is the date itself
        return False
    return over <= now


def _calendar_release(facts: GateFacts, moment: datetime) -> datetime:
    """When the calendar alone would have let the touch go: windows, law and absence."""
    update = {
        "holds": tuple(hold for hold in facts.holds if hold.because in CALENDAR_HOLDS),
        "recent_touches": (),
        "last_touch_at": None,
        "switched_off": False,
        "why_not": None,
        "no_channel_left": None,
    }
    return forecast(facts.model_copy(update=update), moment).release


CALENDAR_HOLDS = (
    HoldReason.OUT_OF_OFFICE,
    HoldReason.OWNER_ABSENT,
    HoldReason.THIRD_PARTY_REPLY,
    HoldReason.ACCOUNT_REPLY,
    HoldReason.DELIVERY_RETRY,
    HoldReason.SETTLING,
    HoldReason.HUMAN_TOUCH,
)
"""Holds a touch may wait through without growing stale."""


def _task(progress: Progress, running: Enrolment, current: HumanTask, moment: datetime, now: datetime) -> Move:
    if running.cursor.task is not None:
        return _open(progress, running.cursor.task, now)
    why_not = closed_for(progress, Channel.VOICE) if current.kind == "call" else None
    if why_not is not None and moment <= now:
        return _skip(current, why_not)
    planned = (_planned(current, moment),) if moment > now else ()
    # A skip is stronger than a hold: nobody waits for a call that cannot be made.
    held = sorted(_task_holds(progress, current), key=lambda hold: hold.until) if why_not is None else []
    chain = (*planned, *(hold for hold in held if hold.until > max(moment, now)))
    if chain:
        return _coming(progress, current, chain)
    return opening(progress, running, current, now)


def _open(progress: Progress, key: TaskKey, now: datetime) -> Wait:
    """A task the sequence waits for until it is closed; when it is given up is one of the lead's other wakes."""
    state = next(state for state in progress.tasks if state.task.task_key == key)
    approval = state.task.task_kind == "approval"
    because = HoldReason.AWAITING_APPROVAL if approval else HoldReason.BLOCKING_TASK
    name, due = task_name(state), say_when(state.task.due, progress.circumstances.zone)
    why = f"waits for {say_role(state.task.to)}: {name}, due {due}"
    return wait(far(progress, now), because, why, act=Act.CREATE_TASK, detail=name)


def _task_holds(progress: Progress, current: HumanTask) -> Iterator[Hold]:
    if current.kind == "call":
        yield from (hold for hold in progress.not_before if hold.because is HoldReason.OUT_OF_OFFICE)
    yield from _absences(progress, current.to)


def _absences(progress: Progress, to: str) -> Iterator[Hold]:
    """Nobody is asked for anything while away."""
    away = progress.circumstances.owner_absent_until
    if away is not None and to == "owner":
        yield Hold(because=HoldReason.OWNER_ABSENT, until=away)


def _skip(current: Step, because: SkipReason, at: datetime | None = None) -> Record:
    change = StepSkipped(step=current.id, because=because, at=at)
    return Record(change=change, why=f"{step_name(current)} is left out: {SKIPS[because]}")


def step_name(current: Step) -> str:
    """The step as people speak of it."""
    return f"{current.kind} {current.id}"
