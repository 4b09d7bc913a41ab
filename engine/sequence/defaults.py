"""What the engine does by itself with a lead in a sequence, as phrases: all that can happen there, and nothing else."""

from collections.abc import Collection, Iterator

from engine.life.noting_tasks import ENDS, WELCOMED
from engine.reasons import CallDisposition, ReplyClass
from engine.sequence.compiled import (
    AS_IS,
    Ask,
    HumanTask,
    OnEntered,
    OnEvent,
    OnReply,
    Reaction,
    Sequence,
    StagePlan,
    Trigger,
)
from engine.sequence.pace import MESSAGES_A_DAY
from engine.sequence.structure import mentions_outcome, steps
from engine.sequence.wording import say_list, say_outcome, say_stage, say_trigger
from engine.words import EventKind, Stage

THE_END = "the sequence ends"
A_PERSON = "nothing is sent until a person decides"
REPLIED = OnEvent(event=EventKind.REPLIED)
STAGE_CHANGED = OnEvent(event=EventKind.STAGE_CHANGED)
CALL_CONNECTED = OnEvent(event=EventKind.CALL_CONNECTED)
DOUBTFUL = {
    ReplyClass.UNCLEAR: "is not clear",
    ReplyClass.LEFT_COMPANY: "says that the person has left the company",
}
"""Answers that a sequence may say something of."""
ITS_STAGE = "its stage is silent on it"
UNLESS = {
    (False, False): "",
    (False, True): ", and no line above speaks of it",
    (True, False): f", and {ITS_STAGE}",
    (True, True): ", and neither its stage nor a line above speaks of it",
}
"""Whether a stage, and whether the sequence, says something of a special case."""


def by_itself(sequence: Sequence) -> Iterator[str]:
    """What happens where the sequence leaves it to the engine, a fact at a time."""
    yield from _default(sequence, REPLIED, THE_END)
    yield _doubtful(sequence)
    yield from _default(sequence, OnEvent(event=EventKind.MEETING_BOOKED), THE_END)
    yield from _default(sequence, STAGE_CHANGED, f"{_mapped(sequence)}; where the map does not know it, {A_PERSON}")
    names = {plan.name for plan in sequence.stages}
    if names != {Stage.RETAIN}:  # there a deal that is won moves nobody
        yield from _default(sequence, OnEvent(event=EventKind.WON), _won(names))
    yield from _default(sequence, OnEvent(event=EventKind.LOST), THE_END)
    yield from _calls(sequence)


def always(sequence: Sequence) -> Iterator[str]:
    """What holds for every lead, whatever is written, a fact at a time."""
    asks = any(isinstance(step, Ask) for plan in sequence.stages for step in steps(plan))
    unless = ", unless a question understands them" if asks else ""
    yield f"the lead's answers become one task for the owner, due after 1 hour of working time{unless}"
    yield "after a complaint no automatic message is sent any more; the manager is asked to answer"
    yield (
        "an out-of-office note is no answer: nothing is sent before the working day after the return, "
        "or for 7 days where it names none"
    )
    yield (
        "who opts out of emails gets none any more, who opts out of texts or calls gets neither; "
        "that ends the sequence only if no way to reach the lead is left"
    )
    yield (
        "texts wait for the legal hours where the lead lives; "
        f"messages keep to the company's limits for one lead, by default {MESSAGES_A_DAY} in 24 hours"
    )
    yield "no sequence changes the CRM's pipeline stage"


def _default(sequence: Sequence, trigger: Trigger, default: str) -> Iterator[str]:
    unless = _left_to_us(sequence, trigger)
    if unless is not None:
        yield f"when {say_trigger(trigger)}{unless}: {default}"


def _mapped(sequence: Sequence) -> str:
    """Where the CRM takes a lead; one that it moves to where it is, or back to capture, stays."""
    names = {plan.name for plan in sequence.stages}
    if len(names) > 1:
        ends = "" if names >= {*Stage} else "if the sequence has no such stage, it ends; "
        return f"go on to the stage that the pipeline map names for it; {ends}capture changes nothing"
    (plan,) = sequence.stages
    here = [] if plan.name == Stage.CAPTURE else [say_stage(plan.name)]
    return f"{THE_END}, unless the pipeline map takes it for {say_list([*here, 'capture'], 'or')}"


def _won(names: Collection[str]) -> str:
    if Stage.RETAIN in names:
        return f"go on to {say_stage(Stage.RETAIN)}"
    return f"{THE_END}, unless the lead is in {say_stage(Stage.RETAIN)} already" if AS_IS in names else THE_END


def _doubtful(sequence: Sequence) -> str:
    """The answers after which somebody has to say whether we may still write."""
    left = {sense: _left_to_us(sequence, OnReply(reply=reply)) for reply, sense in DOUBTFUL.items()}
    senses = [sense for sense, unless in left.items() if unless is not None]
    others = f" and {ITS_STAGE}" if any(left.values()) else ""
    said = f", or {say_list(senses, 'or')}{others}" if senses else ""
    return f"when an answer may be a wish for no more messages{said}: {A_PERSON}"


# --- what is written --------------------------------------------------------------------------------------------------


def _left_to_us(sequence: Sequence, trigger: Trigger) -> str | None:
    """When the sequence says nothing, as a clause; None when it never says nothing."""
    if _is_written(sequence.when, trigger) or all(_is_written(plan.when, trigger) for plan in sequence.stages):
        return None
    inside = any(_touches(plan.when, trigger) for plan in sequence.stages)
    return UNLESS[inside, _touches(sequence.when, trigger)]


def _is_written(when: tuple[Reaction, ...], trigger: Trigger) -> bool:
    """Whether there is a reaction to it, whatever its particulars."""
    whole = (trigger, REPLIED) if isinstance(trigger, OnReply) else (trigger,)
    return any(reaction.trigger in whole for reaction in when)


def _touches(when: tuple[Reaction, ...], trigger: Trigger) -> bool:
    """Whether there is a reaction to it, or to one kind of it."""
    kinds = {REPLIED: OnReply, STAGE_CHANGED: OnEntered}
    kind = kinds.get(trigger) if isinstance(trigger, OnEvent) else None
    return _is_written(when, trigger) or (kind is not None and any(isinstance(one.trigger, kind) for one in when))


def _calls(sequence: Sequence) -> Iterator[str]:
    """The results of calls that end the sequence, unless it says for that call what follows them."""
    calls = [
        (plan, step)
        for plan in sequence.stages
        for step in steps(plan)
        if isinstance(step, HumanTask) and step.kind == "call"
    ]
    ending = [end for plan, call in calls for end in ENDS if not _follows(sequence, plan, call, end)]
    ends = [end for end in ENDS if end in ending]
    if ends:
        unless = "" if len(ending) == len(ends) * len(calls) else ", and nothing is written for that"
        yield f"when a call ends in {say_list([say_outcome(end) for end in ends], 'or')}{unless}: {THE_END}"


def _follows(sequence: Sequence, plan: StagePlan, call: HumanTask, end: CallDisposition) -> bool:
    """Whether the sequence says what follows this result of the call."""
    welcome = end in WELCOMED and _is_written((*plan.when, *sequence.when), CALL_CONNECTED)
    return welcome or mentions_outcome(sequence, call.id, end)
