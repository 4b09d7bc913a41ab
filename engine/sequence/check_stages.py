"""What a sequence says that is probably not what was meant."""

from collections.abc import Iterator
from datetime import time

from engine.sequence.compiled import (
    AS_IS,
    Ask,
    Branch,
    BusinessDays,
    CalendarDays,
    Finish,
    Goto,
    HumanTask,
    Message,
    OnEvent,
    OnReply,
    OutcomeIs,
    Quiet,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Trigger,
    Window,
)
from engine.sequence.findings import Finding, error, remark, warning
from engine.sequence.flow import exits_right_after, next_plans, openings, plan_named, reached
from engine.sequence.pace import (
    BURST,
    BURST_DAYS,
    MESSAGES_A_DAY,
    SILENCE_DAYS,
    calls_in_a_row,
    crowded_out,
    silences_after_bursts,
)
from engine.sequence.pipeline import Pipeline
from engine.sequence.structure import conditions_of, plan_of_step, questions, steps
from engine.sequence.wording import say_time, say_window
from engine.sequence.written import Place, Written, written_reactions
from engine.words import EventKind, Stage

Whole = Written[Sequence]


def unreachable_stages(sequence: Whole, pipeline: Pipeline | None) -> Iterator[Finding]:
    """Stages that no exit leads to; one that the CRM's pipeline means is entered by the CRM."""
    inside = reached(sequence.part)
    for number, plan in enumerate(sequence.part.stages):
        if number not in inside:
            place = _stage_place(sequence, plan)
            next = f'write goto("{plan.name}") where leads shall come from'
            if plan.name == AS_IS or (pipeline is not None and not _means(pipeline, plan)):
                what = f"no lead comes to stage {str(plan.name)!r}"
                yield error("SEQ104", what, place, f"{next}, or take the stage out")
            else:
                what = f"only the CRM brings a lead to stage {str(plan.name)!r}"
                yield remark("SEQ105", what, place, f"leave it, if people of ours move leads there; else {next}")


def last_words(sequence: Whole) -> Iterator[Finding]:
    """Messages that nobody could answer, since the stage is left in the same moment."""
    for plan in sequence.part.stages:
        for step in steps(plan):
            if isinstance(step, Message):
                exits = exits_right_after(plan, step.id)
                place = sequence.place_of(step.id)
                if any(isinstance(exit_, Finish) for exit_ in exits):
                    what = f"the sequence ends in the moment {step.id!r} is sent; nobody could answer it"
                    yield warning("SEQ107", what, place, "give the end time: finish(…, after=calendar(days=7))")
                elif exits:
                    what = f"the stage is left in the moment {step.id!r} is sent; nobody could answer it"
                    yield warning("SEQ108", what, place, "give the exit time: goto(…, after=business_days(1))")


def repeated_openings(sequence: Whole) -> Iterator[Finding]:
    """Answers that lead back to a stage which opens with a message: it would be sent again."""
    for found in written_reactions(sequence):
        plan = _reentered(sequence.part, found.part)
        if plan is not None and any(isinstance(step, Message | Ask) for step in openings(plan)):
            what = f"an answer may lead back to stage {str(plan.name)!r}, whose first message is then sent again"
            yield warning("SEQ109", what, found.place, "open the stage with a call, or react with carry_on()")


def bursts(sequence: Whole) -> Iterator[Finding]:
    """Bursts that are followed by silence."""
    for plan in sequence.part.stages:
        for step in silences_after_bursts(plan):
            what = f"{BURST} touches within {BURST_DAYS:g} days, then {SILENCE_DAYS:g} days or more until {step.id!r}"
            yield warning("SEQ112", what, sequence.place_of(step.id), "spread the touches more evenly")


def crowded_days(sequence: Whole) -> Iterator[Finding]:
    """More messages within a day than a lead gets."""
    for plan in sequence.part.stages:
        for step in crowded_out(plan):
            what = (
                f"{step.id!r} comes within 24 hours of {MESSAGES_A_DAY} other messages, which is all that a lead gets"
            )
            next = "give it, or those before it, more time with after=…; else it waits until a day is over"
            yield remark("SEQ118", what, sequence.place_of(step.id), next)


