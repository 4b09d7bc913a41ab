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
    JOB_TITLE = "job_title"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    ZONE = "zone"
    LANGUAGE = "language"
    SOURCE = "source"
    PLATFORM = "platform"
    CAMPAIGN = "campaign"
    LIFECYCLE_STAGE = "lifecycle_stage"
    LEAD_STATUS = "lead_status"
    OWNER = "owner"
    CREATED_AT = "created_at"
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
    channel: Channel | None = None
    """Of a consent or an opt-out; None: it does not say which."""

    @property
    def meaning(self) -> str:
        """The role as a person says it: `email`, `phone 2`, `consent for sms`, `id in hubspot`."""
        if self.system:
            return f"id in {self.system.value}"
        words = self.field.value.replace("_", " ")
        if self.channel:
            return f"{words} for {self.channel.value}"
        return words if self.rank == 1 else f"{words} {self.rank}"


TEXT_FIELDS = (
    Field.FIRST_NAME,
    Field.LAST_NAME,
    Field.COMPANY,
    Field.JOB_TITLE,
    Field.CITY,
    Field.STATE,
    Field.POSTAL_CODE,
    Field.COUNTRY,
    Field.LANGUAGE,
    Field.SOURCE,
    Field.PLATFORM,
    Field.CAMPAIGN,
    Field.LIFECYCLE_STAGE,
    Field.LEAD_STATUS,
    Field.OWNER,
    Field.CREATED_AT,
)
"""Fields that are kept as they are written."""
