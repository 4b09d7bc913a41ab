"""The line in which messages of one sender wait, by the limits of `adapters/drafting.py`, without a database."""

from bisect import bisect_left, insort
from collections import deque
from datetime import datetime, timedelta

from adapters.drafting import DAY, MINUTE
from engine.words import TouchKey


class Line:
    """Whose turn it is, of one sender."""

    def __init__(self, per_minute: int, per_day: int) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        self._left: deque[datetime] = deque()
        """When messages left in the last 24 hours, oldest first."""
        self._hurried: set[datetime] = set()
        self._places: dict[TouchKey, datetime] = {}
        self._ahead: list[datetime] = []
        """The places that are taken, earliest first."""

    def free_at(self, touch: TouchKey, now: datetime, *, waited_for: bool) -> datetime:
        """
        The first moment at which this touch may leave; `waited_for` when somebody waits for our answer.

        A place is taken once and holds while its minute lasts.
        """
        self._forget(now)
        if waited_for:
            return max(now, self._by(self._per_day, DAY, list(self._left), now))
        place = self._places.get(touch)
        if place is not None and place + MINUTE > now:
            return place
        self.gives_up(touch)
        taken = [*self._left, *self._ahead]
        calm = [at for at in taken if at not in self._hurried]
        return max(now, self._by(self._per_day, DAY, taken, now), self._by(self._per_minute, MINUTE, calm, now))

    def waits(self, touch: TouchKey, until: datetime) -> None:
        """The touch has its place in the line."""
        self.gives_up(touch)
        self._places[touch] = until
        insort(self._ahead, until)

    def leaves(self, touch: TouchKey, now: datetime, *, waited_for: bool) -> None:
        """The touch has left."""
        self.gives_up(touch)
        self._left.append(now)
        if waited_for:
            self._hurried.add(now)

    def _by(self, most: int, window: timedelta, taken: list[datetime], now: datetime) -> datetime:
        """When fewer than so many lie in the window, whoever is before us gone."""
        counted = sorted(at for at in taken if at + window > now)
        return now if len(counted) < most else counted[-most] + window

    def gives_up(self, touch: TouchKey) -> None:
        """The touch waits no more; whoever has no place gives up none."""
        place = self._places.pop(touch, None)
        if place is not None:
            del self._ahead[bisect_left(self._ahead, place)]

    def _forget(self, now: datetime) -> None:
        while self._left and self._left[0] + DAY <= now:
            self._hurried.discard(self._left.popleft())
