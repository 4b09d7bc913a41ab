"""The company whose leads are simulated: what it has published, its hours and limits, and who works there."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field

from adapters.contact_hours import legal_hours, public_holidays
from adapters.sequence_files import SequenceFiles, load
from adapters.settings import Settings, Zone, read_settings
from adapters.windows import window_of
from adapters.zones import Whereabouts, places
from engine.calendar.hours import Hours
from engine.frozen import Frozen
from engine.life.circumstances import ChannelState, Circumstances, FieldValue, Policy
from engine.life.wishes import Plan
from engine.reasons import SkipReason
from engine.sequence.compiled import Window
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import PipelineStage
from engine.words import Channel, LeadId, ZoneSource

if TYPE_CHECKING:  # no database is loaded to describe a company
    from adapters.catalogue import Published

UNLIMITED: Final = 1_000_000


class Home(Frozen):
    """Where somebody lives, as far as hours and holidays depend on it."""

    zone: Zone
    country: str | None = None
    """ISO 3166."""
    region: str | None = None
    """Two letters, in the United States."""


class Person(Frozen):
    """A lead as it comes to us."""

    lead: LeadId
    home: Home
    channels: tuple[Channel, ...] = tuple(Channel)
    """Those it has an address on."""
    refused: tuple[Channel, ...] = ()
    """Those nobody may use: no consent was given."""
    fields: tuple[FieldValue, ...] = ()
    owner: str | None = None


class Company(Frozen):
    """Everything that does not depend on one lead."""

    plans: tuple[Plan, ...]
    """What is published, highest first."""
    fields: tuple[DeclaredField, ...] = ()
    pipeline: tuple[PipelineStage, ...] = ()
    policy: Policy = Policy()
    home: Home = Home(zone="America/New_York", country="US")
    """Of the company itself; its public holidays are closed days."""
    closed: tuple[date, ...] = ()
    """Days on which it is closed besides."""
    owners: tuple[str, ...] = Field(default=("rep-1",), min_length=1)
    owner_hours: Window = window_of("Mon-Fri 09:00-18:00")
    per_minute: int = Field(default=2, ge=1)
    per_day: int = Field(default=500, ge=1)
    """Messages per sender."""

    def with_version(self, plan: Plan, published: "Published") -> "Company":
        """The company in which this version runs; what is published, and written no more, stands beneath the rest."""
        plans: dict[str, Plan] = {}
        for each in (plan, *self.plans, *published.plans):
            plans.setdefault(each.sequence.name, each)
        fields: dict[str, DeclaredField] = {}
        for field in (*self.fields, *published.fields):
            fields.setdefault(field.name, field)
        return self.model_copy(update={"plans": tuple(plans.values()), "fields": tuple(fields.values())})

    def calendar(self, person: Person, now: datetime) -> "Calendar":
        """The closed days and the legal hours that hold around the lead."""
        law = calendar_of(self.home, person.home, month_of(now))
        return law if not self.closed else law._replace(closed_days=tuple(sorted({*law.closed_days, *self.closed})))

    def around(self, person: Person, now: datetime) -> Circumstances:
        """The world of a lead that has just come."""
        law = self.calendar(person, now)
        return Circumstances(
            zone=person.home.zone,
            zone_source=ZoneSource.LEAD,
            closed_days=law.closed_days,
            contact_hours=law.contact_hours if Channel.SMS in person.channels else (),
            channels=tuple(
                ChannelState(channel=channel, why_not=SkipReason.NO_CONSENT if channel in person.refused else None)
                for channel in person.channels
            ),
            fields=person.fields,
            owner=person.owner,
            owner_hours=Hours(zone=self.home.zone, window=self.owner_hours, closed_days=law.closed_days),
            pipeline=self.pipeline,
            policy=self.policy,
        )


def company_of(files: SequenceFiles, settings: Settings, owners: tuple[str, ...] = ("rep-1",)) -> Company:
    """
    The company that the settings and the sequence files describe.

    Raises: FollowupError TPL006 when a step has no template.
    """
    release = files.release()
    return Company(
        plans=release.plans,
        fields=release.fields,
        pipeline=() if release.pipeline is None else release.pipeline.stages,
        policy=settings.policy(),
        home=Home(zone=settings.org_zone, country=settings.org_country, region=settings.org_region),
        owners=owners,
        owner_hours=settings.owner_hours,
        per_minute=settings.sender_per_minute,
        per_day=settings.sender_per_day,
    )


def company_for_tests() -> Company:
    """
    The company of the settings, with drafts beneath what it publishes, no jitter, and senders without limits.

    Raises: FollowupError, the first that is wrong with a sequence.
    """
    settings = read_settings()
    files = load(settings.sequences)
    known = files.catalogue
    both = replace(known, written=(*known.written, *files.drafts))
    company = company_of(replace(files, catalogue=both), settings)
    calm = company.policy.model_copy(update={"jitter": timedelta(0)})
    return company.model_copy(update={"policy": calm, "per_minute": UNLIMITED, "per_day": UNLIMITED})


class Calendar(NamedTuple):
    """What the law and the holidays say in one month."""

    closed_days: tuple[date, ...]
    contact_hours: tuple[Hours, ...]


def month_of(now: datetime) -> str:
    """The month in which hours and holidays are read, by its first day (ISO)."""
    return now.date().replace(day=1).isoformat()


@lru_cache(maxsize=4096)
def calendar_of(ours: Home, theirs: Home, month: str) -> Calendar:
    """The closed days of the company and the legal hours of a home, as they stand at the month's beginning (ISO)."""
    now = datetime.fromisoformat(f"{month}T00:00:00+00:00")
    known = Whereabouts(zone=theirs.zone, country=theirs.country, region=theirs.region)
    hours = tuple(dict.fromkeys(legal_hours(place, now) for place in places(known)))
    closed = public_holidays(ours.country, ours.region, now.year) if ours.country else ()
    return Calendar(closed, hours)
