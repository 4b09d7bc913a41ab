"""
A touch as it would leave: who writes, to which address, what it says, and when limits let it go.

Everything is read under the locks of the transaction that will claim the touch.
"""

from collections import abc
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from adapters import approvals, ledger, templates
from adapters import leads as people
from adapters.addresses import domain_of
from adapters.approvals import Words
from adapters.catalogue import Catalogue, template_text
from adapters.circumstances import Known, Reachable, ways
from adapters.database import Transaction, serialised
from adapters.leads import LeadAddress, People
from adapters.ledger import Limit
from adapters.owners import Owner
from adapters.settings import Settings
from adapters.templates import Rendered, Template
from adapters.writing import Writer
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.gate import GateFacts
from engine.life.moves import Send
from engine.ports.providers import Message
from engine.ports.records import Draft
from engine.words import Channel, LeadId, Stage

DAY: Final = timedelta(hours=24)
MINUTE: Final = timedelta(seconds=60)
LAST_CALL: Final = timedelta(seconds=2)
"""How long before the hours end nothing begins any more: a look's `now` may be a second old, and a message travels."""
ANSWERING: Final = (Stage.CAPTURE, Stage.RESPONSE)
"""Stages in which somebody has just turned to us and waits."""


def _name_of(send: Send) -> str:
    return f"{send.template}.{send.channel.value}"


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
        self._writer = Writer(settings)

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

    def words(self, transaction: Transaction, lead: Known, send: Send) -> Rendered:
        """What the touch says, for a person to release; the footer is no words of ours to choose."""
        try:
            template = self._template(transaction, lead, send.version, _name_of(send))
        except FollowupError as error:
            return Rendered(error=error.what)
        return self._words(transaction, lead, send, template)

    def task_text(self, transaction: Transaction, lead: Known, version: str, name: str) -> Rendered:
        """What a person is asked to do; a value nobody knows is left out visibly, since a person can cope."""
        return self._writer.task_text(self._template(transaction, lead, version, name), self._values(lead))

    def digest(self, transaction: Transaction, lead: Known, send: Send) -> str:
        """The digest of the template a touch is rendered from."""
        plan = self._catalogue.plan(transaction, send.version)
        return self._writer.chosen(plan, _name_of(send), lead.row.language)[0].digest

    # --- to whom

    def _way(self, transaction: Transaction, lead: Known, channel: Channel) -> Reachable:
        people.lock_addresses(transaction, [address.address_hash for address in lead.addresses])
        return next(way for way in ways(transaction, lead.addresses, self._settings) if way.channel is channel)

    # --- what it says

    def _written(self, transaction: Transaction, lead: Known, send: Send) -> tuple[Sender, Rendered]:
        sender = self._sender(send, lead.owner)
        try:
            template = self._template(transaction, lead, send.version, _name_of(send))
        except FollowupError as error:
            return sender, Rendered(error=error.what)
        if send.approved:
            words = _released(approvals.released(transaction, LeadId(lead.row.id), send), send.channel)
        else:
            words = self._words(transaction, lead, send, template)
        return sender, self._writer.with_footer(template, words, send.channel, send.touch_key)

    def _words(self, transaction: Transaction, lead: Known, send: Send, template: Template) -> Rendered:
        answered = None if send.thread is None else ledger.sent(transaction, send.thread)
        subject = None if answered is None else answered.subject
        return self._writer.words(template, self._values(lead), send.channel, subject)

    def _values(self, lead: Known) -> dict[str, str | float | bool]:
        row, owner = lead.row, lead.owner
        values: dict[str, str | float | bool] = {field.name: field.value for field in people.field_values(row.fields)}
        values |= {name: getattr(row, name) for name in templates.PERSON_TOKENS if getattr(row, name)}
        if owner is not None:
            said = {"owner_name": owner.name, "owner_email": owner.email, "owner_phone": owner.phone}
            values |= {name: value for name, value in said.items() if value}
        return values | self._settings.our_tokens()

    def _template(self, transaction: Transaction, lead: Known, version: str, name: str) -> Template:
        """Raises: FollowupError DBS006 when the version was published without it."""
        plan, text_of = self._catalogue.plan(transaction, version), partial(template_text, transaction)
        return self._writer.template(plan, name, lead.row.language, text_of)

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
        soon = min(timedelta(seconds=self._settings.first_byte_seconds), send.send_by - LAST_CALL - now)
        return Message(
            touch_key=send.touch_key,
            channel=send.channel,
            to=to.address,
            sender=sender.address,
            sender_name=sender.name,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
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


def _released(words: Words | None, channel: Channel) -> Rendered:
    """The words as they were released, whatever has become of the values in them since."""
    if words is None:
        return Rendered(error="nobody has released its words")
    if channel is not Channel.EMAIL:
        return Rendered(text=words.text)
    return Rendered(subject=words.subject, text=words.text, html=words.html)
