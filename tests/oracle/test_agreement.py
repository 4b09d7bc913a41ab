"""
Two interpreters, written apart from one another, tell the same lives alike.

Whoever changes what a sequence means changes both, or the pages: a difference names the life and the first line.
"""

from datetime import date, datetime, timedelta

import pytest

from engine.calendar import delays
from engine.life.deciding import exits, steps
from engine.life.progress import Enrolment, PendingExit, Progress
from tests.oracle.compare import disagreement

AT_ONCE = 1_000
SEEN_WITHIN = 300
"""Lives in which a planted mistake has to show."""


@pytest.mark.chunks(2, full=20)
def test_the_engine_tells_every_life_as_the_second_interpreter_does(chunk: int) -> None:
    """What neither the pages nor the other reader says, the engine must not do."""
    found = next(filter(None, map(disagreement, range(chunk * AT_ONCE, (chunk + 1) * AT_ONCE))), None)
    assert found is None, str(found)


def test_a_business_day_too_many_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that works on Saturdays is told apart from one that does not."""

    def works_on_saturdays(day: date, closed_days: tuple[date, ...]) -> date:
        following = day + timedelta(days=1)
        while following.weekday() > 5 or following in closed_days:
            following += timedelta(days=1)
        return following

    monkeypatch.setattr(delays, "_next_business_day", works_on_saturdays)
    assert differs_soon()


def test_an_exit_that_does_not_wait_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that leaves a stage before its delay is over is told apart."""

    def at_once(progress: Progress, enrolment: Enrolment, pending: PendingExit) -> datetime:
        return pending.since

    monkeypatch.setattr(exits, "exit_moment", at_once)
    assert differs_soon()


def test_a_guard_that_nobody_asks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that writes to whomever a condition leaves out is told apart."""
    monkeypatch.setattr(steps, "holds", lambda *asked: True)
    assert differs_soon()


def differs_soon() -> bool:
    """Whether the two disagree on one of the first lives."""
    return any(disagreement(seed) is not None for seed in range(SEEN_WITHIN))
