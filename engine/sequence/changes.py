"""
What a change of a sequence changes: each difference as a clause of plain English, for whoever approves it.

Steps are known by their ids: a step with another id is a new one, and the old one is gone; nobody guesses that it was
renamed. A difference that has no words of its own is told by the name of its field, so that none goes untold.
"""

from collections import abc
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeVar

from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.compiled import Ask, Branch, HumanTask, Message, Reaction, Sequence, StagePlan, Step
from engine.sequence.describe import about, facts
from engine.sequence.structure import OTHERWISE, arm, arm_exit, arms, steps, templates_of
from engine.sequence.wording import (
    say_condition,
    say_exit,
    say_response,
    say_stage,
    say_step,
    say_trigger,
    say_window,
)

ChangeKind = Literal[
    "added",
    "removed",
    "moved",
    "delay",
    "guard",
    "words",
    "step",
    "exit",
    "reactions",
    "hours",
    "starts",
    "rule",
]
KINDS: dict[str, ChangeKind] = {
    "after": "delay",
    "at": "delay",
    "only_if": "guard",
    "template": "words",
    "variants": "words",
    "starts": "starts",
    "hours": "hours",
}
"""What a field decides about; any other is of the step, or a rule of the sequence."""
WHEN = ("after", "at")
APART = frozenset({"cases", "otherwise", "otherwise_exit", "stages", "when", "steps", "name", "format"})
"""Fields that have steps, exits or reactions in them."""


class Change(Frozen):
    """One difference."""

    kind: ChangeKind
    stage: str | None = None
    """None: of the sequence as a whole."""
    step: str | None = None
    clause: str
    """What is so now, and what was."""


class _Place(NamedTuple):
    """The chain a step stands in: a stage, or an arm of a branch."""

    stage: str
    branch: str = ""
    arm: str = ""

    def __str__(self) -> str:
        inside = f", branch {self.branch}, {self.arm}" if self.branch else ""
        return f"{say_stage(self.stage)}{inside}"


class _Stand(NamedTuple):
    """A step and where it stands."""

    step: Step
    plan: StagePlan
    place: _Place


T = TypeVar("T", bound=Frozen)


