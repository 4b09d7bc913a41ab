"""`followup lead add`: one person, by hand."""

import asyncio
from collections import abc
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.fields import FieldOption, stated
from cli.output import Facts, Output
from cli.posting import Asking, ByOption, RequestOption
from cli.values import listed, zone_name
from cli.verb import verb
from engine.errors import FollowupError
from engine.words import Channel

if TYPE_CHECKING:
    from adapters.leads import ExternalId, NewLead, People
    from adapters.suppression import Consent
    from api.capturing import Taken

Text = Annotated[str | None, typer.Option(metavar="TEXT", show_default=False)]
Texts = Annotated[list[str] | None, typer.Option(metavar="TEXT", show_default=False)]


@verb(
    "followup lead add --first-name Rosa --email rosa@example.com --consent email --consent-by 'web form, 22 Nov'",
    "followup lead add --first-name Kim --phone '+1 202 555 0143' --zone America/New_York --owner rep-1 \\",
    "                  --consent sms --consent-by 'said so on the phone' --field service=repair",
)
def add(
    out: Output,
    first_name: Text = None,
    last_name: Text = None,
    company: Text = None,
    email: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="May be repeated.")] = None,
    phone: Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="May be repeated.")] = None,
    external_id: Annotated[
        list[str] | None, typer.Option(metavar="SYSTEM:ID", help="What another system calls the lead.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(parser=zone_name, metavar="ZONE", help="Time zone, such as America/New_York.")
    ] = None,
    language: Text = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Two letters, such as US.")] = None,
    region: Annotated[str | None, typer.Option(metavar="TEXT", help="State or province, such as NY.")] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The company's id, shared by colleagues.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="The person of ours who is responsible.")] = None,
    field: FieldOption = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANNELS", help="What the person agreed to: email,sms,voice. May be repeated."),
    ] = None,
    consent_by: Annotated[str, typer.Option(metavar="TEXT", help="How and where; required with --consent.")] = "",
    source: Annotated[str, typer.Option(metavar="TEXT", help="Where the lead comes from.")] = "by hand",
    by: ByOption = None,
    request: RequestOption = None,
) -> None:
    """
    Add a lead, or what is new about one we know, and let the sequences start that start with it.

    Without a consent, nothing leaves on channels that need one.
    """
    from adapters.leads import NewLead
    from api.capturing import capture, captured
    from cli.office import open_office

    asking = Asking.of(by, request, 0)
    with open_office(writes=True) as office:
        new = NewLead(
            source=source,
            first_name=first_name,
            last_name=last_name,
            company=company,
            language=language,
            zone=zone,
            region=region,
            country=_country(country),
            owner=owner,
            account=account,
            emails=tuple(email or ()),
            phones=tuple(phone or ()),
            external_ids=_external_ids(external_id or ()),
            consents=_consents(consent or [], consent_by, out.now),
            fields=stated(office.database, field or ()),
        )
        _check_addresses(new, office.people)
        letter = captured(asking.request, asking.by, out.now)
        taken = asyncio.run(capture(office, new, letter, out.now))
    out.one(taken, lambda: _facts(taken))
    if taken.trouble is not None:
        out.warning(taken.trouble)


def _facts(taken: "Taken") -> Facts:
    what = "added" if taken.created else "known already; what was new is added to it"
    return [("", f"lead {taken.lead_id}: {what}"), *(("", f"  {problem}") for problem in taken.problems)]


def _check_addresses(new: "NewLead", book: "People") -> None:
    """What a person types is either right or refused, before anything is kept."""
    from adapters.addresses import mail_address

    if not (new.emails or new.phones or new.external_ids):
        raise typer.BadParameter("a lead needs an --email, a --phone or an --external-id")
    for option, read, texts in (("--email", mail_address, new.emails), ("--phone", book.phone, new.phones)):
        for text in texts:
            try:
                read(text)
            except FollowupError as error:
                raise typer.BadParameter(f"{error.what}: {error.why}", param_hint=option) from error


def _country(code: str | None) -> str | None:
    if code is not None and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise typer.BadParameter(f"{code!r} is no country; write two letters, such as US", param_hint="--country")
    return None if code is None else code.upper()


def _external_ids(texts: abc.Iterable[str]) -> "tuple[ExternalId, ...]":
    from adapters.leads import LONGEST_TEXT, ExternalId

    found = []
    for text in texts:
        system, _, external = text.partition(":")
        if len(text) > LONGEST_TEXT:
            said = f"{text[:40]!r}… has {len(text):,} characters; an id has {LONGEST_TEXT} at most"
            raise typer.BadParameter(said, param_hint="--external-id")
        if not system or not external:
            raise typer.BadParameter(f"{text!r} is none; write system:id, such as crm:4711", param_hint="--external-id")
        found.append(ExternalId(system=system, id=external))
    return tuple(found)


def _consents(said: list[str], proof: str, now: datetime) -> "tuple[Consent, ...]":
    from adapters.suppression import Consent

    channels = dict.fromkeys(_channel(name) for text in said for name in listed(text))
    if bool(channels) is not bool(proof.strip()):
        raise typer.BadParameter("write both --consent CHANNELS and --consent-by, which says how it was given")
    return tuple(Consent(channel=channel, basis="consent", source=proof.strip(), at=now) for channel in channels)


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        known = ", ".join(Channel)
        raise typer.BadParameter(f"{name!r} is no channel; there are {known}", param_hint="--consent") from error
