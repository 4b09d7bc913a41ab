"""
The parts of a sequence as phrases of plain English.

Descriptions, explanations, timer summaries and the simulator all use these, so that the same thing has the same name
wherever a person meets it. Phrases have no capital and no full stop; `sentence` adds both.
"""

from collections.abc import Iterable
from datetime import time
from itertools import groupby
from typing import NamedTuple, assert_never

from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    AS_IS,
    AllOf,
    AnyOf,
    Ask,
    Block,
    Branch,
    BusinessDays,
    CalendarDays,
    Can,
    CarryOn,
    Condition,
    Delay,
    Elapsed,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Finish,
    Goto,
    HumanTask,
    Message,
    Moment,
    Not,
    OnBecomes,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    OpenNow,
    OutcomeIs,
    Quiet,
    Reaction,
    Response,
    Start,
    Step,
    Trigger,
    Window,
    Working,
)
from engine.words import Channel, EventKind

MINUTES_IN_HOUR = 60
SENDING_HOURS = "sending hours"
"""Whose time a message's working time is."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHANNELS = {Channel.EMAIL: "email", Channel.SMS: "text", Channel.VOICE: "phone"}
ROLES = {"on_duty": "whoever is on duty"}
EVENTS = {
    EventKind.CAPTURED: "a lead is captured",
    EventKind.REPLIED: "the lead answers",
    EventKind.FIELDS_CHANGED: "fields of the lead change",
    EventKind.STAGE_CHANGED: "the CRM moves the lead to another pipeline stage",
    EventKind.OPTED_OUT: "the lead opts out",
    EventKind.OPTED_IN: "the lead opts in",
    EventKind.BOUNCED: "an address of the lead turns out to be dead",
    EventKind.DELIVERY_FAILED: "a message cannot be delivered",
    EventKind.CALL_MISSED: "we miss a call from the lead",
    EventKind.CALL_CONNECTED: "we speak to the lead on the phone",
    EventKind.MEETING_BOOKED: "a meeting is booked",
    EventKind.MEETING_CANCELLED: "a meeting is cancelled",
    EventKind.MEETING_NO_SHOW: "the lead does not come to a meeting",
    EventKind.PROPOSAL_SENT: "a proposal is sent",
    EventKind.PROPOSAL_VIEWED: "the lead opens a proposal",
    EventKind.CONTRACT_SIGNED: "a contract is signed",
    EventKind.PAID: "the lead pays",
    EventKind.WON: "the deal is won",
    EventKind.LOST: "the deal is lost",
    EventKind.OWNER_CHANGED: "the lead gets another owner",
    EventKind.OWNER_ABSENT: "the owner is absent",
    EventKind.OWNER_BACK: "the owner is back",
    EventKind.TASK_DONE: "a task is done",
    EventKind.NOTE_ADDED: "a note is added",
    EventKind.HUMAN_TOUCH: "a person of ours is in touch with the lead",
    EventKind.BY_HAND: "a person presses a button",
    EventKind.MOMENT_REACHED: "a date is reached",
    EventKind.MERGED: "the lead is merged into another",
    EventKind.DELETED: "the CRM deletes the lead",
    EventKind.ERASED: "the person asks to be erased",
}
REPLIES = {
    ReplyClass.WANTS_MEETING: "the lead answers and wants a meeting",
    ReplyClass.POSITIVE: "the lead answers and likes what it hears",
    ReplyClass.QUESTION: "the lead answers with a question",
    ReplyClass.NOT_NOW: "the lead answers that it is too early",
    ReplyClass.REFERRAL: "the lead answers and names somebody else",
    ReplyClass.NOT_INTERESTED: "the lead answers that it is not interested",
    ReplyClass.WRONG_PERSON: "the lead answers that we have the wrong person",
    ReplyClass.LEFT_COMPANY: "the answer is that the person has left the company",
    ReplyClass.OPT_OUT: "the lead answers that it wants no more messages",
    ReplyClass.COMPLAINT: "the lead answers and complains",
    ReplyClass.UNCLEAR: "the lead answers and it is not clear what it means",
    ReplyClass.POSSIBLE_OPT_OUT: "the lead may have answered that it wants no more messages",
    ReplyClass.OUT_OF_OFFICE: "the answer is that the person is out of office",
    ReplyClass.AUTOMATIC: "a machine answers",
    ReplyClass.BOUNCE_NOTICE: "the answer is that the address is dead",
}


def sentence(phrase: str) -> str:
    """The phrase as a sentence of its own."""
    return f"{phrase[0].upper()}{phrase[1:]}."


def say_words(name: str) -> str:
    """A value of the vocabulary as ordinary words: `no_answer` is "no answer"."""
    return name.replace("_", " ")


def say_list(items: Iterable[str], last: str) -> str:
    """Several phrases as one: "a, b and c"."""
    *front, end = items
    return f"{', '.join(front)} {last} {end}" if front else end


def say_count(number: int, noun: str) -> str:
    """A number of things: "1 hour", "2 hours"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say_time(wall: time) -> str:
    """A wall time."""
    return wall.strftime("%H:%M")


