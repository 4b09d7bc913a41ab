"""The shipped sequences and templates as they lie in the checkout, and a lead that lives on them."""

from pathlib import Path

from adapters.sequence_files import load
from engine.life.circumstances import Circumstances, FieldValue
from engine.words import Channel, EventKind
from tests.support.life import Life, at, circumstances

HOUSE = Path(__file__).parents[2]
FILES = load("sequences")
CATALOGUE = FILES.catalogue
RELEASE = FILES.release()
PIPELINE = FILES.pipeline

MONDAY_MORNING = "2027-03-01 09:20"


def lead(when: str = MONDAY_MORNING, *, channels: tuple[Channel, ...] = tuple(Channel), **fields: str | bool) -> Life:
    """A lead with these addresses and fields, captured at this time in New York."""
    known = tuple(state for state in circumstances().channels if state.channel in channels)
    life = Life(*RELEASE.plans, now=at(when), world=world(channels=known, fields=fields_of(fields)))
    life.happens(EventKind.CAPTURED)
    return life


def world(**changes: object) -> Circumstances:
    """A lead's world under the shipped pipeline."""
    assert PIPELINE is not None
    return circumstances(pipeline=PIPELINE.stages, **changes)


def fields_of(values: dict[str, str | bool]) -> tuple[FieldValue, ...]:
    """Values as the engine is given them."""
    return tuple(FieldValue(name=name, value=value) for name, value in values.items())
