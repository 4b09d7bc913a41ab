"""The world of one lead as it is now: read afresh by every look, never remembered."""

from datetime import date, datetime
from typing import Final, NamedTuple

from adapters import leads as people
from adapters import owners, suppression
from adapters.addresses import KIND_OF
from adapters.catalogue import Published
from adapters.contact_hours import legal_hours, public_holidays
from adapters.database import AnyRow, Transaction
from adapters.leads import LeadAddress
from adapters.owners import Owner
from adapters.settings import Settings
from adapters.suppression import Standing
from adapters.switches import told
from adapters.windows import window_of
from adapters.zones import Whereabouts, places
from engine.calendar.hours import Hours
from engine.calendar.zones import valid_zone
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.circumstances import ChannelState, Circumstances, FieldValue
from engine.life.effects import EVERY_CHANNEL, ROBOCALLS
from engine.reasons import SkipReason
from engine.sequence.compiled import Window
from engine.sequence.fields import DeclaredField
from engine.words import Channel, LeadId, ZoneSource

NEVER_OPEN: Final = Hours(zone="UTC", window=Window(blocks=()))
"""The legal hours of a phone nobody can place: a person decides."""


MOST_PLACES: Final = 12
"""A number that may ring in more places than these, toll-free for one, has no hour that suits them all."""


class Known(NamedTuple):
    """What a look reads of a lead once, while it holds the lead's row."""

    row: AnyRow
    addresses: tuple[LeadAddress, ...]
    owner: Owner | None


class Reachable(Frozen):
    """The address a channel would use, and whether it may."""

    channel: Channel
    address: LeadAddress | None
    why_not: SkipReason | None


def known(transaction: Transaction, row: AnyRow) -> Known:
    """What is known of the lead with this row."""
    owner = None if row.owner is None else owners.read(transaction, row.owner)
    return Known(row, people.addresses_of(transaction, LeadId(row.id)), owner)


def circumstances_of(
    transaction: Transaction, lead: Known, published: Published, settings: Settings, now: datetime
) -> Circumstances:
    """The lead's world."""
    row, owner = lead.row, lead.owner
    reachable = ways(transaction, lead.addresses, settings)
    phones = frozenset(way.address.address for way in reachable if way.address and way.channel in ROBOCALLS)
    zone, zone_source = zone_of(row.zone, None if owner is None else owner.zone, settings.org_zone)
    switched = told(transaction, LeadId(row.id), row.looked_at)
    closed_days = public_holidays(settings.org_country, settings.org_region, now.year)
    return Circumstances(
        zone=zone,
        zone_source=zone_source,
        closed_days=closed_days,
        contact_hours=_contact_hours(row, phones, now),
        channels=tuple(
            ChannelState(channel=way.channel, why_not=way.why_not) for way in reachable if way.address is not None
        ),
        fields=_declared(published.fields, people.field_values(row.fields)),
        owner=row.owner,
        owner_hours=_owner_hours(owner, settings, closed_days),
        owner_absent_until=_absent_until(owner, now),
        pipeline=() if published.pipeline is None else published.pipeline.stages,
        switched_off=switched.channels,
        all_switched_off=switched.everything,
        pauses=switched.pauses,
        policy=settings.policy(),
    )


def ways(transaction: Transaction, mine: tuple[LeadAddress, ...], settings: Settings) -> tuple[Reachable, ...]:
    """
    How the lead can be reached, channel by channel: the first address that may be used, else the first one and why not.

    Whoever is about to write holds the addresses' rows.
    """
    standings = {(s.address_hash, s.channel): s for s in _standings(transaction, mine)}
    return tuple(_way(channel, mine, standings, settings) for channel in EVERY_CHANNEL)


def _standings(transaction: Transaction, mine: tuple[LeadAddress, ...]) -> tuple[Standing, ...]:
    return suppression.standings(transaction, [address.address_hash for address in mine]) if mine else ()


def _way(
    channel: Channel,
    mine: tuple[LeadAddress, ...],
    standings: dict[tuple[str, Channel], Standing],
    settings: Settings,
) -> Reachable:
    usable = [address for address in mine if address.kind is KIND_OF[channel]]
    reasons = {a.address_hash: _why_not(standings[a.address_hash, channel], channel, settings) for a in usable}
    chosen = next((a for a in usable if reasons[a.address_hash] is None), usable[0] if usable else None)
    if chosen is None:
        return Reachable(channel=channel, address=None, why_not=SkipReason.NO_ADDRESS)
    return Reachable(channel=channel, address=chosen, why_not=reasons[chosen.address_hash])


def _why_not(standing: Standing, channel: Channel, settings: Settings) -> SkipReason | None:
    if standing.closed is not None:
        return standing.closed
    refused = standing.consented is False
    unproven = standing.consented is None and channel in settings.consent_required
    return SkipReason.NO_CONSENT if refused or unproven else None


def zone_of(said: str | None, owners_zone: str | None, org_zone: str) -> tuple[str, ZoneSource]:
    """Lead, owner, organisation; a name that is no zone falls through to the next."""
    if said and valid_zone(said):
        return said, ZoneSource.LEAD
    if owners_zone and valid_zone(owners_zone):
        return owners_zone, ZoneSource.OWNER
    return org_zone, ZoneSource.ORG


def _contact_hours(lead: AnyRow, phones: frozenset[str], now: datetime) -> tuple[Hours, ...]:
    possible = {
        place: None
        for phone in sorted(phones)
        for place in places(Whereabouts(zone=lead.zone, country=lead.country, region=lead.region, phone=phone))
    }
    hours = tuple(dict.fromkeys(legal_hours(place, now) for place in possible))
    if phones and not 0 < len(hours) <= MOST_PLACES:
        return (NEVER_OPEN,)
    return hours


def _declared(declared: tuple[DeclaredField, ...], values: tuple[FieldValue, ...]) -> tuple[FieldValue, ...]:
    names = {field.name for field in declared}
    return tuple(value for value in values if value.name in names)


def _owner_hours(owner: Owner | None, settings: Settings, closed_days: tuple[date, ...]) -> Hours:
    zone = owner.zone if owner is not None and owner.zone and valid_zone(owner.zone) else settings.org_zone
    return Hours(zone=zone, window=_working_window(owner, settings), closed_days=closed_days)


def _working_window(owner: Owner | None, settings: Settings) -> Window:
    if owner is None or owner.hours is None:
        return settings.owner_hours
    try:
        return window_of(owner.hours)
    except FollowupError:
        return settings.owner_hours  # what a CRM wrote for an owner must not stop a lead


def _absent_until(owner: Owner | None, now: datetime) -> datetime | None:
    if owner is None or owner.absent_until is None or owner.absent_until <= now:
        return None
    return owner.absent_until
