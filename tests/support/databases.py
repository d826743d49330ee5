"""Copies of a template database, on either engine."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

# The newest transaction that changed the schema or the planner's statistics, and the size of it all.
_STATE = """
SELECT greatest(
    (SELECT max(xmin::text::bigint) FROM pg_class),
    (SELECT max(xmin::text::bigint) FROM pg_attribute),
    (SELECT max(xmin::text::bigint) FROM pg_constraint),
    (SELECT max(xmin::text::bigint) FROM pg_proc),
    (SELECT max(xmin::text::bigint) FROM pg_statistic)
), pg_database_size(current_database())
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_MUCH_GROWN = 4 * 2**20  # bytes: deleting takes longer than a new copy then


@contextmanager
def copied(template: str, folder: Path) -> Iterator[str]:
    """The URL of a copy that is deleted at the end; nobody may be connected to the template.

    `template` is a database URL; a copy of a SQLite file is made in `folder`.
    """
    source = make_url(template)
    if source.get_backend_name() == "postgresql":
        reusable = Reusable(template)
        with reusable.copy() as url:
            yield url
        reusable.drop()
        return
    assert source.database
    path = folder / f"t{uuid4().hex}.db"
    shutil.copy(source.database, path)
    yield f"sqlite:///{path}"
    for file in folder.glob(f"{path.name}*"):
        file.unlink()


class Reusable:
    """A copy of a PostgreSQL template that tests use one after the other.

    To empty it takes a tenth of the time of a new one. A test that changed the schema, ran ANALYZE or wrote
    megabytes leaves nothing to the next one, which gets a new copy.
    """

    def __init__(self, template: str) -> None:
        self._template = make_url(template).set(drivername="postgresql")
        self._name: str | None = None
        self._schema = self._size = 0
        self._empty = ""

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a database that is as the template; for one test at a time."""
        if self._name is None:
            self._create()
        yield url_text(self._template.set(drivername="postgresql+psycopg", database=self._name))
        if not self._emptied():
            self.drop()

    def drop(self) -> None:
        if self._name:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._name)
        self._name = None

    def _create(self) -> None:
        self._name = f"t{uuid4().hex}"
        # FILE_COPY takes 60 % of the processor time of the default, which writes each page to the log.
        self._administer(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", self._name, self._template.database or ""
        )
        with closing(self._connect(self._name)) as connection:
            self._schema, self._size = connection.execute(_STATE).fetchall()[0]
            tables = [name for (name,) in connection.execute(_TABLES)]
            self._empty = "SET session_replication_role = replica;"  # no foreign keys, so in any order
            for table in tables:
                self._empty += _filled_anew(connection, table)
            self._empty += "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;"

    def _emptied(self) -> bool:
        """Whether the database is as the template again."""
        try:
            with closing(self._connect(self._name or "")) as connection:
                connection.execute(_END_OTHERS)
                schema, size = connection.execute(_STATE).fetchall()[0]
                if schema != self._schema or size > self._size + _MUCH_GROWN:
                    return False
                connection.execute(self._empty.encode())
        except psycopg.Error:
            return False
        return True

    def _administer(self, statement: str, *names: str) -> None:
        with closing(self._connect("postgres")) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(url_text(self._template.set(database=name)), autocommit=True)


def url_text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _filled_anew(connection: "psycopg.Connection[Any]", table: str) -> str:
    """SQL that gives a table the rows that it has now, usually none."""
    name = sql.Identifier(table)
    statement = sql.SQL("DELETE FROM {};").format(name)
    rows = connection.execute(
        sql.SQL("SELECT coalesce(json_agg(t), '[]') FROM {} t").format(name)
    ).fetchall()[0][0]
    if rows:
        statement += sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, {1});").format(
            name, json.dumps(rows)
        )
    return statement.as_string(connection)
