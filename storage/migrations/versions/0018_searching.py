"""PostgreSQL searches a text in an index alone too, and both databases a text with a reason

Revision: 0018, after 0017. Only indexes change, so that the version before it works on while its processes are replaced.
Of PostgreSQL's, one holds what is searched of the contacts whose merge fields fit into it, the other names the others.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_SHORT, _LONG = "ix_contact_cleaned_short", "ix_contact_cleaned_long"
_TEXT = "ix_contact_cleaned_text"  # SQLite's
_COLUMNS = ["audience_id", "cleaned_at", "id"]
_HELD, _HELD_BEFORE = ["address_key", "clean_reason", "merge_fields"], ["address_key", "merge_fields"]
_CLEANED = "status = 'cleaned'"
_LENGTH = "octet_length(CAST(merge_fields AS TEXT))"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _replace(_HELD)
        return
    short = sa.text(f"{_CLEANED} AND {_LENGTH} <= 1500")
    long = sa.text(f"{_CLEANED} AND LEAST({_LENGTH}, 1501) = 1501")
    op.create_index(_SHORT, "contact", _COLUMNS, postgresql_include=_HELD, postgresql_where=short)
    op.create_index(_LONG, "contact", _COLUMNS, postgresql_where=long)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _replace(_HELD_BEFORE)
        return
    op.drop_index(_LONG, "contact")
    op.drop_index(_SHORT, "contact")


def _replace(held: Sequence[str]) -> None:
    op.drop_index(_TEXT, "contact")
    op.create_index(_TEXT, "contact", [*_COLUMNS, *held], sqlite_where=sa.text(_CLEANED))
