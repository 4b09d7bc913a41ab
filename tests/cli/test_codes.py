"""Every code that a person at a shell may meet is explained."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'code="([A-Z]{3}\d{3})"')


def test_every_code_that_is_raised_here_is_explained():
    """Who looks up a code must find what to do."""
    explained = set(re.findall(r"^\| ([A-Z]{3}\d{3}) \|", (ROOT / "docs/errors.md").read_text(), re.MULTILINE))
    files = [*(ROOT / "adapters/views").glob("*.py"), *(ROOT / "api").glob("*.py"), *(ROOT / "cli").glob("*.py")]
    raised = {code for file in files for code in CODE.findall(file.read_text())}
    assert raised - explained == set()
