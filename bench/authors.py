"""What an author waits for: the whole of `followup sequence validate`, on a few sequences and on many."""

import os
import subprocess
import sys
import tempfile
import time
from collections import abc
from functools import partial
from pathlib import Path

from bench.measure import Claim, Goal, Row, in_turns
from bench.sizes import Size

ROOT = Path(__file__).resolve().parents[1]
PROCESS = "a process of its own"

OF_A_COMPANY = 50
"""Sequences for which there is a goal."""

GUIDES = 8
"""Mails of the long wait; with fewer, `validate` would say that a lead is let go too soon."""

STORY = """
from engine.authoring import *

story = sequence(
    "story-{number}",
    stage("capture", otherwise=goto("response")),
    stage(
        "response",
        email("hello"),
        call("talk", due=working(hours=1), give_up=working(hours=8)),
        otherwise=goto("nurture"),
    ),
    stage(
        "nurture",
        *[email(f"guide-{{day}}", after=calendar(days=7)) for day in range({guides})],
        otherwise=goto("re_engage", after=calendar(days=14)),
    ),
    stage("re_engage", email("again"), otherwise=goto("convert", after=calendar(days=7))),
    stage("convert", task("settle", proposes="Lost"), otherwise=goto("retain")),
    stage("retain", otherwise=finish()),
    maintainer="bench",
    starts=[{starts}],
)
"""
HEAD = "---\nvalue: guide\npurpose: commercial\n"
MAIL = f"{HEAD}subject: Hello\n---\nGood morning, {{{{ company_name }}}} here.\n"
NOTE = f"{HEAD}---\nSettle it.\n"
TEMPLATES = {
    "hello.email": MAIL,
    "talk.call": NOTE,
    **{f"guide-{day}.email": MAIL for day in range(GUIDES)},
    "again.email": MAIL,
    "settle.task": NOTE,
}

BARE = """
import ast, pathlib, sys
import pydantic, typer

for path in pathlib.Path(sys.argv[1]).rglob("*.*"):
    written = path.read_bytes()
    if path.suffix == ".py":
        ast.parse(written)
"""


def validating(sequences: int) -> Claim:
    """The command's wall time."""
    goal = Goal(at_most=1.0, of="ours") if sequences == OF_A_COMPANY else None
    over = "Python, typer and pydantic imported, the same files read and parsed"
    return Claim(f"validate, {sequences} sequence{'s' if sequences > 1 else ''}", "s", over, goal)


def checks(size: Size) -> list[Row]:
    """The command on each number of sequences, and as often the least that anybody would do with as many files."""
    return [_check(size.turns, sequences) for sequences in size.written]


def _check(turns: int, sequences: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="followup-bench-") as directory:
        package = Path(directory) / "stories"
        write(package, sequences)
        ours = partial(_seconds, ["-m", "cli.main", "sequence", "validate"], variables_of(package))
        bare = partial(_seconds, ["-c", BARE, str(package)], {})
        _, *pairs = in_turns(turns + 1, ours, bare)  # the first one reads from the disk
        return validating(sequences).row(PROCESS, pairs, "one run of the command")


def write(package: Path, sequences: int) -> None:
    """A catalogue of so many sequences with their templates, of which there is nothing to say."""
    package.mkdir()
    numbers = range(1, sequences + 1)
    for number in numbers:
        starts = '"captured", "won"' if number == 1 else f'by_hand("story-{number}")'
        (package / f"story_{number}.py").write_text(STORY.format(number=number, starts=starts, guides=GUIDES))
        theirs = package / "templates" / f"story-{number}"
        theirs.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (theirs / name).write_text(text)
    (package / "__init__.py").touch()
    (package / "fields.py").touch()
    (package / "catalogue.py").write_text("\n".join(_catalogue(package.name, numbers)))


def _catalogue(package: str, numbers: abc.Collection[int]) -> abc.Iterator[str]:
    yield "from engine.authoring import catalogue"
    yield from (f"from {package}.story_{number} import story as story_{number}" for number in numbers)
    yield f"CATALOGUE = catalogue({', '.join(f'story_{number}' for number in numbers)})"


def variables_of(package: Path) -> dict[str, str]:
    """What tells the command where its sequences are."""
    return {"FOLLOWUP_SEQUENCES": str(package)}


def _seconds(words: abc.Sequence[str], variables: abc.Mapping[str, str]) -> float:
    """Of a Python process with these words. Raises: RuntimeError when it finds something wrong."""
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if ended.returncode:
        raise RuntimeError(f"{' '.join(words[:4])} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return seconds
