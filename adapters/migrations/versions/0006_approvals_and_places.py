"""A task holds the words that are to be released, the ledger says which were; leads wait for a place in a sequence."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("subject", sa.Text, nullable=True))
    op.add_column("tasks", sa.Column("text", sa.Text, nullable=True))
    op.add_column("tasks", sa.Column("html", sa.Text, nullable=True))
    op.add_column("tasks", sa.Column("edited", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.add_column("ledger", sa.Column("approved_sha256", sa.Text, nullable=True))
    op.add_column("ledger", sa.Column("edited", sa.Boolean, nullable=True))
    op.create_table(
        "places",
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("sequence", sa.Text, nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["leads.id"], name=op.f("fk_places_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lead", "sequence", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_sequence_slot_at"), "places", ["sequence", "slot_at"])


def downgrade() -> None:
    op.drop_table("places")
    op.drop_column("ledger", "edited")
    op.drop_column("ledger", "approved_sha256")
    op.drop_column("tasks", "edited")
    op.drop_column("tasks", "html")
    op.drop_column("tasks", "text")
    op.drop_column("tasks", "subject")
