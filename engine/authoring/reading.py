"""Every mistake in the files that operations teams edit, told as an author's mistakes are told."""

import importlib
import pkgutil
import traceback
from types import ModuleType

from engine.errors import SequenceInvalid
from engine.sequence.written import Place, invalid

UNREADABLE = (ImportError, SyntaxError, NameError, TypeError, AttributeError, ValueError)
"""What Python says of a file that is not finished."""


def faults(package: str) -> tuple[SequenceInvalid, ...]:
    """What is refused in any module of the package, each fault once: not only the one the catalogue stumbles over."""
    found: dict[str, SequenceInvalid] = {}
    try:
        names = [f"{package}.{module.name}" for module in pkgutil.iter_modules(_read(package).__path__)]
    except SequenceInvalid as error:
        return (error,)
    for name in names:
        try:
            _read(name)
        except SequenceInvalid as error:
            found.setdefault(str(error), error)
    return tuple(found.values())


def _read(module_name: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except UNREADABLE as error:
        place = _place(error, module_name)
        raise invalid("SEQ050", f"Python cannot read it: {error}", place, "mend the line that is named") from error


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
