"""Who undid an archive, as a column of its row; version 0.1 kept it in the result of the archive's job

Revision: 0005, after 0004. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("archive", sa.Column("undone_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("archive") as table:
        table.drop_column("undone_by")
