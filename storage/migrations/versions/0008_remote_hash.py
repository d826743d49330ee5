"""A contact keeps the id that Mailchimp gives it, where it is not the hash that is computed from the address

Revision: 0008, after 0007. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("contact", sa.Column("remote_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "remote_hash")