# --- times ------------------------------------------------------------------------------------------------------------


def say_length(delay: Delay, working: str = "working time") -> str:
    """How long a delay is: "30 minutes", "4 hours of working time", "2 working days"; `working` says whose time."""
    match delay:
        case Elapsed():
            return _say_minutes(delay.minutes)
        case Working():
            return f"{_say_minutes(delay.minutes)} of {working}"
        case CalendarDays():
            return say_count(delay.days, "day")
        case BusinessDays():
            return say_count(delay.days, "working day")
        case Quiet():
            return f"{say_length(delay.delay, working)} without a word from the lead or from us"
        case _:
            assert_never(delay)


def say_delay(delay: Delay, working: str = "working time") -> str:
    """When something comes that has a delay: "30 minutes later", "2 working days later, at 09:00"."""
    match delay:
        case Elapsed(minutes=0) | Working(minutes=0):
            return "at once"
        case Elapsed() | Working():
            return f"{say_length(delay, working)} later"
        case CalendarDays(days=0):
            return f"the same day{_say_at(delay.at, ', ')}"
        case CalendarDays() | BusinessDays():
            return f"{say_length(delay, working)} later{_say_at(delay.at, ', ')}"
        case Quiet():
            at = delay.delay.at if isinstance(delay.delay, CalendarDays | BusinessDays) else None
            return f"after {say_length(delay, working)}{_say_at(at, ', ')}"
        case _:
            assert_never(delay)


def say_moment(moment: Moment) -> str:
    """A moment tied to a date field: "3 days before renewal_date at 09:00"."""
    side = "before" if moment.kind == "before" else "after"
    lengths = [say_count(moment.days, "day")] if moment.days else []
    lengths += [say_count(moment.hours, "hour")] if moment.hours else []
    where = f"{say_list(lengths, 'and')} {side} {moment.field}" if lengths else f"the day of {moment.field}"
    return where + _say_at(moment.at)


def say_window(window: Window) -> str:
    """Opening hours of a week: "Monday to Friday 09:00 to 18:00"."""
    days = [(day, tuple(block for block in window.blocks if block.weekday == day)) for day in range(len(WEEKDAYS))]
    runs = [list(run) for _, run in groupby(days, key=lambda day: [_say_block(block) for block in day[1]])]
    return "; ".join(
        f"{_say_days(run[0][0], run[-1][0])} {say_list([_say_block(block) for block in run[0][1]], 'and')}"
        for run in runs
        if run[0][1]
    )


def _say_minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES_IN_HOUR)
    parts = [say_count(hours, "hour")] if hours else []
    parts += [say_count(rest, "minute")] if rest or not hours else []
    return " ".join(parts)


def _say_at(at: time | None, before: str = " ") -> str:
    return f"{before}at {say_time(at)}" if at else ""


def _say_block(block: Block) -> str:
    if block.opens == block.closes:
        return "around the clock"
    closes = "midnight" if block.closes == time(0) else say_time(block.closes)
    return f"{say_time(block.opens)} to {closes}"


def _say_days(first: int, last: int) -> str:
    if (first, last) == (0, len(WEEKDAYS) - 1):
        return "every day"
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]} to {WEEKDAYS[last]}"


# --- conditions -------------------------------------------------------------------------------------------------------


class _Verbs(NamedTuple):
    be: str
    end: str
    able: str
    within: str


YES = _Verbs("is", "ended in", "can", "inside")
NO = _Verbs("is not", "did not end in", "cannot", "outside")


def say_condition(condition: Condition) -> str:
    """A condition as a clause: "source is web_form or ad, and score is 70 or more"."""
    match condition:
        case AllOf() | AnyOf():
            joint = ", and " if condition.kind == "all_of" else ", or "
            return joint.join(_say_part(part) for part in condition.parts)
        case Not():
            return _say_not(condition.part)
        case _:
            return _say_leaf(condition, YES)


def _say_not(condition: Condition) -> str:
    match condition:
        case AllOf() | AnyOf() | Not():
            return f"it is not so that ({say_condition(condition)})"
        case _:
            return _say_leaf(condition, NO)


