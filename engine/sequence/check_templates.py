"""What the templates of a catalogue's steps lack."""

from collections.abc import Iterator, Mapping

from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import HumanTask, Message
from engine.sequence.findings import Finding, error
from engine.sequence.structure import steps
from engine.sequence.templates import TemplateFacts
from engine.sequence.written import Place


def template_faults(catalogue: Catalogue, templates: Mapping[str, TemplateFacts]) -> Iterator[Finding]:
    """Every step's template exists, is of its kind, and can always be sent."""
    for written in catalogue.written:
        for plan in written.part.stages:
            for step in steps(plan):
                if isinstance(step, Message | HumanTask):
                    yield from _faults(step, templates.get(step.template), written.place_of(step.id))


def _faults(step: Message | HumanTask, facts: TemplateFacts | None, place: Place) -> Iterator[Finding]:
    file = f"templates/{step.template}.{step.kind}"
    if facts is None:
        yield error("SEQ201", f"{step.kind} {step.id!r} has no template", place, f"write {file}, or name another one")
        return
    if facts.kind != step.kind:
        what = f"{step.kind} {step.id!r} has a template for {facts.kind}"
        yield error("SEQ202", what, place, f"write {file}, or name another one")
    if isinstance(step, Message) and not (facts.value and facts.purpose):
        what = f"{file} does not say what the lead gets out of it, or for what purpose it is sent"
        yield error("SEQ203", what, place, "name its `value` and its `purpose` in the front matter")
    if step.kind == "email" and not facts.subject:
        what = f"{file} has no subject"
        yield error("SEQ204", what, place, "name its `subject`; a thread begins anew when its first email was skipped")
    missing = [token for token in facts.tokens if token not in facts.defaults]
    if missing:
        what = f"{file} says nothing for a lead without {', '.join(missing)}"
        yield error("SEQ205", what, place, "give each of them a default in the front matter")
