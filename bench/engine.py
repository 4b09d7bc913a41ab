"""How fast the engine thinks, without database and server: decisions, and whole lives simulated."""

import time
from collections import abc
from datetime import datetime, timedelta
from functools import cache, partial

from bench.measure import Claim, Goal, Row, in_turns
from bench.sizes import Size
from engine.life.decide import decide
from engine.life.noting import Fact
from engine.life.progress import Progress
from engine.life.wishes import Plan
from engine.sequence.compiled import CalendarDays, Step
from engine.sequence.version import version_of
from engine.words import EventKind
from tests.support.life import PureLife, at
from tests.support.small_sequences import call, email, sequence, stage

MONDAY = at("2026-11-23 09:00")
YEAR = timedelta(days=365)
LENGTHS = (5, 12, 20, 80)
"""Touches of a year, evenly apart."""

ORDINARY = 12
"""Touches of the year that has a goal; the others show what length costs."""

SO_MANY = 10
"""Times as many lives where a difference of two is measured."""

PURE = "pure engine, one core"

DECISIONS = Claim("decisions", "1/s", "a Python call that does nothing", Goal(at_least=0.05))
EARLY, LATE = (5, 20), (20, 80)
LENGTH = Claim("a touch late in a long life", "ms", "one in a short life, also ours", Goal(at_most=1.2))
"""A decision should not cost more the longer the sequence is."""


def years_of(touches: int) -> Claim:
    """Simulated time: the baseline is as many calls as the life has looks."""
    goal = Goal(at_least=10_000, of="ours") if touches == ORDINARY else None
    return Claim(f"lead-years, {touches} touches a year", "years/s", "a Python call for every move", goal)


class Remembered(PureLife):
    """A life that keeps every situation it had to decide in."""

    def __init__(self, *plans: Plan, now: datetime) -> None:
        self.situations: list[tuple[Progress, datetime]] = []
        super().__init__(*plans, now=now)

    def note(self, fact: Fact) -> None:
        """One fact is noted, and the situation after it."""
        super().note(fact)
        self.situations.append((self.progress, self.now))


def situations() -> list[tuple[Progress, datetime]]:
    """What a lead's days look like: a touch due, a wait, an open call, an answer, a pause."""
    steps = (
        email("hello"),
        call("talk", blocks=True),
        email("more", after=CalendarDays(days=2)),
        email("last", after=CalendarDays(days=3)),
    )
    rosa = Remembered(_plan("days", *steps), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(hours=1)
    rosa.closes("no_answer")
    rosa.let_pass(days=6)
    rosa.happens(EventKind.REPLIED, channel="email", reply="positive")
    rosa.let_pass(days=1)
    return rosa.situations


def decisions(size: Size) -> list[Row]:
    """One decision in each situation, over and over."""
    known = situations()
    rounds = max(1, size.decisions // len(known))

    def rate(call: abc.Callable[[Progress, datetime], object]) -> float:
        began = time.process_time()
        for _ in range(rounds):
            for progress, now in known:
                call(progress, now)
        return rounds * len(known) / (time.process_time() - began)

    of = f"{rounds * len(known):,} decisions in {len(known)} situations"
    return [DECISIONS.row(PURE, in_turns(size.turns, partial(rate, decide), partial(rate, _nothing)), of)]


def years(size: Size) -> list[Row]:
    """A year of a lead nobody answers, with few touches and with many; and whether many cost more each."""
    return [*(_years(size, touches) for touches in LENGTHS), _length(size)]


def _years(size: Size, touches: int) -> Row:
    moves = len(a_year(touches).moves)

    def ours() -> float:
        began = time.process_time()
        for _ in range(size.lives):
            a_year(touches)
        return size.lives / (time.process_time() - began)

    def bare() -> float:
        began = time.process_time()
        for _ in range(size.lives):
            for _ in range(moves):
                _nothing(None, MONDAY)
        return size.lives / (time.process_time() - began)

    return years_of(touches).row(PURE, in_turns(size.turns, ours, bare), f"{size.lives} lives of {moves} moves")


def _length(size: Size) -> Row:
    lives = size.lives * SO_MANY
    pairs = in_turns(size.turns, partial(_touch_ms, LATE, lives), partial(_touch_ms, EARLY, lives))
    of = f"what touches {LATE[0] + 1} to {LATE[1]} add to {lives} lives, and {EARLY[0] + 1} to {EARLY[1]}"
    return LENGTH.row(PURE, pairs, of)


def _touch_ms(between: tuple[int, int], lives: int) -> float:
    """What each touch adds to a life that grows so; what every life costs once is not in it."""
    shorter, longer = between
    return (_life_ms(longer, lives) - _life_ms(shorter, lives)) / (longer - shorter)


def _life_ms(touches: int, lives: int) -> float:
    began = time.process_time()
    for _ in range(lives):
        a_year(touches)
    return 1000 * (time.process_time() - began) / lives


def a_year(touches: int) -> PureLife:
    """A year of a lead nobody answers, who is written to so often."""
    lead = PureLife(_year_plan(touches), now=MONDAY)
    lead.happens(EventKind.CAPTURED)
    lead.let_pass(days=YEAR.days)
    return lead


@cache
def _year_plan(touches: int) -> Plan:
    apart = CalendarDays(days=YEAR.days // touches)
    return _plan("year", email("touch-0"), *(email(f"touch-{n}", after=apart) for n in range(1, touches)))


def _plan(name: str, *steps: Step) -> Plan:
    made = sequence(name, stage("nurture", *steps))
    return Plan(version=version_of(made, ()), sequence=made, templates=())


def _nothing(progress: Progress | None, now: datetime) -> None:
    """What Python costs."""
