"""
What a deployment may say, read once at a composition root and handed on.

    FOLLOWUP_DATABASE_URL=postgresql+psycopg://… followup-worker

Every name starts with FOLLOWUP_; every secret may instead be named by a file, FOLLOWUP_<NAME>_FILE. The connection to
Temporal has Temporal's own names. Precedence: argument, environment, `.env`, default.
"""

import os
from collections import abc
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.faults import armed
from adapters.languages import TAG
from adapters.windows import window_of
from engine.calendar.zones import valid_zone
from engine.errors import FollowupError
from engine.life.circumstances import Policy
from engine.sequence.compiled import Window
from engine.words import Channel

PREFIX = "FOLLOWUP_"
DEVELOPMENT_KEY = "only-for-development"


class Environment(StrEnum):
    """What is at stake."""

    DEVELOPMENT = "development"
    TEST = "test"
    DEMO = "demo"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """Who reads the log."""

    TEXT = "text"
    JSON = "json"


def _listed(value: object) -> object:
    """A list in an environment variable is written with commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _known_zone(name: str) -> str:
    if not valid_zone(name):
        raise ValueError("no such time zone")
    return name


def _window(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return window_of(value)
    except FollowupError as error:
        raise ValueError(error.what) from error


Zone = Annotated[str, AfterValidator(_known_zone)]
Hours = Annotated[Window, NoDecode, BeforeValidator(_window)]
Seconds = Annotated[float, Field(gt=0)]
ManySeconds = Annotated[tuple[Seconds, ...], NoDecode, BeforeValidator(_listed)]
Channels = Annotated[tuple[Channel, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Every setting, its unit in its name, and a default that suits a first run on one machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",  # unknown names are found by `unknown_names`, which can say what was meant
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    """development, test, demo or production."""
    database_url: SecretStr = SecretStr("sqlite:///.followup/followup.sqlite")
    """SQLite, or `postgresql+psycopg://user:password@host/name`; it may hold a password."""
    database_pool: int = Field(default=8, ge=1)
    """Connections per process."""
    database_lock_seconds: Seconds = 10
    """How long a transaction waits for a lock before its attempt fails."""
    database_idle_seconds: Seconds = 15
    """How long a transaction may stand still before PostgreSQL ends it, so that a paused worker frees its lead."""
    address_key: SecretStr = SecretStr(DEVELOPMENT_KEY)
    """Key of the hashes that stand for addresses; it can never be changed, since suppression outlives the address."""
    link_key: SecretStr = SecretStr(DEVELOPMENT_KEY)
    """Key that signs unsubscribe links and reply addresses."""
    sequences: str = "sequences"
    """The directory or the package that operations teams edit: a catalogue, sequences, templates."""

    org_zone: Zone = "America/New_York"
    """The zone used when neither lead nor owner has one."""
    org_country: str = Field(default="US", pattern="^[A-Z]{2}$")
    """Whose public holidays are closed days (ISO 3166)."""
    org_region: str | None = None
    """The state or province whose holidays count too."""
    owner_hours: Hours = window_of("Mon-Fri 09:00-18:00")
    """Working time of owners who have named none."""

    company_name: str = "Our company"
    """How messages call us."""
    postal_address: str | None = None
    """Stands in every commercial email; without it none leaves."""
    company_phone: str | None = None
    """The number in our messages that people may call."""
    booking_url: str | None = None
    """Where people pick a time themselves."""
    language: str = Field(default="en", pattern=f"^{TAG.pattern}$")
    """What messages are written in whose files name no language: how dates, and the line about leaving, are said."""
    sender_email: str = "hello@example.com"
    """The address of mail that comes from the company."""
    sender_number: str = "+12025550100"
    """The number texts and automated calls come from."""
    public_base_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*)?$")
    """Where providers and recipients reach our API; their signatures and links are made with it."""

    live: bool = False
    """Whether messages really leave; they land in the Outbox, and a worker told otherwise does not start (CFG006)."""

    provider_deadline_seconds: Seconds = 10
    """The whole of one request to a provider."""
    first_byte_seconds: Seconds = 2
    """How soon after its claim a request must begin; a worker that wakes later does not call."""
    start_to_close_seconds: Seconds = 30
    """One attempt of a look; longer than the provider's deadline."""
    retry_within_seconds: Seconds = 120
    """How long Temporal retries a touch before the lead is put on hold instead."""
    sticky_seconds: Seconds = 10
    """How long a worker's cached workflow is waited for."""
    graceful_shutdown_seconds: Seconds = 35
    sweep_seconds: Seconds = 60
    """How often leads are rung again that nobody looked at, see `api.sweeping`."""
    starts_seconds: Seconds = 300
    """How often leads are looked for whose date starts a sequence, see `api.starting`."""
    starts_at_once: int = Field(default=1000, ge=1)
    """How many leads are told in one such round that their date has come."""
    ring_milliseconds: int = Field(default=200, ge=0)
    """At most one ring per lead in this time."""
    look_up_seconds: ManySeconds = (30, 120, 600, 900)
    """When a provider is asked about an uncertain touch, after its claim."""
    failing_attempts: int = Field(default=5, ge=1)
    """After so many failed attempts a look's lead is flagged."""

    min_gap_seconds: float = Field(default=3600, ge=0)
    lead_cap: int = Field(default=3, ge=1)
    """Automatic messages per lead in a rolling 24 hours."""
    jitter_seconds: float = Field(default=900, ge=0)
    settling_seconds: float = Field(default=60, ge=0)
    sender_per_day: int = Field(default=500, ge=1)
    """Messages per sender in a rolling 24 hours."""
    sender_per_minute: int = Field(default=2, ge=1)
    """Follow-ups per sender in a rolling minute; answers in capture and response do not stand in line."""
    domain_per_day: int | None = Field(default=None, ge=1)
    """Mails per recipient domain in a rolling 24 hours."""
    consent_required: Channels = (Channel.SMS,)
    """Channels on which nothing leaves without a recorded consent."""

    log_format: LogFormat = LogFormat.TEXT
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    faults: str = ""
    """Crash points for drills, such as `after_claim:3`; refused in production."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then files that hold secrets, then the environment, then `.env`."""
        return init_settings, _SecretFiles(settings_cls), env_settings, dotenv_settings

    @field_validator("faults")
    @classmethod
    def _names_crash_points(cls, faults: str) -> str:
        armed(faults)
        return faults

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.provider_deadline_seconds >= self.start_to_close_seconds:
            raise ValueError("provider_deadline_seconds must be shorter than start_to_close_seconds")
        if self.environment is Environment.PRODUCTION:
            self._is_fit_for_production()
        return self

    def _is_fit_for_production(self) -> None:
        if self.faults:
            raise ValueError("faults cannot be armed in production")
        for name in ("address_key", "link_key"):
            key: SecretStr = getattr(self, name)
            if key.get_secret_value() == DEVELOPMENT_KEY:
                raise ValueError(f"{name} must be set in production")

    @property
    def footer_address(self) -> str | None:
        """The postal address in mails; outside test and production one is invented that nobody can mistake for real."""
        return self.postal_address or self._invented("1 Invented Street, Nowhere")

    def our_tokens(self) -> dict[str, str]:
        """What templates may say about us, as far as it is known."""
        said = {
            "company_name": self.company_name,
            "company_phone": self.company_phone or self._invented("(202) 555-0100"),
            "booking_url": self.booking_url or self._invented("https://example.com/book"),
        }
        return {name: value for name, value in said.items() if value}

    def _invented(self, value: str) -> str | None:
        # A first lead on a new machine must not stop at a setting that only real mail needs.
        return value if self.environment in (Environment.DEVELOPMENT, Environment.DEMO) else None

    def policy(self) -> Policy:
        """The numbers the engine decides with."""
        return Policy(
            min_gap=timedelta(seconds=self.min_gap_seconds),
            lead_cap=self.lead_cap,
            jitter=timedelta(seconds=self.jitter_seconds),
            settling=timedelta(seconds=self.settling_seconds),
            look_ups=tuple(timedelta(seconds=seconds) for seconds in self.look_up_seconds),
        )


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """
    The settings of this process.

    Raises: FollowupError CFG001 naming each setting that cannot be used, CFG002 when one is given twice, CFG004 for a
    crash point that there is not.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise _unusable(error) from None
    except UnicodeDecodeError as error:  # only `.env` is read as text here; files of secrets are read below
        raise FollowupError(
            code="CFG001",
            what=f"{env_file} is no text in UTF-8",
            where=str(env_file),
            why=f"byte {error.start + 1} of it is not UTF-8",
            next="save it as UTF-8; `.env.example` shows what it may hold",
        ) from None


def unknown_names(environment: abc.Mapping[str, str]) -> tuple[str, ...]:
    """The FOLLOWUP_ variables that no setting has: spelling mistakes, mostly."""
    fields = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known = fields | {f"{name}_FILE" for name in fields}
    return tuple(sorted(name for name in environment if name.startswith(PREFIX) and name not in known))


class _SecretFiles(PydanticBaseSettingsSource):
    """FOLLOWUP_<NAME>_FILE: the secret is what the file holds."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        name = f"{PREFIX}{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        if path is None or "SecretStr" not in str(field.annotation):
            return None, field_name, False
        if name in os.environ:
            raise _given_twice(name)
        return _contents(name, Path(path)), field_name, False

    def __call__(self) -> dict[str, str]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def _contents(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise FollowupError(
            code="CFG001",
            what=f"the file of {name} cannot be read",
            where=f"{name}_FILE",
            why=(error.strerror or "") if isinstance(error, OSError) else "it is no text in UTF-8",
            next="let it name a file this process may read",
        ) from error


def _given_twice(name: str) -> FollowupError:
    return FollowupError(
        code="CFG002",
        what=f"{name} is given twice",
        where=f"{name} and {name}_FILE",
        why="nobody can tell which of the two is meant",
        next="unset one of them",
    )


def _unusable(error: ValidationError) -> FollowupError:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return FollowupError(
        code="CFG001",
        what="; ".join(_told(str(problem["loc"][0]) if problem["loc"] else "", problem["msg"]) for problem in problems),
        where="environment or .env",
        why="the settings cannot be used as they are",
        next="mend them and start again; `.env.example` explains each",
    )


def _told(name: str, message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()}: {message}" if name else message
