"""Leads in flight that a publication reaches: new words for those in the same structure, an end for the retired."""

from collections import abc

from adapters.views import versions
from api.commanding import PER_SECOND, Commanded, Order, command_each
from api.office import Office
from api.planning import Planned
from engine.errors import FollowupError
from engine.life.events import CommandData
from engine.words import Verb


def allowed(leads: int, at_most: int | None) -> None:
    """Raises: FollowupError PUB005 when more leads would be affected than somebody allows."""
    if at_most is not None and leads > at_most:
        raise FollowupError(
            code="PUB005",
            what=f"{leads:,} leads in flight would be affected",
            where=f"--at-most {at_most}",
            why="more than you allow; nothing was published, and nobody was moved",
            next="look at them with `followup sequence plan`, then allow more, or leave leads in flight alone",
        )


async def copy(
    office: Office,
    plan: Planned,
    number: int,
    by: str,
    *,
    per_second: float = PER_SECOND,
    advance: abc.Callable[[], None],
) -> Commanded:
    """
    Give the new words to everybody whose sequence differs in nothing else; `number` is the publication that has them.

    Raises: FollowupError PUB007 when somebody publishes meanwhile, DatabaseUnusable; a second time goes on where this
    one ended.
    """
    total = Commanded()
    for one in plan.sequences:
        if one.after is not None and one.copied:
            said = CommandData(version=one.after, reason=f"publication {number} with --running copy")
            order = Order(Verb.MIGRATE, said, by, f"publication-{number}", one.copied, publication=number)
            total = _sum(total, await command_each(office, order, per_second=per_second, advance=advance))
    return total


async def stop(
    office: Office,
    sequence: str,
    by: str,
    reason: str,
    *,
    per_second: float = PER_SECOND,
    advance: abc.Callable[[], None],
) -> Commanded:
    """
    End the retired sequence for everybody who is in it.

    Raises: DatabaseUnusable; a second time goes on where this one ended.
    """
    said = CommandData(sequence=sequence, reason=reason)
    order = Order(Verb.RETIRE, said, by, sequence, tuple(in_it(office, sequence)))
    return await command_each(office, order, per_second=per_second, advance=advance)


def in_it(office: Office, sequence: str) -> dict[str, int]:
    """How many leads are in each version of the sequence. Raises: DatabaseUnusable."""
    with office.database.reading() as transaction:
        found = versions.in_flight(transaction)
    return {version: leads for version, leads in found.items() if version.partition("@")[0] == sequence}


def _sum(one: Commanded, other: Commanded) -> Commanded:
    return Commanded(leads=one.leads + other.leads, known=one.known + other.known, trouble=one.trouble or other.trouble)
