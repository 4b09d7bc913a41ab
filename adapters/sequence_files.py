"""
What operations teams edit, read from their files: the one module that loads a catalogue by name.

    files = load("sequences.catalogue", Path("sequences/templates"))
    release = files.release()

Beside the catalogue stand the modules `fields` and `pipeline`; the second may be missing.
"""

import sys
from collections import abc
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeVar

from adapters import templates as template_language
from adapters.catalogue import Release, TemplateText
from adapters.templates import OUR_TOKENS, Template
from engine.authoring.reading import module_of
from engine.errors import FollowupError, SequenceInvalid
from engine.life.wishes import Plan, TemplateRef
from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Ask, HumanTask, Message, Sequence, Step
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline
from engine.sequence.structure import steps
from engine.sequence.templates import TemplateFacts
from engine.sequence.version import version_of
from engine.sequence.written import seen_from_here

T = TypeVar("T")

KINDS: Final = ("email", "sms", "call", "task")


@dataclass(frozen=True)
class TemplateFile:
    """A template and where it came from."""

    name: str
    """`<sequence>/<step>`."""
    kind: str
    path: str
    """As an editor opened in the working directory finds it."""
    source: str
    template: Template

    @property
    def key(self) -> str:
        """Name and kind: what a published plan calls it."""
        return f"{self.name}.{self.kind}"


@dataclass(frozen=True)
class SequenceFiles:
    """Everything operations teams wrote, read and not yet published."""

    catalogue: Catalogue
    fields: tuple[DeclaredField, ...]
    pipeline: Pipeline | None
    templates: abc.Mapping[str, TemplateFile]
    """By name and kind."""
    folder: str
    """Where the templates are, as an editor opened in the working directory finds it."""

    def template_facts(self) -> dict[str, TemplateFacts]:
        """What checks need to know of each template, by its name; a step's own kind comes first."""
        wanted = self.wanted()
        files = sorted(self.templates.values(), key=lambda file: file.key in wanted)
        return {file.name: _facts(file) for file in files}

    def wanted(self) -> set[str]:
        """The templates that the catalogue's steps name, by name and kind."""
        return {key for sequence in self.catalogue.sequences for key in _keys(sequence)}

    def problems(self) -> tuple[FollowupError, ...]:
        """What is wrong with the texts of the templates that the catalogue's steps name."""
        names = [field.name for field in self.fields]
        return tuple(
            problem
            for file in self.templates.values()
            if file.key in self.wanted()
            for problem in template_language.lint(file.template, file.kind, names, file.path)
        )

    def release(self) -> Release:
        """
        What would be published.

        Raises: FollowupError TPL006 when a step has no template.
        """
        plans = tuple(self._plan(sequence) for sequence in self.catalogue.sequences)
        used = {ref.name: ref.digest for plan in plans for ref in plan.templates}
        texts = {digest: TemplateText(digest=digest, text=self.templates[key].source) for key, digest in used.items()}
        return Release(plans=plans, templates=tuple(texts.values()), pipeline=self.pipeline, fields=self.fields)

    def _plan(self, sequence: Sequence) -> Plan:
        refs = tuple(TemplateRef(name=key, digest=self._digest(key)) for key in sorted(_keys(sequence)))
        return Plan(version=version_of(sequence, refs), sequence=sequence, templates=refs)

    def _digest(self, key: str) -> str:
        file = self.templates.get(key)
        if file is None:
            raise FollowupError(
                code="TPL006",
                what=f"there is no template {key}",
                where=f"{self.folder}/{key}",
                why="a step names it",
                next="write the file, or name another template in the step",
            )
        return file.template.digest


