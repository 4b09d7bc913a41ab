"""The fourteen example sequences: the language can say what operations teams need to say."""

import pytest

from engine.sequence.check import check
from engine.sequence.compiled import Sequence
from engine.sequence.describe import describe
from engine.sequence.structure import steps
from engine.sequence.version import LARGEST, canonical_json
from tests.engine.authoring.examples import LIFE

EVERY = pytest.mark.parametrize("example", LIFE.sequences, ids=lambda example: example.name)


def test_there_are_fourteen_of_them():
    """One for each the language was tried with."""
    assert len(LIFE.sequences) == 14


@EVERY
def test_it_comes_back_from_json_as_it_was(example: Sequence):
    """A lead carries its sequence as JSON for months."""
    assert Sequence.model_validate_json(canonical_json(example)) == example


@EVERY
def test_it_is_a_value(example: Sequence):
    """Frozen and hashable, all the way down: what was published cannot change."""
    assert hash(example) == hash(Sequence.model_validate_json(example.model_dump_json()))


@EVERY
def test_it_fits_on_a_row_many_times_over(example: Sequence):
    """The limit is for mistakes, not for real sequences."""
    assert len(canonical_json(example)) < LARGEST / 4


@EVERY
def test_its_description_names_every_step_and_stage(example: Sequence):
    """Whoever approves it must not approve something that is not told."""
    text = describe(example)
    assert f"# {example.name}\n" in text
    assert text.count("\n## ") == len(example.stages) + 1
    for step_id in ids(example):
        assert step_id in text


@EVERY
def test_its_description_has_no_code_in_it(example: Sequence):
    """Plain English: no enum, no class name, no Python."""
    text = describe(example)
    assert "StrEnum" not in text
    assert "=" not in text
    assert "None" not in text


def test_together_they_are_a_whole_life():
    """The examples pass the check that a real catalogue has to pass."""
    assert check(LIFE) == ()


def ids(example: Sequence) -> set[str]:
    return {step.id for plan in example.stages for step in steps(plan)}
