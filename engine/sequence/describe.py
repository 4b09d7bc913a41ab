"""A sequence in plain English, for whoever approves it: one fact per line, and nothing that will happen is left out."""

from collections.abc import Iterator
from typing import assert_never

from engine.frozen import Frozen
from engine.sequence.compiled import (
    AS_IS,
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    Delay,
    Elapsed,
    Exit,
    HumanTask,
    IfPast,
    Message,
    OnBecomes,
    OnEvent,
    OnMoment,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Trigger,
    Window,
    Working,
)
from engine.sequence.structure import OTHERWISE, arm, arm_exit, arms, steps
from engine.sequence.wording import (
    SENDING_HOURS,
    WEEKDAYS,
    say_condition,
    say_count,
    say_delay,
    say_exit,
    say_length,
    say_list,
    say_response,
    say_role,
    say_stage,
    say_step,
    say_trigger,
    say_when,
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
    EventKind.STAGE_CHANGED: (
        "the lead goes to the stage that this means, or the sequence ends if it has no such stage; "
        "where it means nothing to us, a person is asked"
    ),
    EventKind.WON: "the lead goes to retain, or the sequence ends if it has no such stage",
    EventKind.LOST: "the sequence ends",
}
"""What the engine does by itself."""


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
    lines += _bullets(about(sequence))
    for plan in sequence.stages:
        lines += ["", f"## {_title(plan)}", ""]
        lines += _stage(plan)
    lines += ["", "## At any time", ""]
    lines += _bullets(_at_any_time(sequence))
    return "\n".join(lines) + "\n"


# --- the sequence -----------------------------------------------------------------------------------------------------


def about(sequence: Sequence) -> Iterator[str]:
    """What holds for the whole sequence, a fact at a time."""
    for trigger in sequence.starts:
        yield from _start(trigger)
    also = " also" if sequence.starts else ""
    yield f"it{also} starts when another sequence hands a lead over to it, or when a person enrolls one"
    if sequence.only_if is not None:
        yield f"it starts only if {say_condition(sequence.only_if)}"
    yield _again(sequence)
    yield from _others(sequence)
    if sequence.per_day is not None:
        most = say_count(sequence.per_day, "lead")
        yield f"it takes at most {most} in any 24 hours; the others wait for their turn, in the order they came"
    if sequence.one_contact_per_account:
        yield "a lead does not start while a colleague at the same account is in it, or in another that says this too"
    if sequence.holdout:
        yield f"{sequence.holdout} of 100 leads get nothing from it, always the same ones, to compare the others with"
    yield f"messages leave in the name of {say_role(sequence.sender)}"
    yield f"messages leave {_hours(sequence.hours)}, in the lead's time zone; what is due outside waits"
    yield "days and times of day are those of the lead; working days are Monday to Friday without holidays"
    yield "a delay counts from the moment the step before was done, given up or left out"
    yield "the delay of the first step of a stage counts from the moment the lead enters the stage"
    if sequence.after_human != Elapsed(minutes=0) and sequence.after_human != Working(minutes=0):
        long = say_length(sequence.after_human, SENDING_HOURS)
        yield f"once a person of ours was in touch with the lead, nothing is sent for {long}, but in the stage response"
    yield _stale(sequence)
    yield f"it is looked after by {sequence.maintainer}"


def _start(trigger: Trigger) -> Iterator[str]:
    match trigger:
        case OnBecomes():
            yield f"it starts when {say_trigger(trigger)}; a lead of whom that is true from the first has to change"
        case OnMoment(moment=moment) if moment.kind == "before":
            yield f"it starts when {say_trigger(trigger)}, and for who is nearer to it then, until that date is over"
        case OnMoment():
            yield f"it starts when {say_trigger(trigger)}, for dates that come once this runs"
        case _:
            yield f"it starts when {say_trigger(trigger)}"


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


def _others(sequence: Sequence) -> Iterator[str]:
    yield "while a sequence that stands above it in the catalogue runs for the lead, it does not start"
    if sequence.gives_back:
        yield "it interrupts the one below it that runs for the lead"
        yield "that one goes on, that much later, when this one ends without a yes, a no, an answer or a meeting"
    else:
        yield "when it starts, the one below it that runs for the lead ends"


def _hours(window: Window) -> str:
    """When messages leave; hours that name all seven days know no holidays."""
    every_day = len({block.weekday for block in window.blocks}) == len(WEEKDAYS)
    return f"{say_window(window)}, {'also' if every_day else 'not'} on holidays"


def _stale(sequence: Sequence) -> str:
    if sequence.stale_after is None:
        return (
            "a message that comes more than 4 hours late in the stage response is sent only if a person says so; "
            "one that comes more than 5 working days late elsewhere is left out"
        )
    length = say_length(sequence.stale_after, SENDING_HOURS)
    return (
        f"a message that comes more than {length} late is left out; "
        "in the stage response it is sent only if a person says so"
    )


def _at_any_time(sequence: Sequence) -> Iterator[str]:
    if any(plan.when for plan in sequence.stages):
        yield "what the stage that the lead is in says comes first"
    yield from _reactions(sequence.when)
    written = [reaction.trigger for reaction in sequence.when]
    unless = _unless(sequence)
    for event, default in DEFAULTS.items():
        if OnEvent(event=event) not in written:
            yield f"when {say_trigger(OnEvent(event=event))}{unless}: {default}"
    if any(isinstance(step, HumanTask) and step.kind == "call" for plan in sequence.stages for step in steps(plan)):
        yield "when a call ends in a clear yes or no, and nothing is written here for it: everything stops"
    if any(isinstance(step, Ask) for plan in sequence.stages for step in steps(plan)):
        yield "an answer that has the words of an open question is none for a person; every other one is"
    yield from ALWAYS


