"""`followup lead show` and `explain`: everything of one lead, and why it waits."""

import asyncio
from typing import Annotated

import typer

from cli.output import Output
from cli.posting import LeadArgument
from cli.verb import verb


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
    from cli.lead_page import facts_of
    from cli.office import open_records

    with open_records() as records:
        meant = find(records.transaction, records.people, lead)
        shown = page(records.transaction, meant, revealed if reveal else masked)
        home = records.settings.org_zone
    out.one(shown, lambda: facts_of(out, shown, shown.standing.zone or home))


@verb("followup lead explain rosa@example.com", "followup lead explain crm:4711 -o json")
def explain(out: Output, lead: LeadArgument) -> None:
    """Why the lead waits, until when, what will wake it; or why it was refused, parked or stopped."""
    from adapters.views.finding import find
    from api.explaining import explained
    from cli.lead_page import explanation_of
    from cli.office import open_office

    with open_office() as office:
        with office.database.reading() as transaction:
            meant = find(transaction, office.people, lead)
        answer = asyncio.run(explained(office, meant, out.now))
        home = office.settings.org_zone
    out.one(answer, lambda: explanation_of(out, answer, answer.zone or home))
