"""Which facts change no course, and why."""

from datetime import timedelta

import pytest

from engine.life.events import Event, EventData
from engine.life.judging import ignored, received
from engine.reasons import IgnoreReason
from engine.words import EventKind
from tests.support.life import Life, at
from tests.support.sequences import call, days, email, sequence, stage

MONDAY = at("2026-11-23 09:00")
AHEAD = 300.0


def rosa() -> Life:
    """A lead with an open call."""
    life = Life(sequence(stage("response", email("one"), call("ring"), email("two", after=days(1)))), now=MONDAY)
    life.happens(EventKind.CAPTURED)
    return life


def event(kind: EventKind, occurred_at=MONDAY, **data: object) -> Event:
    """An event in its envelope."""
    return Event(
        number=7, id="e7", kind=kind, occurred_at=occurred_at, source="crm", data=EventData.model_validate(data)
    )


@pytest.mark.parametrize(
    ("fact", "because"),
    [
        pytest.param(event(EventKind.REPLIED, reply="question"), None, id="a reply"),
        pytest.param(event(EventKind.REPLIED, reply="automatic"), IgnoreReason.AUTOMATIC_MAIL, id="automatic mail"),
        pytest.param(event(EventKind.REPLIED, reply="bounce_notice"), IgnoreReason.AUTOMATIC_MAIL, id="a notice"),
        pytest.param(event(EventKind.REPLIED, reply="out_of_office"), None, id="an absence"),
        pytest.param(
            event(EventKind.REPLIED, reply="out_of_office", from_other="thread"),
            IgnoreReason.AUTOMATIC_MAIL,
            id="somebody else's absence",
        ),
        pytest.param(
            event(EventKind.REPLIED, MONDAY - timedelta(days=1), reply="question"),
            None,
            id="a reply from before, heard of after the first message",
        ),
        pytest.param(
            event(EventKind.REPLIED, MONDAY - timedelta(days=1), reply="out_of_office"),
            None,
            id="an absence announced before",
        ),
        pytest.param(event(EventKind.TASK_DONE, disposition="done"), IgnoreReason.TASK_CLOSED, id="a task of nobody"),
        pytest.param(event(EventKind.TASK_DONE, disposition="connected_positive"), None, id="a good talk, late"),
        pytest.param(event(EventKind.DELIVERY_FAILED), IgnoreReason.OLDER_THAN_ENROLMENT, id="a failure of nothing"),
        pytest.param(
            event(EventKind.DELIVERY_FAILED, touch_key="other"), IgnoreReason.OLDER_THAN_ENROLMENT, id="another touch"
        ),
        pytest.param(event(EventKind.PAID), None, id="anything else"),
    ],
)
def test_a_fact_that_refers_to_nothing_says_so(fact, because):
    """Webhooks repeat, reorder and lie; the row keeps the reason."""
    assert ignored(rosa().progress, fact, MONDAY) is because


def test_a_reply_from_before_answers_nothing_of_a_sequence_that_has_not_written():
    """Its row says why the lead goes on."""
    life = Life(sequence(stage("nurture", email("one", after=days(1)))), now=MONDAY)
    life.happens(EventKind.CAPTURED)
    fact = event(EventKind.REPLIED, MONDAY - timedelta(days=1), reply="question")
    assert ignored(life.progress, fact, MONDAY) is IgnoreReason.OLDER_THAN_ENROLMENT


def test_an_open_task_can_be_closed():
    """The commonest fact of all from people."""
    life = rosa()
    fact = event(EventKind.TASK_DONE, task_key=life.progress.tasks[0].task.task_key, disposition="no_answer")
    assert ignored(life.progress, fact, MONDAY) is None


@pytest.mark.parametrize("kind", list(EventKind))
def test_nothing_reaches_a_lead_that_is_gone(kind):
    """A lead that was erased has no course."""
    life = rosa()
    life.happens(EventKind.ERASED)
    assert ignored(life.progress, event(kind), MONDAY) is IgnoreReason.LEAD_GONE


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_is_noted_without_content(kind):
    """A webhook that says nothing but its kind must not break a lead, enrolled or not."""
    for life in (rosa(), Life(now=MONDAY)):
        life.happens(kind)
        assert life.progress.last_applied == life.events


@pytest.mark.parametrize(
    ("ahead", "counts_as"),
    [(timedelta(0), timedelta(0)), (timedelta(minutes=5), timedelta(minutes=5)), (timedelta(hours=1), timedelta(0))],
    ids=["now", "five minutes ahead", "an hour ahead"],
)
def test_an_event_from_the_future_happened_when_it_was_received(ahead, counts_as):
    """Clocks differ by minutes, not by hours."""
    assert received(event(EventKind.PAID, MONDAY + ahead), MONDAY, AHEAD) == MONDAY + counts_as


def test_a_touch_of_ours_is_known_by_its_key():
    """A failed delivery is matched by the touch, not by the address."""
    life = rosa()
    key = next(move.touch_key for _, move in life.moves if move.kind == "send")
    assert ignored(life.progress, event(EventKind.DELIVERY_FAILED, touch_key=key), MONDAY) is None
