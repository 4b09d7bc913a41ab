"""`followup lead list`: which leads there are, a line each."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Columns, Output
from cli.values import MOST, moment
from cli.verb import verb
from engine.words import Stage

if TYPE_CHECKING:
    from adapters.views.leads import LeadLine


@verb(
    "followup lead list --state review",
    "followup lead list --stage nurture --owner rep-1 --due-before +1d",
    "followup lead list --limit 0 -o jsonl",
    name="list",
)
def list_(
    out: Output,
    stage: Annotated[Stage | None, typer.Option(help="Only leads in this stage.")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE", help="waiting, task, paused, review or over; or one reason: review.missing_token."
        ),
    ] = None,
    sequence: Annotated[str | None, typer.Option(metavar="NAME", help="Only leads in this sequence.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="Only leads of this person.")] = None,
    due_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only leads looked at next before then.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, max=MOST, help="How many at most; 0: all.")] = 50,
) -> None:
    """Leads, the newest first."""
    from adapters.views.leads import Which, lines
    from cli.office import open_records

    which = Which(
        stage=stage,
        state=_state(state),
        sequence=sequence,
        owner=owner,
        due_before=None if due_before is None else moment(due_before),
        limit=limit,
    )
    with open_records() as records:
        columns = _columns(out, records.settings.org_zone)
        count = out.many(lines(records.transaction, which), columns, "no lead is like that")
    if limit and count == limit:
        out.remark(f"the newest {limit}; --limit 0 lists all")


def _columns(out: Output, home: str) -> "Columns[LeadLine]":
    """Times in the lead's own zone, else in `home`."""
    return {
        "LEAD": lambda line: line.lead_id,
        "NAME": lambda line: line.name or "-",
        "STAGE": lambda line: line.stage,
        "STATE": lambda line: line.state,
        "SEQUENCE": lambda line: line.sequence or "-",
        "OWNER": lambda line: line.owner or "-",
        "DUE": lambda line: out.when(line.next_due, line.zone or home),
        "WHY": lambda line: line.why or "-",
    }


def _state(state: str | None) -> str | None:
    from adapters.views.leads import FAMILIES, STATES, states_of

    if state is not None and not states_of(state):
        known = ", ".join((*FAMILIES, *STATES))
        raise typer.BadParameter(f"there is no state {state!r}; there are {known}", param_hint="--state")
    return state
