"""What must come of every drill: after it is healed it grows quiet by itself, and every promise was kept."""

from collections import abc
from datetime import timedelta
from typing import NamedTuple

from tests.chaos.quiet import quiet
from tests.chaos.scene import Scene
from tests.chaos.seen import evidence_of, forgotten
from tests.support.checker import breaks
from tests.support.evidence import Break, Evidence

BY_CHANCE = {"barriers.lifted_as", "tasks.touch_key"}
"""What not every drill has: somebody whom a sequence led on in time, a message of which a person was told."""
SIMULATED = {"deliveries.not_before", "inbox.is_so", "barriers.committed_at", "due.left_out", "due.is_so", "earlier"}
"""What only the simulation sees: it knows the reason of everything that it did, and stands beside every commit."""


class Verdict(NamedTuple):
    """What was found, and how much there was to find it in."""

    quiet_after: timedelta
    leads: int
    messages: int
    """That people would have received."""
    unproven: int
    """Touches of which a person was told that nobody knows whether they left."""
    events: int
    again: int
    """Deliveries of an event that we had already."""
    breaks: tuple[Break, ...]
    evidence: Evidence

    def __str__(self) -> str:
        """In a line."""
        return (
            f"{self.leads} leads, {self.messages} messages, {self.unproven} unproven, {self.events} events "
            f"({self.again} of them again), quiet after {self.quiet_after.total_seconds():.1f} s, "
            f"{len(self.breaks)} broken promises"
        )


def unseen(evidence: Evidence) -> tuple[str, ...]:
    """What the evidence says nothing about, such as deliveries.allowed: no promise can be judged by it."""
    gathered = {kind: rows for kind, rows in evidence._asdict().items() if kind != "until"}
    nothing = [kind for kind, rows in gathered.items() if not rows]
    return (*nothing, *(f"{kind}.{field}" for kind, rows in gathered.items() for field in _unsaid(rows)))


def _unsaid(rows: abc.Sequence[object]) -> abc.Iterator[str]:
    """The fields in which no row says anything."""
    for field in getattr(rows[0], "_fields", ()) if rows else ():
        if all(getattr(row, field) in (None, "") for row in rows):
            yield field


async def verdict(scene: Scene) -> Verdict:
    """
    Heal the provider, wait until all is quiet, and judge.

    Raises: TimeoutError when it does not become quiet, AssertionError when there is nothing to judge a promise by.
    """
    scene.fine_weather(True)
    took = await quiet(scene)
    evidence = await evidence_of(scene)
    blind = {*unseen(evidence)} - BY_CHANCE - SIMULATED
    assert not blind, f"there is nothing by which to judge {', '.join(sorted(blind))}"
    return Verdict(
        quiet_after=took,
        leads=len(evidence.leads),
        messages=sum(delivery.accepted_at is not None for delivery in evidence.deliveries),
        unproven=sum(touch.state == "lost" for touch in evidence.touches),
        events=len(evidence.posted),
        again=sum(row.copies - 1 for row in evidence.inbox),
        breaks=(*breaks(evidence), *forgotten(scene, evidence)),
        evidence=evidence,
    )
