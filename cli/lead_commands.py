"""What people command for one lead. Each is kept, rung, and answered from its row."""

from typing import Annotated, Any

import typer

from cli.output import Output
from cli.posting import Asking, ByOption, LeadArgument, RequestOption, WaitOption, end_in_vain, posted, tell
from cli.values import moment, steady
from cli.verb import verb
from engine.words import Stage, Verb

ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the audit trail.")]


@verb(
    "followup lead enroll rosa@example.com speed-to-lead --reason 'asked for it on the phone'",
    "followup lead enroll crm:4711 win-back -o json",
)
def enroll(
    out: Output,
    lead: LeadArgument,
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="A published sequence.")],
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Start a sequence for the lead; a refusal is answered with its reason, and exit code 1."""
    _command(out, Verb.ENROLL, lead, Asking.of(by, request, wait), reason=reason, sequence=sequence)


@verb("followup lead pause crm:4711 --until +3d --reason 'on holiday'", "followup lead pause rosa@example.com")
def pause(
    out: Output,
    lead: LeadArgument,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Goes on by itself then; without it, a person is asked later.")
    ] = None,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Let nothing automatic happen to the lead."""
    end = None if until is None else moment(steady(until, request))
    _command(out, Verb.PAUSE, lead, Asking.of(by, request, wait), reason=reason, until=end)


@verb("followup lead resume crm:4711")
def resume(
    out: Output,
    lead: LeadArgument,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """End a pause; remaining waits go on where they were."""
    _command(out, Verb.RESUME, lead, Asking.of(by, request, wait), reason=reason)


@verb("followup lead retry crm:4711 --reason 'corrected the address'")
def retry(
    out: Output,
    lead: LeadArgument,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Let a lead that was parked for a person try again, after you have mended what was wrong."""
    _command(out, Verb.RETRY, lead, Asking.of(by, request, wait), reason=reason)


@verb("followup lead skip crm:4711 --step first-call --reason 'called already'")
def skip(
    out: Output,
    lead: LeadArgument,
    step: Annotated[
        str | None,
        typer.Option(metavar="STEP", help="Only if the lead stands before this step: said twice, skips once."),
    ] = None,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Leave out the step the lead stands before."""
    _command(out, Verb.SKIP, lead, Asking.of(by, request, wait), reason=reason, step=step)


@verb("followup lead jump crm:4711 --stage nurture", "followup lead jump crm:4711 --step what-to-expect")
def jump(
    out: Output,
    lead: LeadArgument,
    stage: Annotated[Stage | None, typer.Option(help="A stage of its sequence.")] = None,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="A step of its sequence.")] = None,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Move the lead to another stage or step of its sequence."""
    if stage is None and step is None:
        raise typer.BadParameter("name a --stage, a --step or both")
    _command(out, Verb.JUMP, lead, Asking.of(by, request, wait), reason=reason, stage=stage, step=step)


@verb("followup lead reassign crm:4711 --owner rep-2 --reason 'rep-1 is ill'")
def reassign(
    out: Output,
    lead: LeadArgument,
    owner: Annotated[str, typer.Option(metavar="ID", help="The new owner.")],
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Make somebody else responsible for the lead, its open tasks included."""
    _command(out, Verb.REASSIGN, lead, Asking.of(by, request, wait), reason=reason, owner=owner)


@verb("followup lead stop crm:4711 --reason 'bought from somebody else'")
def stop(
    out: Output,
    lead: LeadArgument,
    reason: ReasonOption = "",
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """End what runs for the lead; its open tasks are cancelled."""
    _command(out, Verb.STOP, lead, Asking.of(by, request, wait), reason=reason)


def _command(out: Output, what: Verb, lead: str, asking: Asking, **data: Any) -> None:
    """File it, ring, and tell what it led to."""
    from adapters.views.finding import find
    from api.commands import command
    from cli.office import open_office
    from engine.life.events import CommandData

    with open_office() as office:
        with office.database.reading() as transaction:
            meant = find(transaction, office.people, lead)
        letter = command(what, CommandData(**data), asking.by, asking.request, out.now)
        became = posted(office, letter, meant, asking.wait)
    tell(out, became)
    end_in_vain(became)


VERBS = (enroll, pause, resume, retry, skip, jump, reassign, stop)
