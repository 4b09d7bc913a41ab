"""
What each kind of event means for a lead.

An event changes where the lead is going (an exit is decided), what people owe it (a task), or what is known of it.
`decide` turns that into moves. The table at the foot is the list of what the engine does by itself; what a sequence
writes for an event comes first.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import assert_never

from engine.calendar import delays
from engine.life.answers import awaited, owing
from engine.life.course import cursor_changed, leaving, plan_for, with_enrolment, with_outcome
from engine.life.effects import applied, effects_of
from engine.life.events import Event
from engine.life.judging import ignored, received
from engine.life.moves import Hold
from engine.life.noting_tasks import task_done
from engine.life.progress import Approval, Cursor, Doubt, Enrolment, Outcome, Progress
from engine.life.proofs import asked
from engine.life.questions import answering
from engine.life.reactions import reaction_to
from engine.life.reviews import flagged, reviewed
from engine.life.sentences import STOPS, say_event
from engine.life.touches import no_channel_left
from engine.life.wishes import Wish
from engine.reasons import HoldReason, IgnoreReason, ReplyClass, ReviewReason, StopReason
from engine.sequence.compiled import Branch, BusinessDays, CarryOn, Finish, Goto, Message, Start
from engine.sequence.outcomes import UNDELIVERED
from engine.sequence.structure import step, steps
from engine.words import EventKind, Stage

NO_RETURN_DATE = timedelta(days=7)
DAY_AFTER_RETURN = BusinessDays(days=1, at=time(9))
"""Who says when they are back names a day: its hour means nothing, and nobody is rung at midnight."""
LONGEST_ABSENCE = timedelta(days=100)
OTHERS_REPLY = BusinessDays(days=5)

Course = Callable[[Progress, Event, datetime], Progress]


def happened(progress: Progress, event: Event, now: datetime) -> Progress:
    """The progress after an event, whatever its age and order."""
    why_ignored = ignored(progress, event, now)
    circumstances = applied(progress.circumstances, effects_of(event.kind, event.data), now)
    progress = progress.model_copy(update={"circumstances": circumstances, "last_applied": event.number})
    if why_ignored is IgnoreReason.OLDER_THAN_ENROLMENT and event.kind is EventKind.REPLIED:
        return _older_reply(progress, event, now)
    if why_ignored is not None:
        return progress
    answered = answering(progress, event, now)
    if answered is not None:
        return answered
    event = event.model_copy(update={"data": event.data.model_copy(update={"text": None})})  # nobody reads it again
    progress = COURSES.get(event.kind, _reacting)(progress, event, now)
    return _wishing(progress, event, now)


def _reacting(progress: Progress, event: Event, now: datetime) -> Progress:
    """What the running sequence wrote for this event, and nothing else."""
    return _answering(progress, event, now, default=None)


def _answering(progress: Progress, event: Event, now: datetime, *, default: StopReason | None) -> Progress:
    """The written reaction, else the default end, else nothing."""
    running = progress.enrolment
    if running is None:
        return progress
    response = reaction_to(event, running)
    why = say_event(event)
    match response:
        case CarryOn():
            return with_enrolment(progress, running.model_copy(update={"answer_open": awaited(progress)}))
        case None:
            return progress if default is None else _stopping(progress, default, why, now)
        case Finish() if default is not None and response.reason == "completed":
            return with_enrolment(progress, leaving(running, response, why, now, because=default))
        case Goto() | Start() | Finish():
            return with_enrolment(progress, leaving(running, response, why, now))
        case _:
            assert_never(response)


def _stopping(progress: Progress, because: StopReason, why: str, now: datetime) -> Progress:
    """The running enrolment is going to end."""
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
            return _written(progress, event, now) or _parked(progress, ReviewReason.UNCLEAR_REPLY, now)
        case ReplyClass.POSSIBLE_OPT_OUT:
            return _parked(progress, ReviewReason.POSSIBLE_OPT_OUT, now)
        case ReplyClass.LEFT_COMPANY:
            # A person finds out whom to write to.
            return _written(progress, event, now) or _parked(progress, ReviewReason.CONTACT_CHANGED, now)
        case ReplyClass.COMPLAINT:
            complained = progress.model_copy(update={"complained": True})
            return _stopping(complained, StopReason.REPLIED, say_event(event), now)
        case ReplyClass.NOT_INTERESTED:
            return _answering(progress, event, now, default=StopReason.NOT_INTERESTED)
        case ReplyClass.WRONG_PERSON:
            return _answering(progress, event, now, default=StopReason.WRONG_PERSON)
        case _:
            return _answering(progress, event, now, default=StopReason.REPLIED)


def _older_reply(progress: Progress, event: Event, now: datetime) -> Progress:
    """It answers nothing that runs; but a complaint, and a no to the last way to reach the lead, hold at any age."""
    progress = _owing_answer(progress, event)
    if event.data.from_other is not None:
        return progress
    if event.data.reply is ReplyClass.COMPLAINT:
        return progress.model_copy(update={"complained": True})
    if event.data.reply is ReplyClass.OPT_OUT and no_channel_left(progress) is not None:
        return _stopping(progress, StopReason.OPTED_OUT, say_event(event), now)
    return progress


def _owing_answer(progress: Progress, event: Event) -> Progress:
    """An answer to the lead, or to somebody in the conversation; a colleague elsewhere waits for none."""
    if event.data.from_other == "account":
        return progress
    if event.data.reply is ReplyClass.COMPLAINT:
        return owing(progress, event.number, "the lead complained", to="manager")
    return owing(progress, event.number, "the lead wrote to us")


def _out_of_office(progress: Progress, event: Event, at: datetime) -> Progress:
    """No touch before the business day after the return; a date that cannot be meant is none."""
    circumstances, returns = progress.circumstances, event.data.returns_at
    theirs = {"zone": circumstances.zone, "closed_days": circumstances.closed_days}
    if returns is not None and timedelta(0) < returns - at <= LONGEST_ABSENCE:
        until = delays.after(returns, DAY_AFTER_RETURN, circumstances.owner_hours.model_copy(update=theirs))
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
        case _:
            assert_never(progress.circumstances.policy.account_reply)


def _not_before(progress: Progress, because: HoldReason, until: datetime) -> Progress:
    """The longer of two holds for one reason stands, in whatever order they were heard of."""
    others = tuple(hold for hold in progress.not_before if hold.because is not because)
    latest = max((hold.until for hold in progress.not_before if hold.because is because), default=until)
    hold = Hold(because=because, until=max(until, latest))
    holds = tuple(sorted((*others, hold), key=lambda hold: hold.because))
    return progress.model_copy(update={"not_before": holds})


# --- addresses --------------------------------------------------------------------------------------------------------


def _opted_out(progress: Progress, event: Event, now: datetime) -> Progress:
    """The channel is closed by the event's effect; the enrolment stops when no channel is left."""
    if no_channel_left(progress) is not None:
        return _stopping(progress, StopReason.OPTED_OUT, say_event(event), now)
    return _reacting(progress, event, now)


