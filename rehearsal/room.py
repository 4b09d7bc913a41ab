"""Room in a sequence that takes only so many leads a day, by the rule of `adapters/places.py`, without a database."""

from bisect import bisect_left, insort
from datetime import datetime

from adapters.places import DAY
from engine.words import LeadId


class Room:
    """Who has begun in one sequence, and who waits."""

    def __init__(self) -> None:
        self._began: list[datetime] = []
        self._places: dict[LeadId, datetime] = {}
        self._ahead: list[datetime] = []
        """The places that are taken, earliest first."""

    def free_at(self, lead: LeadId, per_day: int, now: datetime) -> datetime:
        """When the lead may begin; one for which there is no room now has a place from here on."""
        place = self._places.get(lead)
        if place is not None and place > now:
            return place
        self.leave(lead)
        before = self._ahead if place is None else self._ahead[: bisect_left(self._ahead, place)]
        if self._nth(before, per_day, now) <= now:
            return now
        free = self._nth(self._ahead, per_day, now)
        self._places[lead] = free
        insort(self._ahead, free)
        return free

    def begins(self, now: datetime) -> None:
        """A lead has begun."""
        insort(self._began, now)

    def leave(self, lead: LeadId) -> None:
        """The lead waits no longer."""
        place = self._places.pop(lead, None)
        if place is not None:
            del self._ahead[bisect_left(self._ahead, place)]

    def _nth(self, waiting: list[datetime], per_day: int, now: datetime) -> datetime:
        latest = sorted(at for at in (*self._began[-per_day:], *waiting[-per_day:]) if at > now - DAY)
        return now if len(latest) < per_day else max(now, latest[-per_day] + DAY)
