"""What a sequence wants done when something happens, in the order of authoring.md 3.5."""

from collections.abc import Iterator

from engine.life.events import Event
from engine.life.progress import Enrolment
from engine.sequence.compiled import (
    OnByHand,
    OnEntered,
    OnEvent,
    OnReply,
    Reaction,
    Response,
    Trigger,
)
from engine.words import EventKind


def reaction_to(event: Event, enrolment: Enrolment) -> Response | None:
    """The response written for this event: the stage's before the sequence's, the exact before the general."""
    return next(_matching(event, enrolment), None)


def starts_on(event: Event, triggers: tuple[Trigger, ...]) -> bool:
    """Whether one of these triggers matches the event."""
    return any(_matches(trigger, event) for trigger in triggers)


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
