"""What the files that operations teams edit say, and every mistake in them, told as an author's mistakes are told."""

import importlib
import pkgutil
import re
import sys
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from engine import authoring
from engine.authoring.purity import impure
from engine.authoring.refusals import place_behind
from engine.errors import FollowupError, SequenceInvalid
from engine.sequence.absent import no_catalogue
from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Sequence
from engine.sequence.fields import DeclaredField
from engine.sequence.manuscript import Manuscript
from engine.sequence.pipeline import Pipeline
from engine.sequence.suggestion import suggestion
from engine.sequence.written import Place, Written, invalid

T = TypeVar("T")

MISSING = re.compile(r"(\w+)\(\) missing .*? arguments?: (.*)")
NO_SUCH_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
UNNAMED = re.compile(r"(\w+)\(\) takes .*? positional arguments?")
UNEXPECTED = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'")


def read(package: str) -> Manuscript | tuple[FollowupError, ...]:
    """
    What the package says, or each of its faults once: not only the one its catalogue stumbles over.

    While a file reads what changes, none of them is run.
    """
    try:
        return tuple(_changing(package)) or tuple(_faults(package)) or _manuscript(package)
    except FollowupError as error:
        return (error,)


def _faults(package: str) -> Iterator[SequenceInvalid]:
    told = set[str]()
    for name in _modules(package):
        try:
            module_of(name)
        except SequenceInvalid as error:
            if str(error) not in told:
                yield error
            told.add(str(error))


def _manuscript(package: str) -> Manuscript:
    """Raises: FollowupError CFG005 when there is no catalogue."""
    catalogue = _attribute(f"{package}.catalogue", "CATALOGUE", Catalogue)
    pipeline = f"{package}.pipeline"
    return Manuscript(
        catalogue=catalogue,
        drafts=_drafts(package, catalogue),
        fields=_fields(f"{package}.fields"),
        pipeline=_attribute(pipeline, "PIPELINE", Pipeline) if _is_there(pipeline) else None,
        directory=str(Path(module_of(f"{package}.catalogue").__file__ or "").parent),
    )


def _drafts(package: str, catalogue: Catalogue) -> tuple[Written[Sequence], ...]:
    listed = {id(sequence) for sequence in catalogue.written}  # a copy that kept its name is a draft all the same
    found = (value for name in _modules(package) for value in vars(module_of(name)).values())
    sequences = {id(value): value for value in found if isinstance(value, Written) and isinstance(value.part, Sequence)}
    return tuple(sequences[key] for key in sequences if key not in listed)


def _fields(module: str) -> tuple[DeclaredField, ...]:
    if not _is_there(module):
        return ()
    declared = (getattr(value, "declared", None) for value in vars(module_of(module)).values())
    return tuple(field for field in declared if isinstance(field, DeclaredField))


def _attribute(module: str, name: str, kind: type[T]) -> T:
    if not _is_there(module):
        raise no_catalogue(module, f"there is no file {module.replace('.', '/')}.py")
    found = module_of(module)
    value = getattr(found, name, None)
    if not isinstance(value, kind):
        raise _without(module, found, name)
    return value


def _is_there(module: str) -> bool:
    """Whether there is such a module. Raises: SequenceInvalid when what it would stand in cannot be read."""
    parent = module.rpartition(".")[0]
    if parent:
        if not _is_there(parent):
            return False
        module_of(parent)
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _changing(package: str) -> Iterator[SequenceInvalid]:
    """Of each file of the package that is no test, the first line that reads what changes."""
    spec = find_spec(package) if _is_there(package) else None
    folders = [Path(folder) for folder in (spec.submodule_search_locations or () if spec is not None else ())]
    if folders and not any((folder / "catalogue.py").exists() for folder in folders):
        # It may be any directory there is, with half a disk below it.
        raise no_catalogue(package, f"there is no file {package.replace('.', '/')}/catalogue.py")
    files = (file for folder in folders for file in folder.rglob("*.py"))
    for file in sorted(file for file in files if not _is_test(file)):
        found = impure(file.read_bytes(), str(file))
        if found is not None:
            yield found


