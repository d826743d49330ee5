"""Verdicts that an operator has reviewed, and an audience's own sign-up form

Revision: 0012, after 0011. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("audience", sa.Column("signup_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("verdict", sa.Column("reviewed", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("verdict", sa.Column("reviewed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("verdict", sa.Column("reviewed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index(
        "ix_verdict_reviewed",
        "verdict",
        ["audience_id", "contact_id"],
        sqlite_where=sa.text("reviewed_at IS NOT NULL"),
        postgresql_where=sa.text("reviewed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_verdict_reviewed", "verdict")
    with op.batch_alter_table("verdict") as table:
        table.drop_column("reviewed_at")
        table.drop_column("reviewed_by")
        table.drop_column("reviewed")
    with op.batch_alter_table("audience") as table:
        table.drop_column("signup_url")
