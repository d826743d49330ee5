"""Several processes: handled requests, leases, and indexes for lists of large audiences

Revision: 0004, after 0003. From here on a migration only adds: the version before it goes on working on the new schema
while its processes are replaced.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"

LISTED_BY = {
    "ix_contact_cleaned_domain": ["domain", "cleaned_at", "id", "clean_reason"],
    "ix_contact_cleaned_campaign": ["clean_campaign_title", "cleaned_at", "id", "clean_reason", "domain"],
    "ix_contact_cleaned_reason": ["clean_reason", "cleaned_at", "id"],
}


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_seen_at", "delivery", ["seen_at"], unique=False)
    op.create_table(
        "turn",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turn")),
    )
    # Locked while a job is claimed (`storage.jobs.jobs`), so it has to exist before the first claim.
    op.execute("INSERT INTO turn (name, owner, until) VALUES ('claim', '', '1970-01-01 00:00:00')")
    op.create_index(
        "ix_job_untold",
        "job",
        ["made_at"],
        unique=False,
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )
    # Not compressed: the file of an import is kept for minutes only, and compressing takes longer than writing it.
    _store_parts("EXTERNAL")
    for name, columns in LISTED_BY.items():
        op.create_index(
            name,
            "contact",
            ["audience_id", *columns],
            unique=False,
            sqlite_where=sa.text("status = 'cleaned'"),
            postgresql_where=sa.text("status = 'cleaned'"),
        )


def downgrade() -> None:
    _store_parts("EXTENDED")
    op.drop_index("ix_job_untold", table_name="job")
    for name in LISTED_BY:
        op.drop_index(name, table_name="contact")
    op.drop_table("turn")
    op.drop_index("ix_delivery_seen_at", table_name="delivery")
    op.drop_table("delivery")


def _store_parts(how: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # Citus can't change that of a table that it knows (`docs/spreading.md`). It only makes imports quicker.
    if connection.exec_driver_sql("SELECT to_regclass('pg_dist_partition')").scalar():
        known = "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = 'upload_part'::regclass"
        if connection.exec_driver_sql(known).scalar():
            return
    op.execute(f"ALTER TABLE upload_part ALTER COLUMN body SET STORAGE {how}")
