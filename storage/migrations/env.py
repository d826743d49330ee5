"""Alembic's entry: runs the migrations on the connection that `storage.core.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

import storage.core.tables  # noqa: F401  the metadata is complete once the tables are imported

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