def _unless(sequence: Sequence) -> str:
    """When what the engine does by itself does not hold."""
    if not any(plan.when for plan in sequence.stages):
        return ", and no line above speaks of it" if sequence.when else ""
    return (
        ", and neither its stage nor a line above speaks of it" if sequence.when else ", and its stage is silent on it"
    )


ALWAYS = (
    "every answer of the lead becomes one task for the owner, due within 1 hour of working time, whatever else happens",
    "who complains hears nothing more, whatever is written here; the manager is asked to answer",
    "where an answer may mean that somebody wants no more messages, a person decides",
    "an out-of-office note is no answer: nothing is sent before the working day after the return, "
    "or for 7 days where it names none",
    "who opts out of a channel hears nothing there any more",
    "texts and calls wait for the legal hours where the lead lives, and messages keep to the limits for one lead",
)
"""What holds for every lead, whatever is written."""


# --- a stage ----------------------------------------------------------------------------------------------------------


def _title(plan: StagePlan) -> str:
    name = say_stage(plan.name)
    return name[0].upper() + name[1:]


def _stage(plan: StagePlan) -> Iterator[str]:
    if plan.hours is not None:
        yield f"Here messages leave instead: {_hours(plan.hours)}."
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
        head, *others = facts(step, plan)
        yield f"{indent}{number}. {sentence(head)}"
        yield from (f"{indent}{INDENT}- {sentence(fact)}" for fact in others)
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


def facts(step: Step, plan: StagePlan) -> Iterator[str]:
    """What a step is and when it comes, then what else there is to know about it."""
    match step:
        case Branch():
            yield f"{say_step(step)}, decided at once: the first case that is true"
        case Message():
            yield f"{say_step(step)}: sent {say_when(step)}"
            yield from _conditions(step)
            yield from _message(step, plan)
        case HumanTask():
            yield f"{say_step(step)}: asked for {say_when(step)}"
            yield from _conditions(step)
            yield from _human(step)
        case Ask():
            yield f"{say_step(step)}: sent {say_when(step)}"
            yield from _conditions(step)
            yield f"words: {step.template}"
            for answer in step.answers:
                words = say_list([f'"{word}"' for word in answer.words], "or")
                yield f"an answer with {words}: {step.saves} is {answer.value}, and on; nobody has to read it"
            yield "an answer that says none of this, or more, is read by a person like any other"
            yield f"without an answer for {say_length(step.wait, SENDING_HOURS)}: {say_exit(step.no_answer)}"
            yield "if it cannot be sent: nothing, and on"
        case _:
            assert_never(step)


def _conditions(step: Message | HumanTask | Ask) -> Iterator[str]:
    if step.only_if is not None:
        yield f"only if {say_condition(step.only_if)}; else it is left out"
    if isinstance(step, Message | HumanTask) and step.at is not None:
        yield f"it moves when {step.at.field} does, and is left out when there is no {step.at.field}"


def _message(step: Message, plan: StagePlan) -> Iterator[str]:
    yield f"words: {step.template}" if not step.variants else f"words: {_tested(step)}, always the same for a lead"
    if step.thread is not None:
        yield f"it continues the thread of {step.thread}"
    if step.at is not None or step.if_past is not None:
        yield f"if that is past or it is late: {LATE[_if_past(step, plan)]}"
    if step.approve:
        yield from _approved(plan)


def _approved(plan: StagePlan) -> Iterator[str]:
    due = {Stage.RESPONSE: "1 hour of working time", AS_IS: "1 hour of working time in response, else 1 working day"}
    yield "before it leaves, the owner reads it, may change its words, and releases it or leaves it out"
    yield f"the owner is asked when its time has come, and has {due.get(plan.name, '1 working day')}"
    yield "if nobody has released it 3 working days after that: it is left out"
    yield "nothing else is done until then, and what was released leaves word for word"


def _tested(step: Message) -> str:
    return say_list([f"{variant.template} for {variant.share} of 100 leads" for variant in step.variants], "and")


def _if_past(step: Message, plan: StagePlan) -> IfPast:
    return step.if_past or ("review" if plan.name == Stage.RESPONSE else "skip")


def _human(step: HumanTask) -> Iterator[str]:
    clock = f"working time of {say_role(step.to)}"
    yield f"what to do: {step.template}"
    yield f"due {_by(step.due, clock)}"
    for rung in step.escalate:
        yield f"if it is not done {_by(rung.after, clock)}: {say_role(rung.role)} is told"
    if not step.escalate:
        yield "if it is late: nobody else is told"
    give_up = "3 working days after it was due" if step.give_up is None else _by(step.give_up, clock)
    yield f"if it is not done {give_up}: given up{', and the next step comes' if step.blocks else ''}"
    yield "the next step waits until it is done or given up" if step.blocks else "nothing waits for it"
    if step.proposes is not None:
        yield f'it proposes the pipeline stage "{step.proposes}", which only a person sets'


def _by(delay: Delay, clock: str) -> str:
    """Until when, counted from the moment a person was asked."""
    at_a_time = isinstance(delay, CalendarDays | BusinessDays) and delay.at is not None
    return say_delay(delay) if at_a_time else f"within {say_length(delay, clock)}"


# --- reactions --------------------------------------------------------------------------------------------------------


def _reactions(when: tuple[Reaction, ...]) -> Iterator[str]:
    for reaction in when:
        yield f"when {say_trigger(reaction.trigger)}: {say_response(reaction)}"


def _bullets(facts: Iterator[str]) -> Iterator[str]:
    return (f"- {sentence(fact)}" for fact in facts)
