"""Refused rows are kept with the header of their file, and archives with the receipts that were shared

Revision: 0011, after 0010. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("refused_row", sa.Column("sheet", sa.Text(), nullable=True))
    op.add_column("archive", sa.Column("shared", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("refused_row") as table:
        table.drop_column("sheet")
    with op.batch_alter_table("archive") as table:
        table.drop_column("shared")
