"""Words for what happens to a lead, and what a sequence does about it."""

from collections.abc import Iterable, Sequence

from engine.authoring.conditions import Condition, must_be_condition
from engine.authoring.exits import WRITE_AN_EXIT
from engine.authoring.refusals import here, must_be, must_be_name, must_be_pipeline_stage, must_be_word, must_be_written
from engine.authoring.vocabulary import EventName, ReplyName
from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    CarryOn,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Finish,
    Goto,
    Moment,
    OnBecomes,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    Reaction,
    Start,
    Trigger,
)
from engine.sequence.structure import questions
from engine.sequence.wording import say_condition, say_trigger
from engine.sequence.written import Place, Written, invalid
from engine.words import EventKind


class Happening(Written[tuple[OnReply | OnEntered | OnByHand | OnBecomes, ...]]):
    """Something that can happen to a lead and needs more than its name to say."""


class When(Written[tuple[Reaction, ...]]):
    """What a sequence does when something happens."""


ENGINE_EVENTS = frozenset(
    {
        EventKind.OPTED_OUT,
        EventKind.DELIVERY_FAILED,
        EventKind.MOMENT_REACHED,
        EventKind.MERGED,
        EventKind.DELETED,
        EventKind.ERASED,
    }
)
ENGINE_REPLIES = frozenset(
    {
        ReplyClass.OPT_OUT,
        ReplyClass.COMPLAINT,
        ReplyClass.POSSIBLE_OPT_OUT,
        ReplyClass.OUT_OF_OFFICE,
        ReplyClass.AUTOMATIC,
        ReplyClass.BOUNCE_NOTICE,
    }
)
BY_NAME = {
    EventKind.BY_HAND: 'by_hand("special-offer")',
    EventKind.STAGE_CHANGED: 'entered("Demo")',
    EventKind.TASK_DONE: 'only_if=outcome("first-call").is_("no_answer") on the step that follows the task',
}
"""Events that are many things, and how to say which."""

ABOUT_FIELDS = (FieldIs, FieldKnown, FieldAtLeast, FieldBelow)
"""What can be told of a lead as it was before."""


def reply(*classes: ReplyClass | ReplyName) -> Happening:
    """The lead answers in one of these senses: `reply("positive", "question")`."""
    place = here()
    if not classes:
        raise invalid("SEQ007", "no sense of an answer is named", place, 'write "replied" for any answer')
    for found in classes:
        must_be_word(found, ReplyClass, "sense of an answer", place)
        _must_be_ours(found, ENGINE_REPLIES, place)
    return Happening(tuple(OnReply(reply=ReplyClass(found)) for found in classes), place)


def entered(pipeline_stage: str) -> Happening:
    """The CRM moves the lead into this stage of its pipeline."""
    place = here()
    must_be_pipeline_stage(pipeline_stage, place)
    return Happening((OnEntered(pipeline_stage=pipeline_stage),), place)


def by_hand(name: str) -> Happening:
    """A person of ours presses the button of this name."""
    place = here()
    must_be_name(name, "button", place, like="special-offer")
    return Happening((OnByHand(name=name),), place)


def becomes(condition: Condition) -> Happening:
    """
    Fields of the lead change, so that this was not true and now is.

    Whoever is captured with the value has not become it: `starts=["captured"], only_if=…` is for that.
    """
    place = here()
    must_be_condition(condition, place)
    for question in questions(condition.part):
        if not isinstance(question, ABOUT_FIELDS):
            what = f"nobody remembers whether {say_condition(question)!r} was true before"
            raise invalid("SEQ028", what, place, "ask for declared fields in becomes(), for the rest with only_if")
    return Happening((OnBecomes(condition=condition.part),), place, (condition,))


def on(trigger: EventName | Happening | Moment, response: Written[Goto | Start | Finish | CarryOn]) -> When:
    """When this happens, do that."""
    place = here()
    must_be_written(
        response, (Goto, Start, Finish, CarryOn), "what a reaction can do", place, f"{WRITE_AN_EXIT}, or carry_on()"
    )
    found = (OnMoment(moment=trigger),) if isinstance(trigger, Moment) else compiled_trigger(trigger, place)
    inside = (trigger, response) if isinstance(trigger, Happening) else (response,)
    return When(tuple(Reaction(trigger=one, response=response.part) for one in found), place, inside)


def compiled_trigger(trigger: EventName | Happening, place: Place) -> tuple[Trigger, ...]:
    """The triggers behind an event's name, or behind `reply`, `entered`, `by_hand` or `becomes`."""
    if isinstance(trigger, Happening):
        return trigger.part
    must_be_word(trigger, EventKind, "event", place)
    event = EventKind(trigger)
    _must_be_ours(event, ENGINE_EVENTS, place)
    if event in BY_NAME:
        raise invalid("SEQ023", f"{trigger!r} does not say which", place, f"write {BY_NAME[event]}")
    return (OnEvent(event=event),)


def joined(when: Sequence[When], place: Place) -> tuple[Reaction, ...]:
    """Every reaction of a list, none of them written twice."""
    for reaction in when:
        must_be(reaction, When, "a reaction", place, 'write when=[on("replied", goto("convert"))]')
    reactions = tuple(one for reaction in when for one in reaction.part)
    seen: dict[Trigger, Place] = {}
    for written in when:
        for one in written.part:
            if one.trigger in seen:
                what = f"there is a reaction already for when {say_trigger(one.trigger)}, at {seen[one.trigger]}"
                raise invalid("SEQ022", what, written.place, "keep one of them")
            seen[one.trigger] = written.place
    return reactions


def _must_be_ours(value: str, engine_rules: Iterable[str], place: Place) -> None:
    if value in engine_rules:
        raise invalid(
            "SEQ023",
            f"{str(value)!r} is seen to in every sequence, by the engine itself",
            place,
            "leave it out: nothing has to be written for it",
        )
