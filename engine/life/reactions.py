"""What a sequence wants done when something happens: the first that fits counts."""

from collections.abc import Iterator
from datetime import datetime

from engine.life.conditions import holds
from engine.life.events import Event
from engine.life.moments import start_is_open
from engine.life.progress import Enrolment, Progress
from engine.sequence.compiled import (
    OnBecomes,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    Reaction,
    Response,
    Sequence,
    Trigger,
)
from engine.words import EventKind


def reaction_to(event: Event, enrolment: Enrolment) -> Response | None:
    """The response written for this event: the stage's before the sequence's, the exact before the general."""
    return next(_matching(event, enrolment), None)


def reaction_to_change(before: Progress, progress: Progress, enrolment: Enrolment, now: datetime) -> Reaction | None:
    """The reaction written for what the lead has become: the stage's before the sequence's, in order."""
    sequence = enrolment.plan.sequence
    written = (*enrolment.stage_plan.when, *sequence.when)
    return next((one for one in written if _became(one.trigger, before, progress, sequence, now)), None)


def start_by(event: Event, progress: Progress, sequence: Sequence, now: datetime) -> Trigger | None:
    """The start of the sequence that the event matches; None when there is none."""
    return next((start for start in sequence.starts if _starts(start, event, progress, sequence, now)), None)


def start_by_change(before: Progress, progress: Progress, sequence: Sequence, now: datetime) -> Trigger | None:
    """The start of the sequence that waits for what the lead has become; None when there is none."""
    return next((start for start in sequence.starts if _became(start, before, progress, sequence, now)), None)


def _starts(start: Trigger, event: Event, progress: Progress, sequence: Sequence, now: datetime) -> bool:
    if not isinstance(start, OnMoment):
        return _matches(start, event)
    named = (event.kind, event.data.sequence, event.data.name)
    # The date may have moved since it was found.
    return named == (EventKind.MOMENT_REACHED, sequence.name, start.moment.field) and start_is_open(
        progress.circumstances, start.moment, now
    )


def _became(trigger: Trigger, before: Progress, progress: Progress, sequence: Sequence, now: datetime) -> bool:
    """Whether the trigger's condition was false and is true."""
    if not isinstance(trigger, OnBecomes):
        return False
    was, is_ = (holds(trigger.condition, known, sequence, None, now) for known in (before, progress))
    return is_ and not was


def _matching(event: Event, enrolment: Enrolment) -> Iterator[Response]:
    for reactions in (enrolment.stage_plan.when, enrolment.plan.sequence.when):
        matching = [reaction for reaction in reactions if _matches(reaction.trigger, event)]
        yield from (reaction.response for reaction in sorted(matching, key=_generality))


def _generality(reaction: Reaction) -> int:
    return 0 if reaction.trigger.kind in ("reply", "entered", "by_hand") else 1


def _matches(trigger: Trigger, event: Event) -> bool:
    match trigger:
        case OnEvent():
            return trigger.event == event.kind
        case OnReply():
            return event.kind is EventKind.REPLIED and event.data.reply == trigger.reply
        case OnEntered():
            return event.kind is EventKind.STAGE_CHANGED and event.data.pipeline_stage == trigger.pipeline_stage
        case OnByHand():
            return event.kind is EventKind.BY_HAND and event.data.name == trigger.name
        case _:
            return False
