"""
Ring the lead of a letter that is filed.

The letter is kept by then, so whatever keeps a lead from being rung is no error: it is told, and the sweep rings later.
"""

from temporalio.service import RPCError

from adapters.inbox import Filed
from api.office import Office
from engine.errors import FollowupError
from engine.frozen import Frozen


class Ring(Frozen):
    """What became of a ring."""

    rung: bool = False
    """False when nobody had to ring, or when the sweep has to do it later."""
    trouble: str | None = None
    """Why the sweep has to, in a sentence; None when all is well."""


async def ring(office: Office, filed: Filed) -> Ring:
    """Ring the letter's lead, if somebody has to."""
    if not filed.ring or filed.lead_id is None:
        return Ring()
    try:
        doorbell = await office.doorbell()
        rung = await doorbell.ring(filed.lead_id, filed.stage)
    except FollowupError as error:
        return _later(f"{error.what} ({error.where})")
    except RPCError as error:
        return _later(f"Temporal answers {error.status.name.lower()}")
    return Ring(rung=True) if rung else _later("Temporal is too busy")


def _later(why: str) -> Ring:
    return Ring(trouble=f"it is filed, but {why}: the lead looks at it once a worker's sweep has rung")
