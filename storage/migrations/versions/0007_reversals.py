"""Verdicts keep the status before and the batch they belong to, or are held; evidence can be dismissed

Revision: 0007, after 0006. Only adds, so that the version before it works on while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("verdict", sa.Column("status_before", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("verdict", sa.Column("batch", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index("ix_verdict_batch", "verdict", ["audience_id", "batch", "contact_id"])
    op.add_column(
        "activity", sa.Column("dismissed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    )
    op.create_table(
        "verdict_batch",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("n_reversed", sa.BigInteger(), nullable=False),
        sa.Column("held_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("answered_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_verdict_batch_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "id", name=op.f("pk_verdict_batch")),
    )
    op.create_index("ix_verdict_batch_since", "verdict_batch", ["audience_id", "since"])
    op.create_table(
        "held_verdict",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("batch", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_held_verdict_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "contact_id", name=op.f("pk_held_verdict")),
    )
    op.create_index("ix_held_verdict_batch", "held_verdict", ["audience_id", "batch", "contact_id"])


def downgrade() -> None:
    op.drop_index("ix_held_verdict_batch", "held_verdict")
    op.drop_table("held_verdict")
    op.drop_index("ix_verdict_batch_since", "verdict_batch")
    op.drop_table("verdict_batch")
    with op.batch_alter_table("activity") as table:
        table.drop_column("dismissed_until")
    op.drop_index("ix_verdict_batch", "verdict")
    with op.batch_alter_table("verdict") as table:
        table.drop_column("batch")
        table.drop_column("status_before")
