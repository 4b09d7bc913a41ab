"""Finding what operations teams have written, by the names of their modules: the one place that does."""

import importlib
import pkgutil
import traceback
from collections.abc import Iterator
from types import ModuleType
from typing import TypeVar

from engine.authoring.field import Field
from engine.errors import SequenceInvalid
from engine.sequence.catalogue import Catalogue
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline
from engine.sequence.written import Place, invalid

Kind = TypeVar("Kind")

SEQUENCES = "sequences"
"""The package that operations teams edit."""

UNREADABLE = (ImportError, SyntaxError, NameError, TypeError, AttributeError, ValueError)


def load_catalogue(package: str = SEQUENCES) -> Catalogue:
    """What runs, from `catalogue.py`. Raises SequenceInvalid when it cannot be read or is not there."""
    return _the_only(Catalogue, f"{package}.catalogue", "write CATALOGUE = catalogue(…) in it")


def load_pipeline(package: str = SEQUENCES) -> Pipeline:
    """The CRM's pipeline, from `pipeline.py`. Raises SequenceInvalid when it cannot be read or is not there."""
    return _the_only(Pipeline, f"{package}.pipeline", "write PIPELINE = pipeline(…) in it")


def load_fields(package: str = SEQUENCES) -> tuple[DeclaredField, ...]:
    """The company's vocabulary, from `fields.py`. Raises SequenceInvalid when it cannot be read."""
    return tuple(found.declared for found in _of_kind(Field, _read(f"{package}.fields")))


def faults(package: str = SEQUENCES) -> tuple[SequenceInvalid, ...]:
    """What is refused in any module of the package, each fault once: not only the one the catalogue stumbles over."""
    found: dict[str, SequenceInvalid] = {}
    for name in _modules(package):
        try:
            _read(name)
        except SequenceInvalid as error:
            found.setdefault(str(error), error)
    return tuple(found.values())


def _modules(package: str) -> list[str]:
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(_read(package).__path__)]


def _the_only(kind: type[Kind], module_name: str, next: str) -> Kind:
    module = _read(module_name)
    found = list(_of_kind(kind, module))
    if len(found) != 1:
        what = f"{module_name} holds {len(found)} of what it should hold one of: a {kind.__name__.lower()}"
        raise invalid("SEQ051", what, Place(module.__file__ or module_name, 1), next)
    return found[0]


def _of_kind(kind: type[Kind], module: ModuleType) -> Iterator[Kind]:
    return (value for value in vars(module).values() if isinstance(value, kind))


def _read(module_name: str) -> ModuleType:
    """The module, its own mistakes told as an author's mistakes are told."""
    try:
        return importlib.import_module(module_name)
    except UNREADABLE as error:
        what = f"{module_name} cannot be read: {error}"
        raise invalid("SEQ050", what, _place(error, module_name), "mend the line, or the name") from error


def _place(error: Exception, module_name: str) -> Place:
    """The author's line: of the syntax error, else the last one in the author's package."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return Place(error.filename, error.lineno or 1)
    package = module_name.partition(".")[0]
    place = Place(module_name, 1)
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals["__name__"].partition(".")[0] == package:
            place = Place(frame.f_code.co_filename, line)
    return place
