"""Many leads into one sequence: who would begin, who would be refused and why, and a command for each who would."""

from collections import Counter, abc
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from adapters import leads as people
from adapters.catalogue import Published, published
from adapters.circumstances import circumstances_of, known
from adapters.database import Transaction
from adapters.letters import OPERATOR, Letter
from adapters.settings import Settings
from adapters.views.lead import memory
from adapters.views.requests import already, filed
from api.commanding import PER_SECOND, Addressed, Commanded, deliver
from api.commands import command
from api.office import Office
from engine.calendar.delays import instant
from engine.calendar.zones import clock
from engine.frozen import Frozen
from engine.life.enrolling import consider
from engine.life.events import CommandData
from engine.life.progress import Progress
from engine.life.wishes import Refused, Wish
from engine.measure.steps import Count, counts
from engine.reasons import EnrollRefusal
from engine.words import LeadId, Verb

AT_ONCE: Final = 20
"""Leads that are looked at, filed and rung together."""
MIDNIGHT: Final = time(0)


class Wanted(NamedTuple):
    """What somebody wants for many leads."""

    sequence: str
    by: str
    reason: str
    occasion: str
    """What makes it another wish than the same one at another time."""
    per_day: int | None = None
    """How many may begin on each day."""


class Foretold(Frozen):
    """What would come of it, as far as it can be known before."""

    sequence: str
    chosen: int
    known: int
    """Of them, those for whom this was asked before."""
    begin: tuple[LeadId, ...]
    """Those who would begin, in the order in which they would."""
    refused: tuple[Count, ...]
    """Those who would not, by reason."""
    ahead: int
    """How many this was asked for before, whether they are chosen now or not: they have the places before these."""
    last_on: date | None
    """The day on which the last ones begin; None when all begin at once."""


class Enrolling(Frozen):
    """What would come of it, and what did."""

    foretold: Foretold
    unknown: tuple[str, ...] = ()
    """Lines of a list that name no lead of ours, or several."""
    commanded: Commanded | None = None
    """None: nobody was enrolled."""


def foretell(
    transaction: Transaction, settings: Settings, wanted: Wanted, leads: abc.Sequence[LeadId], now: datetime
) -> Foretold:
    """
    Who of these leads would begin the sequence, and why the others would not.

    Whether a sequence that takes only so many a day has room is not asked: there a lead waits for its place.
    """
    now_published = published(transaction)
    refused: Counter[str] = Counter()
    begin: list[LeadId] = []
    before = already(transaction, OPERATOR, [request_of(wanted, lead) for lead in leads])
    fresh = [lead for lead in leads if request_of(wanted, lead) not in before]
    for lead in fresh:
        progress = _progress(transaction, settings, now_published, lead, now)
        wish = Wish(kind="command", at=now, sequence=wanted.sequence)
        answer = None if progress is None else consider(progress, wish, now_published.plans, now)
        if answer is None:
            refused[EnrollRefusal.DO_NOT_CONTACT] += 1
        elif isinstance(answer, Refused):
            refused[answer.because] += 1
        else:
            begin.append(lead)
    ahead = filed(transaction, OPERATOR, request_of(wanted, LeadId("")))
    days = 0 if wanted.per_day is None or not begin else (ahead + len(begin) - 1) // wanted.per_day
    return Foretold(
        sequence=wanted.sequence,
        chosen=len(leads),
        known=len(before),
        begin=tuple(begin),
        refused=counts(refused),
        ahead=ahead,
        last_on=None if days == 0 else clock(settings.org_zone, now).date() + timedelta(days=days),
    )


async def enroll_each(
    office: Office,
    wanted: Wanted,
    found: Foretold,
    now: datetime,
    *,
    per_second: float = PER_SECOND,
    advance: abc.Callable[[], None],
) -> Commanded:
    """
    The command for each who would begin, filed and rung; with `per_day`, those of later days wait in their own memory.

    Raises: DatabaseUnusable; a second time goes on where this one ended.
    """
    return await deliver(office, _pages(office, wanted, found, now), per_second=per_second, advance=advance)


def request_of(wanted: Wanted, lead: LeadId) -> str:
    """The id of the command for one lead: given again, it is one."""
    return f"enroll:{wanted.sequence}:{wanted.occasion}:{lead}"


def _pages(office: Office, wanted: Wanted, found: Foretold, now: datetime) -> abc.Iterator[abc.Sequence[Addressed]]:
    for first in range(0, len(found.begin), AT_ONCE):
        page = enumerate(found.begin[first : first + AT_ONCE], found.ahead + first)
        yield [Addressed(lead, _letter(office.settings, wanted, lead, number, now)) for number, lead in page]


def _progress(
    transaction: Transaction, settings: Settings, now_published: Published, lead: LeadId, now: datetime
) -> Progress | None:
    """What the engine remembers, or what it would begin with; None when the lead is gone."""
    remembered = memory(transaction, lead)
    if remembered is not None:
        return remembered
    row = people.row(transaction, lead)
    if row is None:
        return None
    world = circumstances_of(transaction, known(transaction, row), now_published, settings, now)
    return Progress(lead_id=lead, circumstances=world)


def _letter(settings: Settings, wanted: Wanted, lead: LeadId, number: int, now: datetime) -> Letter:
    """The command for the lead of this place in line, from 0 on."""
    day = 0 if wanted.per_day is None else number // wanted.per_day
    zone = settings.org_zone
    until = instant(clock(zone, now).date() + timedelta(days=day), MIDNIGHT, zone) if day else None
    said = CommandData(sequence=wanted.sequence, reason=wanted.reason, until=until)
    return command(Verb.ENROLL, said, wanted.by, request_of(wanted, lead), now)