def _say_leaf(leaf: FieldIs | FieldKnown | FieldAtLeast | FieldBelow | OutcomeIs | Can | OpenNow, verbs: _Verbs) -> str:
    match leaf:
        case FieldIs():
            return f"{leaf.field} {verbs.be} {say_list([_say_value(value) for value in leaf.values], 'or')}"
        case FieldKnown():
            return f"{leaf.field} {verbs.be} known"
        case FieldAtLeast():
            return f"{leaf.field} {verbs.be} {leaf.n:g} or more"
        case FieldBelow():
            return f"{leaf.field} {verbs.be} below {leaf.n:g}"
        case OutcomeIs():
            return f"{leaf.step} {verbs.end} {say_list([say_outcome(outcome) for outcome in leaf.outcomes], 'or')}"
        case Can():
            return f"the lead {verbs.able} be reached by {CHANNELS[leaf.channel]}"
        case OpenNow():
            return f"it is {verbs.within} opening hours"
        case _:
            assert_never(leaf)


def say_outcome(outcome: str) -> str:
    """How a call or task ended: "no answer", "being given up"."""
    return "being given up" if outcome == "given_up" else say_words(outcome)


def _say_part(part: Condition) -> str:
    return f"({say_condition(part)})" if isinstance(part, AllOf | AnyOf) else say_condition(part)


def _say_value(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


# --- exits and triggers -----------------------------------------------------------------------------------------------


def say_trigger(trigger: Trigger) -> str:
    """What has to happen: "the lead answers", "a meeting is booked"."""
    match trigger:
        case OnEvent():
            return EVENTS[trigger.event]
        case OnReply():
            return REPLIES[trigger.reply]
        case OnEntered():
            return f'the CRM moves the lead into "{trigger.pipeline_stage}"'
        case OnByHand():
            return f'a person presses "{trigger.name}"'
        case OnMoment():
            return f"it is {say_moment(trigger.moment)}"
        case OnBecomes():
            return f"it becomes true that {say_condition(trigger.condition)}"
        case _:
            assert_never(trigger)


def say_exit(exit_: Response) -> str:
    """Where the lead goes: "go on to nurture, 1 working day later"."""
    match exit_:
        case Goto():
            return f"go on to {say_stage(exit_.stage)}{_say_after(exit_.after)}"
        case Start():
            return f"hand over to the sequence {exit_.sequence}{_say_after(exit_.after)}"
        case Finish():
            return f"the sequence ends as {say_words(exit_.reason)}{_say_after(exit_.after)}"
        case CarryOn():
            return "wait until somebody has answered the lead, then go on with the rest of the wait"
        case _:
            assert_never(exit_)


def say_response(reaction: Reaction) -> str:
    """Where the lead goes when the trigger comes; only an answer of the lead has to be answered first."""
    if isinstance(reaction.response, CarryOn) and not _is_answer(reaction.trigger):
        return "go on as before"
    return say_exit(reaction.response)


def _say_after(delay: Delay | None) -> str:
    return f", {say_delay(delay)}" if delay else ""


def _is_answer(trigger: Trigger) -> bool:
    return isinstance(trigger, OnReply) or trigger == OnEvent(event=EventKind.REPLIED)


# --- steps ------------------------------------------------------------------------------------------------------------


def say_stage(name: str) -> str:
    """The stage as people write it."""
    if name == AS_IS:
        return "the stage the lead is in"
    return name.replace("_", "-")


def say_role(role: str) -> str:
    """Who is asked: "the owner"."""
    return ROLES.get(role, f"the {say_words(role)}")


def say_step(step: Step) -> str:
    """What a step is: "email what-to-expect", "call first-call for the owner"."""
    match step:
        case Message():
            return f"{CHANNELS[step.channel]} {step.id}"
        case HumanTask():
            return f"{step.kind} {step.id} for {say_role(step.to)}"
        case Ask():
            return f"question {step.id} by {CHANNELS[Channel(step.by)]}"
        case Branch():
            return f"branch {step.id}"
        case _:
            assert_never(step)


def say_when(step: Message | HumanTask | Ask) -> str:
    """When a step comes: "at once", "2 hours of sending hours later", "3 days before renewal_on at 09:00"."""
    if isinstance(step, Message | HumanTask) and step.at is not None:
        return say_moment(step.at)
    if step.after is None:
        return "at once"
    return say_delay(step.after) if isinstance(step, HumanTask) else say_delay(step.after, SENDING_HOURS)
