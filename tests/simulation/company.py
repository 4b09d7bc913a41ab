"""The company of one seed: its people and where they live, its catalogue, its settings. All drawn, all repeatable."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays

from adapters.release import Release
from adapters.settings import Settings
from engine.life.circumstances import FieldValue
from engine.sequence.compiled import Elapsed, Message, Sequence, StagePlan, Window
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline
from engine.words import Channel, LeadId
from tests.support.house import released, settings
from tests.support.life import ALWAYS, DAYTIME
from tests.support.strategies import PIPELINE, Dice, known, write_catalogue

OWNERS: Final = ("rep-1", "rep-2")
OUR_COUNTRY: Final = "US"
EVERY_DAY: Final = tuple(range(7))
NOT_SUNDAY: Final = tuple(range(6))
YEARS: Final = range(2025, 2030)
SHARES_ONE_CATALOGUE: Final = 16
"""So many seeds in a row live by the same sequences: writing them costs as much as living by them."""
FIELDS: Final = (
    DeclaredField(name="source", kind="choice", values=("ad", "web", "list")),
    DeclaredField(name="score", kind="number"),
    DeclaredField(name="vip", kind="flag"),
    DeclaredField(name="visit_on", kind="date"),
    DeclaredField(name="renewal_on", kind="date"),
)


class Home(NamedTuple):
    """Where somebody lives, and when the law lets us text them, as a person would read it from the law."""

    zone: str
    country: str
    region: str | None
    phone: int
    """The first number of those we give out there."""
    days: tuple[int, ...]
    opens: time
    closes: time
    rests_on_holidays: bool = False


HOMES: Final = (
    Home("America/New_York", "US", "NY", 12125550100, EVERY_DAY, time(8), time(21)),
    Home("America/New_York", "US", "FL", 13055550100, EVERY_DAY, time(8), time(20)),
    Home("America/Los_Angeles", "US", "CA", 12135550100, EVERY_DAY, time(9), time(21)),
    Home("Europe/London", "GB", None, 447400123000, NOT_SUNDAY, time(8), time(20), True),
    Home("Europe/Berlin", "DE", None, 4915123450000, NOT_SUNDAY, time(8), time(20), True),
    Home("Asia/Kolkata", "IN", None, 919876500000, NOT_SUNDAY, time(8), time(20)),
    Home("Australia/Lord_Howe", "AU", None, 61412300000, NOT_SUNDAY, time(8), time(20)),
    Home("America/Santiago", "CL", None, 56961230000, NOT_SUNDAY, time(8), time(20)),
)


class Person(NamedTuple):
    """Somebody who asks."""

    lead: LeadId
    home: Home
    email: str
    phone: str
    owner: str | None
    fields: tuple[FieldValue, ...]
    agrees_to: tuple[Channel, ...]


class Company(NamedTuple):
    """Everything that one seed decides before anything happens."""

    release: Release
    deployment: int
    """Which of the settings."""
    people: tuple[Person, ...]
    opens_at: datetime

    @property
    def settings(self) -> Settings:
        """How it is deployed."""
        return settings_of(self.deployment)


def company(seed: int, dice: Dice) -> Company:
    """The company of this seed."""
    people: list[Person] = []
    for number in range(dice.one(2, 3, 3, 4)):
        people.append(_person(seed, number, dice, people))
    return Company(
        release=_release(seed // SHARES_ONE_CATALOGUE),
        deployment=dice.number(len(DEPLOYMENTS) - 1),
        people=tuple(people),
        opens_at=_first_morning(dice),
    )


def _person(seed: int, number: int, dice: Dice, others: list[Person]) -> Person:
    home = dice.one(*HOMES)
    phone = f"+{home.phone + number}"
    if others and dice.number(5) == 0:  # two of a household share a phone
        home, phone = others[0].home, others[0].phone
    return Person(
        lead=LeadId(UUID(int=seed << 16 | number).hex),
        home=home,
        email=f"lead{number}@example.com",
        phone=phone,
        owner=dice.one(*OWNERS, *OWNERS, None),
        fields=tuple(sorted(known(dice), key=lambda field: field.name)),
        agrees_to=dice.one(*(tuple(Channel),) * 5, (Channel.EMAIL,)),
    )


def _first_morning(dice: Dice) -> datetime:
    """A working hour somewhere, often close to a change of clocks."""
    if dice.number(3) == 0:
        return dice.one(*CLOCK_CHANGES) - timedelta(minutes=dice.number(3 * 24 * 60))
    return datetime(2026, 10, 20, 8, tzinfo=UTC) + timedelta(days=dice.number(150), minutes=dice.number(12 * 60))


CLOCK_CHANGES: Final = (
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # London, Berlin
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York
    datetime(2027, 3, 14, 7, tzinfo=UTC),  # New York
    datetime(2027, 3, 28, 1, tzinfo=UTC),  # London, Berlin
    datetime(2027, 4, 3, 15, tzinfo=UTC),  # Lord Howe
    datetime(2027, 4, 4, 3, tzinfo=UTC),  # Santiago
)


@lru_cache(maxsize=4)
def _release(number: int) -> Release:
    dice = Dice(number)
    plain = released(*(_brisk(plan.sequence, dice) for plan in write_catalogue(dice)))
    return plain.model_copy(update={"pipeline": Pipeline(rules=(), stages=PIPELINE), "fields": FIELDS})


def _brisk(sequence: Sequence, dice: Dice) -> Sequence:
    """The sequence with more to say, and sooner: a generated one is mostly about waiting."""
    stages = tuple(_talkative(plan, number, dice) for number, plan in enumerate(sequence.stages))
    freely = {"hours": dice.one(ALWAYS, ALWAYS, DAYTIME, sequence.hours), "only_if": None}
    return sequence.model_copy(update={"stages": stages, **freely})


def _talkative(plan: StagePlan, number: int, dice: Dice) -> StagePlan:
    """The stage with a message or two in front; some of them come at once."""
    more = tuple(
        Message(
            kind=dice.one("email", "email", "sms"),
            id=f"m{number}-{place}",
            template=f"t/m{number}-{place}",
            after=dice.one(None, Elapsed(minutes=1), Elapsed(minutes=45), Elapsed(minutes=300)),
            if_past=dice.one("send", "send", None),
        )
        for place in range(dice.one(2, 3, 4))
    )
    hours = plan.hours if dice.number(2) == 0 else None
    return plan.model_copy(update={"steps": (*more, *plan.steps), "hours": hours})


@cache
def settings_of(deployment: int) -> Settings:
    """One of the ways in which it may be deployed; reading settings is dear."""
    common = {"start_to_close_seconds": 30, "provider_deadline_seconds": 10, "org_country": OUR_COUNTRY}
    return settings("sqlite:///unused", **common, **DEPLOYMENTS[deployment])


DEPLOYMENTS: Final[tuple[dict[str, object], ...]] = (
    {"min_gap_seconds": 0, "look_up_seconds": (30, 120)},
    {"min_gap_seconds": 0, "settling_seconds": 0, "look_up_seconds": (30,)},
    {"min_gap_seconds": 3600, "jitter_seconds": 900},
    {"min_gap_seconds": 0, "lead_cap": 1, "look_up_seconds": (30, 120)},
    {"min_gap_seconds": 600, "lead_cap": 2, "jitter_seconds": 60, "look_up_seconds": (30, 120)},
)
"""With and without gaps, caps, jitter and patience."""


# --- the hours, read from the clock on the wall -----------------------------------------------------------------------


def reads_open(window: Window, zone: str, moment: datetime) -> bool:
    """Whether a clock on the wall there stands inside a block; nothing of the engine's calendar is asked."""
    wall = moment.astimezone(_zone(zone)).replace(tzinfo=None)
    daily = {block.weekday for block in window.blocks} == set(EVERY_DAY)  # what never closes keeps no holidays
    if not daily and wall.date() in _holidays(OUR_COUNTRY):
        return False
    return any(
        block.weekday == wall.weekday()
        and block.opens <= wall.time()
        and (wall.time() < block.closes or block.closes == time(0))
        for block in window.blocks
    )


def is_lawful(home: Home, moment: datetime) -> bool:
    """Whether a text may arrive there now."""
    wall = moment.astimezone(_zone(home.zone)).replace(tzinfo=None)
    if home.rests_on_holidays and wall.date() in _holidays(home.country):
        return False
    return wall.weekday() in home.days and home.opens <= wall.time() < home.closes


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _holidays(country: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=YEARS))
