"""
Everything a command says: data on stdout, all else on stderr; text for people, JSON for machines.

    out.one(page, facts)           one document
    out.many(items, COLUMNS)       a table, streamed where the format allows it
    out.error(error)               what, where, why, next

Times in JSON are RFC 3339 in UTC; in text they are relative, or in a zone that is named.
"""

import json
import os
import re
import shutil
import sys
from collections import abc
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from textwrap import indent
from typing import TYPE_CHECKING, Final, TextIO, TypeVar
from zoneinfo import ZoneInfo

import typer

from engine.distances import say_distance
from engine.errors import FollowupError

if TYPE_CHECKING:  # a model is only written here, never built: `--help` need not know pydantic
    from pydantic import BaseModel

Item = TypeVar("Item", bound="BaseModel")

Columns = abc.Mapping[str, abc.Callable[[Item], str]]
"""A table: the heading of each column, and how a cell of it is written."""

Lines = abc.Callable[[Item], abc.Iterable[str]]
"""A list of things that need several lines each."""

Facts = abc.Sequence[tuple[str, str]]
"""One thing's lines: a label and what it says; without a label, a line of its own."""

GAP: Final = "  "
MARKS: Final = {re.compile(r"\[-.*?-\]"): "red", re.compile(r"\{\+.*?\+\}"): "green"}
WIDEST: Final = 10_000
PAGE: Final = 80
"""Columns where nobody says how many there are."""


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    NONE = "none"


class TimeFormat(StrEnum):
    """How text says when."""

    RELATIVE = "relative"
    ISO = "iso"
    RAW = "raw"


