"""
What each kind of event means for a lead.

An event changes where the lead is going (an exit is decided), what people owe it (a task), or what is known of it.
`decide` turns that into moves. The table at the foot is the list of what the engine does by itself; what a sequence
writes for an event comes first (authoring.md 3.5).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.calendar import delays
from engine.life.circumstances import ChannelState, Circumstances
from engine.life.course import leaving, plan_for, with_cursor, with_enrolment
from engine.life.effects import ChangeOwner, CloseChannel, Effect, OpenChannel, OwnerAway, OwnerBack, effects_of
from engine.life.events import Event
from engine.life.judging import ignored, received
from engine.life.keys import task_key
from engine.life.moves import Hold
from engine.life.noting_tasks import task_done
from engine.life.progress import Cursor, Enrolment, Flag, OwedTask, Progress, Review
from engine.life.reactions import reaction_to
from engine.life.touches import no_channel_left
from engine.life.wishes import Wish
from engine.reasons import HoldReason, IgnoreReason, ReplyClass, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import BusinessDays, CarryOn, Finish, Goto
from engine.words import EventKind, Stage

NO_RETURN_DATE = timedelta(days=7)
LONGEST_ABSENCE = timedelta(days=100)
OTHERS_REPLY = BusinessDays(days=5)

Course = Callable[[Progress, Event, datetime], Progress]


def happened(progress: Progress, event: Event, now: datetime) -> Progress:
    """The progress after an event, whatever its age and order."""
    why_ignored = ignored(progress, event, now)
    progress = _with_effects(progress, event, now).model_copy(update={"last_applied": event.number})
    if why_ignored is IgnoreReason.OLDER_THAN_ENROLMENT and event.kind is EventKind.REPLIED:
        return _owing_answer(progress, event)
    if why_ignored is not None:
        return progress
    progress = COURSES.get(event.kind, _reacting)(progress, event, now)
    return _wishing(progress, event, now)


def _reacting(progress: Progress, event: Event, now: datetime) -> Progress:
    """What the running sequence wrote for this event, and nothing else."""
    return _answering(progress, event, now, default=None)


def _answering(
    progress: Progress,
    event: Event,
    now: datetime,
    *,
    default: StopReason | None,
) -> Progress:
    """The written reaction, else the default end, else nothing."""
    running = progress.enrolment
    if running is None:
        return progress
    response = reaction_to(event, running)
    why = event.kind.value.replace("_", " ")
    match response:
        case CarryOn():
            return with_enrolment(progress, running.model_copy(update={"answer_open": True}))
        case None:
            return progress if default is None else _stopping(progress, default, why, now)
        case Finish() if default is not None and response.reason == "completed":
            return with_enrolment(progress, leaving(running, response, why, now, because=default))
        case _:
            return with_enrolment(progress, leaving(running, response, why, now))


def _stopping(progress: Progress, because: StopReason, why: str, now: datetime) -> Progress:
    """The running enrolment, and with it whatever it interrupted, is going to end."""
    running = progress.enrolment
    if running is None:
        return progress
    return with_enrolment(progress, leaving(running, Finish(), why, now, because=because))


# --- replies ----------------------------------------------------------------------------------------------------------


def _replied(progress: Progress, event: Event, now: datetime) -> Progress:
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    if event.data.from_other is not None:
        return _other_replied(progress, event, now)
    if event.data.reply is ReplyClass.OUT_OF_OFFICE:
        return _out_of_office(progress, event, at)
    latest = max(at, progress.last_inbound_at or at)
    progress = _owing_answer(progress.model_copy(update={"last_inbound_at": latest}), event)
    match event.data.reply:
        case ReplyClass.OPT_OUT:
            return _opted_out(progress, event, now)
        case ReplyClass.UNCLEAR:
            return _answering(_reviewed(progress, ReviewReason.UNCLEAR_REPLY, now), event, now, default=None)
        case ReplyClass.POSSIBLE_OPT_OUT:
            return _reviewed(progress, ReviewReason.POSSIBLE_OPT_OUT, now)
        case ReplyClass.LEFT_COMPANY:
            return _reviewed(progress, ReviewReason.CONTACT_CHANGED, now)
        case ReplyClass.COMPLAINT:
            return _stopping(progress, StopReason.REPLIED, "complaint", now)
        case ReplyClass.NOT_INTERESTED:
            return _answering(progress, event, now, default=StopReason.NOT_INTERESTED)
        case ReplyClass.WRONG_PERSON:
            return _answering(progress, event, now, default=StopReason.WRONG_PERSON)
        case _:
            return _answering(progress, event, now, default=StopReason.REPLIED)


def _owing_answer(progress: Progress, event: Event) -> Progress:
    """One answer task, however many messages the lead wrote meanwhile."""
    if any(owed.kind == "answer" for owed in progress.owed):
        return progress
    if any(state.task.task_kind == "answer" for state in progress.tasks):
        return progress
    complaint = event.data.reply is ReplyClass.COMPLAINT
    owed = OwedTask(
        kind="answer",
        key=task_key(progress.lead_id, "answer", event.number),
        to="manager" if complaint else "owner",
        why="the lead complained" if complaint else "the lead wrote to us",
    )
    return progress.model_copy(update={"owed": (*progress.owed, owed)})


def _out_of_office(progress: Progress, event: Event, at: datetime) -> Progress:
    """No touch before the day after the return; a date that cannot be meant counts as none (semantics.md 1.2)."""
    hours = progress.circumstances.owner_hours.model_copy(update={"zone": progress.circumstances.zone})
    returns = event.data.returns_at
    if returns is not None and timedelta(0) < returns - at <= LONGEST_ABSENCE:
        until = delays.after(returns, BusinessDays(days=1), hours)
    else:
        until = at + NO_RETURN_DATE
    return _not_before(progress, HoldReason.OUT_OF_OFFICE, until)


def _other_replied(progress: Progress, event: Event, now: datetime) -> Progress:
    """Somebody else in the thread tells the owner and holds; a colleague does what the deployment's policy says."""
    until = delays.after(now, OTHERS_REPLY, progress.circumstances.owner_hours)
    if event.data.from_other == "thread":
        return _owing_answer(_not_before(progress, HoldReason.THIRD_PARTY_REPLY, until), event)
    match progress.circumstances.policy.account_reply:
        case "ignore":
            return progress
        case "delay":
            return _not_before(progress, HoldReason.ACCOUNT_REPLY, until)
        case "stop":
            return _stopping(progress, StopReason.ACCOUNT_REPLIED, "a colleague answered", now)


