"""SQLite's index of cleaned contacts holds what is searched for a text

Revision: 0017, after 0016. Only an index is replaced, so that the version before it works on while its processes are
replaced. PostgreSQL keeps its own: a row of an index there holds 2,704 bytes at most, and merge fields may be longer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_NARROW = "ix_contact_cleaned"
_WIDE = "ix_contact_cleaned_text"
_COLUMNS = ["audience_id", "cleaned_at", "id"]
_CLEANED = sa.text("status = 'cleaned'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(_NARROW, "contact")
        op.create_index(_WIDE, "contact", [*_COLUMNS, "address_key", "merge_fields"], sqlite_where=_CLEANED)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(_WIDE, "contact")
        op.create_index(_NARROW, "contact", _COLUMNS, sqlite_where=_CLEANED)
