"""A sequence in plain English, for whoever approves it: one fact per line, and nothing that will happen is left out."""

from collections.abc import Iterator
from typing import assert_never

from engine.frozen import Frozen
from engine.sequence.compiled import (
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    CarryOn,
    Delay,
    Elapsed,
    Exit,
    HumanTask,
    IfPast,
    Message,
    OnEvent,
    OnReply,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Trigger,
    Working,
)
from engine.sequence.structure import OTHERWISE, arm, arm_exit, arms, steps
from engine.sequence.wording import (
    SENDING_HOURS,
    say_condition,
    say_count,
    say_delay,
    say_exit,
    say_length,
    say_list,
    say_moment,
    say_role,
    say_stage,
    say_step,
    say_trigger,
    say_window,
    sentence,
)
from engine.words import EventKind, Stage

INDENT = "   "
LATE = {
    "send": "it is sent all the same",
    "skip": "it is left out",
    "review": "a person is asked what to do",
}
DEFAULTS = {
    EventKind.REPLIED: "everything stops",
    EventKind.MEETING_BOOKED: "everything stops",
    EventKind.STAGE_CHANGED: "the lead goes to the stage that this means, or the sequence ends if it has none",
    EventKind.WON: "the lead goes to retain, or the sequence ends if it has none",
    EventKind.LOST: "the sequence ends",
}
"""What the engine does by itself (authoring.md 3.5)."""


class Description(Frozen):
    """A sequence and its description, for machines."""

    name: str
    description: str


def description_of(sequence: Sequence) -> Description:
    """The description beside the name it is of."""
    return Description(name=sequence.name, description=describe(sequence))


def describe(sequence: Sequence) -> str:
    """What will happen to a lead in this sequence, as Markdown."""
    lines = [f"# {sequence.name}", ""]
    lines += _bullets(_about(sequence))
    for plan in sequence.stages:
        lines += ["", f"## {_title(plan)}", ""]
        lines += _stage(plan)
    lines += ["", "## At any time", ""]
    lines += _bullets(_at_any_time(sequence))
    return "\n".join(lines) + "\n"


# --- the sequence -----------------------------------------------------------------------------------------------------


def _about(sequence: Sequence) -> Iterator[str]:
    yield from (f"it starts when {say_trigger(trigger)}" for trigger in sequence.starts)
    if not sequence.starts:
        yield "it starts when another sequence hands a lead over to it, or when a person enrolls one"
    if sequence.only_if is not None:
        yield f"it starts only if {say_condition(sequence.only_if)}"
    yield _again(sequence)
    if sequence.gives_back:
        yield "it interrupts what runs for the lead, and gives the lead back when it ends without an answer"
    yield f"messages leave in the name of {say_role(sequence.sender)}"
    yield f"messages leave {say_window(sequence.hours)}, in the lead's time zone; what is due outside waits"
    yield "days and times of day are those of the lead"
    yield "a delay counts from the moment the step before was done, given up or left out; the first one, from entering"
    if sequence.after_human != Elapsed(minutes=0) and sequence.after_human != Working(minutes=0):
        length = say_length(sequence.after_human, SENDING_HOURS)
        yield f"once a person of ours was in touch with the lead, nothing is sent for {length}, except in response"
    yield _stale(sequence)
    yield f"it is looked after by {sequence.maintainer}"


def _again(sequence: Sequence) -> str:
    match sequence.again:
        case AgainOnce():
            return "a lead runs through it once in its life"
        case AgainIfInactive():
            return "a lead may run through it again whenever it is not in it"
        case AgainAfter():
            return f"a lead may run through it again {say_length(sequence.again.delay)} after it ended"
        case _:
            assert_never(sequence.again)


def _stale(sequence: Sequence) -> str:
    if sequence.stale_after is None:
        return (
            "a message that is late by more than 4 hours in response, or 5 working days elsewhere, is not sent unasked"
        )
    return f"a message that is late by more than {say_length(sequence.stale_after, SENDING_HOURS)} is not sent unasked"


def _at_any_time(sequence: Sequence) -> Iterator[str]:
    yield from _reactions(sequence.when)
    written = [reaction.trigger for reaction in sequence.when]
    for event, default in DEFAULTS.items():
        if OnEvent(event=event) not in written:
            yield f"when {say_trigger(OnEvent(event=event))} and nothing else is written here for it: {default}"
    if any(isinstance(step, HumanTask) and step.kind == "call" for plan in sequence.stages for step in steps(plan)):
        yield "when a call ends in a clear yes or no and nothing is written here for it: everything stops"
    yield "every answer of the lead becomes one task for the owner, whatever else happens"
    yield "who opts out of a channel hears nothing there any more, and texts and calls keep to the legal hours"


# --- a stage ----------------------------------------------------------------------------------------------------------


def _title(plan: StagePlan) -> str:
    name = say_stage(plan.name)
    return name[0].upper() + name[1:]


def _stage(plan: StagePlan) -> Iterator[str]:
    if plan.hours is not None:
        yield f"Here messages leave {say_window(plan.hours)} instead."
        yield ""
    if not plan.steps:
        yield "Nothing is sent here."
    yield from _numbered(plan.steps, plan, "")
    yield ""
    yield sentence(f"when all this is done: {say_exit(plan.otherwise)}")
    if plan.when:
        yield ""
        yield "While the lead is here:"
        yield ""
        yield from _bullets(_reactions(plan.when))


