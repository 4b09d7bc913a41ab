"""
What a file of sequences must not read: clock, environment, chance, files, network.

A sequence that depends on the hour it was read in, or on whose machine, is another one each time, and nobody has
approved it. It is found in the text of a file, before anything in it is done.
"""

import ast
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from engine.errors import SequenceInvalid
from engine.sequence.written import Place, invalid

READS = {
    "the clock": ("time", "sched"),
    "the environment": ("os", "sys", "platform", "getpass", "locale"),
    "chance": ("random", "secrets", "uuid"),
    "files": ("pathlib", "io", "glob", "shutil", "tempfile", "fileinput", "sqlite3", "configparser"),
    "the network": ("socket", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx"),
    "other programs": ("subprocess", "multiprocessing", "threading", "asyncio", "ctypes"),
    "code that nobody has read": ("importlib", "runpy", "pickle"),
}
MODULES = {module: what for what, modules in READS.items() for module in modules}
CALLS = {
    "open": "files",
    "input": "the keyboard",
    "eval": "code that nobody has read",
    "exec": "code that nobody has read",
    "__import__": "code that nobody has read",
}
NOW = ("now", "today", "utcnow")
INSTEAD = {
    "the clock": "write a delay or a date of the lead; what is due is decided when its moment has come",
    "the environment": "write the value itself, or declare a field and ask for it",
    "a set, whose order is by chance": "write a list or a tuple, in the order that is meant",
    "chance": "write variants={…} or holdout=…, which keep every lead on its side",
}
WRITE_IT = "write what it would say into the file itself"


class _Read(NamedTuple):
    line: int
    column: int
    what: str


def impure(source: bytes, file: str) -> SequenceInvalid | None:
    """The first thing in this text that reads what changes; None when there is none, or when it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None  # whoever reads it tells why
    found = min(_reads(tree), default=None)
    if found is None:
        return None
    return reads_what_changes(found.what, Place(file, found.line, found.column))


def reads_what_changes(what: str, place: Place) -> SequenceInvalid:
    """The error that tells an author that this line reads the clock, a file, or whatever else changes."""
    told = f"a sequence must be the same whenever it is read, and this reads {what}"
    return invalid("SEQ053", told, place, INSTEAD.get(what, WRITE_IT))


def _reads(tree: ast.Module) -> Iterator[_Read]:
    """Where something forbidden is used; where it is imported, when nothing uses it."""
    imported = dict(chain.from_iterable(_imported(node) for node in ast.walk(tree)))
    first: dict[str, tuple[int, int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in imported:
            first[node.id] = min(_place(node), first.get(node.id, _place(node)))
    for name, read in imported.items():
        yield _Read(*first.get(name, (read.line, read.column)), read.what)
    yield from chain.from_iterable(map(_used, ast.walk(tree)))


def _place(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Line and column, both from one."""
    return node.lineno, node.col_offset + 1


def _imported(node: ast.AST) -> Iterator[tuple[str, _Read]]:
    """The names that an import makes of something forbidden, with what each would read."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            if top in MODULES:
                yield alias.asname or top, _Read(*_place(node), MODULES[top])
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
        what = MODULES.get(node.module.partition(".")[0])
        if what is not None:
            yield from ((alias.asname or alias.name, _Read(*_place(node), what)) for alias in node.names)


def _used(node: ast.AST) -> Iterator[_Read]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield _Read(*_place(node), CALLS[name])
        case ast.Attribute(attr=name) if name in NOW:
            yield _Read(*_place(node), "the clock")
        case ast.Starred(value=some) | ast.For(iter=some) | ast.comprehension(iter=some) if _is_set(some):
            yield _Read(*_place(some), "a set, whose order is by chance")
        case _:
            return


def _is_set(some: ast.expr) -> bool:
    made = isinstance(some, ast.Call) and isinstance(some.func, ast.Name) and some.func.id in ("set", "frozenset")
    return made or isinstance(some, ast.Set | ast.SetComp)
