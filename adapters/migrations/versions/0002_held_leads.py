"""Leads that stand still are found by why, so that a switch that is on again lets them go on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONLY = sa.text("hold IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_leads_held", "leads", ["hold"], sqlite_where=ONLY, postgresql_where=ONLY)


def downgrade() -> None:
    op.drop_index("ix_leads_held", table_name="leads", sqlite_where=ONLY, postgresql_where=ONLY)
