"""Publications know the commit they were made from; live enrolments are counted by version."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("publications", sa.Column("commit", sa.Text))
    op.create_index(
        "ix_enrolments_live", "enrolments", ["version", "lead"], sqlite_where=LIVE, postgresql_where=LIVE
    )


def downgrade() -> None:
    op.drop_index("ix_enrolments_live", table_name="enrolments")
    op.drop_column("publications", "commit")
