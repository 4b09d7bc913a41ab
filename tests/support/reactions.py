"""What a sequence wrote for an event, and what a reply means: read from the pages for authors, not from the engine."""

from collections import abc
from datetime import datetime
from typing import Final

from engine.life.events import Event
from engine.life.progress import Enrolment
from engine.reasons import ReplyClass
from engine.sequence.compiled import OnByHand, OnEntered, OnEvent, OnReply, Reaction, Response, Sequence, Trigger
from engine.words import Channel, EventKind

SCOPES: Final[dict[Channel | None, frozenset[Channel]]] = {
    None: frozenset(Channel),
    Channel.EMAIL: frozenset({Channel.EMAIL}),
    Channel.SMS: frozenset({Channel.SMS, Channel.VOICE}),
    Channel.VOICE: frozenset({Channel.SMS, Channel.VOICE}),
}
"""What a person who says no on one channel says no to."""

NOT_AN_ANSWER: Final = (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTOMATIC, ReplyClass.BOUNCE_NOTICE)
ENDS_NOTHING: Final = (
    ReplyClass.OPT_OUT,
    ReplyClass.UNCLEAR,
    ReplyClass.POSSIBLE_OPT_OUT,
    ReplyClass.LEFT_COMPANY,
)
"""Replies that close a channel or park the lead, and do not by themselves end anything."""


def answers(event: Event, since: datetime) -> bool:
    """Whether the lead itself answered what began then, in a sense that ends it."""
    return (
        event.kind is EventKind.REPLIED
        and event.data.from_other is None
        and event.occurred_at >= since
        and event.data.reply not in (*NOT_AN_ANSWER, *ENDS_NOTHING)
    )


def written(enrolment: Enrolment, event: Event) -> Response | None:
    """What the sequence wrote for the event: exact before general, the stage's before the sequence's."""
    for reactions in (enrolment.stage_plan.when, enrolment.plan.sequence.when):
        for exact in (True, False):
            for reaction in reactions:
                if is_exact(reaction.trigger) is exact and matches(reaction.trigger, event):
                    return reaction.response
    return None


def every_reaction(sequence: Sequence) -> abc.Iterator[Reaction]:
    """Whatever is written in any of its stages, or for all of them."""
    yield from sequence.when
    for plan in sequence.stages:
        yield from plan.when


def is_exact(trigger: Trigger) -> bool:
    """Whether it names more than a kind of event."""
    return isinstance(trigger, OnReply | OnEntered | OnByHand)


def matches(trigger: Trigger, event: Event) -> bool:
    """Whether the event is what the trigger waits for."""
    match trigger:
        case OnEvent(event=kind):
            return kind is event.kind
        case OnReply(reply=reply):
            return event.kind is EventKind.REPLIED and event.data.reply is reply
        case OnEntered(pipeline_stage=name):
            return event.kind is EventKind.STAGE_CHANGED and event.data.pipeline_stage == name
        case OnByHand(name=name):
            return event.kind is EventKind.BY_HAND and event.data.name == name
        case _:
            return False