class Color(StrEnum):
    """Whether text is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Output:
    """How this command speaks."""

    format: Format = Format.TEXT
    times: TimeFormat = TimeFormat.RELATIVE
    color: Color = Color.AUTO
    debug: bool = False
    own: str = ""
    """The format that was asked for, where it is one that a verb has for itself; elsewhere it is as text."""
    now: datetime = field(default_factory=_now)

    # --- data

    def one(self, document: "BaseModel", facts: abc.Callable[[], Facts], *, marked: bool = False) -> None:
        """
        One thing; its facts are only asked for when people read it.

        `marked`: what git's marks enclose in them, [-gone-] and {+new+}, is coloured where colours are wanted.
        """
        match self.format:
            case Format.TEXT:
                self._facts(facts(), marked=marked)
            case Format.JSON:
                _write(document.model_dump_json(indent=2))
            case Format.JSONL:
                _write(document.model_dump_json())
            case Format.NONE:
                pass

    def many(self, items: abc.Iterable[Item], columns: Columns[Item], nothing: str = "") -> int:
        """A table of things; how many there were. `nothing` is told on stderr when there are none."""
        return self._many(items, lambda: self._table(items, columns), nothing)

    def each(self, items: abc.Iterable[Item], lines: Lines[Item], nothing: str = "") -> int:
        """As `many`, for things that need several lines."""
        return self._many(items, lambda: sum(_write("\n".join(map(plain, lines(item)))) for item in items), nothing)

    def _many(self, items: abc.Iterable[Item], as_text: abc.Callable[[], int], nothing: str) -> int:
        match self.format:
            case Format.TEXT:
                count = as_text()
            case Format.JSON:
                count = _array(item.model_dump_json(indent=2) for item in items)
            case Format.JSONL:
                count = sum(_write(item.model_dump_json()) for item in items)
            case Format.NONE:
                count = sum(1 for _ in items)
        if count == 0 and nothing:
            self.remark(nothing)
        return count

    # --- all else

    def remark(self, text: str) -> None:
        """A line for people, on stderr; machines are spared it."""
        if self.format is Format.TEXT:
            _write(plain(text), sys.stderr)

    def warning(self, text: str) -> None:
        """What went otherwise than hoped and is no failure, on stderr."""
        if self._for_machines:
            _write(json.dumps({"warning": text}, ensure_ascii=False), sys.stderr)
        else:
            _write(self.paint(f"warning: {plain(text)}", "yellow", sys.stderr), sys.stderr)

    def error(self, error: FollowupError) -> None:
        """What went wrong, on stderr."""
        if self._for_machines:
            _write(json.dumps({"error": told(error)}, ensure_ascii=False), sys.stderr)
        else:
            first, *others = str(error).splitlines()
            _write("\n".join([self.paint(plain(first), "red", sys.stderr), *map(plain, others)]), sys.stderr)

    @property
    def _for_machines(self) -> bool:
        return self.format in (Format.JSON, Format.JSONL)

    @contextmanager
    def progress(self, label: str, total: int) -> abc.Iterator[abc.Callable[[], None]]:
        """Call what this yields after each of so many things: a bar on a terminal, nothing elsewhere."""
        if self.format is not Format.TEXT or not sys.stderr.isatty():
            yield _nothing
            return
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True, no_color=not self._coloured(sys.stderr))
        with Progress(console=console, transient=True, redirect_stdout=False) as bar:  # data belong on stdout
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)

    # --- words

    def when(self, moment: datetime | None, zone: str = "UTC") -> str:
        """A moment in a few characters; a zone is named unless it is relative."""
        if moment is None:
            return "-"
        match self.times:
            case TimeFormat.RELATIVE:
                return relative(moment - self.now)
            case TimeFormat.ISO:
                return f"{moment.astimezone(ZoneInfo(zone)).isoformat(timespec='seconds')} {zone}"
            case TimeFormat.RAW:
                return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def moment(self, moment: datetime | None, zone: str = "UTC") -> str:
        """As `when`, with the time on the lead's wall beside what is relative."""
        if moment is None or self.times is not TimeFormat.RELATIVE:
            return self.when(moment, zone)
        wall = moment.astimezone(ZoneInfo(zone)).strftime("%a %-d %b %Y %H:%M")
        return f"{self.when(moment)} ({wall} {zone})"

    def paint(self, text: str, color: str, stream: TextIO | None = None) -> str:
        """The text in a colour, where colours are wanted."""
        return typer.style(text, fg=color) if self._coloured(stream or sys.stdout) else text

    def _coloured(self, stream: TextIO) -> bool:
        if self.color is not Color.AUTO:
            return self.color is Color.ALWAYS
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def _facts(self, facts: Facts, *, marked: bool = False) -> None:
        width = max((len(label) for label, _ in facts), default=0)
        for label, text in facts:
            said = f"{label.ljust(width)}{GAP}{plain(text)}".rstrip() if label else plain(text)
            _write(self._painted(said) if marked else said)

    def _painted(self, text: str) -> str:
        """The text with what git's marks enclose in colour."""
        for mark, color in MARKS.items():
            text = mark.sub(lambda found, color=color: self.paint(found[0], color), text)  # type: ignore[misc] # mypy does not infer a lambda's default
        return text

    def _table(self, items: abc.Iterable[Item], columns: Columns[Item]) -> int:
        rows = [[plain(cell(item)) for cell in columns.values()] for item in items]
        if not rows:
            return 0
        cells = [list(columns), *rows]
        widths = [max(len(row[column]) for row in cells) for column in range(len(columns))]
        room = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST
        for row in cells:
            line = GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            _write(line if len(line) <= room else f"{line[: room - 1]}…")
        return len(rows)


def width() -> int:
    """Columns of the terminal that data are written to; elsewhere as many as a page has."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PAGE


def told(error: FollowupError) -> dict[str, str]:
    """An error as machines read it."""
    return {name: getattr(error, name) for name in ("code", "what", "where", "why", "next")}


def relative(distance: timedelta) -> str:
    """How far away, in the two greatest units: "in 2 d 4 h", "5 min ago"."""
    if round(distance.total_seconds()) == 0:
        return "now"
    said = say_distance(distance)
    return f"{said} ago" if distance < timedelta(0) else f"in {said}"


def plain(text: str) -> str:
    """On one line and harmless to a terminal, whoever wrote it."""
    return "".join(character if character.isprintable() else " " for character in text)


def _array(documents: abc.Iterable[str]) -> int:
    """A JSON array, written as it comes."""
    count = 0
    for count, document in enumerate(documents, start=1):
        sys.stdout.write("[\n" if count == 1 else ",\n")
        sys.stdout.write(indent(document, "  "))
    _write("\n]" if count else "[]")
    return count


def _write(text: str, stream: TextIO | None = None) -> int:
    """Write a line; always 1, so that lines can be counted."""
    (stream or sys.stdout).write(f"{text}\n")
    return 1


def _nothing() -> None:
    """Nobody watches."""
