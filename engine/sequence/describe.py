"""A sequence in plain English, for whoever approves it: one fact per line, and nothing that will happen is left out."""

from collections.abc import Iterator
from typing import assert_never

from engine.frozen import Frozen
from engine.sequence.answers import MOST_WORDS
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
    OnMoment,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Trigger,
    Window,
    Working,
)
from engine.sequence.defaults import always, by_itself
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
    say_moment,
    say_response,
    say_role,
    say_stage,
    say_step,
    say_trigger,
    say_when,
    say_window,
    sentence,
)
from engine.words import Stage

INDENT = "   "
LATE = {
    "send": "it is sent all the same",
    "skip": "it is left out",
    "review": "a person is asked what to do",
}


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
        yield "it takes only one person of a customer's company at a time, over all sequences that say this"
    if sequence.holdout:
        yield f"{sequence.holdout} of 100 leads get nothing from it, always the same ones, to compare the others with"
    yield f"messages leave in the name of {say_role(sequence.sender)}"
    yield f"messages leave {_hours(sequence.hours)}{_outside(sequence.hours)}"
    yield (
        "days and hours are the lead's, working time and due dates the owner's; "
        "working days are Monday to Friday without holidays; the day a wait begins is not counted"
    )
    yield (
        "a wait counts from when the step before was sent, done, given up or left out; "
        "the first of a stage, from when the lead came in"
    )
    yield from _held_back(sequence)
    yield f"the team that maintains this sequence: {sequence.maintainer}"


def _start(trigger: Trigger) -> Iterator[str]:
    match trigger:
        case OnBecomes():
            yield f"it starts when {say_trigger(trigger)}; a lead of whom that has always been true does not start"
        case OnMoment(moment=moment) if moment.kind == "before":
            yield f"it starts {say_moment(moment)}, or at once for a lead that is nearer to that date, but not after it"
        case OnMoment(moment=moment):
            yield f"it starts {say_moment(moment)}, but not for a lead for whom that was before this was published"
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
    yield "it does not start while a sequence higher in the catalogue runs for the lead, and no start is kept for later"
    if sequence.gives_back:
        yield "a lower one that runs for the lead pauses; when this one is completed, it goes on, that much later"
        yield "when an answer, a meeting, a yes, a no or one of us ends this one, the paused one ends too"
    else:
        yield "when it starts, a lower one that runs for the lead ends"


def _hours(window: Window) -> str:
    """When messages leave; hours that name all seven days know no holidays."""
    every_day = len({block.weekday for block in window.blocks}) == len(WEEKDAYS)
    return f"{say_window(window)}, {'also' if every_day else 'not'} on holidays"


def _outside(window: Window) -> str:
    """What becomes of a message outside the hours, if there is such a time."""
    if window.never_closes:
        return ""
    return ", in the lead's time zone; what is due outside leaves when they open"


def _held_back(sequence: Sequence) -> Iterator[str]:
    """What keeps messages back for our own sake, and what becomes of those that are late; nothing without any."""
    stages = {plan.name for plan in sequence.stages if any(isinstance(one, Message | Ask) for one in steps(plan))}
    in_response, elsewhere = bool(stages & {Stage.RESPONSE, AS_IS}), bool(stages - {Stage.RESPONSE})
    if elsewhere and sequence.after_human not in (Elapsed(minutes=0), Working(minutes=0)):
        yield (
            f"no automatic message leaves for {say_length(sequence.after_human, SENDING_HOURS)} "
            "after one of us spoke with the lead, wrote to it or left a voicemail"
            f"{', except in response' if in_response else ''}"
        )
    given = None if sequence.stale_after is None else say_length(sequence.stale_after, SENDING_HOURS)
    late = [f"a message more than {given or '5 working days'} late is left out"] if elsewhere else []
    if in_response:
        where = "in response one" if elsewhere else "a message"
        late += [f"{where} more than {given or '4 hours'} late is sent only if a person says so"]
    if late:
        yield "; ".join([*late, "closed hours do not make it late"])


def _at_any_time(sequence: Sequence) -> Iterator[str]:
    if any(plan.when for plan in sequence.stages):
        yield "what is written for the stage that the lead is in comes first"
    yield from _reactions(sequence.when)
    yield from by_itself(sequence)
    yield from always(sequence)


# --- a stage ----------------------------------------------------------------------------------------------------------


def _title(plan: StagePlan) -> str:
    name = say_stage(plan.name)
    return name[0].upper() + name[1:]


def _stage(plan: StagePlan) -> Iterator[str]:
    if plan.hours is not None:
        yield f"In this stage messages leave {_hours(plan.hours)}."
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
    return "the next step comes" if exit_ is None else say_exit(exit_)


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
            yield f"{say_step(step)}: opens {say_when(step)}"
            yield from _conditions(step)
            yield from _human(step)
        case Ask():
            yield f"{say_step(step)}: sent {say_when(step)}"
            yield from _conditions(step)
            yield f"words: {step.template}"
            for answer in step.answers:
                words = say_list([f'"{word}"' for word in answer.words], "or")
                yield f"an answer with {words}: {step.saves} is set to {answer.value}, and the next step comes"
            yield (
                "any other answer is read by a person; "
                f"so is one that fits several of these, asks back or has over {MOST_WORDS} words"
            )
            yield f"without an answer for {say_length(step.wait, SENDING_HOURS)}: {say_exit(step.no_answer)}"
            yield "if it cannot be sent, the next step comes"
        case _:
            assert_never(step)


def _conditions(step: Message | HumanTask | Ask) -> Iterator[str]:
    if step.only_if is not None:
        yield f"only if {say_condition(step.only_if)}; else it is left out"
    if isinstance(step, Message | HumanTask) and step.at is not None:
        yield f"it moves when {step.at.field} does, and is left out when there is no {step.at.field}"
    if isinstance(step, HumanTask) and step.at is not None:
        yield "if that is past by then: it opens at once"


def _message(step: Message, plan: StagePlan) -> Iterator[str]:
    yield f"words: {step.template}" if not step.variants else f"words: {_tested(step)}, always the same for a lead"
    if step.thread is not None:
        yield f"sent as a reply to {step.thread}, if that was sent"
    if step.at is not None or step.if_past is not None:
        yield f"if that is past by then, or it is late: {LATE[_if_past(step, plan)]}"
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
    yield f"what to do: {step.template}"
    yield f"due {_by(step.due)}"
    for rung in step.escalate:
        yield f"if it is not done {_by(rung.after)}: {say_role(rung.role)} is told"
    if not step.escalate:
        yield "nobody is told when it is late"
    waits = "the next step waits until it is done, or" if step.blocks else "the next step does not wait for it; it is"
    yield f"{waits} closed as given up {_by(step.give_up) if step.give_up else '3 working days after it was due'}"
    if step.proposes is not None:
        yield f'it proposes the pipeline stage "{step.proposes}", which only a person sets'


def _by(delay: Delay) -> str:
    """By when, counted from the moment a person was asked."""
    at_a_time = isinstance(delay, CalendarDays | BusinessDays) and delay.at is not None
    return say_delay(delay) if at_a_time else f"after {say_length(delay)}"


# --- reactions --------------------------------------------------------------------------------------------------------


def _reactions(when: tuple[Reaction, ...]) -> Iterator[str]:
    for reaction in when:
        yield f"when {say_trigger(reaction.trigger)}: {say_response(reaction)}"


def _bullets(facts: Iterator[str]) -> Iterator[str]:
    return (f"- {sentence(fact)}" for fact in facts)
