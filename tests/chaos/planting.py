"""Breaks that are planted by hand in the evidence of a drill that kept its promises: the checker must see each."""

from collections import abc
from datetime import timedelta
from typing import NamedTuple

from tests.support.evidence import Barrier, Delivery, Evidence

LONG = timedelta(hours=1)


class Planted(NamedTuple):
    """Evidence with one break."""

    what: str
    letter: str
    """The promise that it breaks."""
    evidence: Evidence


def planted(clean: Evidence) -> abc.Iterator[Planted]:
    """Every break that this evidence allows."""
    sent = next(one for one in clean.deliveries if one.accepted_at is not None and one.valid_until is not None)
    for kind in sorted({barrier.kind for barrier in clean.barriers}):
        yield Planted(f"a claim after {kind}", "O", _claimed_after(clean, kind))
    yield Planted("a mail outside the hours", "W", _with(clean, sent, sent._replace(allowed=False)))
    late = sent._replace(accepted_at=sent.valid_until and sent.valid_until + LONG)
    yield Planted("a mail after it was valid", "W", _with(clean, sent, late))
    nowhere = clean.due[0]._replace(touch_key="no such touch")
    yield Planted("a due mail that is nowhere", "L", clean._replace(due=(*clean.due, nowhere)))
    gone = clean.due[0].touch_key
    forgotten = clean._replace(
        touches=tuple(touch for touch in clean.touches if touch.touch_key != gone),
        deliveries=tuple(one for one in clean.deliveries if one.touch_key != gone),
    )
    yield Planted("a mail that was due, and neither written down nor sent", "L", forgotten)


def _claimed_after(clean: Evidence, kind: str) -> Evidence:
    """The barrier as if it had been committed before a claim of its lead, or of somebody's, that came first."""
    claims = {one.lead: one for one in clean.deliveries if one.accepted_at is not None and one.claimed_after}
    barrier = max((one for one in clean.barriers if one.kind == kind), key=lambda one: one.lead in claims)
    claim = claims.get(barrier.lead) or next(iter(claims.values()))
    earlier: Barrier = barrier._replace(lead=claim.lead, committed_as=(claim.claimed_after or 0) - 1, lifted_as=None)
    return clean._replace(barriers=(earlier, *(one for one in clean.barriers if one is not barrier)))


def _with(clean: Evidence, old: Delivery, new: Delivery) -> Evidence:
    return clean._replace(deliveries=tuple(new if one is old else one for one in clean.deliveries))
