"""Looks at the leads of a company as a worker does, without Temporal: one activity, messages into the Outbox."""

from datetime import datetime, timedelta

from activities.look import Look
from adapters.catalogue import publish
from adapters.outbox import Outbox
from adapters.records import DatabaseRecords
from engine.life.turn import Glance, Turn
from engine.ports.providers import Provider
from engine.words import Act, Channel, LeadId
from tests.adapters.world import MONDAY, Company, message, release


def publishes_a_wait(company: Company) -> None:
    """From now on the company's sequence sends a mail, waits three days and sends another."""
    later = message("news", "email", after={"kind": "calendar", "days": 3})
    with company.database.transaction() as transaction:
        publish(transaction, release(message("hello", "email"), later), "ana", "a wait", MONDAY)


def looks(
    company: Company, lead: LeadId, act: Act = Act.LOOK, now: datetime = MONDAY, provider: Provider | None = None
) -> Turn:
    """One look; messages leave by the Outbox unless another provider is named."""
    records = DatabaseRecords(company.database, company.settings)
    look = Look(records, dict.fromkeys(Channel, provider or Outbox(company.database)))
    return look.at(Glance(lead_id=lead), act, now, timedelta(0))


def lives(company: Company, lead: LeadId, now: datetime = MONDAY) -> Turn:
    """Looks until nothing is due."""
    turn = looks(company, lead, now=now)
    while turn.due <= now and not turn.over:
        turn = looks(company, lead, turn.act, now)
    return turn
