"""What the templates of a catalogue's steps lack."""

from collections.abc import Iterator, Mapping

from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Branch, HumanTask, Sendable, Sequence
from engine.sequence.findings import Finding, error, remark
from engine.sequence.structure import steps, template_kind, templates_of
from engine.sequence.templates import TemplateFacts
from engine.sequence.written import Place


def template_faults(catalogue: Catalogue, templates: Mapping[str, TemplateFacts], folder: str) -> Iterator[Finding]:
    """Every step's template lies in the folder, is of its kind, and can always be sent."""
    for written in catalogue.written:
        for plan in written.part.stages:
            for step in steps(plan):
                if not isinstance(step, Branch):
                    for name in templates_of(step):
                        yield from _faults(step, name, templates, folder, written.place_of(step.id))


def languages_missing(catalogue: Catalogue, templates: Mapping[str, TemplateFacts]) -> Iterator[Finding]:
    """A lead that reads half of a sequence in its own language reads the other half in ours."""
    for written in catalogue.written:
        names = tuple(dict.fromkeys(_templates_of(written.part)))
        spoken = {name: templates[name].languages for name in names if name in templates}
        for language in sorted({language for languages in spoken.values() for language in languages}):
            without = [name for name, languages in spoken.items() if language not in languages]
            if without:
                what = f"{written.part.name!r} speaks {language} in some steps, and not in {', '.join(without)}"
                next = f"write {without[0]}.{language}.{templates[without[0]].kind} and so on, or leave it at that"
                yield remark("SEQ206", what, written.place, next)


def _templates_of(sequence: Sequence) -> Iterator[str]:
    for plan in sequence.stages:
        for step in steps(plan):
            if not isinstance(step, Branch):
                yield from templates_of(step)


def _faults(
    step: Sendable | HumanTask, name: str, templates: Mapping[str, TemplateFacts], folder: str, place: Place
) -> Iterator[Finding]:
    facts, file = templates.get(name), f"{folder}/{name}.{template_kind(step)}"
    if facts is None:
        yield error("SEQ201", f"{step.kind} {step.id!r} has no template", place, f"write {file}, or name another one")
        return
    if facts.kind != template_kind(step):
        what = f"{step.kind} {step.id!r} has a template for {facts.kind}"
        yield error("SEQ202", what, place, f"write {file}, or name another one")
    for each in (name, *(f"{name}.{language}" for language in facts.languages)):
        said = templates[each]
        missing = [token for token in said.tokens if token not in said.defaults]
        if missing:
            what = f"{folder}/{each}.{template_kind(step)} says nothing for a lead without {', '.join(missing)}"
            next = "give each of them a default in the front matter, or print it only {% if … %} there is one"
            yield error("SEQ205", what, dict(said.places).get(missing[0], place), next)
