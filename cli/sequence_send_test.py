"""`followup sequence send-test`: one message to its author, before anybody else gets it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from uuid import uuid4

import typer

from cli import written
from cli.output import Output
from cli.sequence_preview import sample_for
from cli.verb import verb
from engine.errors import FollowupError

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.settings import Settings
    from adapters.templates import Rendered
    from engine.ports.providers import Message
    from engine.sequence.compiled import Sendable, Sequence

A_WHILE: Final = timedelta(minutes=5)
"""How long a provider may take to let it leave."""
MARK: Final = "[Test] "


@verb(
    "followup sequence send-test inbound-lead got-it --to me@example.com",
    "followup sequence send-test missed-call text-back --to +12025550100 --lead rosa.toml",
    name="send-test",
)
def send_test(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="As it is written, published or not.")],
    step: Annotated[str, typer.Argument(metavar="STEP", help="A message or a question of it.")],
    to: Annotated[str, typer.Option(metavar="ME", help="Your own mail address or phone number.")],
    lead: Annotated[
        str | None,
        typer.Option(
            help="Whose values it has: a lead of ours, or a file (TOML).", show_default="Robin, who is nobody"
        ),
    ] = None,
    variant: Annotated[str, typer.Option(help="Which words of a test.")] = "",
) -> None:
    """
    Send one message to its author, as that lead would get it, and to nobody else.

    It goes the way that real messages go, and leaves no touch: no limit, no result and no lead knows of it.
    """
    from adapters.providers import providers
    from cli.office import open_office
    from rehearsal.company import company_of
    from rehearsal.reader import Reader, TestSent

    ours = written.settings()
    files = written.with_draft(written.files(), name)
    current = _sendable(written.named(files, name), step, variant)
    company = company_of(files, ours)
    plan = next(plan for plan in company.plans if plan.sequence.name == name)
    sample = sample_for(lead, files, ours, company)
    _, words = Reader(files.release(), ours, sample).message(plan, current, variant)
    if words.missing or words.error:
        raise _cannot_be_written(name, step, words)
    message = _message(current, to, words, ours, out.now)
    with open_office(writes=True) as office:
        receipt = providers(ours, office.database)[message.channel].send(message)
    sent = TestSent(
        sequence=name,
        step=step,
        channel=message.channel.value,
        to=message.to,
        lead=sample.name,
        subject=message.subject,
        text=message.text,
        provider_id=receipt.provider_id,
    )
    where = "" if ours.live else ", into the Outbox: nothing really leaves here"
    out.one(sent, lambda: [("", f"{step} is sent to {message.to}, as {sample.name} would get it{where}")])


def _sendable(sequence: "Sequence", name: str, variant: str) -> "Sendable":
    """Raises: typer.BadParameter when the sequence has no such message, or it no such words."""
    from engine.sequence.compiled import Ask, Message
    from engine.sequence.structure import steps

    known = {one.id: one for plan in sequence.stages for one in steps(plan) if isinstance(one, Message | Ask)}
    if name not in known:
        raise typer.BadParameter(f"{sequence.name} sends no {name!r}; it sends {', '.join(known) or 'nothing'}")
    variants = [one.name for one in known[name].variants]
    if variant not in (variants or [""]):
        choice = f"name one of its variants: --variant {' or '.join(variants)}" if variants else "it has no variants"
        raise typer.BadParameter(f"{name}: {choice}")
    return known[name]


def _message(current: "Sendable", to: str, words: "Rendered", ours: "Settings", now: datetime) -> "Message":
    """Raises: FollowupError ADR001 or ADR002 when `to` is no address of the channel."""
    from adapters.addresses import mail_address, phone_number
    from engine.ports.providers import Message
    from engine.words import Channel, TouchKey

    by_mail = current.channel is Channel.EMAIL
    address = mail_address(to) if by_mail else phone_number(to, ours.org_country)
    return Message(
        touch_key=TouchKey(f"test-{uuid4()}"),
        channel=current.channel,
        to=address.address,
        sender=ours.sender_email if by_mail else ours.sender_number,
        sender_name=ours.company_name,
        subject=f"{MARK}{words.subject}" if by_mail else "",
        text=words.text,
        html=words.html,
        send_by=now + A_WHILE,
        valid_until=now + A_WHILE,
    )


def _cannot_be_written(name: str, step: str, words: "Rendered") -> FollowupError:
    missing = f"not known of this lead: {', '.join(words.missing)}" if words.missing else ""
    return FollowupError(
        code="SIM004",
        what=f"{step} of {name} cannot be written for this lead",
        where=f"{name} {step}",
        why=words.error or missing,
        next="choose a lead of whom it is known, give the template a default, or set what is missing",
    )
