"""Every code that an author may meet is explained."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SPEAKERS = ("engine/authoring", "engine/sequence", "cli/sequence.py")
CODE = re.compile(r"SEQ\d{3}")


def raised() -> set[str]:
    places = [ROOT / speaker for speaker in SPEAKERS]
    files = [file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])]
    return {code for file in files for code in CODE.findall(file.read_text())}


def test_every_code_is_explained_and_every_explanation_has_its_code():
    """Who looks up a code must find it, and must not find codes that are never raised."""
    told = re.findall(r"^\| (SEQ\d{3}) \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == raised()
