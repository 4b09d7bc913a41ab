"""`followup sequence init` and `followup sequence test`: a new sequence in the author's directory, and its tests."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli import written
from cli.output import Facts, Format, Output
from cli.verb import verb
from cli.writing import write_file
from engine.errors import FollowupError

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.scaffold import Scaffold
    from engine.sequence.written import Place

PLUGIN: Final = "followup"
"""What pytest calls the plugin of the fixture, also where it is told not to look for plugins."""


@verb("followup sequence init no-show", "FOLLOWUP_SEQUENCES=ours followup sequence init welcome")
def init(
    out: Output, name: Annotated[str, typer.Argument(help="What the new sequence is called.", show_default=False)]
) -> None:
    """Begin a sequence: its file, its templates and its test; where there is no catalogue yet, one that names it."""
    from adapters.scaffold import scaffold

    new = scaffold(name, written.settings())
    place = _places().get(name)
    if place is not None:
        raise FollowupError(
            code="SEQ056",
            what=f"there is a sequence {name!r} already, and nothing was written",
            where=str(place),
            why="a lead's history tells sequences apart by their names",
            next="give the new one another name",
        )
    for file in new.files:
        path = Path(file.path)
        with suppress(OSError):  # a folder that cannot be made is told with its file
            path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, file.text)
    out.one(new, lambda: _begun(new))


@verb("followup sequence test", "followup sequence test no-show", "followup sequence test no-show -- -x -k answer")
def test(
    out: Output,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] [-- PYTEST...]",
            help="The tests of one sequence; behind -- whatever pytest shall be told.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the tests in the folder `tests` beside the catalogue, all or those of one sequence; ends as pytest does."""
    from adapters.author_tests import Tested, tests_of

    said = words or []
    named = bool(said) and not said[0].startswith("-")
    place = tests_of(written.settings().sequences, said[0] if named else None)
    told = [*said[1:]] if named else said
    # Whoever asks for data gets it alone on stdout.
    output = None if out.format is Format.TEXT else subprocess.DEVNULL
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, place, *told]
    ended = Tested(tests=place, exit_code=subprocess.run(command, stdout=output, check=False).returncode)
    out.one(ended, list)
    raise typer.Exit(ended.exit_code)


def _places() -> "dict[str, Place]":
    """Where each sequence of the catalogue's directory is; none where it cannot be read, which `validate` tells."""
    with suppress(FollowupError):
        files = written.files()
        both = (*files.drafts, *files.catalogue.written)
        return {each.part.name: each.place for each in both}
    return {}


def _begun(new: "Scaffold") -> Facts:
    told = [*(f"  {file.path}" for file in new.files), ""]
    if new.draft:
        told += [
            f"It is a draft: nothing starts it. To let it run, write into {new.catalogue}",
            *(f"  {line}" for line in new.lines),
            "the second in the list, at its place: what stands higher may interrupt what stands lower.",
        ]
    else:
        told.append(f"{new.catalogue} is new and names it; nothing runs before somebody publishes it.")
    told += ["", f"Next: followup sequence describe {new.name}", f"      followup sequence test {new.name}"]
    return [("", line) for line in (f"{new.name} begins with", *told)]
