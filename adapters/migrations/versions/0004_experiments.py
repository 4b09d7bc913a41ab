"""The ledger says which words of a test a touch had, and an enrolment whether its lead was held out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("variant", sa.Text, nullable=True))
    op.add_column("enrolments", sa.Column("held_out", sa.Boolean, nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    op.drop_column("enrolments", "held_out")
    op.drop_column("ledger", "variant")
