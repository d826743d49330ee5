"""PostgreSQL searches a text in indexes of cleaned contacts too

Revision: 0018, after 0017. Only indexes are added, so that the version before it works on while its processes are
replaced. One holds what is searched of the contacts whose merge fields fit into it, the other names the others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_SHORT, _LONG = "ix_contact_cleaned_short", "ix_contact_cleaned_long"
_COLUMNS = ["audience_id", "cleaned_at", "id"]
_LENGTH = "status = 'cleaned' AND octet_length(CAST(merge_fields AS TEXT))"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        short, long = sa.text(f"{_LENGTH} <= 1500"), sa.text(f"{_LENGTH} > 1500")
        held = ["address_key", "clean_reason", "merge_fields"]
        op.create_index(_SHORT, "contact", _COLUMNS, postgresql_include=held, postgresql_where=short)
        op.create_index(_LONG, "contact", _COLUMNS, postgresql_where=long)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_LONG, "contact")
        op.drop_index(_SHORT, "contact")
