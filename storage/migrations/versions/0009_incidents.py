"""Evidence says what a server blames about the sender; incidents

Revision: 0009, after 0007. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("evidence", sa.Column("fault", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index("ix_evidence_at", "evidence", ["audience_id", "at", "fault", "contact_id", "domain"])
    op.create_table(
        "incident",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("notice", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("n_shown", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_incident_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "id", name=op.f("pk_incident")),
    )


def downgrade() -> None:
    op.drop_table("incident")
    op.drop_index("ix_evidence_at", "evidence")
    with op.batch_alter_table("evidence") as table:
        table.drop_column("fault")
