"""What `followup sequence plan` costs while many leads are in flight, against counting them."""

import time
from functools import partial
from typing import Final

from sqlalchemy import text

from adapters.release import Release
from api.office import Office
from api.planning import planned
from bench.measure import Claim, Row, in_turns
from bench.sizes import Size
from bench.stand import Stand, release_of
from engine.words import LeadId
from tests.support.likenesses import likenesses
from tests.support.small_sequences import daily

LENGTHS: Final = (2, 3, 4, 5)
"""Mails of the versions that leads are in."""

NEXT: Final = 6
"""Mails of the one to publish."""

AT_ONCE: Final = 1000
"""Likenesses that are made together, so that memory holds them."""

PLANNED: Final = Claim("plan with leads in flight", "ms", "one count of the same leads by version")
COUNT: Final = text("SELECT version, count(*) AS leads FROM enrolments WHERE ended_at IS NULL GROUP BY version")


def plans(stand: Stand, size: Size) -> list[Row]:
    """The plan of another version, on records of its own in which nobody else is measured."""
    with stand.beside() as apart:
        fly(apart, size.in_flight)
        ours = partial(_planned, apart.office, release_of(daily(NEXT)), size.in_flight)
        bare = partial(_counted, apart.office, size.in_flight)
        _, *pairs = in_turns(size.turns + 1, ours, bare)  # the first one fills caches
    of = f"{size.in_flight:,} leads in {len(LENGTHS)} versions, one more to publish"
    return [PLANNED.row(apart.office.database.kind, pairs, of)]


def fly(stand: Stand, leads: int) -> None:
    """So many leads, equally many in each version."""
    models = [_in_version(stand, length) for length in LENGTHS]
    for begun in range(len(models), leads, AT_ONCE):
        likenesses(stand.office, models, len(models) + min(AT_ONCE, leads - begun))


def _in_version(stand: Stand, length: int) -> LeadId:
    stand.publishes(daily(length))
    return stand.ready(1)[0].lead_id


def _planned(office: Office, release: Release, leads: int) -> float:
    began = time.perf_counter()
    found = planned(office, release)
    took = 1000 * (time.perf_counter() - began)
    _check(leads, sum(one.leads for one in found.sequences))
    return took


def _counted(office: Office, leads: int) -> float:
    began = time.perf_counter()
    with office.database.reading() as transaction:
        found = transaction.execute(COUNT).all()
    took = 1000 * (time.perf_counter() - began)
    _check(leads, sum(row.leads for row in found))
    return took


def _check(leads: int, found: int) -> None:
    if found != leads:
        raise RuntimeError(f"{found} leads are in flight, and not {leads}")
