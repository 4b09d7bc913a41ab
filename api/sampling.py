"""A lead of ours as messages are previewed for it: what is known of it now."""

from adapters import leads, owners
from adapters.circumstances import ways, zone_of
from adapters.database import Transaction
from adapters.settings import Settings
from adapters.templates import PERSON_TOKENS
from engine.reasons import SkipReason
from engine.words import LeadId
from rehearsal.company import Home, Person
from rehearsal.sample import SAMPLE, Sample, Value


def sample_of_lead(transaction: Transaction, lead_id: LeadId, settings: Settings) -> Sample:
    """
    The lead as it is now, with its channels as they are; what runs for it already is not asked for.

    Raises: LookupError when there is no such lead.
    """
    lead = leads.read(transaction, lead_id)
    if lead is None:
        raise LookupError(lead_id)
    owner = None if lead.owner is None else owners.read(transaction, lead.owner)
    known = ways(transaction, lead.addresses, settings)
    values: dict[str, Value] = {field.name: field.value for field in lead.fields}
    values |= {name: said for name in PERSON_TOKENS if (said := getattr(lead, name))}
    if owner is not None:
        told = {"owner_name": owner.name, "owner_email": owner.email, "owner_phone": owner.phone}
        values |= {name: said for name, said in told.items() if said}
    zone, _ = zone_of(lead.zone, None if owner is None else owner.zone, settings.org_zone)
    person = Person(
        lead=SAMPLE,
        home=Home(zone=zone, country=lead.country, region=lead.region),
        channels=tuple(way.channel for way in known if way.why_not is not SkipReason.NO_ADDRESS),
        refused=tuple(way.channel for way in known if way.why_not not in (None, SkipReason.NO_ADDRESS)),
        fields=lead.fields,
        owner="owner",
    )
    return Sample(person=person, values={**values, **settings.our_tokens()}, language=lead.language)
