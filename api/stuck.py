"""What needs a person, each with the command that repairs it; what Temporal alone can see included."""

from collections import abc
from datetime import datetime

from temporalio.client import Client

from adapters.views import runs
from adapters.views.runs import OpenLead
from adapters.views.stuck import RANK, Kind, Patience, Stuck, stuck
from api.doorbell import Doorbell
from api.office import Office
from api.strangers import RUNNING, unknown_of
from engine.words import LeadId
from workflows.names import lead_id_of

PAGE = 5_000

PATIENCE = Patience()


class Repairable(Stuck):
    """One thing that is stuck, and what to do about it."""

    repair: str
    """A command to run, or what to mend first."""

    @property
    def what(self) -> str:
        """The reason and its detail on one line."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


def seen_by_records(office: Office, now: datetime, limit: int) -> tuple[Repairable, ...]:
    """Everything stuck that the database knows of; at most so many of a kind."""
    with office.database.reading() as transaction:
        return tuple(_repairable(one) for one in stuck(transaction, now, PATIENCE, limit))


async def seen_by_temporal(office: Office, client: Client, now: datetime, limit: int) -> tuple[Repairable, ...]:
    """
    Open leads without a workflow, and workflows of leads without a row; at most so many of each.

    Temporal's list lags a little, so each of them is asked for by name before it counts. Raises: RPCError.
    """
    doorbell = Doorbell(client)
    listed = {lead_id_of(run.id): run.start_time async for run in client.list_workflows(RUNNING)}
    found: list[Repairable] = []
    for lead in _open_leads(office):
        is_listed = listed.pop(lead.lead_id, None) is not None
        if not is_listed and len(found) < limit and not await doorbell.runs(lead.lead_id):
            found.append(_without_run(lead, now))
    for stranger in unknown_of(office, list(listed))[:limit]:
        if await doorbell.runs(stranger):
            found.append(_without_row(stranger, listed[stranger]))
    return tuple(found)


def worst_first(*parts: abc.Iterable[Repairable]) -> list[Repairable]:
    """All of them in one order."""
    return sorted((one for part in parts for one in part), key=lambda one: (RANK[one.kind], one.since))


def _open_leads(office: Office) -> abc.Iterator[OpenLead]:
    last: LeadId | None = None
    while True:
        with office.database.reading() as transaction:
            page = runs.after(transaction, last, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].lead_id


def _without_run(lead: OpenLead, now: datetime) -> Repairable:
    detail = "open in the database, and no workflow of it runs"
    found = Stuck(kind=Kind.NO_RUN, lead_id=lead.lead_id, since=now, reason=lead.state, detail=detail)
    return _repairable(found)


def _without_row(lead_id: LeadId, since: datetime) -> Repairable:
    detail = "its workflow runs, and the database has no row of it"
    return _repairable(Stuck(kind=Kind.NO_ROW, lead_id=lead_id, since=since, reason="no_row", detail=detail))


def _repairable(one: Stuck) -> Repairable:
    template = REPAIRS.get(one.reason) or REPAIRS[one.kind]
    repair = template.format(lead=one.lead_id, subject=one.subject)
    return Repairable(**one.model_dump(), repair=repair)


REPAIRS: dict[str, str] = {
    Kind.NO_ROW: "is this the right database? followup doctor names it; the lead goes on when its row is back",
    Kind.NO_RUN: "followup rebuild; else the sweep starts it minutes after it is due",
    Kind.FAILING: "followup temporal workflow describe -w lead-{lead} shows the error; it heals with the fix",
    Kind.OVERDUE: "followup doctor; then followup temporal workflow describe -w lead-{lead}",
    Kind.UNAPPLIED: "followup doctor; the sweep of a running worker rings again",
    Kind.UNCERTAIN: "followup lead explain {lead}; ask the provider about touch {subject}, never send it again",
    Kind.BACKOFF: "mend the provider or the sender; the lead tries again by itself",
    Kind.REVIEW: "followup lead retry {lead}, or skip, jump, stop, reassign, enroll",
    Kind.LATE_TASK: "followup task complete {subject} --as DISPOSITION, or followup lead reassign {lead} --owner ID",
    Kind.UNREACHABLE: "find another address: followup lead signal {lead} fields_changed email=…, then"
    " followup lead enroll {lead} SEQUENCE, one that it has not been through",
    Kind.FLAGGED: "followup lead show {lead}",
    Kind.DEAD_LETTER: "correct it and send it again under a new id: followup lead signal {lead} KIND --id NEW",
    Kind.UNMATCHED: "add its lead (followup lead add --external-id SYSTEM:ID); rows are matched again for 24 h",
    "review.outcome_unproven": "followup task list; then followup task complete KEY --as sent, or --as not_sent",
    "review.provider_rejected": "mend the address or the sender, then followup lead retry {lead}, or skip",
    "review.delivery_failing": "mend the address or the sender, then followup lead retry {lead}, or skip",
    "review.too_late": "followup lead retry {lead} sends it late; followup lead skip {lead} leaves it out",
    "review.pause_expired": "followup lead resume {lead}, or stop",
    "review.state_went_back": "compare the ledger with the provider, then followup lead retry {lead}",
    "review.unmapped_stage": "give the stage a meaning in sequences/pipeline.py and restart the workers; then"
    " followup lead retry {lead}",
    "review.owner_unavailable": "followup lead reassign {lead} --owner ID",
    "review.no_route": "followup lead reassign {lead} --owner ID",
}
"""What to do, by the Review's reason when it has a way out of its own, else by the kind."""
