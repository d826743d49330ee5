"""Contacts have the number of the archive that holds them, instead of a row for each in archive_member

Revision: 0016, after 0015. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("archive", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("contact", sa.Column("archive_number", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_contact_archive_number",
        "contact",
        ["audience_id", "archive_number", "cleaned_at", "id"],
        sqlite_where=sa.text("archive_number IS NOT NULL"),
        postgresql_where=sa.text("archive_number IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_archive_number", "contact")
    op.drop_column("contact", "archive_number")
    op.drop_column("archive", "number")
