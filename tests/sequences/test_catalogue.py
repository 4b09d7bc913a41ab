"""What is shipped is a catalogue worth copying: complete, without a remark, and readable by whoever approves it."""

from pathlib import Path

import pytest

from adapters import author_tests
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
    drafts = FILES.of_drafts()
    used = {template.name for plan in RELEASE.plans for template in plan.templates}
    assert used <= set(FILES.templates) | set(FILES.texts.snippets)
    assert set(FILES.templates) - used <= drafts.wanted()
    assert set(FILES.texts.snippets) <= used


def test_inbound_lead_sees_a_lead_through_all_six_stages():
    """It is the example of a whole life."""
    inbound = CATALOGUE.named("inbound-lead")
    assert inbound is not None
    assert [plan.name for plan in inbound.stages] == list(Stage)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param("missed-call", "inbound-lead", id="a ringing phone interrupts an enquiry"),
        pytest.param("missed-call", "proposal-follow-up", id="a ringing phone interrupts a proposal"),
        pytest.param("proposal-follow-up", "inbound-lead", id="a proposal takes over from an enquiry"),
        pytest.param("keep-in-touch", "inbound-lead", id="not now takes over from an enquiry"),
        pytest.param("inbound-lead", "customer-care", id="an enquiry sees its own customers through"),
    ],
)
def test_what_is_more_urgent_stands_higher(upper: str, lower: str):
    """The order decides who takes a lead from whom; a new sequence may stand anywhere between."""
    names = [sequence.name for sequence in CATALOGUE.sequences]
    assert names.index(upper) < names.index(lower)


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_it_reads_as_it_was_approved(sequence: Sequence):
    """A change of meaning shows as a change of plain English; read it, then write the new text down."""
    approved = DESCRIBED / f"{sequence.name}.md"
    assert approved.is_file(), f"nobody has approved it yet; {how_to_write_down(sequence.name)}"
    assert describe(sequence) == approved.read_text(encoding="utf-8"), (
        f"it is not what was approved; {how_to_write_down(sequence.name)}"
    )


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_what_it_promises_is_tested_beside_it(sequence: Sequence):
    """Whoever copies a sequence copies its tests, and `followup sequence test` finds them by its name."""
    promises = Path(author_tests.tests_of("sequences", sequence.name)).read_text()
    assert "def test_" in promises
    assert f"What {sequence.name} promises" in promises


def how_to_write_down(name: str) -> str:
    """What makes or renews the text that was approved."""
    return f"read it, then run: followup sequence describe {name} > tests/sequences/described/{name}.md"
