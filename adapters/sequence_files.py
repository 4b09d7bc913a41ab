"""
What operations teams edit, read from their files: what their Python says, and the texts beside it.

    files = load("sequences")       what FOLLOWUP_SEQUENCES says
    release = files.release()

A directory of theirs has a `catalogue.py`, may have `fields.py` and `pipeline.py`, and its texts in `templates`.
"""

from collections import abc
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from adapters import apart, template_checks
from adapters.apart import Reading
from adapters.languages import TAG
from adapters.release import Release, TemplateText
from adapters.template_checks import line_of
from adapters.template_files import KINDS, TemplateFile, TemplateFolder, read_folder
from adapters.template_values import printed_tokens
from adapters.templates import OUR_TOKENS, TOKENS, Values
from engine.errors import FollowupError
from engine.life.wishes import Plan, TemplateRef
from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Ask, HumanTask, Message, Sequence
from engine.sequence.fields import DeclaredField
from engine.sequence.findings import Finding
from engine.sequence.manuscript import Manuscript
from engine.sequence.pipeline import Pipeline
from engine.sequence.structure import steps, template_kind, templates_of
from engine.sequence.templates import TemplateFacts
from engine.sequence.version import version_of
from engine.sequence.written import Place, Written, seen_from_here


@dataclass(frozen=True)
class SequenceFiles:
    """Everything operations teams wrote, read and not yet published."""

    catalogue: Catalogue
    fields: tuple[DeclaredField, ...]
    pipeline: Pipeline | None
    texts: TemplateFolder
    folder: str
    """Where the templates are, as an editor opened in the working directory finds it."""
    drafts: tuple[Written[Sequence], ...] = ()
    """What stands beside the catalogue, and is not in it."""

    @property
    def templates(self) -> abc.Mapping[str, TemplateFile]:
        """Every template that can be read, by name and kind."""
        return self.texts.templates

    def template_facts(self) -> dict[str, TemplateFacts]:
        """
        What checks need to know of each template, by its name; a step's own kind comes first.

        A file that cannot be read is there, with nothing to say: what is wrong with it is a problem of its own.
        """
        wanted = self.wanted()
        known = frozenset({*TOKENS, *(field.name for field in self.fields)})
        facts = {file.name: _facts(file, known) for file in self.templates.values()}
        facts |= {_name(key): _facts_of_fault(key) for key in self.texts.faults if _kind_of(key) in KINDS}
        for key in sorted(wanted & self.templates.keys()):
            file = self.templates[key]
            languages = self.languages_of(key)
            facts[file.name] = _facts(file, known).model_copy(update={"languages": tuple(languages)})
            facts |= {f"{file.name}.{tag}": _facts(self.templates[other], known) for tag, other in languages.items()}
        return facts

    def of_drafts(self) -> "SequenceFiles":
        """The same files, with the drafts in the catalogue's place."""
        return replace(self, catalogue=replace(self.catalogue, written=self.drafts))

    def wanted(self) -> frozenset[str]:
        """The templates that the catalogue's steps name, by name and kind."""
        return self._wanted

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(key for sequence in self.catalogue.sequences for key in _keys(sequence))

    def languages_of(self, key: str) -> abc.Mapping[str, str]:
        """The languages this template is there in beside itself, each with the template's name and kind."""
        return self._languages.get(key, {})

    @cached_property
    def _languages(self) -> abc.Mapping[str, abc.Mapping[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for key in self.templates.keys() - self._wanted:
            default, tag = _without_last(key)
            if tag is not None and TAG.fullmatch(tag):
                found.setdefault(default, {})[tag] = key
        return {default: dict(sorted(languages.items())) for default, languages in found.items()}

    def problems(self, language: str = "en") -> tuple[FollowupError, ...]:
        """
        What is wrong with the texts that the catalogue's steps use.

        `language` is what templates are written in whose names say none.
        """
        wanted = self.wanted()
        unread = [fault for key, fault in self.texts.faults.items() if wanted & {key, _without_last(key)[0]}]
        names = {key: None for name in sorted(wanted) for file in self._files(name) for key in file.snippets}
        snippets = {key: self._problems_of_snippet(key, language) for key in names}
        wrong = {key for key, problems in snippets.items() if problems}
        found = [problem for key in sorted(wanted) for problem in self._problems(key, language, wrong)]
        found += [problem for problems in snippets.values() for problem in problems]
        return (*dict.fromkeys(unread), *self._read_by_nobody(), *found)

    def remarks(self, ours: Values) -> tuple[Finding, ...]:
        """What is worth a second look in the same texts; `ours` is what is known of us."""
        files = (file for key in sorted(self.wanted()) for file in self._files(key))
        return tuple(
            remark
            for file in files
            for remark in template_checks.remarks(file.template, file.kind, self.fields, file.path, ours, file.own)
        )

    def release(self) -> Release:
        """
        What would be published.

        Raises: FollowupError TPL006 when a step has no template, and whatever is wrong with a file that it names.
        """
        plans = tuple(self._plan(sequence) for sequence in self.catalogue.sequences)
        used = {ref.name: ref.digest for plan in plans for ref in plan.templates}
        texts = {digest: TemplateText(digest=digest, text=self._text(key)) for key, digest in used.items()}
        return Release(plans=plans, templates=tuple(texts.values()), pipeline=self.pipeline, fields=self.fields)

    def _plan(self, sequence: Sequence) -> Plan:
        """The version: what it says, and each text that it may send or has pasted."""
        files = [file for key in sorted(_keys(sequence)) for file in (self._file(key), *self._translations(key))]
        digests = {file.key: file.template.digest for file in files}
        digests |= {key: self.texts.snippets[key].digest for file in files for key in file.snippets}
        refs = tuple(TemplateRef(name=key, digest=digests[key]) for key in sorted(digests))
        return Plan(version=version_of(sequence, refs), sequence=sequence, templates=refs)

    def _file(self, key: str) -> TemplateFile:
        fault = self.texts.faults.get(key)
        if fault is not None:
            raise fault
        file = self.templates.get(key)
        if file is None:
            raise FollowupError(
                code="TPL006",
                what=f"there is no template {key}",
                where=f"{self.folder}/{key}",
                why="a step names it",
                next="write the file, or name another template in the step",
            )
        return file

    def _translations(self, key: str) -> list[TemplateFile]:
        return [self.templates[other] for other in self.languages_of(key).values()]

    def _files(self, key: str) -> list[TemplateFile]:
        """The template of this name and kind, if there is one, and what it is in other languages."""
        default = self.templates.get(key)
        return [*([] if default is None else [default]), *self._translations(key)]

    def _text(self, key: str) -> str:
        snippet = self.texts.snippets.get(key)
        return self.templates[key].source if snippet is None else snippet.text

    def _problems(self, key: str, language: str, wrong: abc.Set[str]) -> abc.Iterator[FollowupError]:
        """What is wrong with this template in each language; `wrong` are snippets that are to be mended first."""
        for file in self._files(key):
            tongue = None if file.key == key else _without_last(file.key)[1]
            found = [*template_checks.problems(file.own, file.kind, self.fields, file.path, tongue or language)]
            found += template_checks.nothing_said(file.template, file.path)
            if file.snippets:  # two buttons may come from two places
                found += template_checks.buttons(file.template, file.path)
            yield from found
            if not found and wrong.isdisjoint(file.snippets):
                yield from template_checks.refused_when_sent(file, self.fields)

    def _problems_of_snippet(self, key: str, language: str) -> abc.Sequence[FollowupError]:
        snippet = self.texts.snippets[key]
        tongue = _without_last(key)[1] or language
        return template_checks.text_problems(snippet.template, self.fields, snippet.path, tongue)

    def _read_by_nobody(self) -> abc.Iterator[FollowupError]:
        """Files that are named after a step, and for a language that is none, or a variant that the step has not."""
        steps_of = {_step(key) for key in self._wanted}
        read = {file.key for key in self._wanted for file in self._files(key)}
        for key, file in self.templates.items():
            if _without_last(key)[1] is not None and _step(key) in steps_of and key not in read:
                yield _read_by_nobody(file)


def load(said: str | Reading) -> SequenceFiles:
    """
    What the package or directory of this name says, which somebody may have begun to read.

    A template that cannot be read is kept as a problem, and keeps no other from being used.

    Raises: FollowupError, the first of everything that keeps the Python there from being read.
    """
    found = read(apart.begin(said) if isinstance(said, str) else said)
    if isinstance(found, SequenceFiles):
        return found
    raise found[0]


def read(reading: Reading) -> SequenceFiles | tuple[FollowupError, ...]:
    """The same, or everything that keeps the Python there from being read."""
    found = reading.said()
    if not isinstance(found, Manuscript):
        return found
    templates = Path(found.directory) / "templates"
    return SequenceFiles(
        catalogue=found.catalogue,
        drafts=found.drafts,
        fields=found.fields,
        pipeline=found.pipeline,
        texts=read_folder(templates),
        folder=seen_from_here(templates),
    )


def _keys(sequence: Sequence) -> set[str]:
    return {f"{name}.{template_kind(step)}" for step in _templated(sequence) for name in templates_of(step)}


def _templated(sequence: Sequence) -> abc.Iterator[Message | HumanTask | Ask]:
    for plan in sequence.stages:
        for step in steps(plan):
            if isinstance(step, Message | HumanTask | Ask):
                yield step


def _facts(file: TemplateFile, known: abc.Set[str]) -> TemplateFacts:
    """Of its tokens those that are `known`: what is misspelled needs no default, and is told elsewhere."""
    front = file.template.front
    tokens = [token for token in printed_tokens(file.template) if token in known and token not in OUR_TOKENS]
    return TemplateFacts.model_validate(
        {
            "name": file.name,
            "kind": file.kind,
            "value": front.value,
            "tokens": tokens,
            "places": [(token, Place(file.path, line_of(token, file.own))) for token in tokens],
            "defaults": [name for name, _ in front.defaults],
        }
    )


def _facts_of_fault(key: str) -> TemplateFacts:
    return TemplateFacts.model_validate({"name": _name(key), "kind": _kind_of(key)})


def _name(key: str) -> str:
    return key.rpartition(".")[0]


def _kind_of(key: str) -> str:
    return key.rpartition(".")[2]


def _step(key: str) -> str:
    return key.partition(".")[0]


def _without_last(key: str) -> tuple[str, str | None]:
    """`life/hello.de.email` as `life/hello.email` and `de`; None for one that has nothing to take away."""
    shorter, dot, last = _name(key).rpartition(".")
    return (f"{shorter}.{_kind_of(key)}", last) if dot else (key, None)


def _read_by_nobody(file: TemplateFile) -> FollowupError:
    return FollowupError(
        code="TPL017",
        what="no step reads this file",
        where=str(Place(file.path, 1)),
        why="what stands in its name between the step and the kind is no variant of the step, and no language",
        next="write a language as in `got-it.de.email` or `got-it.pt-br.email`, behind the variant if there is one",
    )
