"""`followup lead show` and `explain`: everything of one lead, and why it waits."""

import asyncio
from collections import abc
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Facts, Output
from cli.posting import LeadArgument
from cli.verb import verb

if TYPE_CHECKING:
    from adapters.views.lead import LeadPage, Received, ShownAddress
    from api.explaining import Explained


@verb(
    "followup lead show rosa@example.com",
    "followup lead show crm:4711 --reveal",
    "followup lead show 4f1c… -o json | jq .standing",
)
def show(
    out: Output,
    lead: LeadArgument,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show addresses in full.")] = False,
) -> None:
    """Who the lead is, where it stands and why, and everything that was sent, received and done."""
    from adapters.views.finding import find
    from adapters.views.lead import masked, page, revealed
    from cli.office import open_records

    with open_records() as records:
        meant = find(records.transaction, records.people, lead)
        shown = page(records.transaction, meant, revealed if reveal else masked)
        home = records.settings.org_zone
    out.one(shown, lambda: _page(out, shown, shown.standing.zone or home))


@verb("followup lead explain rosa@example.com", "followup lead explain crm:4711 -o json")
def explain(out: Output, lead: LeadArgument) -> None:
    """Why the lead waits, until when, what will wake it; or why it was refused, parked or stopped."""
    from adapters.views.finding import find
    from api.explaining import explained
    from cli.office import open_office

    with open_office() as office:
        with office.database.reading() as transaction:
            meant = find(transaction, office.people, lead)
        answer = asyncio.run(explained(office, meant, out.now))
        home = office.settings.org_zone
    out.one(answer, lambda: _explained(out, answer, answer.zone or home))


# --- one lead ---------------------------------------------------------------------------------------------------------


def _page(out: Output, page: "LeadPage", zone: str) -> Facts:
    sections = (
        ("", _who(page)),
        ("", _standing(out, page, zone)),
        ("Enrolments", _enrolments(out, page, zone)),
        ("Touches", _touches(out, page, zone)),
        ("Tasks", _tasks(out, page, zone)),
        ("Stages", _stages(out, page, zone)),
        ("Inbox", (_row(out, row, zone) for row in page.inbox)),
        ("Audit", _audit(out, page, zone)),
    )
    return [fact for title, facts in sections for fact in _section(title, tuple(facts))]


def _section(title: str, facts: Facts) -> abc.Iterator[tuple[str, str]]:
    if facts and title:
        yield "", ""
        yield "", title
    yield from facts


def _who(page: "LeadPage") -> abc.Iterator[tuple[str, str]]:
    who = page.who
    yield "lead", page.lead_id
    yield "name", " ".join(part for part in (who.first_name, who.last_name) if part) or "-"
    for label in ("company", "account", "language", "zone", "country", "region"):
        value = getattr(who, label)
        if value:
            yield label, value
    for address in sorted(who.addresses, key=lambda address: address.kind):
        yield address.kind, f"{address.address}  {_may(address)}".rstrip()
    for external in who.external_ids:
        yield "known as", f"{external.system}:{external.id}"
    for field in who.fields:
        yield field.name, str(field.value)


def _may(address: "ShownAddress") -> str:
    """What we may do with an address, channel by channel."""
    said = {None: "no consent recorded", True: "consent given", False: "consent refused"}
    words = (f"{word.channel}: {word.closed or said[word.consented]}" for word in address.channels)
    return f"({', '.join(words)})" if address.channels else ""


def _standing(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    standing = page.standing
    yield "stage", standing.stage
    yield "state", standing.state if standing.open else f"{standing.state} (nothing runs)"
    yield "sequence", standing.version or "-"
    yield "owner", standing.owner or "-"
    if standing.pipeline_stage:
        yield "in the CRM", standing.pipeline_stage
    yield "next", out.moment(standing.next_due, zone)
    yield "why", standing.why or "-"
    if standing.flagged_since:
        failing = f", {standing.failing_attempts} failed looks" if standing.failing_attempts else ""
        yield "flagged", f"{out.moment(standing.flagged_since, zone)}: {standing.flag_detail or ''}{failing}"


def _enrolments(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    for one in page.enrolments:
        end = "running" if one.ended_at is None else f"{one.because} {out.when(one.ended_at, zone)}"
        yield "", f"  {one.number}. {one.version}, started {out.when(one.started_at, zone)}, {end}"


def _touches(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    for touch in page.touches:
        detail = f" ({touch.detail})" if touch.detail else ""
        yield "", f"  {out.moment(touch.changed_at, zone)}  {touch.channel} {touch.step}: {touch.state}{detail}"


def _tasks(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    for task in page.tasks:
        ended = task.disposition or task.state
        state = f"due {out.moment(task.due, zone)}" if task.state == "open" else ended
        name = f"{task.kind} {task.step}" if task.step else task.kind
        yield "", f"  {name} for {task.owner or task.to_role}: {state}  {task.task_key}"


def _stages(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    for change in page.stage_changes:
        yield "", f"  {out.moment(change.at, zone)}  {change.from_stage} to {change.to_stage}: {change.why}"


def _audit(out: Output, page: "LeadPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    for entry in page.audit:
        became = f" ({entry.became})" if entry.became else ""
        reason = f": {entry.reason}" if entry.reason else ""
        yield "", f"  {out.moment(entry.at, zone)}  {entry.actor} {entry.action}{became}{reason}"


def _row(out: Output, row: "Received", zone: str) -> tuple[str, str]:
    by = f" by {row.by}" if row.by else ""
    became = row.disposition or "not looked at yet"
    reason = f" ({row.reason})" if row.reason else ""
    detail = f": {row.detail}" if row.detail else ""
    return "", f"  {out.moment(row.received_at, zone)}  {row.kind} from {row.source}{by}: {became}{reason}{detail}"


def _explained(out: Output, answer: "Explained", zone: str) -> Facts:
    lines = (NEVER,) if answer.explanation is None else answer.explanation.lines
    facts = [("", line) for line in lines]
    if answer.unapplied:
        facts += [("", ""), ("", "Not looked at yet"), *(_row(out, row, zone) for row in answer.unapplied)]
    return [*facts, ("", ""), ("", RUNS[answer.runs])]


NEVER = "It is recorded, and no look has been at it yet."

RUNS = {
    True: "Its workflow runs.",
    False: "Its workflow does not run; `followup rebuild` starts those of open leads.",
    None: "Temporal could not be asked whether its workflow runs.",
}
