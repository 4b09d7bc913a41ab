"""What a lead's workflow carries goes without its defaults, so a default is part of the wire for ever."""

from datetime import UTC, datetime

import pytest

from engine.frozen import Terse
from engine.life.turn import Glance, Scrap, Turn
from engine.words import Act, LeadId

DUE = datetime(2026, 11, 23, 15, tzinfo=UTC)
LEAD = LeadId("4f1c")

BARE: tuple[tuple[Terse, str, dict[str, object]], ...] = (
    (
        Turn(lead_id=LEAD, due=DUE),
        '{"lead_id":"4f1c","due":"2026-11-23T15:00:00Z"}',
        {
            "lead_id": LEAD,
            "revision": 0,
            "due": DUE,
            "act": Act.LOOK,
            "why": "",
            "then": "",
            "stage": "capture",
            "state": "waiting",
            "story": "",
            "zone": "",
            "over": False,
            "heard": 0,
        },
    ),
    (Scrap(name="pause", body="{}"), '{"name":"pause","body":"{}"}', {"name": "pause", "body": "{}", "mark": ""}),
    (Glance(lead_id=LEAD), '{"lead_id":"4f1c"}', {"lead_id": LEAD, "revision": 0, "scraps": ()}),
)
"""Each with nothing said that can go unsaid, as it is written, and what whoever reads it knows."""

each_bare = pytest.mark.parametrize(("bare", "written", "meant"), BARE, ids=("turn", "scrap", "glance"))


@each_bare
def test_what_goes_without_saying_is_meant_for_ever(bare, written, meant):
    """Histories of years ago leave it out: with another default their leads would be read as others than they were."""
    assert {name: getattr(type(bare).model_validate_json(written), name) for name in type(bare).model_fields} == meant


@each_bare
def test_what_goes_without_saying_is_not_written(bare, written, meant):
    """Every look writes it into a history, of which Temporal keeps so many bytes."""
    assert bare.model_dump_json() == written


def test_what_is_said_is_written_and_read():
    """Leaving out the wrong half would lose it."""
    said = Turn(
        lead_id=LEAD,
        revision=3,
        due=DUE,
        act=Act.SEND_EMAIL,
        why="email a",
        then="email a is due",
        stage="nurture",
        state="task",
        story="- a look",
        zone="New York",
        over=True,
        heard=2,
    )
    glance = Glance(lead_id=LEAD, revision=3, scraps=(Scrap(name="pause", body="{}", mark="7"),))
    assert said.model_dump(mode="json").keys() == Turn.model_fields.keys()
    assert Turn.model_validate_json(said.model_dump_json()) == said
    assert Glance.model_validate_json(glance.model_dump_json()) == glance
