"""docs/tutorial.md, done by somebody who types what it says: every change, every command, every line that is shown."""

import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.shell import Shell

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "tutorial.md").read_text()
BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"


def change(block: str) -> None:
    """What a reader does to a file: the lines with a minus go, those with a plus come."""
    first, *lines = block.splitlines(keepends=True)
    path = Path(first.removeprefix("--- ").strip())
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    there = path.read_text() if path.exists() else ""
    if before:
        assert there.count(before) == 1, f"{path} does not hold, or holds twice:\n{before}"
        path.write_text(there.replace(before, after))
    else:
        path.write_text(there + after)


def runs(command: str, shown: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """What a reader types, and sees."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "ours"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    capfd.readouterr()
    said = Shell(FOLLOWUP_USER="ann")(*shlex.split(command)[1:])
    printed = [line.rstrip() for line in (said.stdout + capfd.readouterr().out).splitlines()]
    for line in shown:
        if line != LEFT_OUT:
            start = line.removesuffix(LEFT_OUT).rstrip()
            assert [each for each in printed if each == line or (line != start and each.startswith(start))], (
                f"{command} does not say: {line}\nbut:\n" + "\n".join(printed)
            )


def test_whoever_types_what_the_tutorial_says_sees_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """The first half hour decides whether there is a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) > 15
    for kind, block in blocks:
        if kind == "diff":
            change(block)
            continue
        for typed in block.removeprefix("$ ").split("\n$ "):
            command, *shown = typed.splitlines()
            runs(command, shown, capfd)
