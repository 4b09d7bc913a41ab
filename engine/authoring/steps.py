"""Words for steps: messages, calls and tasks for people, and branches."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypedDict, get_args

from engine.authoring.conditions import Condition, must_be_condition
from engine.authoring.exits import must_be_exit
from engine.authoring.refusals import (
    SIMPLE_DELAYS,
    TEMPLATE,
    WRITE_A_SIMPLE_DELAY,
    here,
    must_be,
    must_be_delay,
    must_be_name,
    must_be_pipeline_stage,
    must_be_role,
    must_be_simple_delay,
    must_be_word,
    must_be_written,
)
from engine.sequence import compiled
from engine.sequence.compiled import (
    EVERYBODY,
    Ask,
    Branch,
    BusinessDays,
    Case,
    Delay,
    Escalation,
    Exit,
    HumanTask,
    IfPast,
    Message,
    Moment,
    SimpleDelay,
    Variant,
    Working,
)
from engine.sequence.structure import leaves
from engine.sequence.wording import say_condition
from engine.sequence.written import Place, Written, invalid

AnyStep = Message | HumanTask | Ask | Branch

ONE_HOUR = Working(minutes=60)
ONE_DAY = BusinessDays(days=1)
WRITE_A_STEP = "write email(), sms(), call(), task(), ask() or branch()"
WRITE_VARIANTS = 'name two or more, with whole percents that make 100: variants={"short": 50, "long": 50}'
OWN_TEMPLATE = ""
"""Until the step stands in a sequence, whose name its template is then looked for under."""


def email(
    id: str,
    *,
    after: Delay | None = None,
    at: Moment | None = None,
    only_if: Condition | None = None,
    template: str | None = None,
    thread: str | None = None,
    if_past: IfPast | None = None,
    approve: bool = False,
    variants: Mapping[str, int] | None = None,
) -> Written[Message]:
    """
    An email; `thread` names the earlier email it continues.

    `variants={"short": 50, "long": 50}` tests words against each other: which share of the leads, in percent, gets
    which; each has a template of its own, `<step>.short.email`. With `approve=True` the owner reads it first, may
    change its words, and releases it or leaves it out.
    """
    place = here()
    _must_be_yes_or_no(approve, "approve", place)
    if thread is not None:
        must_be_name(thread, "step", place)
    step = step_of(id, after, at, only_if, template, place)
    return Written(
        Message(
            kind="email",
            thread=thread,
            if_past=_if_past(if_past, place),
            approve=approve,
            variants=_variants(variants, place),
            **step,
        ),
        place,
        asked(only_if),
    )


def sms(
    id: str,
    *,
    after: Delay | None = None,
    at: Moment | None = None,
    only_if: Condition | None = None,
    template: str | None = None,
    if_past: IfPast | None = None,
    approve: bool = False,
    variants: Mapping[str, int] | None = None,
) -> Written[Message]:
    """A text; `approve` and `variants` as those of an email."""
    place = here()
    _must_be_yes_or_no(approve, "approve", place)
    step = step_of(id, after, at, only_if, template, place)
    late, words = _if_past(if_past, place), _variants(variants, place)
    message = Message(kind="sms", if_past=late, approve=approve, variants=words, **step)
    return Written(message, place, asked(only_if))


def call(
    id: str,
    *,
    after: Delay | None = None,
    at: Moment | None = None,
    only_if: Condition | None = None,
    template: str | None = None,
    to: str = "owner",
    due: SimpleDelay = ONE_HOUR,
    escalate: Mapping[str, SimpleDelay] | None = None,
    give_up: SimpleDelay | None = None,
    blocks: bool = True,
) -> Written[HumanTask]:
    """A call that a person of ours makes. One attempt: a second call is a second line."""
    place = here()
    step = step_of(id, after, at, only_if, template, place)
    asking = _asking(to, due, escalate or {}, give_up, blocks, place)
    return Written(HumanTask(kind="call", **step, **asking), place, asked(only_if))


def task(
    id: str,
    *,
    after: Delay | None = None,
    at: Moment | None = None,
    only_if: Condition | None = None,
    template: str | None = None,
    to: str = "owner",
    due: SimpleDelay = ONE_DAY,
    escalate: Mapping[str, SimpleDelay] | None = None,
    give_up: SimpleDelay | None = None,
    blocks: bool = True,
    proposes: str | None = None,
) -> Written[HumanTask]:
    """Something else a person of ours does; it may propose a pipeline stage, which only a person sets."""
    place = here()
    if proposes is not None:
        must_be_pipeline_stage(proposes, place)
    step = step_of(id, after, at, only_if, template, place)
    asking = _asking(to, due, escalate or {}, give_up, blocks, place)
    return Written(HumanTask(kind="task", proposes=proposes, **step, **asking), place, asked(only_if))


def case(condition: Condition, *steps: Written[AnyStep], then: Written[Exit] | None = None) -> Written[Case]:
    """One arm of a branch: its steps when the condition is true, then on, or out by `then`."""
    place = here()
    must_be_condition(condition, place)
    must_be_steps(steps, place)
    if then is not None:
        must_be_exit(then, "then", place)
    part = Case(
        condition=condition.part, steps=tuple(step.part for step in steps), then=None if then is None else then.part
    )
    return Written(part, place, (condition, *steps, *(() if then is None else (then,))))


def branch(id: str, *cases: Written[Case], otherwise: Sequence[Written[AnyStep]] | Written[Exit]) -> Written[Branch]:
    """The first case that is true, when its moment has come; else `otherwise`: steps, or an exit."""
    place = here()
    must_be_name(id, "branch", place, like="by-size")
    for found in cases:
        must_be_written(found, Case, "a case", place, 'write case(source.is_("ad"), email("hello"))')
    if not cases:
        raise invalid(
            "SEQ024", f"branch {id!r} has no case", place, "write case(condition, …), or leave the branch out"
        )
    _cases_must_be_reached(cases)
    steps, exit_ = _arm(otherwise, place)
    part = Branch(
        id=id,
        cases=tuple(found.part for found in cases),
        otherwise=tuple(step.part for step in steps),
        otherwise_exit=None if exit_ is None else exit_.part,
    )
    return Written(part, place, (*cases, *steps, *(() if exit_ is None else (exit_,))))


def _cases_must_be_reached(cases: Sequence[Written[Case]]) -> None:
    """Refuse a case whose leads an earlier case has all taken."""
    for number, found in enumerate(cases):
        earlier = [other.part.condition for other in cases[:number]]
        if _is_taken(found.part.condition, earlier):
            raise invalid(
                "SEQ033",
                f"no lead comes to this case: whoever is meant by {say_condition(found.part.condition)!r} "
                "is in a case above",
                found.place,
                "take it out, or write it above the case that takes its leads",
            )


def _is_taken(condition: compiled.Condition, earlier: Sequence[compiled.Condition]) -> bool:
    """Whether one of the earlier ones is true of every lead that this is true of, as far as can be seen."""
    if not isinstance(condition, compiled.FieldIs):
        return condition in earlier
    asked = [other for other in earlier if isinstance(other, compiled.FieldIs) and other.field == condition.field]
    return set(condition.values) <= {value for other in asked for value in other.values}


def must_be_steps(steps: Sequence[Written[AnyStep]], place: Place) -> None:
    """Refuse what is no step, and a step that no lead can come to."""
    for step in steps:
        must_be_written(step, (Message, HumanTask, Ask, Branch), "a step", place, WRITE_A_STEP)
    for before, step in pairwise(steps):
        if leaves(before.part):
            raise invalid(
                "SEQ019",
                f"no lead comes to step {step.part.id!r}: every arm of branch {before.part.id!r} leaves",
                step.place,
                "take it out, or let an arm of the branch go on",
            )


def asked(only_if: Condition | None) -> tuple[Condition, ...]:
    """The condition as a part of what it guards."""
    return () if only_if is None else (only_if,)


class _Step(TypedDict):
    id: str
    after: Delay | None
    at: Moment | None
    only_if: compiled.Condition | None
    template: str


class _Asking(TypedDict):
    to: str
    due: SimpleDelay
    give_up: SimpleDelay | None
    escalate: tuple[Escalation, ...]
    blocks: bool


def step_of(
    id: str,
    after: Delay | None,
    at: Moment | None,
    only_if: Condition | None,
    template: str | None,
    place: Place,
) -> _Step:
    """What every step but a branch says of itself."""
    must_be_name(id, "step", place)
    must_be_delay(after, "after", place)
    if at is not None:
        must_be(at, Moment, "a moment", place, "write before(renewal_on, days=30) or since(…)")
    if after is not None and at is not None:
        raise invalid("SEQ009", f"step {id!r} has both `after` and `at`", place, "keep the one that says when it comes")
    if only_if is not None:
        must_be_condition(only_if, place)
    if template is not None:
        must_be_name(template, "template", place, TEMPLATE, "customer-care/welcome")
    guard = None if only_if is None else only_if.part
    return _Step(id=id, after=after, at=at, only_if=guard, template=template or OWN_TEMPLATE)


def _variants(variants: Mapping[str, int] | None, place: Place) -> tuple[Variant, ...]:
    """The words of a test, in the order they are written; their templates are named with the step's."""
    if variants is None:
        return ()
    must_be(variants, Mapping, "names with their shares", place, WRITE_VARIANTS)
    for name in variants:
        must_be_name(name, "variant", place, like="short")
    if len(variants) < 2 or not all(map(_is_share, variants.values())) or sum(variants.values()) != EVERYBODY:
        raise invalid("SEQ026", f"{dict(variants)!r} is no test of words against each other", place, WRITE_VARIANTS)
    return tuple(Variant(name=name, template=OWN_TEMPLATE, share=share) for name, share in variants.items())


