"""Cleaned contacts without a reason are found by their last change

Revision: 0019, after 0018. Only adds an index, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_NAME = "ix_contact_unexplained"


def upgrade() -> None:
    unexplained = sa.text("status = 'cleaned' AND clean_reason = 'unknown'")
    columns = ["audience_id", "revision", "id"]
    op.create_index(_NAME, "contact", columns, sqlite_where=unexplained, postgresql_where=unexplained)


def downgrade() -> None:
    op.drop_index(_NAME, "contact")
