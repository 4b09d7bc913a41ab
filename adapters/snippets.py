"""
Snippets: words that several templates share, each a file of its own.

    templates/snippets/signature.email      is pasted where a mail says {{ snippet("signature") }}

They are pasted when templates are read, so what is published and sent is whole. A snippet is words only: it has no
front matter and pastes no other, so there is nothing to go round in.
"""

import re
from collections import abc
from typing import Final, NamedTuple

from adapters import templates
from adapters.front_matter import FrontMatter
from adapters.languages import nearest
from adapters.templates import Template, digest_of
from engine.errors import FollowupError
from engine.sequence.suggestion import suggestion
from engine.sequence.written import Place

FOLDER: Final = "snippets"

CALL: Final = re.compile(r"""\{\{-?\s*snippet\(\s*(?P<quote>["'])(?P<name>.*?)(?P=quote)\s*\)\s*-?\}\}""")
_NO_FRONT: Final = FrontMatter(value="", purpose="commercial")


class Snippet(NamedTuple):
    """Words to paste."""

    key: str
    """`snippets/<name>.<kind>`, or `snippets/<name>.<language>.<kind>`: what a published version calls it."""
    path: str
    text: str
    """Without the empty lines around it."""
    template: Template
    """As a template that has nothing but a body, to be checked like one."""

    @property
    def digest(self) -> str:
        """What names its text for ever."""
        return digest_of(self.text)


Shelf = abc.Mapping[str, Snippet | FollowupError]
"""The snippets there are, by key, or why one cannot be read."""


class Pasted(NamedTuple):
    """A text with its snippets in place."""

    text: str
    used: tuple[str, ...]
    """The keys of its snippets."""
    longer: tuple[tuple[int, int], ...]
    """Each line of the file in which one is pasted, and by how many lines it is longer than its call."""


def read(key: str, source: str, path: str) -> Snippet:
    """
    The snippet in this text.

    Raises: FollowupError TPL001 when it cannot be read, TPL002 when it uses what templates may not, TPL012 when it
    pastes another snippet or has front matter.
    """
    templates.must_be_readable(source, path)
    nested = CALL.search(source)
    if nested:
        line = source.count("\n", 0, nested.start()) + 1
        raise _no_snippet("a snippet pastes no other", str(Place(path, line)), "write the words here, or paste both")
    if source.startswith("---\n"):
        raise _no_snippet(
            "a snippet has no front matter", str(Place(path, 1)), "leave its words; front matter is a template's"
        )
    above = len(source) - len(source.lstrip("\n"))
    text = source.strip("\n")
    templates.must_be_allowed(text, path, above + 1)
    marked = path.endswith(".email")
    body = Template(digest=digest_of(text), front=_NO_FRONT, body=text, marked=marked, body_line=above + 1)
    return Snippet(key, path, text, body)


def pasted(source: str, where: str, kind: str, language: str | None, shelf: Shelf) -> Pasted:
    """
    The text with its snippets in place: those of its language where there are, and of its kind.

    Raises: FollowupError TPL012 when there is no such snippet, and whatever is wrong with one that there is.
    """
    used: list[str] = []
    longer: list[tuple[int, int]] = []

    def words(call: re.Match[str]) -> str:
        name = call["name"]
        keys = [f"{FOLDER}/{name}.{tag}.{kind}" for tag in nearest(language)] + [f"{FOLDER}/{name}.{kind}"]
        found = next((key for key in keys if key in shelf), None)
        if found is None:
            line = source.count("\n", 0, call.start()) + 1
            raise _unknown(name, kind, shelf, str(Place(where, line)))
        snippet = shelf[found]
        if isinstance(snippet, FollowupError):
            raise snippet
        used.append(found)
        longer.append((source.count("\n", 0, call.start()) + 1, snippet.text.count("\n")))
        return snippet.text

    text = CALL.sub(words, source)
    return Pasted(text, tuple(dict.fromkeys(used)), tuple(longer))


def without(source: str) -> str:
    """The text without its snippets, each line where it was: to tell its author what is wrong in the rest."""
    return CALL.sub("", source)


def _unknown(name: str, kind: str, shelf: abc.Iterable[str], where: str) -> FollowupError:
    ending = f".{kind}"
    stems = (key.removeprefix(f"{FOLDER}/").removesuffix(ending) for key in shelf if key.endswith(ending))
    known = sorted({stem.partition(".")[0] for stem in stems})
    write = f"write templates/{FOLDER}/{name}{ending}"
    return _no_snippet(
        f"there is no snippet {name!r} for this kind", where, suggestion(name, known) if known else write
    )


def _no_snippet(what: str, where: str, next: str) -> FollowupError:
    return FollowupError(code="TPL012", what=what, where=where, next=next)