def _bounced(progress: Progress, event: Event, now: datetime) -> Progress:
    left = no_channel_left(progress)
    return _reacting(progress, event, now) if left is None else _stopping(progress, left, say_event(event), now)


def _delivery_failed(progress: Progress, event: Event, now: datetime) -> Progress:
    """A touch that softly failed is tried anew, as a new occurrence, while nothing has happened to the lead since."""
    enrolment, failed, key = next(
        (enrolment, done, done.touch_key)
        for enrolment in progress.every_enrolment
        for done in enrolment.outcomes
        if done.touch_key is not None and done.touch_key == event.data.touch_key
    )
    undelivered = failed.model_copy(update={"outcome": UNDELIVERED, "touch_key": None})
    if enrolment is not progress.enrolment or _something_since(progress, enrolment, failed):
        # A question that is open has been asked; that nobody got it is for a person to know.
        done = failed.model_copy(update={"touch_key": None}) if _stands_at(enrolment, failed) else undelivered
        progress = with_enrolment(progress, with_outcome(enrolment, done))
        return flagged(progress, ReviewReason.DELIVERY_FAILING, now, failed.step)
    failures = failed.occurrence + 1
    cursor = Cursor(
        step=failed.step,
        anchor=enrolment.cursor.anchor,
        occurrence=failures,
        guard_passed=True,
        approval=_approval_of(enrolment, failed, now),
    )
    enrolment = with_outcome(enrolment, undelivered).model_copy(update={"cursor": cursor})
    retries = progress.circumstances.policy.soft_retries
    if failures <= len(retries):
        held = Hold(because=HoldReason.DELIVERY_RETRY, until=now + retries[failures - 1])
        return with_enrolment(progress, cursor_changed(enrolment, held=held))
    progress = asked(progress, "problem", key, f"{failed.step} does not arrive")
    doubt = Doubt(because=ReviewReason.DELIVERY_FAILING, detail=failed.step)
    return with_enrolment(progress, cursor_changed(enrolment, doubt=doubt))


