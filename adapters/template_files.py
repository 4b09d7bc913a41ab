"""
The folder of message templates: each file read, or the one reason why it cannot be.

    <sequence>/<step>.<kind>                          the words of a step; of a test, <step>.<variant>.<kind>
    <sequence>/<step>.<language>.<kind>               the same for leads who read that language
    snippets/<name>.<kind>                            words that several of them share
"""

from collections import abc
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters import snippets
from adapters import templates as template_language
from adapters.front_matter import unreadable
from adapters.languages import TAG
from adapters.snippets import FOLDER, Shelf, Snippet
from adapters.templates import LONGEST_SOURCE, Template
from engine.errors import FollowupError
from engine.sequence.written import Place, seen_from_here

KINDS: Final = ("email", "sms", "call", "task")
BYTES_PER_CHARACTER: Final = 4


@dataclass(frozen=True)
class TemplateFile:
    """A template and where it came from."""

    name: str
    """`<sequence>/<step>`, with the variant and the language if it is for one."""
    kind: str
    path: str
    """As an editor opened in the working directory finds it."""
    source: str
    """What is published: its snippets are in place."""
    template: Template
    own: Template
    """The same without its snippets, as its author wrote it line for line."""
    snippets: tuple[str, ...] = ()
    """The keys of the snippets in it."""
    longer: tuple[tuple[int, int], ...] = ()
    """Each line of the file in which a snippet is pasted, and by how many lines that makes it longer."""

    @property
    def key(self) -> str:
        """Name and kind: what a published plan calls it."""
        return f"{self.name}.{self.kind}"

    def own_line(self, number: int) -> int:
        """The line of the file from which this line of the published text comes."""
        for line, more in self.longer:
            if number > line:
                number = max(number - more, line)
        return number


@dataclass(frozen=True)
class TemplateFolder:
    """Everything in the folder."""

    templates: abc.Mapping[str, TemplateFile]
    """By name and kind."""
    snippets: abc.Mapping[str, Snippet]
    """By name and kind."""
    faults: abc.Mapping[str, FollowupError]
    """Why a template cannot be read, by the name and kind it would have; also when a snippet in it cannot."""


def read_folder(directory: Path) -> TemplateFolder:
    """What is in the folder. A file that cannot be read is a fault, and keeps no other from being read."""
    shelf: dict[str, Snippet | FollowupError] = {}
    files: dict[str, TemplateFile] = {}
    faults: dict[str, FollowupError] = {}
    for path in _files_in(directory, directory / FOLDER):
        key = f"{FOLDER}/{path.name}"
        try:
            shelf[key] = snippets.read(key, _text_of(path, directory), seen_from_here(path))
        except FollowupError as error:
            shelf[key] = error
    for folder in sorted(directory.iterdir()) if directory.is_dir() else ():
        for path in _files_in(directory, folder) if folder.name != FOLDER else ():
            try:
                file = _template_file(path, directory, shelf)
                files[file.key] = file
            except FollowupError as error:
                faults[f"{folder.name}/{path.name}"] = error
    return TemplateFolder(files, {key: found for key, found in shelf.items() if isinstance(found, Snippet)}, faults)


def read_templates(directory: Path) -> abc.Mapping[str, TemplateFile]:
    """Every template in the folder, by name and kind. Raises: FollowupError, the first of all there are."""
    folder = read_folder(directory)
    for fault in folder.faults.values():
        raise fault
    return folder.templates


def language_of(stem: str) -> str | None:
    """The language a file is for, by its name without the kind; None: for every lead that has no file of its own."""
    tag = stem.rpartition(".")[2]
    return tag if "." in stem and TAG.fullmatch(tag) else None


def _files_in(directory: Path, folder: Path) -> list[Path]:
    """The files that are named as templates are, and what else has such a name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.removeprefix(".") in KINDS)


def _template_file(path: Path, directory: Path, shelf: Shelf) -> TemplateFile:
    where, kind = seen_from_here(path), path.suffix.removeprefix(".")
    written = _text_of(path, directory)
    marked, language = kind == "email", language_of(path.stem)
    own = template_language.read(snippets.without(written), where, marked=marked, language=language or "en")
    source, used, longer = snippets.pasted(written, where, kind, language, shelf)
    whole = (
        own if source == written else template_language.read(source, where, marked=marked, language=language or "en")
    )
    return TemplateFile(
        name=f"{path.parent.name}/{path.stem}",
        kind=kind,
        path=where,
        source=source,
        template=whole,
        own=own,
        snippets=used,
        longer=longer,
    )


def _text_of(path: Path, directory: Path) -> str:
    """
    The text in the file.

    Raises: FollowupError TPL001 when there is none that can be read, or it lies outside of the directory.
    """
    where = seen_from_here(path)
    if not path.resolve().is_relative_to(directory.resolve()):
        raise unreadable(where, "it leads out of the folder of templates", "copy the file itself to this place")
    if path.is_dir():
        raise unreadable(where, "it is a folder", "put a file in its place, or give the folder another name")
    try:
        # Nobody's message is as long as this; reading on would only fill the memory.
        with path.open("rb") as file:
            raw = file.read(LONGEST_SOURCE * BYTES_PER_CHARACTER + 1)
    except OSError as error:
        raise unreadable(where, error.strerror or "it cannot be opened", "let it be read, or remove it") from error
    if len(raw) > LONGEST_SOURCE * BYTES_PER_CHARACTER:
        raise template_language.too_long(where)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise unreadable(str(Place(where, line)), "it is not UTF-8", "save it as UTF-8") from error
