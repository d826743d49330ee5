"""An index of archived contacts by the time they were cleaned, for the figures of a week

Revision: 0010, after 0007. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WHERE = sa.text("status = 'archived' AND cleaned_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_contact_archived_cleaned",
        "contact",
        ["audience_id", "cleaned_at", "clean_reason"],
        sqlite_where=_WHERE,
        postgresql_where=_WHERE,
    )


def downgrade() -> None:
    op.drop_index("ix_contact_archived_cleaned", "contact")