def _approval_of(enrolment: Enrolment, failed: Outcome, now: datetime) -> Approval | None:
    """What left was released by a person, who is not asked again for the same words."""
    message = step(enrolment.plan.sequence, failed.step)
    asked = isinstance(message, Message) and message.approve
    return Approval(given=True, at=now, task=failed.released_by) if asked else None


def _something_since(progress: Progress, enrolment: Enrolment, failed: Outcome) -> bool:
    """Whether going back to the step would undo or repeat anything; deciding a branch is nothing."""
    cursor = enrolment.cursor
    tried_anew = cursor.occurrence > 0 and not _stands_at(enrolment, failed)
    if enrolment.exit is not None or cursor.task is not None or tried_anew:
        return True
    if any(touch.enrolment == enrolment.number for touch in progress.open_touches):
        return True
    here = {found.id for found in steps(enrolment.stage_plan)}
    later = enrolment.outcomes[enrolment.outcomes.index(failed) + 1 :]
    return (
        failed.step not in here
        or failed.visit != enrolment.visit
        or not all(isinstance(step(enrolment.plan.sequence, done.step), Branch) for done in later)
    )


def _stands_at(enrolment: Enrolment, done: Outcome) -> bool:
    """Whether the lead stands at this very try of a step, which only a question lets it do."""
    cursor = enrolment.cursor
    return (cursor.step, cursor.occurrence, enrolment.visit) == (done.step, done.occurrence, done.visit)


# --- the CRM ----------------------------------------------------------------------------------------------------------


def _stage_changed(progress: Progress, event: Event, now: datetime) -> Progress:
    """A written reaction to the pipeline stage, else the pipeline's map to our stages."""
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    current = tuple(wish for wish in progress.wishes if wish.event is None or wish.event.kind is not event.kind)
    progress = progress.model_copy(
        update={
            "pipeline_stage": event.data.pipeline_stage,
            "pipeline_version": event.data.version,
            "pipeline_at": at,
            "wishes": current,
        }
    )
    if progress.review is not None and progress.review.because is ReviewReason.UNMAPPED_STAGE:
        # It asked about a pipeline stage that the lead has left.
        progress = progress.model_copy(update={"review": None})
    return _written(progress, event, now) or mapped(progress, now)


def mapped(progress: Progress, now: datetime) -> Progress:
    """The lead in the stage that its pipeline stage means; an unmapped one parks it."""
    name = progress.pipeline_stage
    stage = next((row.stage for row in progress.circumstances.pipeline if row.name == name), None)
    if stage is None:
        return _parked(progress, ReviewReason.UNMAPPED_STAGE, now, name or "")
    return _moved(progress, stage, f"the CRM moved the lead to {name}", now)


def _moved(progress: Progress, stage: Stage, why: str, now: datetime) -> Progress:
    """Every enrolment of the lead follows: to its own stage plan of that name, or to its end."""
    if stage is progress.stage and progress.enrolment is not None:
        return progress
    if stage is Stage.CAPTURE:
        return progress  # a lead is captured once; a CRM files every new record there, often after we have begun
    for enrolment in progress.every_enrolment:
        progress = with_enrolment(progress, _following(enrolment, stage, why, now))
    return progress.model_copy(update={"stage": stage})


