"""
One command for each of many leads: filed in its Inbox, rung, and noted by its next look.

Leads are asked for page by page and paced, so that looks of other leads find room. Whoever is killed half-way begins
again: a command has an id of its enrolment, and is one however often it is filed.
"""

import asyncio
import time
from collections import abc
from datetime import UTC, datetime
from typing import Final, NamedTuple

from adapters.catalogue import latest
from adapters.database import Transaction
from adapters.inbox import Filed
from adapters.letters import Letter
from adapters.views.versions import Traveller, travellers
from api.commands import command
from api.office import Office
from api.ringing import ring
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.events import CommandData
from engine.words import LeadId, Verb

AT_ONCE: Final = 20
"""Leads that are filed and rung together."""

PER_SECOND: Final = 50
"""Leads that are commanded in a second, unless somebody wants otherwise."""


class Order(NamedTuple):
    """What is commanded, of whoever is in one of these versions."""

    verb: Verb
    said: CommandData
    by: str
    occasion: str
    """What makes it another command than the same one at another time."""
    versions: tuple[str, ...]
    publication: int | None = None
    """The one that must go on running meanwhile: nobody is moved to what somebody has replaced."""


class Addressed(NamedTuple):
    """A command for one lead."""

    lead_id: LeadId
    letter: Letter


class Commanded(Frozen):
    """The sums."""

    leads: int = 0
    """Whom the command was filed for."""
    known: int = 0
    """Of them, those it had been filed for before."""
    trouble: str | None = None
    """Why nobody could be rung; a worker's sweep does it later."""


def _nobody_watches() -> None: ...


async def command_each(
    office: Office, order: Order, *, per_second: float = PER_SECOND, advance: abc.Callable[[], None] = _nobody_watches
) -> Commanded:
    """
    File the command for every lead in one of the order's versions, and ring; `advance` is called after each.

    Raises: FollowupError PUB007 when somebody publishes meanwhile, DatabaseUnusable; the leads before have their
    command, and a second time goes on behind them.
    """
    return await deliver(office, _letters(office, order), per_second=per_second, advance=advance)


async def deliver(
    office: Office,
    pages: abc.Iterator[abc.Sequence[Addressed]],
    *,
    per_second: float = PER_SECOND,
    advance: abc.Callable[[], None] = _nobody_watches,
) -> Commanded:
    """
    File and ring for every letter, page by page; whoever could not be rung is rung once more when all are filed.

    Raises: DatabaseUnusable, and whatever `pages` raises.
    """
    total, unrung = Commanded(), list[Filed]()
    while page := await asyncio.to_thread(next, pages, ()):
        began = time.monotonic()
        for answer in await asyncio.gather(*(_delivered(office, one, late=bool(unrung)) for one in page)):
            total = total.model_copy(update={"leads": total.leads + 1, "known": total.known + answer.filed.duplicate})
            if answer.late:
                unrung.append(answer.filed)
            advance()
        await asyncio.sleep(max(0.0, len(page) / per_second - (time.monotonic() - began)))
    return total.model_copy(update={"trouble": await _rung(office, unrung)})


class _Answer(NamedTuple):
    filed: Filed
    late: bool
    """Whether it has to be rung later."""


async def _delivered(office: Office, one: Addressed, *, late: bool) -> _Answer:
    filed = await asyncio.to_thread(office.inbox.receive, one.letter, one.lead_id, datetime.now(UTC))
    # Where Temporal is away, asking it once for every lead would take hours.
    return _Answer(filed, late or (await ring(office, filed)).trouble is not None)


async def _rung(office: Office, late: abc.Sequence[Filed]) -> str | None:
    """Why these cannot be rung now either, which ends the attempt; None when all are."""
    for first in range(0, len(late), AT_ONCE):
        rings = await asyncio.gather(*(ring(office, filed) for filed in late[first : first + AT_ONCE]))
        trouble = next((each.trouble for each in rings if each.trouble is not None), None)
        if trouble is not None:
            return trouble
    return None


def _letter(order: Order, one: Traveller) -> Letter:
    request = f"{order.verb}:{order.occasion}:{one.lead_id}:{one.enrolment}"
    return command(order.verb, order.said, order.by, request, datetime.now(UTC))


def _letters(office: Office, order: Order) -> abc.Iterator[abc.Sequence[Addressed]]:
    last: Traveller | None = None
    while page := _page(office, order, last):
        yield [Addressed(one.lead_id, _letter(order, one)) for one in page]
        last = page[-1]


def _page(office: Office, order: Order, last: Traveller | None) -> tuple[Traveller, ...]:
    with office.database.reading() as transaction:
        if order.publication is not None:
            again = "look at `followup sequence plan`, then publish once more with --running copy"
            must_run(transaction, order.publication, again)
        return travellers(transaction, order.versions, last, AT_ONCE)


def must_run(transaction: Transaction, publication: int, again: str) -> None:
    """Raises: FollowupError PUB007 when another publication runs by now; `again` says how to go on."""
    running = latest(transaction)
    if running != publication:
        raise FollowupError(
            code="PUB007",
            what=f"publication {running} came while leads in flight were moved as of publication {publication}",
            where=f"publication {running}",
            why="the others would get what does not run any more; those that were told keep what they got",
            next=again,
        )