def _is_test(file: Path) -> bool:
    """Whether it only looks at sequences, and may read what it likes."""
    return file.name.startswith(("test_", "conftest")) or file.parent.name == "tests"


def _modules(package: str) -> list[str]:
    """The modules of the package. Raises: FollowupError CFG005 when there is none, or it is one file."""
    found = module_of(package) if _is_there(package) else None
    if found is None:
        raise no_catalogue(package, f"there is no directory {package.replace('.', '/')}")
    if not hasattr(found, "__path__"):
        raise no_catalogue(package, "it is one file; fields, pipeline and templates stand beside a catalogue")
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(found.__path__)]


def module_of(module_name: str) -> ModuleType:
    """The module of that name. Raises: SequenceInvalid, whatever its code does instead of being read."""
    try:
        return importlib.import_module(module_name)
    except SequenceInvalid:
        raise
    except (Exception, SystemExit) as error:
        place = _place(error, module_name)
        said = f"it ends the program with {error}" if isinstance(error, SystemExit) else _said(error)
        raise invalid("SEQ050", f"Python cannot read it: {said}", place, _way_out(error)) from error


def _said(error: Exception) -> str:
    """Python's own words, without the file and the line, which are told beside them."""
    match error:
        case SyntaxError():
            return error.msg
        case ImportError() if missing := NO_SUCH_NAME.match(str(error)):
            return f"there is no {missing[1]!r} in {missing[2]}"
        case _:
            return str(error)


def _way_out(error: BaseException) -> str:
    """What to do about it, as far as Python's own words tell."""
    said = str(error)
    match error:
        case SyntaxError():
            return "look for a bracket, a comma or a quote that is missing here or on the line above"
        case ImportError() if (missing := NO_SUCH_NAME.match(said)) and missing[2] in sys.modules:
            names = vars(sys.modules[missing[2]])
            return suggestion(missing[1], [name for name in names if not name.startswith("_")])
        case ImportError():
            return "mend the import: the name of the file, and of what is taken from it"
        case NameError(name=str(name)) if name in authoring.__all__:
            return f"import it at the top of the file: from engine.authoring import {name}"
        case NameError(name=str(name)) if near := get_close_matches(name, authoring.__all__, n=1):
            return f"did you mean {near[0]!r}?"
        case NameError():
            return "spell the name as it is spelled where it comes from, and import it at the top of the file"
        case TypeError() if missing := MISSING.search(said):
            return f"give {missing[1]}() what it asks for: {missing[2]}"
        case TypeError() if unexpected := UNEXPECTED.search(said):
            return f"take {unexpected[2]} out of {unexpected[1]}(), or spell it as the word that is meant"
        case TypeError() if unnamed := UNNAMED.search(said):
            return f"say in {unnamed[1]}() what each value is, as in calendar(days=3)"
        case _:
            return "mend the line that is named"


def _place(error: BaseException, module_name: str) -> Place:
    """The author's line: of the syntax error, else the last one in the author's package."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return Place(error.filename, error.lineno or 1, error.offset or 1)
    package = module_name.partition(".")[0]
    place = Place(module_name, 1)
    trace = error.__traceback__
    for (frame, line), told in zip(traceback.walk_tb(trace), traceback.extract_tb(trace), strict=True):
        if frame.f_globals["__name__"].partition(".")[0] == package:
            place = place_behind(frame.f_code.co_filename, line, told.colno or 0)
    return place


def _without(module: str, found: ModuleType, name: str) -> FollowupError:
    return FollowupError(
        code="CFG005",
        what=f"{module} cannot be read",
        where=str(Place(found.__file__ or module, 1)),
        why=f"it has no {name}, made with the word {name.lower()}",
        next=f"end the file with {name} = {name.lower()}(…)",
    )
