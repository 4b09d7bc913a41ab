"""`followup lead signal`: say that something has happened to a lead, as a CRM would."""

from collections import abc
from typing import TYPE_CHECKING, Annotated

import typer

from cli import fields
from cli.fields import FieldOption
from cli.output import Output
from cli.posting import Asking, ByOption, LeadArgument, WaitOption, posted, tell
from cli.process import ExitCode
from cli.values import identifier, json_object, moment, pairs, zone_name
from cli.verb import verb
from engine.errors import FollowupError
from engine.words import EventKind

if TYPE_CHECKING:
    from pydantic import JsonValue, ValidationError

    from adapters.leads import People
    from engine.life.circumstances import FieldValue

    Data = dict[str, JsonValue]

STATED = "first_name, last_name, company, language, zone, region, country, owner, account, email, phone, fields"


@verb(
    "followup lead signal rosa@example.com replied channel=email reply=positive",
    "followup lead signal crm:4711 stage_changed pipeline_stage='Proposal Pending' version=7",
    "followup lead signal crm:4711 fields_changed company='Rosa & Sons' --field service=repair",
    'followup lead signal crm:4711 replied --data \'{"channel": "sms", "reply": "question"}\'',
    "followup lead signal crm:4711 opted_out channel=sms --at '2026-11-22 09:30 America/New_York' --id crm-88",
)
def signal(
    out: Output,
    lead: LeadArgument,
    kind: Annotated[EventKind, typer.Argument(metavar="KIND", help=f"What happened: {', '.join(EventKind)}.")],
    stated: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="What is to be said about it.")
    ] = None,
    data: Annotated[str | None, typer.Option(metavar="JSON", help="The same as one JSON object.")] = None,
    field: FieldOption = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it happened.", show_default="now")] = None,
    event_id: Annotated[
        str | None,
        typer.Option("--id", parser=identifier, metavar="ID", help="Sent again under the same id, it is one event."),
    ] = None,
    by: ByOption = None,
    wait: WaitOption = 10,
) -> None:
    """
    Say that something has happened to the lead; the answer is what became of it.

    What can be said: channel, reply, pipeline_stage, version, task_key, disposition and more; a name that means nothing
    is refused with the whole list. A fields_changed names what is now known of the lead.

    An opt-out is taken from somebody we do not know, too: it holds for the address at once.
    """
    from adapters.views.finding import find, meant
    from api.commands import report
    from cli.office import open_office

    said = _checked(kind, _data(data, stated or ()))
    occurred_at = out.now if at is None else moment(at)
    asking = Asking.of(by, event_id, wait)
    with open_office(writes=True) as office:
        if kind is EventKind.FIELDS_CHANGED:
            _check_addresses(said, office.people)
        if field:
            said = _with_fields(kind, said, fields.stated(office.database, field))
        with office.database.reading() as transaction:
            # A slip in a name is to be found here; that somebody wants nothing more holds for whoever it is.
            whom = meant if kind is EventKind.OPTED_OUT else find
            to = whom(transaction, office.people, lead)
        became = posted(office, report(kind, said, asking.by, asking.request, occurred_at), to, asking.wait)
    tell(out, became)
    if became.disposition == "dead_letter":
        raise typer.Exit(ExitCode.FAILED)


def _data(text: str | None, stated: abc.Sequence[str]) -> "Data":
    if text is not None and stated:
        raise typer.BadParameter("write either --data or NAME=VALUE, not both")
    return json_object(text) if text is not None else dict(pairs(stated))


def _with_fields(kind: EventKind, said: "Data", values: "tuple[FieldValue, ...]") -> "Data":
    if kind is not EventKind.FIELDS_CHANGED:
        raise typer.BadParameter("only fields_changed says what a field is now", param_hint="--field")
    return {**said, "fields": {value.name: value.value for value in values}}


def _checked(kind: EventKind, data: "Data") -> "Data":
    """Strict on what people write: a name that means nothing is a mistake here, not a mystery later."""
    from pydantic import ValidationError

    from engine.life.events import EventData

    known = STATED.split(", ") if kind is EventKind.FIELDS_CHANGED else list(EventData.model_fields)
    strangers = [name for name in data if name not in known]
    if strangers:
        raise typer.BadParameter(f"{kind} knows no {', '.join(map(repr, strangers))}; it may say {', '.join(known)}")
    if kind is EventKind.FIELDS_CHANGED and isinstance(data.get("zone"), str):
        zone_name(str(data["zone"]))
    try:
        EventData.model_validate(data)
    except ValidationError as error:
        raise typer.BadParameter(_mistakes(error)) from error
    return data


def _check_addresses(said: "Data", book: "People") -> None:
    """What is no address would be left out in silence, and what we know would stay."""
    from adapters.addresses import mail_address

    for name, read in (("email", mail_address), ("phone", book.phone)):
        if name in said:
            try:
                read(str(said[name]))
            except FollowupError as error:
                raise typer.BadParameter(f"{error.what}: {error.why}", param_hint=name) from error


def _mistakes(error: "ValidationError") -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems)
