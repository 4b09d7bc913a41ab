"""
Whether a run kept its promises: the breaks in its evidence.

    assert breaks(evidence) == ()

The promises have the letters of faults.md 2: Lost, Double, Opt-out and stop, Window, Trapped, Event. This module reads
plain data and imports nothing of the product. What was not seen is None and never held against anybody.
"""

from collections import Counter, abc
from typing import Final

from tests.support.evidence import Barrier, Break, Delivery, Evidence, LeadRow, TouchRow

TAKEN: Final = frozenset({"accepted", "sent", "delivered", "read", "undelivered", "bounced", "canceled"})
"""States that say: the provider has it."""
NOT_GONE_OUT: Final = frozenset({"deferred", "retryable", "suppressed", "rejected"})
"""States that say: nobody got it."""
IN_BETWEEN: Final = frozenset({"in_flight", "uncertain", "not_found"})
"""States that reconciliation must have ended."""
WAITS: Final = frozenset({"deferred", "retryable"})
"""States of a touch that its lead still means to send."""
ADDRESS_AT_FAULT: Final = frozenset({"bad_recipient", "opted_out"})
"""Refusals after which the lead goes on, and nobody is asked."""
ASKS_ABOUT_A_TOUCH: Final = frozenset({"proof", "problem"})
GONE: Final = frozenset({"merged", "deleted", "erased"})
"""After these nobody is asked anything about the lead."""
FINAL: Final = frozenset({"applied", "ignored", "dead_letter", "unmatched"})
STANDS: Final = ("waiting", "task", "paused")
NAMED: Final = ("review.", "over.")


def breaks(evidence: Evidence) -> tuple[Break, ...]:
    """Every promise that the evidence shows broken; none when all were kept."""
    return (
        *_lost(evidence),
        *_disagreeing(evidence),
        *_double(evidence),
        *_after_a_stop(evidence),
        *_outside_the_hours(evidence),
        *_trapped(evidence),
        *_events(evidence),
        *(found for earlier in evidence.earlier for found in (*_double(earlier), *_after_a_stop(earlier))),
    )


# --- L: every touch that became due has an end, and somebody knows ----------------------------------------------------


def _lost(evidence: Evidence) -> abc.Iterator[Break]:
    known = {touch.touch_key for touch in evidence.touches}
    leads = {lead.lead: lead for lead in evidence.leads}
    for due in evidence.due:
        if due.touch_key is not None and due.touch_key not in known:
            yield Break("L", due.lead, f"{due.marker} became due, was told to the records, and is nowhere")
        elif due.left_out and due.is_so is False:
            yield Break("L", due.lead, f"{due.marker} was left out because of {due.left_out}, which is not so")
        elif due.touch_key is None and not due.left_out and not due.excused:
            yield Break("L", due.lead, f"{due.marker} became due and is nowhere")
    for touch in evidence.touches:
        if touch.state in IN_BETWEEN:
            yield Break("L", touch.lead, f"{touch.step} is still {touch.state}")
        elif touch.state in WAITS and _over(leads.get(touch.lead)):
            yield Break("L", touch.lead, f"{touch.step} is {touch.state}, and nothing will ever send it")
        elif touch.state == "suppressed" and not touch.reason:
            yield Break("L", touch.lead, f"{touch.step} is suppressed, and nobody knows why")
        elif _needs_a_person(touch) and not _was_asked(touch, evidence):
            yield Break("L", touch.lead, f"{touch.step} is {touch.state}, and no person was asked")


def _over(lead: LeadRow | None) -> bool:
    return lead is not None and lead.state.startswith("over.")


def _needs_a_person(touch: TouchRow) -> bool:
    return touch.state == "lost" or (touch.state == "rejected" and touch.reason not in ADDRESS_AT_FAULT)


def _was_asked(touch: TouchRow, evidence: Evidence) -> bool:
    if any(task.touch_key == touch.touch_key and task.kind in ASKS_ABOUT_A_TOUCH for task in evidence.tasks):
        return True
    return any(barrier.lead == touch.lead and barrier.kind in GONE for barrier in evidence.barriers)


# --- L: what we say of a touch is what the provider did ---------------------------------------------------------------


def _disagreeing(evidence: Evidence) -> abc.Iterator[Break]:
    """A touch that is lost without a task is told above; with one, a person is on it whatever the provider did."""
    rows = {touch.touch_key: touch for touch in evidence.touches}
    taken = {one.touch_key: one for one in evidence.deliveries if one.accepted_at is not None}
    for key, delivery in taken.items():
        row = rows.get(key)
        if delivery.forgotten:
            continue
        if row is None:
            yield Break("L", delivery.lead, f"{delivery.marker} was delivered, and the ledger knows nothing of it")
        elif row.state in NOT_GONE_OUT:
            yield Break("L", delivery.lead, f"{delivery.marker} was delivered, and the ledger says {row.state}")
    for touch in evidence.touches:
        if touch.state in TAKEN and touch.touch_key not in taken:
            yield Break("L", touch.lead, f"{touch.step} is {touch.state}, and the provider never took it")


# --- D: nobody gets anything twice ------------------------------------------------------------------------------------


