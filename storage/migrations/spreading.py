"""The SQL that spreads the tables over several PostgreSQL servers with Citus: see `docs/spreading.md`.

The rows of an audience go to one server, the other tables stay on the coordinator as tables that Citus knows: one
transaction may change both kinds, and only of known tables it is certain that all of it is committed or nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.core.tables import AudienceRow, is_spread
from storage.migrations.tables import metadata

FIRST = str(Contact.__tablename__)
"""The table with which the others are kept together."""
_AUDIENCE = str(AudienceRow.__tablename__)
_DISTRIBUTED, _REFERENCE = "h", "t"  # values of the catalog's columns partmethod and repmodel


class Part(StrEnum):
    """What a part of the SQL is for. The key of its comment is `spread-` and the value."""

    SCHEMA = "schema"
    EXTENSION = "extension"
    NODES = "nodes"
    KEYS = "keys"
    UNDO = "undo"
    LOCAL = "local"
    SPREAD = "spread"
    OLD_ROWS = "old-rows"


@dataclass(frozen=True, slots=True)
class Step:
    """Statements in order. With `is_example` they name servers that only people know."""

    part: Part
    statements: Sequence[str]
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What the database says about itself."""

    has_extension: bool
    has_workers: bool = False
    partmethod: Mapping[str, str] = field(default_factory=dict)
    """Of the tables that Citus knows."""
    references: Collection[str] = ()
    keys: Sequence[tuple[str, str]] = ()
    """Table and name of the foreign keys of tables that are to be spread."""
    with_rows: Collection[str] = ()
    """Tables that take space on the coordinator."""


def spread_tables() -> list[str]:
    """The tables whose rows are spread by audience; the one that the others are kept together with comes first."""
    names = [name for name, table in metadata.tables.items() if is_spread(table)]
    return sorted(names, key=lambda name: (name != FIRST, name))


def local_tables() -> list[str]:
    """The tables that stay on the coordinator; that of audiences comes first."""
    names = metadata.tables.keys() - set(spread_tables())
    return sorted(names, key=lambda name: (name != _AUDIENCE, name))


def steps(database: Database) -> list[Step]:
    """What is left to do in this database, which is at this program's version; nothing if all is done."""
    with database.reading() as session:
        catalog = _read(session)
    found = [step for step in _steps(catalog) if step.statements]
    if not database.schema:
        return found
    # One of a workspace: in the same cluster as the main database.
    own = [step for step in found if step.part not in (Part.EXTENSION, Part.NODES)]
    path = Step(Part.SCHEMA, [f'SET search_path TO "{database.schema}";'])
    return [path, *own] if own else []


def n_left(database: Database) -> int:
    """How many statements are left to run, once the contacts are spread; 0 where all tables are on one server."""
    if database.is_sqlite:
        return 0
    with database.reading() as session:
        catalog = _read(session)
    if catalog.partmethod.get(FIRST) != _DISTRIBUTED:
        return 0
    return n_statements(list(_steps(catalog)))


def n_statements(some: Sequence[Step]) -> int:
    """How many statements these steps have, without examples."""
    return sum(len(step.statements) for step in some if not step.is_example)


def _steps(catalog: _Catalog) -> Iterator[Step]:
    if not catalog.has_extension:
        yield Step(Part.EXTENSION, ["CREATE EXTENSION citus;"])
    if not catalog.has_workers:
        nodes = ["citus_set_coordinator_host('COORDINATOR', 5432)", "citus_add_node('WORKER', 5432)"]
        yield Step(Part.NODES, [f"SELECT {call};" for call in nodes], is_example=True)
    yield Step(Part.KEYS, list(_without_keys(catalog.keys)))
    if _AUDIENCE in catalog.references:
        undo = f"SELECT undistribute_table('{_AUDIENCE}', cascade_via_foreign_keys => true);"
        yield Step(Part.UNDO, [undo])
    known = catalog.partmethod.keys() - set(catalog.references)
    yield Step(Part.LOCAL, list(_made_known(known)))
    left = [name for name in spread_tables() if catalog.partmethod.get(name) != _DISTRIBUTED]
    yield Step(Part.SPREAD, [_distributed(name) for name in left])
    rows = [name for name in spread_tables() if name in catalog.with_rows]
    call = "SELECT truncate_local_data_after_distributing_table"
    yield Step(Part.OLD_ROWS, [f"{call}('{name}');" for name in rows])


def _without_keys(keys: Sequence[tuple[str, str]]) -> Iterator[str]:
    if keys:
        yield "BEGIN;"
        yield "SET LOCAL citus.multi_shard_modify_mode TO 'sequential';"
        for table, name in keys:
            yield f"ALTER TABLE {table} DROP CONSTRAINT {name};"
        yield "COMMIT;"


def _made_known(known: Collection[str]) -> Iterator[str]:
    done = set(known)
    for name in local_tables():
        if name not in done:
            related = _related(name)
            cascade = ", cascade_via_foreign_keys => true" if len(related) > 1 else ""
            yield f"SELECT citus_add_local_table_to_metadata('{name}'{cascade});"
            done |= related


def _related(name: str) -> set[str]:
    """The tables that are on the coordinator with this one, connected by foreign keys; itself among them."""
    pairs = [
        (table.name, key.column.table.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
    ]
    local, found = set(local_tables()), {name}
    while more := {each for pair in pairs if found & {*pair} for each in pair} & local - found:
        found |= more
    return found


def _distributed(name: str) -> str:
    together = "" if name == FIRST else f", colocate_with => '{FIRST}'"
    return f"SELECT create_distributed_table('{name}', 'audience_id'{together});"


def _read(session: Session) -> _Catalog:
    def rows(statement: str, **values: Any) -> Sequence[Any]:
        return session.connection().execute(text(statement), values).all()

    spread = spread_tables()
    found = rows(
        "SELECT r.relname, c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
        " WHERE c.contype = 'f' AND r.relname = ANY(:names) AND pg_table_is_visible(r.oid) ORDER BY 1, 2",
        names=spread,
    )
    keys = [(table, name) for table, name in found]
    found = rows(
        "SELECT relname FROM pg_class WHERE relname = ANY(:names) AND pg_table_is_visible(oid)"
        " AND relkind = 'r' AND pg_relation_size(oid) > 0",
        names=spread,
    )
    with_rows = {name for (name,) in found}
    if not rows("SELECT 1 WHERE to_regclass('pg_dist_partition') IS NOT NULL"):
        return _Catalog(has_extension=False, keys=keys, with_rows=with_rows)
    known = rows(
        "SELECT r.relname, p.partmethod, p.repmodel FROM pg_dist_partition p"
        " JOIN pg_class r ON r.oid = p.logicalrelid WHERE pg_table_is_visible(r.oid)"
    )
    return _Catalog(
        has_extension=True,
        has_workers=bool(rows("SELECT 1 FROM pg_dist_node WHERE groupid <> 0 LIMIT 1")),
        partmethod={name: method for name, method, _ in known},
        references={name for name, _, model in known if model == _REFERENCE},
        keys=keys,
        with_rows=with_rows,
    )
