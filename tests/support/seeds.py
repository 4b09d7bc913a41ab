"""
Seeds that nobody has lived yet. Those that code was mended against are regression; only fresh ones are evidence.

A commit has seeds of its own, so that every commit proves something new, and what fails can be lived again.
"""

import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
A_COMMIT: Final = 10**12
"""Seeds a commit has for itself; those below are the fixed ones."""
A_STORE: Final = 10**11
"""Of these every store has its own."""


@cache
def fresh_from(place: int = 0) -> int:
    """The first seed of this commit, or of today where there is no commit; `place` tells stores apart, from 0 to 9."""
    return (1 + int(_source()[:8], 16)) * A_COMMIT + place * A_STORE


@cache
def _source() -> str:
    """Eight and more hexadecimal digits that change with the code."""
    asked = subprocess.run(("git", "rev-parse", "HEAD"), cwd=HERE, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or f"{datetime.now(UTC):%Y%m%d}"
