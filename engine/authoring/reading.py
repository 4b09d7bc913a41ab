"""Every mistake in the files that operations teams edit, told as an author's mistakes are told."""

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

from engine import authoring
from engine.authoring.purity import impure
from engine.errors import SequenceInvalid
from engine.sequence.catalogue import Catalogue
from engine.sequence.compiled import Sequence
from engine.sequence.suggestion import suggestion
from engine.sequence.written import Place, Written, invalid

TESTS = ("test_", "conftest")
"""How files are named that may read what they like, since they only look at sequences."""
MISSING = re.compile(r"(\w+)\(\) missing .*? arguments?: (.*)")
NO_SUCH_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
UNNAMED = re.compile(r"(\w+)\(\) takes .*? positional arguments?")
UNEXPECTED = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'")


def faults(package: str) -> tuple[SequenceInvalid, ...]:
    """
    What is refused in any module of the package, each fault once: not only the one the catalogue stumbles over.

    While a file reads what changes, none of them is run.
    """
    found: dict[str, SequenceInvalid] = {}
    changing = tuple(_changing(package))
    if changing:
        return changing
    try:
        names = _modules(package)
    except SequenceInvalid as error:
        return (error,)
    for name in names:
        try:
            module_of(name)
        except SequenceInvalid as error:
            found.setdefault(str(error), error)
    return tuple(found.values())


def drafts(package: str, catalogue: Catalogue) -> Catalogue:
    """
    The sequences of the package that its catalogue does not list, as if they stood in one.

    Raises: SequenceInvalid, the first of the package's faults.
    """
    listed = {id(sequence) for sequence in catalogue.written}  # a copy that kept its name is a draft all the same
    found = (value for name in _modules(package) for value in vars(module_of(name)).values())
    sequences = {id(value): value for value in found if isinstance(value, Written) and isinstance(value.part, Sequence)}
    return Catalogue(tuple(sequences[key] for key in sequences if key not in listed), catalogue.place)


def _changing(package: str) -> Iterator[SequenceInvalid]:
    """Of each file of the package that is no test, the first line that reads what changes."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return  # whoever reads the package tells why
    folders = spec.submodule_search_locations if spec is not None else None
    for file in sorted(file for folder in folders or () for file in Path(folder).glob("*.py")):
        found = None if file.name.startswith(TESTS) else impure(file.read_bytes(), str(file))
        if found is not None:
            yield found


def _modules(package: str) -> list[str]:
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(module_of(package).__path__)]


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
        return Place(error.filename, error.lineno or 1)
    package = module_name.partition(".")[0]
    place = Place(module_name, 1)
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals["__name__"].partition(".")[0] == package:
            place = Place(frame.f_code.co_filename, line)
    return place
