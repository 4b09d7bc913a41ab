"""Whether a fact from outside changes anything; what is stale or refers to nothing is recorded with its reason."""

from datetime import datetime

from engine.life.course import backs_off
from engine.life.events import Command, Event
from engine.life.migrating import enrolled
from engine.life.progress import Enrolment, Progress
from engine.reasons import CallDisposition, IgnoreReason, ReplyClass, StopReason
from engine.sequence.structure import plan_of_step
from engine.words import EventKind, Verb

NO_REPLY = (ReplyClass.AUTOMATIC, ReplyClass.BOUNCE_NOTICE)


def ignored(progress: Progress, fact: Event | Command, now: datetime) -> IgnoreReason | None:
    """Why the fact changes no course; None when it does. Effects on addresses hold either way."""
    if isinstance(fact, Command):
        return _ignored_command(progress, fact)
    return _ignored_event(progress, fact, now)


def received(event: Event, now: datetime, ahead_limit: float) -> datetime:
    """When the event happened; one that claims to be in the future happened when it was received."""
    return now if (event.occurred_at - now).total_seconds() > ahead_limit else event.occurred_at


def _ignored_event(progress: Progress, event: Event, now: datetime) -> IgnoreReason | None:
    if progress.gone:
        return IgnoreReason.LEAD_GONE
    match event.kind:
        case EventKind.STAGE_CHANGED:
            return _stale_stage(progress, event, now)
        case EventKind.REPLIED:
            return _idle_reply(progress, event)
        case EventKind.TASK_DONE:
            return _no_task(progress, event)
        case EventKind.DELIVERY_FAILED:
            return None if _touch_known(progress, event) else IgnoreReason.OLDER_THAN_ENROLMENT
        case _:
            return None


def _stale_stage(progress: Progress, event: Event, now: datetime) -> IgnoreReason | None:
    version, last = event.data.version, progress.pipeline_version
    if version is not None and last is not None:
        return IgnoreReason.STALE if version <= last else None
    ahead = progress.circumstances.policy.event_ahead.total_seconds()
    at = received(event, now, ahead)
    return IgnoreReason.STALE if progress.pipeline_at is not None and at < progress.pipeline_at else None


def _idle_reply(progress: Progress, event: Event) -> IgnoreReason | None:
    away = event.data.reply is ReplyClass.OUT_OF_OFFICE
    if event.data.reply in NO_REPLY or (away and event.data.from_other is not None):
        return IgnoreReason.AUTOMATIC_MAIL
    # An absence holds whenever it was announced.
    return IgnoreReason.OLDER_THAN_ENROLMENT if _answers_nothing(progress, event) and not away else None


def _answers_nothing(progress: Progress, reply: Event) -> bool:
    """
    Whether the reply is older than every enrolment, by more than clocks may differ, and none has written yet.

    Whoever hears from a lead after having written to it cannot know that the answer is meant for something else.
    """
    every = progress.every_enrolment
    if not every or any(_has_written(progress, enrolment) for enrolment in every):
        return False
    began = min(enrolment.started_at for enrolment in every)
    return reply.occurred_at < began - progress.circumstances.policy.event_ahead


def _has_written(progress: Progress, enrolment: Enrolment) -> bool:
    """Whether a message of the enrolment has gone out, or may have."""
    return enrolment.touches > 0 or any(touch.enrolment == enrolment.number for touch in progress.open_touches)


def _no_task(progress: Progress, event: Event) -> IgnoreReason | None:
    if any(state.task.task_key == event.data.task_key for state in progress.tasks):
        return None
    # A good talk stops the sequence however late it is entered.
    if event.data.disposition == CallDisposition.CONNECTED_POSITIVE:
        return None
    return IgnoreReason.TASK_CLOSED


def _touch_known(progress: Progress, event: Event) -> bool:
    key = event.data.touch_key
    outcomes = (done for enrolment in progress.every_enrolment for done in enrolment.outcomes)
    return key is not None and any(done.touch_key == key for done in outcomes)


def _ignored_command(progress: Progress, command: Command) -> IgnoreReason | None:
    running = progress.enrolment
    match command.verb:
        case Verb.REASSIGN:
            return None
        case Verb.RETRY if progress.review is not None or progress.flags:
            return None
        case _ if progress.gone:
            return IgnoreReason.LEAD_GONE
        case Verb.RETRY:
            return None if running is not None and backs_off(running.cursor) else IgnoreReason.NOT_PARKED
        case Verb.MIGRATE:
            return IgnoreReason.NO_SUCH_VERSION  # with its version it is a Migration, and judged as that
        case Verb.RETIRE:
            return _not_in_it(progress, command)
        case Verb.ENROLL:
            return _no_wish(progress, command)
        case Verb.RESUME:
            return None if progress.pause is not None else IgnoreReason.NOT_PAUSED
        case Verb.STOP if progress.review is not None:
            return None
        case Verb.STOP if progress.wishes:
            return None
        case Verb.PAUSE | Verb.STOP if running is not None:
            return None
        case Verb.SKIP if running is not None:
            return _no_step(running, command)
        case Verb.JUMP if running is not None and progress.complained and _is_answered(running):
            # What runs ends by the complaint, and nothing but the person's own word brings anything back.
            return IgnoreReason.REFUSED
        case Verb.JUMP if running is not None:
            return _no_target(running, command)
        case _:
            return IgnoreReason.NO_ENROLMENT


def _is_answered(running: Enrolment) -> bool:
    return running.exit is not None and running.exit.because is StopReason.REPLIED


def _no_wish(progress: Progress, command: Command) -> IgnoreReason | None:
    """One wish for a sequence waits, however often people ask for it; the first one's row tells what came of it."""
    if command.data.sequence is None:
        return IgnoreReason.NO_SUCH_SEQUENCE
    waiting = (wish.sequence for wish in progress.wishes if wish.kind == "command")
    return IgnoreReason.ALREADY_ASKED if command.data.sequence in waiting else None


def _not_in_it(progress: Progress, command: Command) -> IgnoreReason | None:
    if command.data.sequence is None:
        return IgnoreReason.NO_SUCH_SEQUENCE
    return None if enrolled(progress, command.data.sequence) is not None else IgnoreReason.NO_ENROLMENT


def _no_step(running: Enrolment, command: Command) -> IgnoreReason | None:
    # Whoever is on the way out stands before no step.
    at, named = None if running.exit is not None else running.cursor.step, command.data.step
    return None if at is not None and named in (None, at) else IgnoreReason.NO_SUCH_STEP


def _no_target(running: Enrolment, command: Command) -> IgnoreReason | None:
    data, stages = command.data, running.plan.sequence.stages
    if data.step is None:
        return None if any(plan.name == data.stage for plan in stages) else IgnoreReason.NO_SUCH_STAGE
    try:
        plan = plan_of_step(running.plan.sequence, data.step)
    except LookupError:
        return IgnoreReason.NO_SUCH_STEP
    return None if data.stage is None or stages[plan].name == data.stage else IgnoreReason.NO_SUCH_STEP
