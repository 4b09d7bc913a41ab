"""
Temporal, rebuilt from the database: every open lead without a workflow gets one that looks at once.

    counts = await rebuild(office, Starting(doorbell), advance)

Whether one runs is Temporal's to say, so a second time changes nothing.
"""

import asyncio
from collections import Counter, abc
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

import structlog
from temporalio.service import RPCError

from adapters.views import runs
from adapters.views.runs import OpenLead
from api.doorbell import Doorbell
from api.office import Office
from engine.frozen import Frozen
from engine.life.turn import Turn
from engine.words import LeadId

log = structlog.get_logger()

AT_ONCE = 20
"""Questions to Temporal under way together."""

PAGE = 500


class Outcome(StrEnum):
    """What was found, or done, for one lead."""

    STARTED = "started"
    MISSING = "missing"
    RUNNING = "running"
    FAILED = "failed"


class Rebuilt(Frozen):
    """The sums; `open` is the sum of the others."""

    open: int
    started: int
    missing: int
    """Open leads without a workflow that nobody started, since only asking was wanted."""
    running: int
    failed: int
    """Temporal refused; a second time may succeed."""


class Visitor(Protocol):
    """What is done for each open lead."""

    async def visit(self, lead: OpenLead) -> Outcome:
        """Do it. Raises: RPCError when Temporal refuses."""
        ...


class Starting:
    """Starts what is missing."""

    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell

    async def visit(self, lead: OpenLead) -> Outcome:
        """Start the lead's workflow, unless one runs."""
        return Outcome.STARTED if await self._doorbell.start(_turn(lead)) else Outcome.RUNNING


class Asking:
    """Only asks, and remembers whose workflow is missing."""

    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell
        self.missing: list[LeadId] = []

    async def visit(self, lead: OpenLead) -> Outcome:
        """Ask whether the lead's workflow runs."""
        if await self._doorbell.runs(lead.lead_id):
            return Outcome.RUNNING
        self.missing.append(lead.lead_id)
        return Outcome.MISSING


def _nobody_watches() -> None: ...


async def rebuild(office: Office, visitor: Visitor, advance: abc.Callable[[], None] = _nobody_watches) -> Rebuilt:
    """
    Visit every open lead; `advance` is called after each.

    Raises: FollowupError when the database does not answer, TMP004 when Temporal has no such namespace; the leads
    visited before stay as they are.
    """
    outcomes: Counter[Outcome] = Counter()
    last: LeadId | None = None
    while page := await asyncio.to_thread(_page, office, last):
        outcomes += Counter(await _visited(page, visitor, advance))
        last = page[-1].lead_id
    return Rebuilt(open=outcomes.total(), **{outcome.value: outcomes[outcome] for outcome in Outcome})


async def _visited(page: abc.Sequence[OpenLead], visitor: Visitor, advance: abc.Callable[[], None]) -> list[Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(lead: OpenLead) -> Outcome:
        async with gate:
            outcome = await _outcome(lead, visitor)
        advance()
        return outcome

    return await asyncio.gather(*map(one, page))


async def _outcome(lead: OpenLead, visitor: Visitor) -> Outcome:
    try:
        return await visitor.visit(lead)
    except RPCError as error:
        log.warning("lead.not_rebuilt", lead_id=lead.lead_id, status=error.status.name)
        return Outcome.FAILED


def _page(office: Office, last: LeadId | None) -> tuple[OpenLead, ...]:
    with office.database.reading() as transaction:
        return runs.after(transaction, last, PAGE)


def _turn(lead: OpenLead) -> Turn:
    return Turn(
        lead_id=lead.lead_id,
        revision=lead.revision,
        due=datetime.now(UTC),
        why="rebuilt from the database",
        stage=lead.stage,
        state=lead.state,
    )
