"""Alembic's entry: runs the migrations on the connection that `storage.core.schema` passes."""

from alembic import context

from storage.migrations.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Citus (`docs/spreading.md`) changes no second table in a transaction without it; PostgreSQL ignores it.
    connection.exec_driver_sql("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
