"""What happens when: the one clock of a simulated world, and everything that waits for its moment."""

from collections import abc
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

Happening = abc.Callable[[], None]


class Agenda:
    """A clock that jumps from one happening to the next."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._coming: list[tuple[datetime, int, Happening]] = []
        self._numbers = count()

    def at(self, moment: datetime, happening: Happening) -> None:
        """Let it happen then; what should have happened already happens next."""
        heappush(self._coming, (max(moment, self.now), next(self._numbers), happening))

    def after(self, delay: timedelta, happening: Happening) -> None:
        """Let it happen so much later."""
        self.at(self.now + delay, happening)

    def takes(self, time: timedelta) -> None:
        """Time passes in which nothing else can happen."""
        self.now += time

    def pass_until(self, end: datetime) -> None:
        """Let everything happen up to then. It may be called by what happens."""
        while self._coming and self._coming[0][0] <= end:
            moment, _, happening = heappop(self._coming)
            self.now = max(self.now, moment)
            happening()
        self.now = max(self.now, end)