def load(module: str, directory: Path | None = None) -> SequenceFiles:
    """
    What the module and the directory say; without a directory, the one called templates beside the module.

    The module's package is looked for in the working directory too.

    Raises: FollowupError CFG005 when there is no such catalogue, TPL001 or TPL002 when a template cannot be read, and
    SequenceInvalid when a sequence cannot be meant.
    """
    if "" not in sys.path:
        sys.path.append("")
    package = package_of(module)
    catalogue = _attribute(module, "CATALOGUE", Catalogue)
    return SequenceFiles(
        catalogue=catalogue,
        fields=_fields(f"{package}.fields"),
        pipeline=_attribute(f"{package}.pipeline", "PIPELINE", Pipeline) if _is_there(f"{package}.pipeline") else None,
        templates=read_templates(directory or _beside(module)),
        folder=seen_from_here(directory or _beside(module)),
    )


def package_of(module: str) -> str:
    """The package the catalogue stands in. Raises: FollowupError CFG005 when it stands in none."""
    package = module.rpartition(".")[0]
    if not package or _is_one_file(package):
        raise _no_catalogue(
            module or "nothing", "it is in no package, and fields, pipeline and templates stand beside it"
        )
    return package


def _beside(module: str) -> Path:
    """Where a catalogue's templates are unless somebody says otherwise."""
    return Path(module_of(module).__file__ or "").parent / "templates"


def read_templates(directory: Path) -> dict[str, TemplateFile]:
    """Every template in the directory, `<sequence>/<step>.<kind>`. Raises: FollowupError TPL001, TPL002."""
    files = (path for path in sorted(directory.glob("*/*")) if path.suffix.removeprefix(".") in KINDS)
    found = (_template_file(path) for path in files)
    return {file.key: file for file in found}


def _template_file(path: Path) -> TemplateFile:
    where = seen_from_here(path)
    try:
        source = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise template_language.not_text(where) from error
    return TemplateFile(
        name=f"{path.parent.name}/{path.stem}",
        kind=path.suffix.removeprefix("."),
        path=where,
        source=source,
        template=template_language.read(source, where),
    )


def _fields(module: str) -> tuple[DeclaredField, ...]:
    if not _is_there(module):
        return ()
    declared = (getattr(value, "declared", None) for value in vars(module_of(module)).values())
    return tuple(field for field in declared if isinstance(field, DeclaredField))


def _keys(sequence: Sequence) -> set[str]:
    return {f"{name}.{_kind(step)}" for step in _templated(sequence) for name in _names(step)}


def _templated(sequence: Sequence) -> abc.Iterator[Message | HumanTask | Ask]:
    for plan in sequence.stages:
        for step in steps(plan):
            if isinstance(step, Message | HumanTask | Ask):
                yield step


def _names(step: Message | HumanTask | Ask) -> tuple[str, ...]:
    variants = step.variants if isinstance(step, Message) else ()
    return (step.template, *(variant.template for variant in variants))


def _kind(step: Step) -> str:
    return step.by if isinstance(step, Ask) else step.kind


def _facts(file: TemplateFile) -> TemplateFacts:
    front = file.template.front
    return TemplateFacts.model_validate(
        {
            "name": file.name,
            "kind": file.kind,
            "value": front.value,
            "tokens": [t for t in template_language.printed_tokens(file.template) if t not in OUR_TOKENS],
            "defaults": [name for name, _ in front.defaults],
        }
    )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, TypeError):
        return False


def _is_one_file(package: str) -> bool:
    """Whether it is there and is a module, beside which nothing can stand."""
    parent = package.rpartition(".")[0]
    try:
        if parent:
            module_of(parent)
        spec = find_spec(package)
    except (SequenceInvalid, ImportError, ValueError, TypeError):
        return False  # whoever reads the package tells why
    return spec is not None and spec.submodule_search_locations is None


def _attribute(module: str, name: str, kind: type[T]) -> T:
    if not _is_there(module):
        raise _no_catalogue(module, f"there is no module {module}")
    value = getattr(module_of(module), name, None)
    if not isinstance(value, kind):
        raise _no_catalogue(module, f"it has no {name} made with the word for it")
    return value


def _no_catalogue(module: str, why: str) -> FollowupError:
    return FollowupError(
        code="CFG005",
        what=f"{module} cannot be loaded",
        where="FOLLOWUP_CATALOGUE",
        why=why,
        next="name the module that ends with CATALOGUE = catalogue(…), such as sequences.catalogue",
    )
