"""What the catalogue as a whole lacks, and what its sequences do to each other."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations

from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import (
    Goto,
    HumanTask,
    OnEntered,
    OnEvent,
    Sendable,
    Sequence,
    Start,
)
from engine.sequence.fields import DeclaredField
from engine.sequence.findings import Finding, error, remark
from engine.sequence.flow import cycle, instant_exits, plan_named
from engine.sequence.persistence import ADVISED, LEAST, fewest_touches
from engine.sequence.pipeline import Pipeline
from engine.sequence.structure import templates_of
from engine.sequence.templates import TemplateFacts, Value
from engine.sequence.wording import say_list, say_trigger
from engine.sequence.written import Place, Written, written_reactions
from engine.words import EventKind, Stage

Templates = Mapping[str, TemplateFacts]


def uncovered_stages(catalogue: Catalogue) -> Iterator[Finding]:
    """Stages that no sequence has."""
    covered = {plan.name for sequence in catalogue.sequences for plan in sequence.stages}
    missing = [str(stage) for stage in Stage if stage not in covered]
    if missing:
        what = f"no sequence of the catalogue has a stage {say_list(missing, 'or')}"
        yield error("SEQ101", what, catalogue.place, f'write stage("{missing[0]}", …) in one of them')


def too_few_touches(catalogue: Catalogue, templates: Templates | None) -> Iterator[Finding]:
    """Ways on which a lead that never answers is let go too early."""
    by_name = {sequence.name: sequence for sequence in catalogue.sequences}
    for written in catalogue.written:
        if OnEvent(event=EventKind.CAPTURED) in written.part.starts:
            touches = fewest_touches(written.part, by_name, partial(_is_useful, templates=templates))
            if touches is not None and touches < ADVISED:
                what = f"a lead that never answers is let go after {touches} useful touches"
                severity = error if touches < LEAST else remark
                code = "SEQ102" if touches < LEAST else "SEQ103"
                yield severity(
                    code, what, written.place, f"plan at least {ADVISED} on the way from {written.part.name!r}"
                )


def _is_useful(step: Sendable | HumanTask, templates: Templates | None) -> bool:
    """A call, or a message that gives the lead something; an errand of ours is no touch."""
    if isinstance(step, HumanTask):
        return step.kind == "call"
    read = [] if templates is None else [templates.get(name) for name in templates_of(step)]
    return all(facts is None or facts.value != Value.ACKNOWLEDGEMENT for facts in read)


def endless_rounds(catalogue: Catalogue) -> Iterator[Finding]:
    """Sequences that hand a lead round without any time passing."""
    graph = {
        (sequence.name, number): list(_instantly_next(sequence, number, catalogue))
        for sequence in catalogue.sequences
        for number in range(len(sequence.stages))
    }
    names = [name for name, _ in cycle(graph)]
    if names:
        way = " → ".join(dict.fromkeys(names))
        what = f"a lead may be handed round without any time passing: {way} → {names[0]}"
        yield error("SEQ106", what, _start_place(catalogue, names), "give one of the exits a delay: start(…, after=…)")


def _start_place(catalogue: Catalogue, names: list[str]) -> Place:
    """Where the first sequence of the way hands over to another one of it."""
    first = next(written for written in catalogue.written if written.part.name == names[0])
    starts = (found for found in first.walk() if isinstance(found.part, Start) and found.part.sequence in names)
    return next((found.place for found in starts), first.place)


def _instantly_next(sequence: Sequence, number: int, catalogue: Catalogue) -> Iterator[tuple[str, int]]:
    for exit_ in instant_exits(sequence.stages[number]):
        if isinstance(exit_, Goto):
            yield sequence.name, plan_named(sequence, exit_.stage) or 0
        elif isinstance(exit_, Start):
            yield exit_.sequence, 0


def field_meanings(catalogue: Catalogue) -> Iterator[Finding]:
    """Fields that are declared twice, differently."""
    seen: dict[str, Written[DeclaredField]] = {}
    for sequence in catalogue.written:
        for found in sequence.walk():
            if isinstance(found.part, DeclaredField):
                first = seen.setdefault(found.part.name, Written(found.part, found.place))
                if first.part != found.part:
                    what = f"field {found.part.name!r} means something else at {first.place}"
                    yield error("SEQ115", what, found.place, "declare each field once, in fields.py")


def names_taken(drafts: Catalogue, catalogue: Catalogue) -> Iterator[Finding]:
    """Drafts that still have the name of the sequence they were copied from."""
    for draft in drafts.written:
        name = draft.part.name
        if catalogue.named(name) is not None:
            what = f"sequence {name!r} is in the catalogue already, from {_place(catalogue, name)}"
            yield error("SEQ117", what, draft.place, "give the draft a name of its own")


def overlaps(catalogue: Catalogue) -> Iterator[Finding]:
    """Sequences that start on the same thing: the upper one is asked first."""
    for upper, lower in combinations(catalogue.written, 2):
        for trigger in upper.part.starts if _asks_no_more(upper.part, lower.part) else ():
            if trigger in lower.part.starts:
                what = f"{upper.part.name!r} and {lower.part.name!r} both start when {say_trigger(trigger)}"
                next = (
                    f"give {upper.part.name!r} an only_if, so that it leaves leads to the other; or take one start out"
                )
                yield remark("SEQ110", what, lower.place, next)


def _asks_no_more(upper: Sequence, lower: Sequence) -> bool:
    """Whether the upper one takes every lead that the lower one could start with."""
    return upper.only_if is None or upper.only_if == lower.only_if


def unstarted(catalogue: Catalogue) -> Iterator[Finding]:
    """Sequences that only a person can start."""
    handed_to = {
        found.part.sequence
        for sequence in catalogue.written
        for found in sequence.walk()
        if isinstance(found.part, Start)
    }
    for written in catalogue.written:
        if not written.part.starts and written.part.name not in handed_to:
            what = f"nothing starts {written.part.name!r}"
            yield remark("SEQ111", what, written.place, "write starts=[…], or leave it to people to enroll leads")


def pipeline_names(catalogue: Catalogue, pipeline: Pipeline) -> Iterator[Finding]:
    """Pipeline stages that a sequence speaks of and the pipeline does not have."""
    for written in catalogue.written:
        for name, place in _pipeline_stages(written):
            if not pipeline.has(name):
                what = f"the pipeline has no stage {name!r}"
                names = ", ".join(stage.name for stage in pipeline.stages)
                yield error("SEQ116", what, place, f"write one of: {names}; or add it to the pipeline file")


def _pipeline_stages(written: Written[Sequence]) -> Iterator[tuple[str, Place]]:
    for trigger in written.part.starts:
        if isinstance(trigger, OnEntered):
            yield trigger.pipeline_stage, written.place
    for found in written.walk():
        if isinstance(found.part, HumanTask) and found.part.proposes is not None:
            yield found.part.proposes, found.place
    for reaction in written_reactions(written):
        if isinstance(reaction.part.trigger, OnEntered):
            yield reaction.part.trigger.pipeline_stage, reaction.place


def _place(catalogue: Catalogue, name: str) -> Place:
    return next(written.place for written in catalogue.written if written.part.name == name)
