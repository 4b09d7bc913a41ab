"""Where the authors' tests of their sequences are."""

from typing import Final

from adapters.apart import whereabouts
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.sequence.written import seen_from_here

TESTS: Final = "tests"
"""
The folder beside the catalogue that holds them.

So they move with what they test, and are not among the tests of whatever else the repository holds; a folder that is no
package is not read as sequences.
"""


class Tested(Frozen):
    """How the tests ended."""

    tests: str
    """The folder or the file, as an editor opened in the working directory finds it."""
    exit_code: int
    """Of pytest: 0 when all of them passed."""


def tests_of(sequences: str, name: str | None) -> str:
    """
    The tests beside the catalogue of this package or directory, or the file of one sequence among them.

    Raises: FollowupError SEQ055 when there are none, CFG005 when there can be no such package.
    """
    directory = whereabouts(sequences).directory
    place = directory / TESTS / (file_of(name) if name is not None else "")
    found = place.is_file() if name is not None else any(place.glob("test_*.py"))
    if not found:
        raise FollowupError(
            code="SEQ055",
            what=f"there are no tests of {name!r}" if name is not None else "there are no tests of sequences",
            where=seen_from_here(place),
            why="they are looked for beside the catalogue, in files called test_….py",
            next=f"write {seen_from_here(directory / TESTS / file_of(name or 'no-show'))}; docs/rehearse.md shows one",
        )
    return seen_from_here(place)


def file_of(name: str) -> str:
    """What the test of a sequence of this name is called."""
    return f"test_{name.replace('-', '_')}.py"
