"""Memories as they were once stored must be read for ever: a lead may sleep for years."""

from pathlib import Path

import pytest

from engine.life import upcast
from engine.life.progress import SCHEMA_VERSION
from engine.life.wishes import Plan

HERE = Path(__file__).parent
STORED = sorted(HERE.glob("progress_v?.json"))


def shelf(version: str) -> Plan:
    """What was published when the memories were written."""
    plans = [Plan.model_validate_json(path.read_text()) for path in HERE.glob("plan_*.json")]
    return next(plan for plan in plans if plan.version == version)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_memory_is_read_as_todays(path):
    """One file for each version there ever was, written by the real look of its day and never edited."""
    read = upcast.load(path.read_text(), shelf)
    assert read.schema_version == SCHEMA_VERSION
    assert upcast.load(upcast.text_of(read), shelf) == read


def test_there_is_a_file_for_every_version():
    """A version without one is a promise nobody checks."""
    assert {f"progress_v{version}" for version in range(1, SCHEMA_VERSION + 1)} <= {path.stem for path in STORED}
