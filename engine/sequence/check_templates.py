"""What the templates of a catalogue's steps lack."""

from collections.abc import Iterator, Mapping

from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import HumanTask, Message
from engine.sequence.findings import Finding, error
from engine.sequence.structure import steps
from engine.sequence.templates import TemplateFacts
from engine.sequence.written import Place


def template_faults(catalogue: Catalogue, templates: Mapping[str, TemplateFacts], folder: str) -> Iterator[Finding]:
    """Every step's template lies in the folder, is of its kind, and can always be sent."""
    for written in catalogue.written:
        for plan in written.part.stages:
            for step in steps(plan):
                if isinstance(step, Message | HumanTask):
                    file = f"{folder}/{step.template}.{step.kind}"
                    yield from _faults(step, templates.get(step.template), file, written.place_of(step.id))


def _faults(step: Message | HumanTask, facts: TemplateFacts | None, file: str, place: Place) -> Iterator[Finding]:
    if facts is None:
        yield error("SEQ201", f"{step.kind} {step.id!r} has no template", place, f"write {file}, or name another one")
        return
    if facts.kind != step.kind:
        what = f"{step.kind} {step.id!r} has a template for {facts.kind}"
        yield error("SEQ202", what, place, f"write {file}, or name another one")
    missing = [token for token in facts.tokens if token not in facts.defaults]
    if missing:
        what = f"{file} says nothing for a lead without {', '.join(missing)}"
        yield error("SEQ205", what, place, "give each of them a default in the front matter")