def _numbered(some: tuple[Step, ...], plan: StagePlan, indent: str) -> Iterator[str]:
    for number, step in enumerate(some, start=1):
        head, *facts = _facts(step, plan)
        yield f"{indent}{number}. {sentence(head)}"
        yield from (f"{indent}{INDENT}- {sentence(fact)}" for fact in facts)
        if isinstance(step, Branch):
            yield from _arms(step, plan, indent + INDENT)


def _arms(branch: Branch, plan: StagePlan, indent: str) -> Iterator[str]:
    for number in arms(branch):
        inside, exit_ = arm(branch, number), arm_exit(branch, number)
        when = "otherwise" if number == OTHERWISE else f"if {say_condition(branch.cases[number].condition)}"
        if not inside:
            yield f"{indent}- {sentence(f'{when}: {_straight_on(exit_)}')}"
            continue
        yield f"{indent}- {sentence(when)[:-1]}:"
        yield from _numbered(inside, plan, indent + INDENT)
        if exit_ is not None:
            yield f"{indent}{INDENT}{sentence(f'then {say_exit(exit_)}')}"


def _straight_on(exit_: Exit | None) -> str:
    return "nothing, and on" if exit_ is None else say_exit(exit_)


def _facts(step: Step, plan: StagePlan) -> Iterator[str]:
    """What a step is and when it comes, then what else there is to know about it."""
    match step:
        case Branch():
            yield f"{say_step(step)}, decided at once: the first case that is true"
        case Message():
            yield f"{say_step(step)}: sent {_when(step)}"
            yield from _conditions(step)
            yield from _message(step, plan)
        case HumanTask():
            yield f"{say_step(step)}: asked for {_when(step)}"
            yield from _conditions(step)
            yield from _human(step)
        case Ask():
            yield f"{say_step(step)}: sent {_when(step)}"
            yield from _conditions(step)
            yield f"its answer is kept as {step.saves}: {say_list([answer.value for answer in step.answers], 'or')}"
            yield f"without an answer {say_length(step.wait)} later: {say_exit(step.no_answer)}"
        case _:
            assert_never(step)


def _when(step: Message | HumanTask | Ask) -> str:
    if isinstance(step, Message | HumanTask) and step.at is not None:
        return say_moment(step.at)
    if step.after is None:
        return "at once"
    return say_delay(step.after) if isinstance(step, HumanTask) else say_delay(step.after, SENDING_HOURS)


def _conditions(step: Message | HumanTask | Ask) -> Iterator[str]:
    if step.only_if is not None:
        yield f"only if {say_condition(step.only_if)}; else it is left out"
    if isinstance(step, Message | HumanTask) and step.at is not None:
        yield f"it moves when {step.at.field} does, and is left out when there is no {step.at.field}"


def _message(step: Message, plan: StagePlan) -> Iterator[str]:
    yield f"words: {step.template}"
    if step.thread is not None:
        yield f"it continues the thread of {step.thread}"
    if step.at is not None or step.if_past is not None:
        yield f"if that is past or it is late: {LATE[_if_past(step, plan)]}"
    if step.approve:
        yield "it waits until a person has approved it"
    if step.variants:
        shares = [f"{variant.name} for {variant.share}" for variant in step.variants]
        yield f"it is sent in {say_count(len(shares), 'variant')}: {say_list(shares, 'and')}"


def _if_past(step: Message, plan: StagePlan) -> IfPast:
    return step.if_past or ("review" if plan.name == Stage.RESPONSE else "skip")


def _human(step: HumanTask) -> Iterator[str]:
    clock = f"working time of {say_role(step.to)}"
    yield f"what to do: {step.template}"
    yield f"due {_by(step.due, clock)}"
    for rung in step.escalate:
        yield f"if it is not done {_by(rung.after, clock)}: {say_role(rung.role)} is told"
    give_up = "3 working days after it was due" if step.give_up is None else _by(step.give_up, clock)
    yield f"if it is not done {give_up}: given up"
    yield "nothing else is done until then" if step.blocks else "nothing waits for it"
    if step.proposes is not None:
        yield f'it proposes the pipeline stage "{step.proposes}", which only a person sets'


def _by(delay: Delay, clock: str) -> str:
    """Until when, counted from the moment a person was asked."""
    at_a_time = isinstance(delay, CalendarDays | BusinessDays) and delay.at is not None
    return say_delay(delay) if at_a_time else f"within {say_length(delay, clock)}"


# --- reactions --------------------------------------------------------------------------------------------------------


def _reactions(when: tuple[Reaction, ...]) -> Iterator[str]:
    for reaction in when:
        yield f"when {say_trigger(reaction.trigger)}: {_response(reaction)}"


def _response(reaction: Reaction) -> str:
    if isinstance(reaction.response, CarryOn) and not _is_answer(reaction.trigger):
        return "go on where it was"
    return say_exit(reaction.response)


def _is_answer(trigger: Trigger) -> bool:
    return isinstance(trigger, OnReply) or trigger == OnEvent(event=EventKind.REPLIED)


def _bullets(facts: Iterator[str]) -> Iterator[str]:
    return (f"- {sentence(fact)}" for fact in facts)
