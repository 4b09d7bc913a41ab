"""What must come of every drill: after it is healed it grows quiet by itself, and every promise was kept."""

from datetime import timedelta
from typing import NamedTuple

from tests.chaos.quiet import quiet
from tests.chaos.scene import Scene
from tests.chaos.seen import evidence_of, forgotten
from tests.support.checker import breaks
from tests.support.evidence import Break, Evidence

GRACE = timedelta(milliseconds=500)
"""A message that was claimed before an opt-out may still leave for so long."""


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


async def verdict(scene: Scene, *, grace: timedelta = GRACE) -> Verdict:
    """Heal the provider, wait until all is quiet, and judge. Raises: TimeoutError when it does not become quiet."""
    scene.fine_weather(True)
    took = await quiet(scene)
    evidence = await evidence_of(scene)
    found = (*breaks(evidence), *forgotten(scene, evidence), *too_late(evidence, grace))
    return Verdict(
        quiet_after=took,
        leads=len(evidence.leads),
        messages=sum(delivery.accepted_at is not None for delivery in evidence.deliveries),
        unproven=sum(touch.state == "lost" for touch in evidence.touches),
        events=len(evidence.posted),
        again=sum(row.copies - 1 for row in evidence.inbox),
        breaks=found,
        evidence=evidence,
    )


def too_late(evidence: Evidence, grace: timedelta = GRACE) -> tuple[Break, ...]:
    """Messages that began on a channel after an opt-out of it was kept."""
    return tuple(
        Break("O", delivery.lead, f"{delivery.marker} began {delivery.began_at - barrier.committed_at} after the no")
        for barrier in evidence.barriers
        for delivery in evidence.deliveries
        if delivery.lead == barrier.lead
        and delivery.channel in barrier.channels
        and barrier.committed_at is not None
        and delivery.began_at > barrier.committed_at + grace
    )
