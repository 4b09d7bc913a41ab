"""The checker is no help unless it sees every kind of break, and is silent about a run that kept every promise."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.checker import breaks
from tests.support.evidence import (
    Barrier,
    Delivery,
    Due,
    Evidence,
    InboxRow,
    LeadRow,
    Posted,
    TaskRow,
    TouchRow,
)

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SENT = Delivery(
    touch_key="t1",
    marker="rosa/1/0.response/1/hello/0",
    lead="rosa",
    channel="email",
    began_at=NOON,
    accepted_at=NOON,
    valid_until=LATER,
    claimed_after=7,
    allowed=True,
)
TRIED = SENT._replace(accepted_at=None)
TOUCH = TouchRow(touch_key="t1", lead="rosa", channel="email", step="hello", state="delivered")
ROW = InboxRow(source="crm", event_id="e1", lead="rosa", number=1, disposition="applied", copies=2)
POSTED = Posted(source="crm", event_id="e1", answered=2, tried=3)
ROSA = LeadRow(lead="rosa", state="waiting", due=LATER, why="the sequence waits a day")
OPT_OUT = Barrier(lead="rosa", kind="opted_out", committed_as=5, channels=("email",))
DUE = Due(lead="rosa", marker=SENT.marker, touch_key="t1")
PROOF = TaskRow(lead="rosa", kind="proof", state="open", touch_key="t1")

CLEAN = Evidence(
    until=NOON,
    deliveries=(SENT, TRIED),
    touches=(TOUCH, TOUCH._replace(touch_key="t2", state="suppressed", reason="opted_out")),
    inbox=(ROW, ROW._replace(event_id="e2", number=2, disposition="ignored", reason="stale", copies=1)),
    posted=(POSTED, POSTED._replace(event_id="e3", answered=0)),
    barriers=(
        OPT_OUT._replace(within=("rosa/2/",)),
        OPT_OUT._replace(lifted_as=6),
        OPT_OUT._replace(channels=("sms",)),
        OPT_OUT._replace(lead="ben"),
    ),
    tasks=(PROOF._replace(touch_key=None),),
    leads=(
        ROSA,
        ROSA._replace(lead="ben", state="over.completed", due=None),
        ROSA._replace(lead="eva", state="review.outcome_unproven", due=None),
        ROSA._replace(lead="rosa", state="task"),
    ),
    due=(
        DUE,
        DUE._replace(touch_key="t2", left_out="opted_out", is_so=True),
        DUE._replace(touch_key=None, left_out="no_date", is_so=True),
        DUE._replace(touch_key=None, excused=True),
    ),
)


def without_delivery(**touch: str) -> Evidence:
    """The touch so, and nobody got anything."""
    return CLEAN._replace(deliveries=(), touches=(TOUCH._replace(**touch),), due=())


def with_lead(**lead: Any) -> Evidence:
    """The lead so."""
    return CLEAN._replace(leads=(ROSA._replace(**lead),))


def with_row(**row: Any) -> Evidence:
    """The Inbox row so."""
    return CLEAN._replace(inbox=(ROW._replace(**row),), posted=())


def with_delivery(**delivery: Any) -> Evidence:
    """The delivery so."""
    return CLEAN._replace(deliveries=(SENT._replace(**delivery),))


BROKEN = {
    "a due touch that is nowhere": ("L", CLEAN._replace(due=(DUE._replace(touch_key=None),))),
    "a due touch whose row is gone": ("L", CLEAN._replace(due=(DUE._replace(touch_key="t9", excused=True),))),
    "a touch left out for a reason that is none": (
        "L",
        CLEAN._replace(due=(DUE._replace(touch_key="t2", left_out="no_consent", is_so=False),)),
    ),
    "a touch in flight for ever": ("L", without_delivery(state="in_flight")),
    "a touch in doubt for ever": ("L", without_delivery(state="uncertain")),
    "a look-up without a conclusion": ("L", without_delivery(state="not_found")),
    "a touch that waits in a lead that is over": (
        "L",
        without_delivery(state="deferred")._replace(leads=(ROSA._replace(state="over.completed"),), tasks=()),
    ),
    "a touch suppressed without a reason": ("L", without_delivery(state="suppressed")),
    "a lost touch without a task": ("L", without_delivery(state="lost")),
    "a refused content without a task": ("L", without_delivery(state="rejected", reason="bad_content")),
    "a task about another touch": (
        "L",
        without_delivery(state="lost")._replace(tasks=(PROOF._replace(touch_key="t9"),)),
    ),
    "a delivery nobody wrote down": ("L", CLEAN._replace(touches=(), due=())),
    "a delivery that is written down as refused": (
        "L",
        CLEAN._replace(touches=(TOUCH._replace(state="rejected", reason="opted_out"),), due=()),
    ),
    "a delivery that is written down as suppressed": (
        "L",
        CLEAN._replace(touches=(TOUCH._replace(state="suppressed", reason="no_consent"),), due=()),
    ),
    "a touch nobody took that we call accepted": ("L", without_delivery(state="accepted")),
    "one key delivered twice": ("D", CLEAN._replace(deliveries=(SENT, SENT._replace(marker="another")))),
    "one message delivered under two keys": (
        "D",
        CLEAN._replace(
            deliveries=(SENT, SENT._replace(touch_key="t3")), touches=(TOUCH, TOUCH._replace(touch_key="t3")), due=()
        ),
    ),
    "one message delivered again after a restore": (
        "D",
        CLEAN._replace(deliveries=(SENT._replace(forgotten=True), SENT)),
    ),
    "one message delivered twice before a restore": (
        "D",
        CLEAN._replace(earlier=(Evidence(until=NOON, deliveries=(SENT, SENT)),)),
    ),
    "a claim after an opt-out": ("O", CLEAN._replace(barriers=(OPT_OUT,))),
    "a claim before the opt-out was taken back": ("O", CLEAN._replace(barriers=(OPT_OUT._replace(lifted_as=8),))),
    "a claim after a stop of what it belongs to": (
        "O",
        CLEAN._replace(barriers=(OPT_OUT._replace(within=("rosa/1/",)),)),
    ),
    "a delivery before its delay is over": ("W", with_delivery(not_before=LATER)),
    "a delivery outside the hours": ("W", with_delivery(allowed=False)),
    "a delivery after it was valid": ("W", with_delivery(valid_until=NOON - timedelta(seconds=1))),
    "a lead that nothing will wake": ("T", with_lead(due=None)),
    "a lead that should have been looked at": ("T", with_lead(due=NOON)),
    "a lead that does not say for what it waits": ("T", with_lead(why="")),
    "a lead whose look fails": ("T", with_lead(failing=True)),
    "a Review without a reason": ("T", with_lead(state="review.")),
    "a state nobody knows": ("T", with_lead(state="limbo")),
    "a lead that is over and still has a task": (
        "T",
        with_lead(state="over.completed", due=None)._replace(tasks=(PROOF._replace(touch_key=None),)),
    ),
    "a lead that waits for no task": ("T", CLEAN._replace(tasks=(), leads=(ROSA._replace(state="task"),))),
    "a row nobody read": ("E", with_row(disposition=None)),
    "a row with a word that is no end": ("E", with_row(disposition="seen")),
    "a row ignored without a reason": ("E", with_row(disposition="ignored")),
    "a row ignored for a reason that is none": ("E", with_row(disposition="ignored", reason="stale", is_so=False)),
    "an event with two rows": ("E", CLEAN._replace(inbox=(ROW, ROW._replace(number=2)))),
    "an event that was answered and is gone": ("E", CLEAN._replace(inbox=())),
    "an answer that nobody counted": ("E", CLEAN._replace(posted=(POSTED._replace(answered=3),))),
    "a copy that nobody sent": ("E", CLEAN._replace(posted=(POSTED._replace(tried=1, answered=1),))),
}


def test_a_run_that_kept_every_promise_is_not_accused():
    """A checker that cries wolf is switched off, and then nobody checks."""
    assert breaks(CLEAN) == ()


@pytest.mark.parametrize("what", BROKEN)
def test_every_kind_of_break_is_seen_under_its_letter(what):
    """One piece of bad evidence for each thing the checker looks for."""
    letter, evidence = BROKEN[what]
    assert {found.letter for found in breaks(evidence)} == {letter}


def test_every_letter_has_bad_evidence():
    """A letter without any would be a promise that nobody checks."""
    assert {letter for letter, _ in BROKEN.values()} == set("LDOWTE")


@pytest.mark.parametrize("reason", ["bad_recipient", "opted_out"])
def test_an_address_at_fault_needs_nobody(reason):
    """A dead or closed address skips the step, and the lead goes on."""
    assert breaks(without_delivery(state="rejected", reason=reason)) == ()


def test_of_a_lead_that_is_gone_nobody_is_asked():
    """Whoever was erased is nobody's task any more."""
    gone = OPT_OUT._replace(kind="erased", channels=("email", "sms", "voice"))
    assert breaks(without_delivery(state="lost")._replace(barriers=(gone,))) == ()


def test_what_was_not_seen_is_held_against_nobody():
    """A harness that could not see the order of commits or the clock on the wall proves nothing, either way."""
    unseen = SENT._replace(claimed_after=None, allowed=None, valid_until=None)
    assert breaks(CLEAN._replace(deliveries=(unseen,), barriers=(OPT_OUT,))) == ()


def test_what_a_restored_database_has_forgotten_a_person_may_send_again():
    """The runbook tells them to ask the provider first: what nobody else remembers, only they can know."""
    let_go = OPT_OUT._replace(kind="state_went_back", committed_at=None, lifted_as=6)
    again = CLEAN._replace(deliveries=(SENT._replace(forgotten=True, claimed_after=None), SENT), barriers=(let_go,))
    assert breaks(again) == ()


def test_a_lost_touch_with_its_task_may_have_been_delivered_or_not():
    """Nobody knows: that is what the task is for."""
    for deliveries in ((SENT,), ()):
        evidence = without_delivery(state="lost")._replace(deliveries=deliveries, tasks=(PROOF,))
        assert breaks(evidence) == ()
