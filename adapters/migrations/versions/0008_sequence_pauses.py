"""A pause of a sequence is an interval that stays; until now it was a switch, of which nothing was left."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)

LASTS = sa.text("until IS NULL")
SWITCHES = "FROM kill_switches WHERE kind = 'sequence'"


def upgrade() -> None:
    op.create_table(
        "sequence_pauses",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sequence", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("over_at", MOMENT),
        sa.Column("mode", sa.String(16), nullable=False, server_default=sa.text("'shift'")),
        sa.Column("spread_seconds", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("resumed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_pauses")),
    )
    op.create_index(
        "ix_sequence_pauses_lasting",
        "sequence_pauses",
        ["sequence"],
        unique=True,
        sqlite_where=LASTS,
        postgresql_where=LASTS,
    )
    op.create_index("ix_sequence_pauses_until", "sequence_pauses", ["until"])
    op.create_index("ix_sequence_pauses_over_at", "sequence_pauses", ["over_at"])
    columns = 'sequence, since, "by", reason'
    op.execute(f'INSERT INTO sequence_pauses ({columns}) SELECT name, since, "by", reason {SWITCHES}')  # noqa: S608 - constants
    op.execute(f"DELETE {SWITCHES}")  # noqa: S608 - constants


def downgrade() -> None:
    op.execute(
        'INSERT INTO kill_switches (kind, name, since, "by", reason)'
        " SELECT 'sequence', sequence, since, \"by\", reason FROM sequence_pauses WHERE until IS NULL"
    )
    op.drop_table("sequence_pauses")
