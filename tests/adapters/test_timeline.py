"""What happened to a lead, told from every table that knows."""

from datetime import timedelta

import pytest

from adapters.timeline import timeline
from tests.adapters.world import MONDAY, ROSA, Company
from tests.support.looking import lives, looks, publishes_a_wait


@pytest.fixture
def told(company: Company) -> list[tuple[str, str, str, bool]]:
    """The life of a lead that was written to, moved by the CRM, and answered."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    company.hears(rosa, "stage_changed", MONDAY + timedelta(minutes=1), pipeline_stage="Nobody's")
    company.hears(rosa, "resume", MONDAY + timedelta(minutes=2), reason="her mother is ill")
    company.hears(rosa, "replied", MONDAY + timedelta(minutes=3), channel="email", reply="question")
    looks(company, rosa, now=MONDAY + timedelta(minutes=4))
    with company.database.reading() as transaction:
        return [(h.kind, h.what, h.text, h.changed_nothing) for h in timeline(transaction, rosa)]


def test_everything_is_told_in_words_and_in_the_order_it_happened(told):
    """An event before what it started, a stage before what is sent in it."""
    assert told[:4] == [
        ("event", "captured", "the lead is captured", False),
        ("enrolment", "started", "greeting started because the lead is captured", False),
        ("stage", "response", "capture → response", False),
        ("touch", "accepted", "email hello accepted", False),
    ]
    for one in (
        ("event", "stage_changed", 'the CRM moves the lead into "Nobody\'s"', False),
        ("event", "resume", "resume by ana (ignored: not_paused)", True),
        ("event", "replied", "the lead answers with a question", False),
        ("task", "opened", "an answer to the lead for the owner", False),
        ("enrolment", "ended", "greeting ended: the lead answered", False),
    ):
        assert one in told, told


def test_what_somebody_typed_is_not_in_it(told):
    """It is shown on a stage."""
    assert "her mother" not in str(told)
