"""The page that teaches to write a sequence leaves out no word that its reader will meet."""

from inspect import signature
from pathlib import Path
from typing import get_args

import pytest

from adapters.front_matter import Purpose
from engine.authoring import sequence
from engine.authoring.later import INSTEAD
from engine.sequence.templates import Value

PAGE = (Path(__file__).parents[2] / "docs" / "write-a-sequence.md").read_text(encoding="utf-8")
OF_A_SEQUENCE = [name for name in signature(sequence).parameters if name not in {"name", "stages", *INSTEAD}]


@pytest.mark.parametrize("word", OF_A_SEQUENCE)
def test_it_explains_whatever_holds_for_a_whole_sequence(word: str):
    """Who copies a line must be able to look up what it does."""
    assert f"`{word}=" in PAGE


@pytest.mark.parametrize("value", list(Value))
def test_it_explains_every_value(value: Value):
    """The list is closed, so it has to be found."""
    assert f"| `{value}` | " in PAGE


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_it_explains_every_purpose(purpose: str):
    """It decides who may be written to."""
    assert f"`{purpose}`" in PAGE
