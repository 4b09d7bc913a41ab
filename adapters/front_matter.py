"""
What a template says about itself, between two lines of ---.

    ---
    value: acknowledgement
    purpose: commercial
    subject: We have your enquiry
    defaults:
      first_name: there
    ---
"""

import re
from collections import abc
from typing import Final, Literal, NamedTuple, get_args

from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.sequence.suggestion import suggestion
from engine.sequence.written import Place

Purpose = Literal["commercial", "transactional"]

BEGIN: Final = "begin it with ---, its front matter, --- and then the text"
DEFAULTS: Final = "write each default on a line of its own below, indented: `first_name: there`"
MEND: Final = "mend the line that is named"

_PARTS = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_FIRST_LINE: Final = 2


class FrontMatter(Frozen):
    """What a template says about itself."""

    value: str
    """A Value. Only authors are held to the list: what was published before it can still be sent."""
    purpose: Purpose
    subject: str = ""
    approved_by: str = ""
    """Who answers for calling it transactional."""
    defaults: tuple[tuple[str, str], ...] = ()
    """What stands for a token that has no value."""


class Parts(NamedTuple):
    """A template's file, taken apart."""

    front: FrontMatter
    lines: abc.Mapping[str, int]
    """On which line of the file each name stands."""
    body: str
    """What is written below, without the empty lines around it."""
    body_line: int
    """On which line of the file that begins."""


def parts_of(source: str, where: str) -> Parts:
    """
    The front matter of this text, and the rest.

    Raises: FollowupError TPL001 when they cannot be told apart, TPL007 when there is no such purpose.
    """
    found = _PARTS.fullmatch(source)
    if found is None:
        raise unreadable(str(Place(where, 1)), "it has no front matter between two lines of ---", BEGIN)
    front, lines = _front_matter(found["front"], where)
    written = found["body"]
    above = source[: found.start("body")] + written[: len(written) - len(written.lstrip("\n"))]
    return Parts(front, lines, written.strip("\n"), above.count("\n") + 1)


def _front_matter(text: str, where: str) -> tuple[FrontMatter, dict[str, int]]:
    said: dict[str, str] = {}
    defaults: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=_FIRST_LINE):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or name in lines:
            raise unreadable(str(Place(where, number)), "a line here is `name: value`, each name once", MEND)
        lines[name] = number
        if line.startswith(" "):
            if "defaults" not in said:
                raise unreadable(str(Place(where, number)), "only what stands under `defaults:` is indented", MEND)
            defaults.append((name, value))
        else:
            said[name] = value
    _names_must_be_known(said, lines, where)
    if said.pop("defaults", ""):
        raise unreadable(str(Place(where, lines["defaults"])), "something stands behind `defaults:`", DEFAULTS)
    if said["purpose"] not in get_args(Purpose):
        raise unknown_word("purpose", said["purpose"], get_args(Purpose), str(Place(where, lines["purpose"])))
    return FrontMatter.model_validate({**said, "defaults": tuple(defaults)}), lines


def _names_must_be_known(said: abc.Collection[str], lines: abc.Mapping[str, int], where: str) -> None:
    known = FrontMatter.model_fields
    for name in said:
        if name not in known:
            raise unreadable(
                str(Place(where, lines[name])), f"there is no {name!r} in front matter", suggestion(name, known)
            )
    for name in ("value", "purpose"):
        if name not in said:
            raise unreadable(
                str(Place(where, 1)), f"its front matter has no {name!r}", f"add `{name}:` to its front matter"
            )


def unreadable(where: str, why: str, next: str) -> FollowupError:
    """The error of a file that is no template."""
    return FollowupError(code="TPL001", what="this template cannot be read", where=where, why=why, next=next)


def unknown_word(name: str, word: str, known: abc.Iterable[str], where: str) -> FollowupError:
    """The error of a word that is in no list of ours."""
    return FollowupError(code="TPL007", what=f"there is no {name} {word!r}", where=where, next=suggestion(word, known))
