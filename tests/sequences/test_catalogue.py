"""What is shipped is a catalogue worth copying: complete, without a remark, and readable by whoever approves it."""

from pathlib import Path

import pytest

from engine.sequence.check import check
from engine.sequence.compiled import Sequence
from engine.sequence.describe import describe
from engine.words import Stage
from tests.sequences.shipped import CATALOGUE, FILES, PIPELINE, RELEASE

DESCRIBED = Path(__file__).parent / "described"
SEQUENCES = [pytest.param(sequence, id=sequence.name) for sequence in CATALOGUE.sequences]


def test_nothing_is_wrong_with_it():
    """Whoever copies a sequence with a remark in it learns to ignore remarks."""
    assert check(CATALOGUE, FILES.template_facts(), PIPELINE) == ()


def test_nothing_is_wrong_with_its_templates():
    """A token nobody knows would stop a lead on the day its mail is due."""
    assert FILES.problems() == ()


def test_every_step_has_a_template_and_every_template_a_step():
    """A text that no step sends is one that somebody corrects in vain."""
    used = {template.name for plan in RELEASE.plans for template in plan.templates}
    assert used == set(FILES.templates)


def test_inbound_lead_sees_a_lead_through_all_six_stages():
    """It is the example of a whole life."""
    inbound = CATALOGUE.named("inbound-lead")
    assert inbound is not None
    assert [plan.name for plan in inbound.stages] == list(Stage)


def test_what_is_most_urgent_stands_highest():
    """The order decides who takes a lead from whom."""
    names = [sequence.name for sequence in CATALOGUE.sequences]
    assert names == ["missed-call", "proposal-follow-up", "keep-in-touch", "inbound-lead", "customer-care"]


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_it_reads_as_it_was_approved(sequence: Sequence):
    """A change of meaning shows as a change of plain English; read it, then write the new text down here."""
    assert describe(sequence) == (DESCRIBED / f"{sequence.name}.md").read_text(encoding="utf-8")