def _not_before(progress: Progress, because: HoldReason, until: datetime) -> Progress:
    others = tuple(hold for hold in progress.not_before if hold.because is not because)
    return progress.model_copy(update={"not_before": (*others, Hold(because=because, until=until))})


# --- addresses --------------------------------------------------------------------------------------------------------


def _opted_out(progress: Progress, event: Event, now: datetime) -> Progress:
    """The channel is closed by the event's effect; the enrolment stops when no channel is left."""
    if no_channel_left(progress) is not None:
        return _stopping(progress, StopReason.OPTED_OUT, "opted out", now)
    return _answering(progress, event, now, default=None)


def _bounced(progress: Progress, event: Event, now: datetime) -> Progress:
    left = no_channel_left(progress)
    return progress if left is None else _stopping(progress, left, "bounced", now)


def _delivery_failed(progress: Progress, event: Event, now: datetime) -> Progress:
    """A touch that softly failed is tried anew, as a new occurrence, while it is still the lead's last one."""
    running = progress.enrolment
    if running is None:
        return progress
    failed = next(done for done in running.outcomes if done.touch_key == event.data.touch_key)
    last_sent = max((done for done in running.outcomes if done.touch_key), key=lambda done: done.at)
    if failed is not last_sent or failed.visit != running.visit:
        return _flagged(progress, ReviewReason.DELIVERY_FAILING, now, failed.step)
    failures = failed.occurrence + 1
    retries = progress.circumstances.policy.soft_retries
    back = Cursor(step=failed.step, anchor=running.cursor.anchor, occurrence=failures, soft_failures=failures)
    progress = with_enrolment(progress, running.model_copy(update={"cursor": back, "exit": None}))
    if failures > len(retries):
        problem = OwedTask(
            kind="problem",
            key=task_key(progress.lead_id, "problem", event.data.touch_key),
            touch_key=event.data.touch_key,
            why=f"{failed.step} does not arrive",
        )
        progress = progress.model_copy(update={"owed": (*progress.owed, problem)})
        return _reviewed(progress, ReviewReason.DELIVERY_FAILING, now, failed.step)
    held = Hold(because=HoldReason.DELIVERY_RETRY, until=now + retries[failures - 1])
    return with_cursor(progress, held=held, guard_passed=True)


