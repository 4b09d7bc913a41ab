"""
What is stored, table by table. Migrations bring a database to this shape; a test holds the two together.

Enums are stored by value, JSON as text or as the database's JSON, every moment aware and in UTC.
"""

import json
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

metadata = MetaData(naming_convention=NAMES)

ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself in a column of exactly this type only."""


ANY_JSON: Final = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware instant: a naive one is refused, what comes back is in UTC on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no offset, so it gets UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC, always."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _lead(*, nullable: bool = False, primary_key: bool = False) -> "Column[str]":
    return Column("lead", Text, ForeignKey("leads.id", ondelete="CASCADE"), nullable=nullable, primary_key=primary_key)


def _where(name: str, *columns: str, only: str, unique: bool = False) -> Index:
    """An index of some rows alone: it stays small, and names what it is for."""
    return Index(name, *columns, unique=unique, sqlite_where=text(only), postgresql_where=text(only))


# --- people -----------------------------------------------------------------------------------------------------------

owners = Table(
    "owners",
    metadata,
    Column("id", Text, primary_key=True),  # opaque; a CRM's user id, mostly
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("zone", Text),
    Column("hours", Text),  # as people write them: Mon-Fri 09:00-18:00
    Column("absent_until", Moment),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

leads = Table(
    "leads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    # who it is
    Column("first_name", Text),
    Column("last_name", Text),
    Column("company", Text),
    Column("language", Text),
    Column("zone", Text),  # said by somebody, never guessed
    Column("zone_source", Text),  # who said it
    Column("region", Text),
    Column("country", Text),
    Column("owner", Text),  # an id of owners, or of a person the CRM knows and we do not
    Column("account", Text),
    Column("fields", ANY_JSON, nullable=False, server_default=text("'{}'")),
    Column("said_at", ANY_JSON, nullable=False, server_default=text("'{}'")),  # when each of these was said last
    Column("pipeline_stage", Text),
    # what the engine knows
    Column("progress", Text),
    Column("schema_version", Integer),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("open", Boolean, nullable=False, server_default=text("true")),
    Column("stage", Text, nullable=False, server_default=text("'capture'")),
    Column("lead_state", Text, nullable=False, server_default=text("'waiting'")),
    Column("looked_at", Moment),  # when the look that wrote all this began; with the memory, all that it decided by
    Column("next_due", Moment),
    Column("act", Text),
    Column("why", Text),
    Column("hold", Text),
    Column("sequence", Text),
    Column("version", Text),
    # what on-call must see
    Column("flagged_since", Moment),
    Column("flag_detail", Text),
    Column("failing_attempts", Integer, nullable=False, server_default=text("0")),
    Column("rung_at", Moment),
    Index(None, "created_at", "id"),
    Index(None, "open", "next_due"),
    Index(None, "lead_state"),
    Index(None, "owner"),
    Index(None, "account"),
    Index(None, "version"),
    _where("ix_leads_held", "hold", only="hold IS NOT NULL"),
    _where("ix_leads_flagged", "flagged_since", only="flagged_since IS NOT NULL"),
)

external_ids = Table(
    "external_ids",
    metadata,
    Column("system", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    _lead(),
    Index(None, "lead"),
)

addresses = Table(
    "addresses",
    metadata,
    _lead(primary_key=True),
    Column("kind", Text, primary_key=True),  # email or phone
    Column("address", Text, primary_key=True),  # normalised
    Column("address_hash", Text, nullable=False),
    Column("display", Text, nullable=False),  # as it was given
    Column("position", Integer, nullable=False),  # the first of a kind is used first
    Column("source", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Index(None, "address_hash"),
)

consent = Table(
    "consent",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _lead(),
    Column("address_hash", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording_version", Text),
    Column("at", Moment, nullable=False),
    Index(None, "lead"),
    Index(None, "address_hash", "channel", "at"),
)

suppression = Table(
    "suppression",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("address_hash", Text, nullable=False),
    Column("address", Text),  # forgotten on erasure; the hash stays, so that a new import cannot revive it
    Column("channel", Text, nullable=False),
    Column("reason", Text, nullable=False),  # SkipReason
    Column("source", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_by", Text),
    _where("uq_suppression_active", "address_hash", "channel", "reason", only="lifted_at IS NULL", unique=True),
)

# --- what happened ----------------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _lead(nullable=True),  # null while nobody knows whose it is
    Column("number", Integer),  # its place among the lead's rows
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # an EventKind, a Verb, or what somebody wrote instead
    Column("by", Text),  # who commands
    Column("occurred_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("to_system", Text),  # an unmatched row's lead, as the sender names it
    Column("to_id", Text),
    Column("to_address_hash", Text),
    Column("disposition", Text),
    Column("reason", Text),
    Column("detail", Text),
    Column("applied_at", Moment),
    Column("duplicates", Integer, nullable=False, server_default=text("0")),
    Column("conflict", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("source", "event_id"),
    UniqueConstraint("lead", "number"),
    _where("ix_inbox_waiting", "lead", "number", only="disposition IS NULL"),
    _where("ix_inbox_unread", "received_at", only="disposition = 'dead_letter'"),
    _where("ix_inbox_nobodys", "received_at", only="lead IS NULL"),
)

enrolments = Table(
    "enrolments",
    metadata,
    _lead(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sequence", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("ended_at", Moment),
    Column("because", Text),
    Column("held_out", Boolean, nullable=False, server_default=text("false")),
    Index(None, "sequence", "started_at"),
    _where("ix_enrolments_live", "version", "lead", only="ended_at IS NULL"),
)

stage_changes = Table(
    "stage_changes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _lead(),
    Column("enrolment", Integer),
    Column("from_stage", Text, nullable=False),
    Column("to_stage", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "lead", "at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("task_key", Text, primary_key=True),
    _lead(),
    Column("kind", Text, nullable=False),
    Column("enrolment", Integer),
    Column("visit", Integer),
    Column("step", Text),
    Column("version", Text),
    Column("template", Text),
    Column("to_role", Text, nullable=False),
    Column("owner", Text),
    Column("due", Moment, nullable=False),
    Column("give_up_at", Moment),
    Column("blocks", Boolean, nullable=False),
    Column("proposes", Text),
    Column("touch_key", Text),
    Column("why", Text, nullable=False),
    Column("told", ANY_JSON, nullable=False, server_default=text("'[]'")),  # roles it was escalated to
    Column("state", Text, nullable=False),  # open, done, cancelled, given_up, left_out
    Column("disposition", Text),
    Column("because", Text),
    Column("subject", Text),  # the words that are to be released, and then those that were
    Column("text", Text),
    Column("html", Text),  # the same words of a mail, as the inside of a page
    Column("edited", Boolean, nullable=False, server_default=text("false")),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index(None, "lead", "state"),
    Index(None, "owner", "state", "due"),
    Index(None, "state", "due"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("request", Text),
    Index(None, "object", "at"),
)
"""Nothing in it is ever changed or removed, and nothing in it is personal."""

# --- what we sent -----------------------------------------------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    Column("touch_key", Text, primary_key=True),
    _lead(),
    Column("enrolment", Integer, nullable=False),
    Column("plan", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("template_digest", Text),
    Column("variant", Text),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("history", ANY_JSON, nullable=False, server_default=text("'[]'")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("decided_at", Moment, nullable=False),
    Column("attempt_started_at", Moment),
    Column("changed_at", Moment, nullable=False),
    Column("slot_at", Moment),  # when the sender's limit lets it leave
    Column("sender", Text),
    Column("to_hash", Text),
    Column("domain", Text),
    Column("subject", Text),
    Column("body", Text),
    Column("body_sha256", Text),
    Column("approved_sha256", Text),  # of the words that a person released, without the footer
    Column("edited", Boolean),  # whether that person changed them
    Column("provider_id", Text),
    Index(None, "lead", "decided_at"),
    Index(None, "sender", "attempt_started_at"),
    Index(None, "sender", "slot_at"),
    Index(None, "domain", "attempt_started_at"),
    Index(None, "to_hash", "attempt_started_at"),
    Index(None, "state", "attempt_started_at"),
    Index(None, "channel", "provider_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("touch_key", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False, server_default=text("''")),
    Column("in_reply_to", Text),
    Column("valid_until", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

# --- what runs --------------------------------------------------------------------------------------------------------

templates = Table(
    "templates",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("text", Text, nullable=False),
)
"""Rows are never changed or removed: leads refer to them for as long as they live."""

sequence_versions = Table(
    "sequence_versions",
    metadata,
    Column("version", Text, primary_key=True),  # name@hash12
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Index(None, "name"),
)

publications = Table(
    "publications",
    metadata,
    Column("number", ROW_ID, primary_key=True),  # for people
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("commit", Text),  # of the files it was made from, where they are in git
    Column("versions", ANY_JSON, nullable=False),  # highest first
    Column("pipeline", ANY_JSON),
    Column("fields", ANY_JSON, nullable=False),
)
"""Each is the whole catalogue as it stood from then on; the one with the highest number runs."""

places = Table(
    "places",
    metadata,
    _lead(primary_key=True),
    Column("sequence", Text, primary_key=True),
    Column("slot_at", Moment, nullable=False),  # when one more lead may begin
    Index(None, "sequence", "slot_at"),
)
"""Leads that wait for room in a sequence that takes only so many a day."""

kill_switches = Table(
    "kill_switches",
    metadata,
    Column("kind", String(16), primary_key=True),  # all, channel
    Column("name", Text, primary_key=True),  # the channel; empty for all
    Column("since", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

sequence_pauses = Table(
    "sequence_pauses",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("sequence", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Moment),  # none while it lasts
    Column("over_at", Moment),  # when the last of its leads goes on
    Column("mode", String(16), nullable=False, server_default=text("'shift'")),
    Column("spread_seconds", Integer, nullable=False, server_default=text("0")),
    Column("resumed_by", Text),
    _where("ix_sequence_pauses_lasting", "sequence", only="until IS NULL", unique=True),
    Index(None, "until"),
    Index(None, "over_at"),
)
"""When the leads of a sequence stood still: a lead that slept through it is told of it too."""


def json_text(value: object) -> str:
    """JSON as we store and hash it: keys sorted, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