def _double(evidence: Evidence) -> abc.Iterator[Break]:
    """What a restored database has forgotten may leave again once a person has let the lead go on, and not before."""
    taken = [one for one in evidence.deliveries if one.accepted_at is not None]
    for name, of in (("D1: touch", _touch_of), ("D2:", _marker_of)):
        known = [one for one in taken if not one.forgotten]
        for key, times in Counter(map(of, known)).items():
            if times > 1:
                yield Break(
                    "D", next(one.lead for one in known if of(one) == key), f"{name} {key} was delivered {times} times"
                )
        forgotten = {of(one) for one in taken if one.forgotten}
        for one in known:
            if of(one) in forgotten and not _is_let_go(one, evidence):
                yield Break(
                    "D", one.lead, f"{name} {of(one)} was delivered again after a restore, and nobody wanted it"
                )


def _touch_of(delivery: Delivery) -> str:
    return delivery.touch_key


def _marker_of(delivery: Delivery) -> str:
    return delivery.marker


def _is_let_go(delivery: Delivery, evidence: Evidence) -> bool:
    """Whether a person had decided about the lead that a restore set back, before this was claimed."""
    claim = delivery.claimed_after
    words = [one.lifted_as for one in evidence.barriers if one.lead == delivery.lead and one.kind == "state_went_back"]
    return claim is None or any(word is not None and word <= claim for word in words)


# --- O: stop means stop -----------------------------------------------------------------------------------------------


def _after_a_stop(evidence: Evidence) -> abc.Iterator[Break]:
    barriers: dict[str, list[Barrier]] = {}
    for barrier in evidence.barriers:
        barriers.setdefault(barrier.lead, []).append(barrier)
    for delivery in evidence.deliveries:
        for barrier in barriers.get(delivery.lead, ()):
            if _forbids(barrier, delivery):
                yield Break("O", delivery.lead, f"{delivery.marker} was claimed after {barrier.kind}")


def _forbids(barrier: Barrier, delivery: Delivery) -> bool:
    """Whether the claim was committed behind the barrier; of two commits the database says which came first."""
    claim = delivery.claimed_after
    if claim is None or delivery.accepted_at is None or delivery.channel not in barrier.channels:
        return False
    if barrier.within and not delivery.marker.startswith(barrier.within):
        return False
    return barrier.committed_as < claim and (barrier.lifted_as is None or barrier.lifted_as > claim)


# --- W: inside the hours, and not too soon ----------------------------------------------------------------------------


def _outside_the_hours(evidence: Evidence) -> abc.Iterator[Break]:
    for delivery in evidence.deliveries:
        if delivery.accepted_at is None:
            continue
        if delivery.allowed is False:
            yield Break("W", delivery.lead, f"{delivery.marker} left at {delivery.accepted_at}, outside the hours")
        if delivery.valid_until is not None and delivery.accepted_at > delivery.valid_until:
            yield Break("W", delivery.lead, f"{delivery.marker} left at {delivery.accepted_at}, after it was valid")
        if delivery.not_before is not None and delivery.accepted_at < delivery.not_before:
            yield Break(
                "W", delivery.lead, f"{delivery.marker} left at {delivery.accepted_at}, before its delay was over"
            )


# --- T: nobody is stuck unseen ----------------------------------------------------------------------------------------


def _trapped(evidence: Evidence) -> abc.Iterator[Break]:
    open_tasks = {task.lead for task in evidence.tasks if task.state == "open"}
    for lead in evidence.leads:
        if lead.failing:
            yield Break("T", lead.lead, f"its look fails: {lead.why}")
        elif lead.state.startswith(NAMED):
            if not lead.state.partition(".")[2]:
                yield Break("T", lead.lead, f"it is {lead.state} without a reason")
            elif _over(lead) and lead.lead in open_tasks:
                yield Break("T", lead.lead, f"it is {lead.state}, and somebody still has a task")
        elif lead.state not in STANDS:
            yield Break("T", lead.lead, f"nobody knows the state {lead.state!r}")
        elif lead.due is None or lead.due <= evidence.until:
            yield Break("T", lead.lead, f"it is {lead.state}, and nothing will wake it ({lead.due}, {lead.why})")
        elif not lead.why:
            yield Break("T", lead.lead, "it waits, and does not say for what")
        elif lead.state == "task" and lead.lead not in open_tasks:
            yield Break("T", lead.lead, "it waits for a task that is not open")


# --- E: every event that was answered is accounted for ----------------------------------------------------------------


def _events(evidence: Evidence) -> abc.Iterator[Break]:
    rows = Counter((row.source, row.event_id) for row in evidence.inbox)
    copies = {(row.source, row.event_id): row.copies for row in evidence.inbox}
    for row in evidence.inbox:
        if row.disposition not in FINAL:
            yield Break(
                "E", row.lead or "", f"Inbox row {row.number} ({row.event_id}) is {row.disposition or 'unread'}"
            )
        elif row.disposition == "ignored" and not row.reason:
            yield Break("E", row.lead or "", f"Inbox row {row.number} ({row.event_id}) is ignored without a reason")
        elif row.disposition == "ignored" and row.is_so is False:
            yield Break("E", row.lead or "", f"Inbox row {row.number} is ignored as {row.reason}, which it is not")
    for name, times in rows.items():
        if times > 1:
            yield Break("E", "", f"event {name} has {times} Inbox rows")
    for posted in evidence.posted:
        kept = copies.get((posted.source, posted.event_id), 0)
        if posted.answered > kept:
            yield Break("E", "", f"event {posted.event_id} was answered {posted.answered} times and kept {kept} times")
        elif kept > posted.tried:
            yield Break("E", "", f"event {posted.event_id} was sent {posted.tried} times and counted {kept} times")