def _with_effects(progress: Progress, event: Event, now: datetime) -> Progress:
    circumstances = progress.circumstances
    for effect in effects_of(event.kind, event.data):
        circumstances = _affected(circumstances, effect, now)
    return progress.model_copy(update={"circumstances": circumstances})


def _affected(circumstances: Circumstances, effect: Effect, now: datetime) -> Circumstances:
    match effect:
        case CloseChannel():
            if circumstances.why_not(effect.channel) in (None, SkipReason.NO_CONSENT):
                return with_channel(circumstances, ChannelState(channel=effect.channel, why_not=effect.because))
            return circumstances
        case OpenChannel():
            if circumstances.why_not(effect.channel) is SkipReason.CHANNEL_SUPPRESSED:
                return with_channel(circumstances, ChannelState(channel=effect.channel))
            return circumstances
        case ChangeOwner():
            return circumstances.model_copy(update={"owner": effect.owner})
        case OwnerAway():
            until = effect.until or now + circumstances.policy.horizon
            return circumstances.model_copy(update={"owner_absent_until": until})
        case OwnerBack():
            return circumstances.model_copy(update={"owner_absent_until": None})


def with_channel(circumstances: Circumstances, state: ChannelState) -> Circumstances:
    """The circumstances with one channel's state replaced."""
    others = tuple(other for other in circumstances.channels if other.channel is not state.channel)
    return circumstances.model_copy(update={"channels": (*others, state)})


# --- the CRM ----------------------------------------------------------------------------------------------------------


def _stage_changed(progress: Progress, event: Event, now: datetime) -> Progress:
    """A written reaction to the pipeline stage, else the pipeline's map to our stages."""
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    progress = progress.model_copy(
        update={
            "pipeline_stage": event.data.pipeline_stage,
            "pipeline_version": event.data.version,
            "pipeline_at": at,
        }
    )
    running = progress.enrolment
    written = reaction_to(event, running) is not None if running is not None else False
    return _reacting(progress, event, now) if written else mapped(progress, now)


def mapped(progress: Progress, now: datetime) -> Progress:
    """The lead in the stage that its pipeline stage means; an unmapped one parks it."""
    name = progress.pipeline_stage
    stage = next((row.stage for row in progress.circumstances.pipeline if row.name == name), None)
    if stage is None:
        return _reviewed(progress, ReviewReason.UNMAPPED_STAGE, now, name or "")
    return _moved(progress, stage, f"the CRM moved the lead to {name}", now)


def _moved(progress: Progress, stage: Stage, why: str, now: datetime) -> Progress:
    """Every enrolment of the lead follows: to its own stage plan of that name, or to its end."""
    if stage is progress.stage and progress.enrolment is not None:
        return progress
    interrupted = tuple(_following(enrolment, stage, why, now) for enrolment in progress.interrupted)
    running = progress.enrolment
    return progress.model_copy(
        update={
            "stage": stage,
            "interrupted": interrupted,
            "enrolment": None if running is None else _following(running, stage, why, now),
        }
    )


def _following(enrolment: Enrolment, stage: Stage, why: str, now: datetime) -> Enrolment:
    if plan_for(enrolment, stage) is not None:
        return leaving(enrolment, Goto(stage=stage), why, now)
    return leaving(enrolment, Finish(), why, now, because=StopReason.STAGE_CHANGED)


def _won(progress: Progress, event: Event, now: datetime) -> Progress:
    return _decided_deal(progress, event, Stage.RETAIN, now)