def _following(enrolment: Enrolment, stage: Stage, why: str, now: datetime) -> Enrolment:
    if enrolment.stage_plan.name == stage:  # moved away and back before anybody looked
        return enrolment.model_copy(update={"exit": None}) if _goes(enrolment) else enrolment
    if plan_for(enrolment, stage) is not None:
        return leaving(enrolment, Goto(stage=stage), why, now)
    return leaving(enrolment, Finish(), why, now, because=StopReason.STAGE_CHANGED)


def _goes(enrolment: Enrolment) -> bool:
    return enrolment.exit is not None and isinstance(enrolment.exit.exit, Goto)


def _won(progress: Progress, event: Event, now: datetime) -> Progress:
    return _written(progress, event, now) or _moved(progress, Stage.RETAIN, "the deal is won", now)


def _lost(progress: Progress, event: Event, now: datetime) -> Progress:
    """Nothing resumes after a deal is lost, unless the sequence says what follows."""
    why = say_event(event)  # the reason that somebody typed stays in the Inbox
    written = _written(progress, event, now)
    if written is not None:
        return written
    for enrolment in progress.every_enrolment:
        ending = leaving(enrolment, Finish(), why, now, because=StopReason.STAGE_CHANGED)
        progress = with_enrolment(progress, ending)
    return progress


def _written(progress: Progress, event: Event, now: datetime) -> Progress | None:
    """The progress after what the sequence wrote for the event; None when it wrote nothing."""
    running = progress.enrolment
    if running is None or reaction_to(event, running) is None:
        return None
    return _reacting(progress, event, now)


def _captured(progress: Progress, event: Event, now: datetime) -> Progress:
    """Asking for something is a word of the lead's."""
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    latest = max(at, progress.last_inbound_at or at)
    return _reacting(progress.model_copy(update={"last_inbound_at": latest}), event, now)


def _opted_in(progress: Progress, event: Event, now: datetime) -> Progress:
    """Who asks to hear from us takes a complaint back."""
    return _reacting(progress.model_copy(update={"complained": False}), event, now)


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
    """Nothing is wished, owed or decided any more; touches in doubt are still looked up, those that are lost rest."""
    update = {
        "gone": True,
        "wishes": (),
        "owed": (),
        "review": None,
        "flags": (),
        "pause": None,
        "open_touches": tuple(touch for touch in progress.open_touches if not touch.lost),
    }
    progress = progress.model_copy(update=update)
    if progress.enrolment is not None:
        progress = with_enrolment(progress, progress.enrolment.model_copy(update={"exit": None}))
    return _stopping(progress, because, STOPS[because], now)


# --- starts, reviews --------------------------------------------------------------------------------------------------


def _wishing(progress: Progress, event: Event, now: datetime) -> Progress:
    """Whether a sequence starts on the event is asked of the catalogue by a move of its own."""
    asked = (wish for wish in progress.wishes if wish.not_before is None)
    if progress.gone or any(_same_wish(wish, event) for wish in asked):
        return progress
    return progress.model_copy(update={"wishes": (*progress.wishes, Wish(kind="event", at=now, event=event))})


def _same_wish(wish: Wish, event: Event) -> bool:
    """Whether the wish would be answered alike: a flood of one event is one enquiry."""
    return wish.event is not None and _told_apart(wish.event) == _told_apart(event)


def _told_apart(event: Event) -> tuple[str | None, ...]:
    """All that a start can ask of an event; of stage changes only the last one is a wish."""
    match event.kind:
        case EventKind.REPLIED:
            return event.kind, event.data.reply
        case EventKind.BY_HAND:
            return event.kind, event.data.name
        case EventKind.MOMENT_REACHED:
            return event.kind, event.data.sequence, event.data.name
        case _:
            return event.kind, None


def _parked(progress: Progress, because: ReviewReason, now: datetime, detail: str = "") -> Progress:
    return reviewed(progress, because, because.value.replace("_", " "), now, detail)


COURSES: dict[EventKind, Course] = {
    EventKind.REPLIED: _replied,
    EventKind.CAPTURED: _captured,
    EventKind.OPTED_IN: _opted_in,
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
