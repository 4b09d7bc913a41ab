"""
A touch as it would leave: who writes, to which address, what it says, and when limits let it go.

Everything is read under the locks of the transaction that will claim the touch.
"""

from collections import abc
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters import leads as people
from adapters import ledger, templates
from adapters.addresses import domain_of
from adapters.catalogue import Catalogue, template_text
from adapters.circumstances import Known, Reachable, ways
from adapters.database import Transaction, serialised
from adapters.leads import LeadAddress, People
from adapters.ledger import Limit
from adapters.owners import Owner
from adapters.settings import Settings
from adapters.templates import Rendered, Template
from adapters.unsubscribe import link_of
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.gate import GateFacts
from engine.life.moves import Send
from engine.ports.providers import Message
from engine.ports.records import Draft
from engine.words import Channel, Stage, TouchKey

DAY: Final = timedelta(hours=24)
MINUTE: Final = timedelta(seconds=60)
ANSWER: Final = "Re: "
ANSWERING: Final = (Stage.CAPTURE, Stage.RESPONSE)
"""Stages in which somebody has just turned to us and waits."""


def _clock() -> datetime:
    return datetime.now(UTC)


class Sender(Frozen):
    """Who writes."""

    address: str
    name: str


class Drafting:
    """Makes drafts, with these settings."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        book: People,
        clock: abc.Callable[[], datetime] = _clock,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._book = book
        self._clock = clock
        self._templates: dict[str, Template] = {}

    def draft(self, transaction: Transaction, lead: Known, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """The touch as it would leave, and the gate's facts made complete."""
        way = self._way(transaction, lead, send.channel)
        if way.address is None or way.why_not is not None:
            return Draft(facts=facts.model_copy(update={"why_not": way.why_not}), message=None)
        sender, rendered = self._written(transaction, lead, send)
        facts = facts.model_copy(
            update={
                "why_not": None,
                "missing_tokens": rendered.missing,
                "render_error": rendered.error,
                "sender_free_at": self._sender_free_at(transaction, send, sender.address, now),
                "domain_free_at": self._domain_free_at(transaction, send, way.address, now),
            }
        )
        if rendered.missing or rendered.error:
            return Draft(facts=facts, message=None)
        return Draft(facts=facts, message=self._message(send, way.address, sender, rendered, now))

    def task_text(self, transaction: Transaction, lead: Known, version: str, name: str) -> Rendered:
        """What a person is asked to do; a value nobody knows is left out visibly, since a person can cope."""
        template = self._template(transaction, version, name)
        rendered = templates.render(template, self._values(lead))
        if not rendered.missing:
            return rendered
        gaps = {token: f"({token.replace('_', ' ')} unknown)" for token in rendered.missing}
        return templates.render(template, {**self._values(lead), **gaps})

    def digest(self, transaction: Transaction, send: Send) -> str:
        """The digest of the template a touch is rendered from."""
        return self._digest(transaction, send.version, f"{send.template}.{send.channel.value}")

    # --- to whom

    def _way(self, transaction: Transaction, lead: Known, channel: Channel) -> Reachable:
        people.lock_addresses(transaction, [address.address_hash for address in lead.addresses])
        return next(way for way in ways(transaction, lead.addresses, self._settings) if way.channel is channel)

    # --- what it says

    def _written(self, transaction: Transaction, lead: Known, send: Send) -> tuple[Sender, Rendered]:
        sender = self._sender(send, lead.owner)
        try:
            template = self._template(transaction, send.version, f"{send.template}.{send.channel.value}")
        except FollowupError as error:
            return sender, Rendered(error=error.what)
        rendered = templates.render(template, self._values(lead))
        if rendered.text and send.channel is Channel.EMAIL:
            rendered = self._as_mail(transaction, send, template, rendered)
        return sender, rendered

    def _as_mail(self, transaction: Transaction, send: Send, template: Template, rendered: Rendered) -> Rendered:
        if not rendered.subject:
            return Rendered(error="the mail has no subject")
        answered = None if send.thread is None else ledger.sent(transaction, send.thread)
        subject = rendered.subject if answered is None else ANSWER + answered.subject.removeprefix(ANSWER)
        if template.front.purpose == "transactional":
            return Rendered(subject=subject, text=rendered.text)
        if self._settings.footer_address is None:
            return Rendered(error="no postal address is configured, and every commercial mail needs one")
        return Rendered(subject=subject, text=f"{rendered.text}\n\n{self._footer(send.touch_key)}")

    def _footer(self, touch_key: TouchKey) -> str:
        base_url = self._settings.public_base_url
        if base_url is None:
            leave = "To get no more of these emails, answer with the word unsubscribe."
        else:
            leave = f"To get no more of these emails: {link_of(touch_key, base_url, self._settings.link_key)}"
        return f"--\n{self._settings.company_name}, {self._settings.footer_address}\n{leave}"

    def _values(self, lead: Known) -> dict[str, str | float | bool]:
        row, owner = lead.row, lead.owner
        values: dict[str, str | float | bool] = {field.name: field.value for field in people.field_values(row.fields)}
        values |= {name: getattr(row, name) for name in templates.PERSON_TOKENS if getattr(row, name)}
        if owner is not None:
            said = {"owner_name": owner.name, "owner_email": owner.email, "owner_phone": owner.phone}
            values |= {name: value for name, value in said.items() if value}
        return values | self._settings.our_tokens()

    def _template(self, transaction: Transaction, version: str, name: str) -> Template:
        digest = self._digest(transaction, version, name)
        known = self._templates.get(digest)
        if known is None:
            known = self._templates[digest] = templates.read(template_text(transaction, digest), name)
        return known

    def _digest(self, transaction: Transaction, version: str, name: str) -> str:
        for template in self._catalogue.plan(transaction, version).templates:
            if template.name == name:
                return template.digest
        raise FollowupError(
            code="DBS006",
            what=f"{version} was published without the template {name}",
            where="sequence_versions",
            next="publish the sequence again, with its templates",
        )

    # --- who writes

    def _sender(self, send: Send, owner: Owner | None) -> Sender:
        settings = self._settings
        in_owners_name = owner if send.sender == "owner" else None
        name = settings.company_name if in_owners_name is None else in_owners_name.name
        if send.channel is not Channel.EMAIL:
            return Sender(address=settings.sender_number, name=name)
        own = None if in_owners_name is None else in_owners_name.email
        return Sender(address=own or settings.sender_email, name=name)

    def _message(self, send: Send, to: LeadAddress, sender: Sender, rendered: Rendered, now: datetime) -> Message:
        soon = min(timedelta(seconds=self._settings.first_byte_seconds), send.send_by - now)
        return Message(
            touch_key=send.touch_key,
            channel=send.channel,
            to=to.address,
            sender=sender.address,
            sender_name=sender.name,
            subject=rendered.subject,
            text=rendered.text,
            in_reply_to=send.thread,
            send_by=self._clock() + soon,
            valid_until=send.send_by,
        )

    # --- limits

    def _sender_free_at(self, transaction: Transaction, send: Send, sender: str, now: datetime) -> datetime:
        """
        A place in the sender's line is taken once and holds while the minute lasts; whoever misses it takes a new one.

        Somebody who waits for our answer does not stand in line: there the day's limit alone counts, and what has left.
        """
        per_day = Limit(most=self._settings.sender_per_day, window=DAY)
        if send.stage in ANSWERING:
            free = ledger.free_at(transaction, "sender", sender, per_day, now, queued=True, but=send.touch_key)
            if free <= now:
                return free
        slot = ledger.slot(transaction, send.touch_key)
        if slot is not None and slot + MINUTE > now:
            return slot
        serialised(transaction, f"sender:{sender}")
        per_minute = Limit(most=self._settings.sender_per_minute, window=MINUTE, spares=ANSWERING)
        return max(
            ledger.free_at(transaction, "sender", sender, limit, now, queued=False, but=send.touch_key)
            for limit in (per_minute, per_day)
        )

    def _domain_free_at(self, transaction: Transaction, send: Send, to: LeadAddress, now: datetime) -> datetime | None:
        domain = domain_of(to.address)
        if self._settings.domain_per_day is None or domain is None:
            return None
        limit = Limit(most=self._settings.domain_per_day, window=DAY)
        return ledger.free_at(transaction, "domain", domain, limit, now, queued=True, but=send.touch_key)
