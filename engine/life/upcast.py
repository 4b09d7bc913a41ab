"""
Progress as text: how it is stored today, and read for ever.

A sequence is named by its version alone, since published versions are never changed and never deleted. When
`SCHEMA_VERSION` rises, `UPCASTS` gets one function from the version before; none is ever removed, since a lead may
sleep for years.
"""

import json
from collections.abc import Callable
from typing import Final, cast

from pydantic import JsonValue

from engine.errors import FollowupError
from engine.frozen import Tolerant
from engine.life.progress import SCHEMA_VERSION, Progress
from engine.life.wishes import Shelf

Stored = dict[str, JsonValue]

_ALL_BUT_ITS_VERSION: Final = {"plan": {"sequence", "templates"}}


def _without_the_default_window(stored: Stored) -> Stored:
    # Sequences were written out then, and are still read so.
    known = cast(Stored, stored["circumstances"])
    return stored | {"circumstances": {k: v for k, v in known.items() if k != "default_window"}}


def _unchanged(stored: Stored) -> Stored:
    # Experiments were unknown then; everything of them has a default.
    return stored


UPCASTS: dict[int, Callable[[Stored], Stored]] = {
    1: _without_the_default_window,
    2: _unchanged,
}
"""From each old version, how to read it as the next one."""


class _Version(Tolerant):
    schema_version: int = 1


def text_of(progress: Progress) -> str:
    """The Progress as JSON text."""
    named = _ALL_BUT_ITS_VERSION
    return progress.model_dump_json(exclude={"enrolment": named, "interrupted": {"__all__": named}})


def load(text: str, shelf: Shelf) -> Progress:
    """
    The Progress in this JSON text, its sequences taken from the shelf.

    Raises: FollowupError DBS004 when a newer engine wrote it; this one must not touch the lead. What the shelf raises.
    """
    version = _Version.model_validate_json(text).schema_version
    if version > SCHEMA_VERSION:
        raise _too_new(version)
    current = text if version == SCHEMA_VERSION else _upcast(text, version)
    return Progress.model_validate_json(current, context=shelf)


def _upcast(text: str, version: int) -> str:
    stored: Stored = json.loads(text)
    for old in range(version, SCHEMA_VERSION):
        stored = {**UPCASTS[old](stored), "schema_version": old + 1}
    return json.dumps(stored)


def _too_new(version: int) -> FollowupError:
    return FollowupError(
        code="DBS004",
        what=f"this lead's memory has schema version {version}; this engine reads up to {SCHEMA_VERSION}",
        where="leads.progress",
        why="a newer release has looked at the lead, and reading it with an older one would lose what it wrote",
        next="run this worker on the newer release; the lead waits untouched until then",
    )