def _lost(progress: Progress, event: Event, now: datetime) -> Progress:
    running = progress.enrolment
    if running is not None and reaction_to(event, running) is not None:
        return _reacting(progress, event, now)
    return _stopping(progress, StopReason.STAGE_CHANGED, f"lost: {event.data.reason or 'no reason given'}", now)


def _decided_deal(progress: Progress, event: Event, stage: Stage, now: datetime) -> Progress:
    running = progress.enrolment
    if running is not None and reaction_to(event, running) is not None:
        return _reacting(progress, event, now)
    return _moved(progress, stage, "the deal is won", now)


def _meeting_booked(progress: Progress, event: Event, now: datetime) -> Progress:
    progress = progress.model_copy(update={"last_inbound_at": max(now, progress.last_inbound_at or now)})
    return _answering(progress, event, now, default=StopReason.MEETING_BOOKED)


def _human_touch(progress: Progress, event: Event, now: datetime) -> Progress:
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    latest = max(at, progress.last_human_at or at)
    return _reacting(progress.model_copy(update={"last_human_at": latest}), event, now)


def _merged(progress: Progress, event: Event, now: datetime) -> Progress:
    return _gone(progress, StopReason.LEAD_MERGED, now)


def _deleted(progress: Progress, event: Event, now: datetime) -> Progress:
    return _gone(progress, StopReason.STOPPED_BY_CRM, now)


def _erased(progress: Progress, event: Event, now: datetime) -> Progress:
    return _gone(progress, StopReason.LEAD_ERASED, now)


def _gone(progress: Progress, because: StopReason, now: datetime) -> Progress:
    update = {"gone": True, "wishes": (), "owed": (), "review": None, "pause": None}
    return _stopping(progress.model_copy(update=update), because, because.value.replace("_", " "), now)


# --- starts, reviews, flags -------------------------------------------------------------------------------------------


def _wishing(progress: Progress, event: Event, now: datetime) -> Progress:
    """Whether a sequence starts on the event is asked of the catalogue by a move of its own."""
    if progress.gone or any(_same_wish(wish, event) for wish in progress.wishes):
        return progress
    return progress.model_copy(update={"wishes": (*progress.wishes, Wish(kind="event", at=now, event=event))})


def _same_wish(wish: Wish, event: Event) -> bool:
    """Whether the wish would be answered alike: a flood of one event is one enquiry."""
    if wish.event is None or wish.event.kind is not event.kind:
        return False
    had, data = wish.event.data, event.data
    return (had.reply, had.pipeline_stage, had.name) == (data.reply, data.pipeline_stage, data.name)


def _reviewed(progress: Progress, because: ReviewReason, now: datetime, detail: str = "") -> Progress:
    why = because.value.replace("_", " ")
    return progress.model_copy(update={"review": Review(because=because, since=now, why=why, detail=detail)})


def _flagged(progress: Progress, because: ReviewReason, now: datetime, detail: str) -> Progress:
    others = tuple(flag for flag in progress.flags if flag.because is not because)
    count = sum(flag.count for flag in progress.flags if flag.because is because) + 1
    return progress.model_copy(
        update={"flags": (*others, Flag(because=because, since=now, detail=detail, count=count))}
    )


COURSES: dict[EventKind, Course] = {
    EventKind.REPLIED: _replied,
    EventKind.OPTED_OUT: _opted_out,
    EventKind.BOUNCED: _bounced,
    EventKind.DELIVERY_FAILED: _delivery_failed,
    EventKind.STAGE_CHANGED: _stage_changed,
    EventKind.WON: _won,
    EventKind.LOST: _lost,
    EventKind.MEETING_BOOKED: _meeting_booked,
    EventKind.CALL_CONNECTED: _human_touch,
    EventKind.HUMAN_TOUCH: _human_touch,
    EventKind.TASK_DONE: task_done,
    EventKind.MERGED: _merged,
    EventKind.DELETED: _deleted,
    EventKind.ERASED: _erased,
}
"""Kinds that are not listed do what the running sequence wrote for them, and may start another."""