def changes_of(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Every difference between two versions, those of the whole sequence first, then in the order of the stages."""
    old, new = before.sequence, after.sequence
    found = (*_of_sequence(old, new), *_of_stages(old, new), *_of_steps(old, new), *_of_words(before, after))
    if not found and old != new:
        return (Change(kind="rule", clause="something changed that the description has no words for"),)
    return found


# --- the sequence and its stages --------------------------------------------------------------------------------------


def _of_sequence(old: Sequence, new: Sequence) -> abc.Iterator[Change]:
    if old.name != new.name:
        yield Change(kind="rule", clause=f"its name is {new.name} (was: {old.name})")
    for name, clause in _told(old, new, about, "the sequence"):
        yield Change(kind=KINDS.get(name, "rule"), clause=clause)
    for clause in _reactions(old.when, new.when):
        yield Change(kind="reactions", clause=f"at any time: {clause}")


def _of_stages(old: Sequence, new: Sequence) -> abc.Iterator[Change]:
    was, now = _plans(old), _plans(new)
    for name in _both(was, now):
        said = f"stage {say_stage(name)}"
        if name not in was:
            yield Change(kind="added", stage=name, clause=f"{said} is new")
        elif name not in now:
            yield Change(kind="removed", stage=name, clause=f"{said} is gone")
        else:
            yield from _of_stage(was[name], now[name], said)
    common = [[name for name in names if name in was and name in now] for names in (was, now)]
    for name in _moved(*common):
        yield Change(kind="moved", stage=name, clause=f"stage {say_stage(name)} stands elsewhere in the order")


def _plans(sequence: Sequence) -> dict[str, StagePlan]:
    return {plan.name: plan for plan in sequence.stages}


def _of_stage(old: StagePlan, new: StagePlan, said: str) -> abc.Iterator[Change]:
    if old.otherwise != new.otherwise:
        clause = f"{said}: when all is done: {say_exit(new.otherwise)} (was: {say_exit(old.otherwise)})"
        yield Change(kind="exit", stage=new.name, clause=clause)
    if old.hours != new.hours:
        hours = [say_window(plan.hours) if plan.hours else "in the hours of the sequence" for plan in (new, old)]
        clause = f"{said}: messages leave {hours[0]} (was: {hours[1]})"
        yield Change(kind="hours", stage=new.name, clause=clause)
    for clause in _reactions(old.when, new.when):
        yield Change(kind="reactions", stage=new.name, clause=f"{said}: {clause}")


def _reactions(old: tuple[Reaction, ...], new: tuple[Reaction, ...]) -> abc.Iterator[str]:
    was, now = ({say_trigger(each.trigger): say_response(each) for each in when} for when in (old, new))
    for trigger in _both(was, now):
        if trigger not in was:
            yield f"when {trigger}: {now[trigger]} (new)"
        elif trigger not in now:
            yield f"no longer: when {trigger}: {was[trigger]}"
        elif was[trigger] != now[trigger]:
            yield f"when {trigger}: {now[trigger]} (was: {was[trigger]})"
    if was == now and old != new:
        yield "its reactions stand in another order"


# --- steps ------------------------------------------------------------------------------------------------------------


def _of_steps(old: Sequence, new: Sequence) -> abc.Iterator[Change]:
    arms_were = _arms_of_before(old, new)
    was, now = _stands(old, {}), _stands(new, arms_were)
    elsewhere = _elsewhere(was, now)
    for name, (step, plan, place) in now.items():
        if name not in was:
            yield Change(kind="added", stage=plan.name, step=name, clause=f"{_head(step, plan)} (new, in {place})")
            continue
        if name in elsewhere:
            clause = f"{say_step(step)} {_where(name, was, now)}"
            yield Change(kind="moved", stage=plan.name, step=name, clause=clause)
        yield from _of_step(was[name], now[name])
    for name, (step, plan, place) in was.items():
        if name not in now:
            clause = f"{say_step(step)} is gone (was in {place})"
            yield Change(kind="removed", stage=plan.name, step=name, clause=clause)


def _of_step(old: _Stand, new: _Stand) -> abc.Iterator[Change]:
    said = say_step(new.step)
    of = {"stage": new.plan.name, "step": new.step.id}
    if old.step.kind != new.step.kind:
        clause = f"{_head(new.step, new.plan)} (was: {_head(old.step, old.plan)})"
        yield Change(kind="step", stage=new.plan.name, step=new.step.id, clause=clause)
    elif isinstance(old.step, Branch) and isinstance(new.step, Branch):
        for kind, clause in _of_branch(old.step, new.step):
            yield Change(kind=kind, clause=f"{said}: {clause}", stage=new.plan.name, step=new.step.id)
    else:
        for name, clause in _told(old.step, new.step, lambda step: facts(step, new.plan), said):
            yield Change(kind=KINDS.get(name, "step"), clause=clause, **of)


def _of_branch(old: Branch, new: Branch) -> abc.Iterator[tuple[ChangeKind, str]]:
    was, now = ({_arm_name(branch, n): n for n in arms(branch)} for branch in (old, new))
    same = _same_arms(old, new)
    for name in _both(was, now):
        if name in now and name in same:
            yield "guard", f"{name} (was: {same[name]})"
        if name not in was and name not in same:
            yield "added", f"{name} (new)"
        elif name not in now and name not in same.values():
            yield "removed", f"no longer: {name}"
        elif name in now:
            ways = [arm_exit(new, now[name]), arm_exit(old, was[same.get(name, name)])]
            if ways[0] != ways[1]:
                said = [say_exit(way) if way else "on behind the branch" for way in ways]
                yield "exit", f"{name}: {said[0]} (was: {said[1]})"
    if list(was) != list(now) and sorted(was) == sorted(now):
        yield "guard", "its cases are asked in another order"


# --- words ------------------------------------------------------------------------------------------------------------


def _of_words(before: Plan, after: Plan) -> abc.Iterator[Change]:
    """Texts of one name that are not the same any more; those of other names are told where they are used."""
    was, now = ({ref.name: ref.digest for ref in plan.templates} for plan in (before, after))
    for name in (name for name in now if name in was and was[name] != now[name]):
        users = [stand for stand in _stands(after.sequence, {}).values() if name in _texts(stand.step)]
        for step, plan, _ in users:
            clause = f"the words of {say_step(step)} changed ({name})"
            yield Change(kind="words", stage=plan.name, step=step.id, clause=clause)
        if not users:
            yield Change(kind="words", clause=f"the words of {name} changed")


def _texts(step: Step) -> tuple[str, ...]:
    match step:
        case Message() | HumanTask():
            return tuple(f"{name}.{step.kind}" for name in templates_of(step))
        case Ask():
            return tuple(f"{name}.{step.by}" for name in templates_of(step))
        case Branch():
            return ()


# --- what stands where ------------------------------------------------------------------------------------------------


def _stands(sequence: Sequence, called: abc.Mapping[tuple[str, str], str]) -> dict[str, _Stand]:
    """Every step by its id, in the order they are written; `called` names arms as they were called before."""
    return {
        stand.step.id: stand
        for plan in sequence.stages
        for stand in _chain(plan.steps, plan, _Place(plan.name), called)
    }


def _chain(
    some: tuple[Step, ...], plan: StagePlan, place: _Place, called: abc.Mapping[tuple[str, str], str]
) -> abc.Iterator[_Stand]:
    for step in some:
        yield _Stand(step, plan, place)
        if isinstance(step, Branch):
            for number in arms(step):
                name = _arm_name(step, number)
                inside = _Place(plan.name, step.id, called.get((step.id, name), name))
                yield from _chain(arm(step, number), plan, inside, called)


def _arms_of_before(old: Sequence, new: Sequence) -> dict[tuple[str, str], str]:
    """What an arm whose condition changed was called before, by its branch and the name it has now."""
    was, now = ({step.id: step for plan in sequence.stages for step in steps(plan)} for sequence in (old, new))
    found: dict[tuple[str, str], str] = {}
    for name, step in now.items():
        before = was.get(name)
        if isinstance(step, Branch) and isinstance(before, Branch):
            found |= {(name, arm_): called for arm_, called in _same_arms(before, step).items()}
    return found


def _same_arms(old: Branch, new: Branch) -> dict[str, str]:
    """Cases that stand where another one stood that is gone: taken for the same, with another condition."""
    was, now = ([_arm_name(branch, n) for n in range(len(branch.cases))] for branch in (old, new))
    pairs = zip(now, was, strict=False)
    return {here: there for here, there in pairs if here not in was and there not in now}


def _arm_name(branch: Branch, number: int) -> str:
    return "otherwise" if number == OTHERWISE else f"if {say_condition(branch.cases[number].condition)}"


def _elsewhere(was: abc.Mapping[str, _Stand], now: abc.Mapping[str, _Stand]) -> set[str]:
    """The steps that stand in another chain, or in another order in it; as few as explain the difference."""
    kept = [name for name in now if name in was]
    found = {name for name in kept if was[name].place != now[name].place}
    for place in {now[name].place for name in kept}:
        orders = [[n for n in stands if n in was and n in now and stands[n].place == place] for stands in (was, now)]
        found |= _moved(*([name for name in order if name not in found] for order in orders))
    return found


def _moved(old: abc.Sequence[str], new: abc.Sequence[str]) -> set[str]:
    """Of the same names in two orders, those that are not where the others are."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stayed = {name for block in blocks for name in new[block.b : block.b + block.size]}
    return set(new) - stayed


def _where(name: str, was: abc.Mapping[str, _Stand], now: abc.Mapping[str, _Stand]) -> str:
    here, there = now[name].place, was[name].place
    if here != there:
        return f"stands in {here} (was in {there})"
    return f"comes {_behind(name, now)} (was: {_behind(name, was)})"


def _behind(name: str, stands: abc.Mapping[str, _Stand]) -> str:
    order = [other for other, stand in stands.items() if stand.place == stands[name].place]
    place = order.index(name)
    return f"after {order[place - 1]}" if place else "first"


# --- how it is told ---------------------------------------------------------------------------------------------------


def _told(old: T, new: T, say: abc.Callable[[T], abc.Iterable[str]], whole: str) -> abc.Iterator[tuple[str, str]]:
    """Each field that differs, with what is said of it now and was said before."""
    differing = [n for n in type(new).model_fields if n not in APART and getattr(old, n) != getattr(new, n)]
    for name in differing:
        together = WHEN if name in WHEN else (name,)  # a date in the place of a delay is one difference
        if name != next(other for other in differing if other in together):
            continue
        was = list(say(new.model_copy(update={other: getattr(old, other) for other in together})))
        now = list(say(new))
        gone = [line for line in was if line not in now]
        come = [line for line in now if line not in was]
        yield name, _clause(whole, name, gone, come)


def _clause(whole: str, name: str, gone: abc.Sequence[str], come: abc.Sequence[str]) -> str:
    if not gone and not come:
        return f"{whole}: something else in {name}"
    if not come:
        return f"{whole}: no longer: {'; '.join(gone)}"
    lines = "; ".join(come)
    said = lines if lines.startswith(whole) or whole == "the sequence" else f"{whole}: {lines}"
    before = "; ".join(line.removeprefix(f"{whole}: ") for line in gone)
    return f"{said} (was: {before})" if gone else f"{said} (new)"


def _head(step: Step, plan: StagePlan) -> str:
    return next(iter(facts(step, plan)))


def _both(was: abc.Mapping[str, object], now: abc.Mapping[str, object]) -> tuple[str, ...]:
    """Every name of either, those of now first."""
    return tuple(dict.fromkeys((*now, *was)))
