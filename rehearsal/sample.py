"""The lead that messages are previewed for: nobody, somebody in a file, or one of ours."""

import tomllib
from collections import abc
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from adapters.example_lead import PERSON, values_of
from adapters.settings import Settings, Zone
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.circumstances import FieldValue
from engine.sequence.fields import DeclaredField
from engine.words import Channel, LeadId
from rehearsal.company import Home, Person

SAMPLE: Final = LeadId("sample")

Value = str | float | bool


class LeadFile(Frozen):
    """What a file says of a lead (TOML); whatever it leaves out is not known of it."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    language: str | None = None
    """BCP 47, such as `es`."""
    zone: Zone | None = None
    """IANA; without it, that of the company."""
    country: str | None = None
    """ISO 3166."""
    region: str | None = None
    """Two letters, in the United States."""
    channels: tuple[Channel, ...] = tuple(Channel)
    """Those it has an address on."""
    refused: tuple[Channel, ...] = ()
    """Those nobody may use."""
    owner_name: str = PERSON["owner_name"]
    owner_email: str = PERSON["owner_email"]
    owner_phone: str = PERSON["owner_phone"]
    fields: dict[str, Value] = Field(default={})
    """Declared fields."""


class Sample(Frozen):
    """A lead, and the values that templates may say of it."""

    person: Person
    values: dict[str, Value]
    language: str | None = None

    @property
    def name(self) -> str:
        """As people speak of it."""
        names = (str(self.values[part]) for part in ("first_name", "last_name") if part in self.values)
        return " ".join(names) or "a lead without a name"


def nobody(fields: abc.Sequence[DeclaredField], settings: Settings, home: Home) -> Sample:
    """
    A lead that does not exist.

    Texts know everything of it; to conditions its flags and choices are as little known as those of a new lead.
    """
    values = values_of(fields, settings)
    told = {field.name for field in fields if field.kind in ("date", "number")}
    return Sample(person=_person(home, tuple(Channel), (), values, told), values=values)


def read(path: Path, fields: abc.Sequence[DeclaredField], settings: Settings, home: Home) -> Sample:
    """
    The lead that a TOML file describes.

    Raises: FollowupError SIM003 naming what in the file cannot be meant.
    """
    try:
        told = LeadFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the file"
        raise _unreadable(path, f"{name}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    named = {field.name for field in fields}
    unknown = sorted(told.fields.keys() - named)
    if unknown:
        raise _unreadable(path, f"fields.{unknown[0]} is not declared; declared are {', '.join(sorted(named))}")
    return sample_of(told, fields, settings, home)


def sample_of(told: LeadFile, fields: abc.Sequence[DeclaredField], settings: Settings, home: Home) -> Sample:
    """The lead that is described so; it lives where the company does unless that is said."""
    own = told.model_dump(include={*PERSON}, exclude_none=True)
    values = {**told.fields, **own, **settings.our_tokens()}
    theirs = Home(zone=told.zone or home.zone, country=told.country or home.country, region=told.region or home.region)
    named = {field.name for field in fields}
    person = _person(theirs, told.channels, told.refused, values, named)
    return Sample(person=person, values=values, language=told.language)


def _person(
    home: Home,
    channels: tuple[Channel, ...],
    refused: tuple[Channel, ...],
    values: abc.Mapping[str, Value],
    named: abc.Set[str],
) -> Person:
    fields = tuple(FieldValue(name=name, value=value) for name, value in values.items() if name in named)
    return Person(lead=SAMPLE, home=home, channels=channels, refused=refused, fields=fields, owner="owner")


def _unreadable(path: Path, why: str) -> FollowupError:
    return FollowupError(
        code="SIM003",
        what="this lead cannot be read",
        where=str(path),
        why=why,
        next="write TOML: first_name, last_name, company, language, zone, country, region, and [fields] by their names",
    )
