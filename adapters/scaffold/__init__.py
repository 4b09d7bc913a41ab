"""
A new sequence, as the files it begins with: itself, its templates and its test; in a new directory the catalogue too.

    files = scaffold("no-show", read_settings())

Nothing is written here, and nothing that is there is ever among what comes back.
"""

from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import Final

from pydantic import Field

from adapters.apart import whereabouts
from adapters.author_tests import TESTS, file_of
from adapters.settings import Settings
from engine.authoring.refusals import LONGEST_NAME, NAME
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.sequence.written import seen_from_here

TEXTS: Final = Path(__file__).parent / "texts"
INSTALLED: Final = ("site-packages", "dist-packages")
WORDS: Final = ("first-word.email", "short-call.call", "last-word.email")
MORE_WORDS: Final = ("next-step.task",)
"""Of the first sequence of a catalogue, which has a stage in which somebody decides."""


class NewFile(Frozen):
    """A file that is to be written."""

    path: str
    """As an editor opened in the working directory finds it."""
    text: str = Field(exclude=True)


class Scaffold(Frozen):
    """Everything a new sequence begins with."""

    name: str
    files: tuple[NewFile, ...]
    draft: bool
    """Whether a catalogue was there, which does not name it; a new catalogue does."""
    catalogue: str
    """The catalogue's file."""
    lines: tuple[str, ...]
    """What to write into it for the sequence to run: an import, and a word in its list; nothing in a new catalogue."""


def scaffold(name: str, settings: Settings) -> Scaffold:
    """
    The files of a new sequence of this name, where the settings have their sequences.

    Raises: FollowupError SEQ001 when it is no name, SEQ056 when one of its files is there already, SEQ054 when the
    directory is not one of the author's own.
    """
    variable = _variable_of(name)
    directory = own_directory(settings.sequences)
    catalogue = directory / "catalogue.py"
    first = not catalogue.exists()
    known = {"name": name, "variable": variable}

    def text(file: str) -> str:
        return Template((TEXTS / file).read_text(encoding="utf-8")).substitute(known)

    words = directory / "templates" / name
    own = {
        directory / f"{variable}.py": text("first_sequence.py.txt" if first else "sequence.py.txt"),
        **{words / file: text(file) for file in (*WORDS, *(MORE_WORDS if first else ()))},
        directory / TESTS / file_of(name): text("test.py.txt"),
    }
    house = {
        directory / "__init__.py": text("init.py.txt"),
        directory / "fields.py": text("fields.py.txt"),
        directory / "pipeline.py": text("pipeline.py.txt"),
        catalogue: text("catalogue.py.txt"),
    }
    taken = [path for path in own if path.exists() or (first and path in house)]
    if taken:
        raise _is_there(taken[0])
    new = {**own, **({path: said for path, said in house.items() if not path.exists()} if first else {})}
    return Scaffold(
        name=name,
        files=tuple(NewFile(path=seen_from_here(path), text=said) for path, said in new.items()),
        draft=not first,
        catalogue=seen_from_here(catalogue),
        lines=() if first else (f"from .{variable} import {variable}", f"{variable},"),
    )


def own_directory(sequences: str) -> Path:
    """
    The directory of the settings' sequences, which may not be there yet; it lies in the working directory.

    Raises: FollowupError SEQ054 when it is somebody else's, CFG005 when its name can be no package's.
    """
    directory = whereabouts(sequences).directory
    if not directory.resolve().is_relative_to(Path.cwd()) or {*INSTALLED} & {*directory.parts}:
        raise FollowupError(
            code="SEQ054",
            what=f"{sequences} is no directory of your own",
            where=str(directory),
            why="sequences are written below the working directory, and not into what is installed",
            next="go to where your repository begins, and name a directory there: FOLLOWUP_SEQUENCES=ours",
        )
    return directory


def _variable_of(name: str) -> str:
    variable = name.replace("-", "_")
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or not variable.isidentifier() or iskeyword(variable):
        raise FollowupError(
            code="SEQ001",
            what=f"{name!r} is no name for a sequence with a file of its own",
            where="the command line",
            why="the file and the word in it are named after the sequence",
            next="write small letters, digits and hyphens, a letter first, like 'no-show'",
        )
    return variable


def _is_there(path: Path) -> FollowupError:
    return FollowupError(
        code="SEQ056",
        what="a file of this name is there already, and nothing was written",
        where=seen_from_here(path),
        why="a new sequence never takes the place of something",
        next="give the sequence another name, or move the file away",
    )
