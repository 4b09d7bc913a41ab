"""What a column of an export can mean to us."""

from enum import StrEnum

from engine.frozen import Frozen
from engine.words import Channel


class Field(StrEnum):
    """The meaning of a column."""

    EMAIL = "email"
    PHONE = "phone"
    FULL_NAME = "full_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    LANGUAGE = "language"
    STATE = "state"
    COUNTRY = "country"
    ZONE = "zone"
    OWNER = "owner"
    OWN = "own"
    """A field the company has declared itself."""
    EXTERNAL_ID = "external_id"
    CONSENT = "consent"
    OPTED_OUT = "opted_out"


class System(StrEnum):
    """Whose id a column holds. The same number in another system is another person."""

    HUBSPOT = "hubspot"
    PIPEDRIVE_PERSON = "pipedrive.person"
    PIPEDRIVE_LEAD = "pipedrive.lead"
    FACEBOOK = "facebook"


class Role(Frozen):
    """One meaning a column can have; two columns of one file never share a role."""

    field: Field
    rank: int = 1
    """Among columns of one field the lowest rank that is filled comes first."""
    system: System | None = None
    """Of an external id."""
    name: str = ""
    """Of a field of the company's own."""
    channel: Channel | None = None
    """Of a consent or an opt-out; None: it does not say which."""

    @property
    def meaning(self) -> str:
        """The role as a person says it: `phone`, `consent for sms`, `id in hubspot`."""
        if self.system:
            return f"id in {self.system.value}"
        if self.name:
            return f"our field {self.name}"
        words = self.field.value.replace("_", " ")
        return f"{words} for {self.channel.value}" if self.channel else words


TEXTS: dict[Field, str] = {
    Field.FIRST_NAME: "first_name",
    Field.LAST_NAME: "last_name",
    Field.COMPANY: "company",
    Field.LANGUAGE: "language",
    Field.STATE: "region",
}
"""Fields that are kept as they are written, and what the records call them."""