def closed_hours(sequence: Whole) -> Iterator[Finding]:
    """Messages that are planned for a time of day at which nothing ever leaves."""
    for plan in sequence.part.stages:
        window = plan.hours or sequence.part.hours
        for step in steps(plan):
            at = None if isinstance(step, HumanTask | Branch) else _time_of(step)
            if at is not None and not _is_ever_open(window, at):
                what = f"{step.id!r} is planned for {say_time(at)}, and nothing leaves then: {say_window(window)}"
                next = "write a time within the hours, or give the sequence or this stage other hours"
                yield warning("SEQ119", what, sequence.place_of(step.id), next)


def asked_too_early(sequence: Whole) -> Iterator[Finding]:
    """Steps that ask how another one ended which cannot have come by then."""
    for number, plan in enumerate(sequence.part.stages):
        for step in steps(plan):
            for other in _outcomes_asked_by(step):
                if _comes_only_later(sequence.part, number, step.id, other):
                    what = f"{step.id!r} asks how {other!r} ended, which comes later"
                    next = f"put it behind {other!r}, or ask about a step that comes before"
                    yield warning("SEQ120", what, sequence.place_of(step.id), next)


def conversations_by_mail(sequence: Whole) -> Iterator[Finding]:
    """Decisions that nobody of ours is asked to help with in person."""
    for plan in sequence.part.stages:
        if plan.name == Stage.CONVERT and not any(isinstance(step, HumanTask) for step in steps(plan)):
            what = "stage 'convert' asks no person of ours to do anything"
            yield warning("SEQ113", what, _stage_place(sequence, plan), "add a call() or a task()")


def calls_only(sequence: Whole) -> Iterator[Finding]:
    """Calls in a row, where another channel may reach the lead."""
    for plan in sequence.part.stages:
        for step in calls_in_a_row(plan):
            what = f"{step.id!r} is the third call in a row"
            yield warning("SEQ114", what, sequence.place_of(step.id), "put an email() or an sms() between the calls")


def _time_of(step: Message | Ask) -> time | None:
    """The time of day that is written for it."""
    if isinstance(step, Message) and step.at is not None:
        return step.at.at
    delay = step.after.delay if isinstance(step.after, Quiet) else step.after
    return delay.at if isinstance(delay, CalendarDays | BusinessDays) else None


def _is_ever_open(window: Window, at: time) -> bool:
    """Whether the hours have this time on any day; a block that closes at its opening lasts around the clock."""
    blocks = [block for day in window.week for block in day]
    return any(opens <= at < closes or (closes <= opens and (at >= opens or at < closes)) for opens, closes in blocks)


def _outcomes_asked_by(step: Step) -> Iterator[str]:
    leaves = {
        leaf.step: None for asked in conditions_of(step) for leaf in questions(asked) if isinstance(leaf, OutcomeIs)
    }
    return iter(leaves)


def _comes_only_later(sequence: Sequence, number: int, step_id: str, other: str) -> bool:
    """Whether no way of the sequence itself leads from the other step to this one, in the stage of this number."""
    its = plan_of_step(sequence, other)
    if its != number:
        return number not in reached(sequence, its)
    order = [step.id for step in steps(sequence.stages[number])]
    again = any(number in reached(sequence, target) for target in next_plans(sequence, number))
    return not again and order.index(other) > order.index(step_id)


def _means(pipeline: Pipeline, plan: StagePlan) -> bool:
    return any(stage.stage == plan.name for stage in pipeline.stages)


def _stage_place(sequence: Whole, plan: StagePlan) -> Place:
    return next(
        found.place for found in sequence.walk() if isinstance(found.part, StagePlan) and found.part.name == plan.name
    )


def _reentered(sequence: Sequence, reaction: Reaction) -> StagePlan | None:
    """The stage an answer leads to, when the lead may have been there before."""
    if not isinstance(reaction.response, Goto) or not _is_answer(reaction.trigger):
        return None
    target = plan_named(sequence, reaction.response.stage)
    if target is None or not reached(sequence, target) & _sources(sequence, reaction):
        return None
    return sequence.stages[target]


def _sources(sequence: Sequence, reaction: Reaction) -> set[int]:
    """The stages in which the reaction counts."""
    everywhere = reaction in sequence.when
    return {number for number, plan in enumerate(sequence.stages) if everywhere or reaction in plan.when}


def _is_answer(trigger: Trigger) -> bool:
    return isinstance(trigger, OnReply) or trigger == OnEvent(event=EventKind.REPLIED)
