"""Mirrored audiences: where an audience is maintained, and the changes to be made at Mailchimp

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "outgoing",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("refusal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("batch_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'done', 'refused')", name=op.f("ck_outgoing_state")),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_outgoing_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "job_id", "contact_id", name=op.f("pk_outgoing")),
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outgoing_state", ["audience_id", "job_id", "state", "contact_id"], unique=False
        )

    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), server_default="local", nullable=False)
        )
        batch_op.add_column(sa.Column("remote_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("remote", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("mirrored_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index("uq_audience_remote", ["source", "remote_id"], unique=True)

    op.add_column("contact", sa.Column("remote_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_contact_remote_id",
        "contact",
        ["audience_id", "remote_id"],
        unique=False,
        sqlite_where=sa.text("remote_id IS NOT NULL"),
        postgresql_where=sa.text("remote_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_remote_id", table_name="contact")
    op.drop_column("contact", "remote_id")
    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.drop_index("uq_audience_remote")
        batch_op.drop_column("mirrored_until")
        batch_op.drop_column("remote")
        batch_op.drop_column("remote_id")
        batch_op.drop_column("source")

    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing_state")

    op.drop_table("outgoing")
