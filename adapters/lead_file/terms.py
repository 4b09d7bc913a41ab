"""What a file of leads does not say itself and whoever imports it must."""

from datetime import date

from adapters.lead_file import faults
from adapters.lead_file.phones import REGIONS
from adapters.owners import Owner
from engine.frozen import Frozen
from engine.sequence.fields import DeclaredField
from engine.words import Channel


class Statement(Frozen):
    """What a person of ours states about everybody in the file; it is recorded as the proof of consent."""

    text: str
    channels: tuple[Channel, ...]


class Terms(Frozen):
    """How a file is to be read."""

    today: date
    region: str | None = None
    """Where a phone number without a country code is read when its row names no country; two letters."""
    statement: Statement | None = None
    """Speaks for the channels that no column speaks for."""
    consent_means: tuple[Channel, ...] = (Channel.EMAIL,)
    """What a yes stands for in a column that names no channel."""
    own_fields: tuple[DeclaredField, ...] = ()
    """What the company has declared; a column of that name is read strictly."""
    owners: tuple[Owner, ...] = ()
    """Who can be responsible for a lead."""

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names of the declared fields."""
        return tuple(field.name for field in self.own_fields)


def terms(
    today: date,
    *,
    region: str | None,
    consent_by: str | None,
    consent_for: tuple[Channel, ...],
    own_fields: tuple[DeclaredField, ...] = (),
    owners: tuple[Owner, ...] = (),
) -> Terms:
    """
    The terms as a person gives them; without `consent_for` a yes in a file stands for email alone.

    Raises: LeadFileInvalid CSV008 when consent is stated for no channel or in no words, CSV009 for an unknown region.
    """
    if region is not None and region.upper() not in REGIONS:
        raise faults.unknown_region(region)
    stated = None if consent_by is None else _statement(" ".join(consent_by.split()), consent_for)
    return Terms(
        today=today,
        region=region.upper() if region else None,
        statement=stated,
        consent_means=consent_for or (Channel.EMAIL,),
        own_fields=own_fields,
        owners=owners,
    )


def _statement(text: str, channels: tuple[Channel, ...]) -> Statement:
    if not text:
        raise faults.bad_statement("it is empty", 'say how they agreed: --consent-by "web form 2026-10, opt-in box"')
    if not channels:
        raise faults.bad_statement("it does not say for which channels", "add --consent-for email,sms,voice")
    return Statement(text=text, channels=channels)
