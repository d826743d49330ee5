"""Bounces: evidence, verdicts, outages, policies, and the quarantine

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worth_a_look", sa.BigInteger(), nullable=False, server_default="0"))

    op.create_table(
        "set_aside",
        sa.Column("uid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_set_aside")),
    )
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index("ix_set_aside_at", ["at"], unique=False)

    op.create_table(
        "webhook_token",
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_webhook_token")),
    )
    op.create_table(
        "activity",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("active_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_activity_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "contact_id", name=op.f("pk_activity")),
    )
    op.create_table(
        "cleaning_policy",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("soft_without_activity", sa.Integer(), nullable=False),
        sa.Column("soft_with_activity", sa.Integer(), nullable=False),
        sa.Column("outage_addresses", sa.Integer(), nullable=False),
        sa.Column("set_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audience_id"], ["audience.id"], name=op.f("fk_cleaning_policy_audience_id")
        ),
        sa.PrimaryKeyConstraint("audience_id", name=op.f("pk_cleaning_policy")),
    )
    op.create_table(
        "evidence",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("uid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("campaign", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_evidence_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "uid", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_contact", ["audience_id", "contact_id", "at"], unique=False)
        batch_op.create_index(
            "ix_evidence_domain", ["audience_id", "domain", "at", "contact_id"], unique=False
        )

    op.create_table(
        "not_typo",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("said_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("said_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_not_typo_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "contact_id", name=op.f("pk_not_typo")),
    )
    op.create_table(
        "outage",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("domain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_outage_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "domain", "since", name=op.f("pk_outage")),
    )
    op.create_table(
        "verdict",
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weakness", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_verdict_audience_id")),
        sa.PrimaryKeyConstraint("audience_id", "contact_id", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(
            "ix_verdict_weak",
            ["audience_id", "at"],
            unique=False,
            sqlite_where=sa.text("weakness != ''"),
            postgresql_where=sa.text("weakness != ''"),
        )


def downgrade() -> None:
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_verdict_weak",
            sqlite_where=sa.text("weakness != ''"),
            postgresql_where=sa.text("weakness != ''"),
        )

    op.drop_table("verdict")
    op.drop_table("outage")
    op.drop_table("not_typo")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_domain")
        batch_op.drop_index("ix_evidence_contact")

    op.drop_table("evidence")
    op.drop_table("cleaning_policy")
    op.drop_table("activity")
    op.drop_table("webhook_token")
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index("ix_set_aside_at")

    op.drop_table("set_aside")

    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.drop_column("worth_a_look")
