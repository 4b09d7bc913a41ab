"""Every code that anybody may meet is explained in docs/errors.md, and nothing else is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SPEAKERS = ("engine", "sequences", "activities", "workflows", "adapters", "rehearsal", "api", "cli", "worker.py")
EXPLANATIONS = (ROOT / "docs" / "errors.md").read_text()

RAISED = re.compile(r'"([A-Z]{3}\d{3})"')
CELL = r"^\| \[?([A-Z]{3}\d{3})(?:\]\(findings/\1\.md\))? \|"
"""A code, which is a link when it has a page."""
ROW = re.compile(CELL + r" ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ANY_ROW = re.compile(CELL, re.MULTILINE)
AREAS = sorted({code[:3] for code in ANY_ROW.findall(EXPLANATIONS)})
MENTIONED = re.compile(rf"\b((?:{'|'.join(AREAS)})\d{{3}})\b")


def files_of(speaker: str) -> list[Path]:
    place = ROOT / speaker
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def found(pattern: re.Pattern[str], speaker: str) -> set[str]:
    return {code for file in files_of(speaker) for code in pattern.findall(file.read_text())}


def explained() -> list[str]:
    return ANY_ROW.findall(EXPLANATIONS)


def test_there_are_codes_where_they_are_looked_for():
    """A pattern that finds nothing would let every other test here pass."""
    assert found(RAISED, "engine")
    assert found(RAISED, "adapters")
    assert found(RAISED, "cli")


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_every_code_that_is_raised_is_explained(speaker):
    """Who looks up a code must find what it means and what to do."""
    assert found(RAISED, speaker) - set(explained()) == set()


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_every_code_that_a_docstring_names_is_explained(speaker):
    """A docstring that promises `Raises: … DBS009` sends its reader to this page too."""
    assert found(MENTIONED, speaker) - set(explained()) == set()


def test_every_explanation_has_its_code():
    """A page full of codes that no longer exist is not searched twice."""
    raised = {code for speaker in SPEAKERS for code in found(RAISED, speaker)}
    assert set(explained()) - raised == set()


def test_every_code_is_explained_once_and_in_full():
    """Two meanings are none, and a code without a way out helps nobody."""
    codes = explained()
    assert sorted(codes) == sorted(set(codes))
    assert [code for code, what, cure in ROW.findall(EXPLANATIONS) if what.strip() and cure.strip()] == codes
