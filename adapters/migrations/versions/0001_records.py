"""Everything a lead's life is recorded in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ANY_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

AUDIT_IS_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_object_at"), "audit", ["object", "at"], unique=False)
    op.create_table(
        "kill_switches",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_kill_switches")),
    )
    op.create_table(
        "leads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("zone_source", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("fields", ANY_JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("said_at", ANY_JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("pipeline_stage", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("stage", sa.Text(), server_default=sa.text("'capture'"), nullable=False),
        sa.Column("lead_state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("act", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("flagged_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flag_detail", sa.Text(), nullable=True),
        sa.Column("failing_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_account"), "leads", ["account"], unique=False)
    op.create_index(op.f("ix_leads_created_at_id"), "leads", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_leads_flagged",
        "leads",
        ["flagged_since"],
        unique=False,
        sqlite_where=sa.text("flagged_since IS NOT NULL"),
        postgresql_where=sa.text("flagged_since IS NOT NULL"),
    )
    op.create_index(op.f("ix_leads_lead_state"), "leads", ["lead_state"], unique=False)
    op.create_index(op.f("ix_leads_open_next_due"), "leads", ["open", "next_due"], unique=False)
    op.create_index(op.f("ix_leads_owner"), "leads", ["owner"], unique=False)
    op.create_index(op.f("ix_leads_version"), "leads", ["version"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("touch_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("touch_key", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_at"), "outbox", ["at"], unique=False)
    op.create_table(
        "owners",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("absent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owners")),
    )
    op.create_table(
        "publications",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("versions", ANY_JSON, nullable=False),
        sa.Column("pipeline", ANY_JSON, nullable=True),
        sa.Column("fields", ANY_JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_publications")),
    )
    op.create_table(
        "sequence_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_sequence_versions")),
    )
    op.create_index(op.f("ix_sequence_versions_name"), "sequence_versions", ["name"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(
        "uq_suppression_active",
        "suppression",
        ["address_hash", "channel", "reason"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "templates",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_templates")),
    )
    op.create_table(
        "addresses",
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_addresses_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lead", "kind", "address", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_address_hash"), "addresses", ["address_hash"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_consent_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        op.f("ix_consent_address_hash_channel_at"), "consent", ["address_hash", "channel", "at"], unique=False
    )
    op.create_index(op.f("ix_consent_lead"), "consent", ["lead"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_enrolments_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lead", "number", name=op.f("pk_enrolments")),
    )
    op.create_index(op.f("ix_enrolments_sequence_started_at"), "enrolments", ["sequence", "started_at"], unique=False)
    op.create_table(
        "external_ids",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_external_ids_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("system", "external_id", name=op.f("pk_external_ids")),
    )
    op.create_index(op.f("ix_external_ids_lead"), "external_ids", ["lead"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("to_system", sa.Text(), nullable=True),
        sa.Column("to_id", sa.Text(), nullable=True),
        sa.Column("to_address_hash", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duplicates", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("conflict", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_inbox_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("lead", "number", name=op.f("uq_inbox_lead_number")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_inbox_source_event_id")),
    )
    op.create_index(
        "ix_inbox_nobodys",
        "inbox",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("lead IS NULL"),
        postgresql_where=sa.text("lead IS NULL"),
    )
    op.create_index(
        "ix_inbox_unread",
        "inbox",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("disposition = 'dead_letter'"),
        postgresql_where=sa.text("disposition = 'dead_letter'"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["lead", "number"],
        unique=False,
        sqlite_where=sa.text("disposition IS NULL"),
        postgresql_where=sa.text("disposition IS NULL"),
    )
    op.create_table(
        "ledger",
        sa.Column("touch_key", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_digest", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("history", ANY_JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("to_hash", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_ledger_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("touch_key", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_ledger_channel_provider_id"), "ledger", ["channel", "provider_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_domain_attempt_started_at"), "ledger", ["domain", "attempt_started_at"], unique=False
    )
    op.create_index(op.f("ix_ledger_lead_decided_at"), "ledger", ["lead", "decided_at"], unique=False)
    op.create_index(
        op.f("ix_ledger_sender_attempt_started_at"), "ledger", ["sender", "attempt_started_at"], unique=False
    )
    op.create_index(op.f("ix_ledger_sender_slot_at"), "ledger", ["sender", "slot_at"], unique=False)
    op.create_index(op.f("ix_ledger_state_attempt_started_at"), "ledger", ["state", "attempt_started_at"], unique=False)
    op.create_index(
        op.f("ix_ledger_to_hash_attempt_started_at"), "ledger", ["to_hash", "attempt_started_at"], unique=False
    )
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=True),
        sa.Column("from_stage", sa.Text(), nullable=False),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_stage_changes_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_changes")),
    )
    op.create_index(op.f("ix_stage_changes_lead_at"), "stage_changes", ["lead", "at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("task_key", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("to_role", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("proposes", sa.Text(), nullable=True),
        sa.Column("touch_key", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told", ANY_JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_tasks_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_key", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_lead_state"), "tasks", ["lead", "state"], unique=False)
    op.create_index(op.f("ix_tasks_owner_state_due"), "tasks", ["owner", "state", "due"], unique=False)
    op.create_index(op.f("ix_tasks_state_due"), "tasks", ["state", "due"], unique=False)
    for statement in AUDIT_IS_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_tasks_state_due"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_owner_state_due"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_lead_state"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_stage_changes_lead_at"), table_name="stage_changes")
    op.drop_table("stage_changes")
    op.drop_index(op.f("ix_ledger_to_hash_attempt_started_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_state_attempt_started_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_sender_slot_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_sender_attempt_started_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_lead_decided_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_domain_attempt_started_at"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_channel_provider_id"), table_name="ledger")
    op.drop_table("ledger")
    op.drop_index(
        "ix_inbox_waiting",
        table_name="inbox",
        sqlite_where=sa.text("disposition IS NULL"),
        postgresql_where=sa.text("disposition IS NULL"),
    )
    op.drop_index(
        "ix_inbox_unread",
        table_name="inbox",
        sqlite_where=sa.text("disposition = 'dead_letter'"),
        postgresql_where=sa.text("disposition = 'dead_letter'"),
    )
    op.drop_index(
        "ix_inbox_nobodys",
        table_name="inbox",
        sqlite_where=sa.text("lead IS NULL"),
        postgresql_where=sa.text("lead IS NULL"),
    )
    op.drop_table("inbox")
    op.drop_index(op.f("ix_external_ids_lead"), table_name="external_ids")
    op.drop_table("external_ids")
    op.drop_index(op.f("ix_enrolments_sequence_started_at"), table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index(op.f("ix_consent_lead"), table_name="consent")
    op.drop_index(op.f("ix_consent_address_hash_channel_at"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_addresses_address_hash"), table_name="addresses")
    op.drop_table("addresses")
    op.drop_table("templates")
    op.drop_index(
        "uq_suppression_active",
        table_name="suppression",
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("suppression")
    op.drop_index(op.f("ix_sequence_versions_name"), table_name="sequence_versions")
    op.drop_table("sequence_versions")
    op.drop_table("publications")
    op.drop_table("owners")
    op.drop_index(op.f("ix_outbox_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_leads_version"), table_name="leads")
    op.drop_index(op.f("ix_leads_owner"), table_name="leads")
    op.drop_index(op.f("ix_leads_open_next_due"), table_name="leads")
    op.drop_index(op.f("ix_leads_lead_state"), table_name="leads")
    op.drop_index(
        "ix_leads_flagged",
        table_name="leads",
        sqlite_where=sa.text("flagged_since IS NOT NULL"),
        postgresql_where=sa.text("flagged_since IS NOT NULL"),
    )
    op.drop_index(op.f("ix_leads_created_at_id"), table_name="leads")
    op.drop_index(op.f("ix_leads_account"), table_name="leads")
    op.drop_table("leads")
    op.drop_table("kill_switches")
    op.drop_index(op.f("ix_audit_object_at"), table_name="audit")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")