def _is_share(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def shorter(one: SimpleDelay | None, other: SimpleDelay) -> bool:
    """Whether one delay certainly ends before another; delays of different kinds cannot be compared."""
    match one, other:
        case (compiled.Elapsed(minutes=mine), compiled.Elapsed(minutes=yours)):
            return mine < yours
        case (Working(minutes=mine), Working(minutes=yours)):
            return mine < yours
        case (compiled.CalendarDays(days=mine), compiled.CalendarDays(days=yours)):
            return mine < yours
        case (BusinessDays(days=mine), BusinessDays(days=yours)):
            return mine < yours
        case _:
            return False


def _must_be_yes_or_no(value: object, word: str, place: Place) -> None:
    must_be(value, bool, "True or False", place, f"write {word}=True or {word}=False, or leave it out")


def _if_past(value: IfPast | None, place: Place) -> IfPast | None:
    if value is not None:
        must_be_word(value, get_args(IfPast), "way to be late", place)
    return value


def _asking(
    to: str,
    due: SimpleDelay,
    escalate: Mapping[str, SimpleDelay],
    give_up: SimpleDelay | None,
    blocks: bool,
    place: Place,
) -> _Asking:
    must_be_role(to, "role", place)
    must_be(due, SIMPLE_DELAYS, "a delay, which due takes", place, WRITE_A_SIMPLE_DELAY)
    must_be_simple_delay(due, "due", place)
    must_be_simple_delay(give_up, "give_up", place)
    _must_be_yes_or_no(blocks, "blocks", place)
    if shorter(give_up, due):
        raise invalid("SEQ018", "it is given up before it is due", place, "make give_up longer than due")
    rungs = tuple(_escalation(role, delay, give_up, place) for role, delay in escalate.items())
    return _Asking(to=to, due=due, give_up=give_up, escalate=rungs, blocks=blocks)


def _escalation(role: str, delay: SimpleDelay, give_up: SimpleDelay | None, place: Place) -> Escalation:
    must_be_role(role, "role", place)
    must_be(delay, SIMPLE_DELAYS, "a delay, which escalate takes", place, WRITE_A_SIMPLE_DELAY)
    if shorter(give_up, delay):
        raise invalid(
            "SEQ018",
            f"it is given up before the role {role!r} is told",
            place,
            "make give_up longer than the escalation",
        )
    return Escalation(role=role, after=delay)


def _arm(
    otherwise: Sequence[Written[AnyStep]] | Written[Exit], place: Place
) -> tuple[Sequence[Written[AnyStep]], Written[Exit] | None]:
    if isinstance(otherwise, Written):
        must_be_exit(otherwise, "otherwise", place)
        return (), otherwise
    must_be(otherwise, (list, tuple), "steps or an exit", place, 'write otherwise=[email("hello")]')
    must_be_steps(otherwise, place)
    return otherwise, None
