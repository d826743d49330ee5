"""A row in every table that mentions an address wherever a text can."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, LargeBinary, String, Table, select
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from storage.core import engines
from storage.core.database import Database
from storage.migrations.tables import metadata
from storage.privacy import traces

# What a constraint or the program allows, where any text is not.
FIXED: dict[str, dict[str, Any]] = {
    "contact": {"status": "cleaned", "status_before": None, "clean_reason": "hard"},
    "audience": {"source": "local", "name": "Another"},
    "job": {"kind": "export", "state": "done", "told_at": datetime(2026, 11, 24, tzinfo=UTC)},
    "outgoing": {"state": "done"},
    "verdict": {"reason": "hard", "cause": "mailbox", "code": "5.1.1", "weakness": "", "batch": None},
    "refused_row": {"reason": ""},
}


def message(address: str) -> bytes:
    """A bounce that has the address in an encoded part only."""
    body = base64.b64encode(f"No such user: {address}\n".encode()).decode()
    return f"Subject: Undelivered\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}".encode()


def plain_message(address: str) -> bytes:
    """A message that has the address as it is."""
    return f"To: <{address}>\nSubject: Undelivered\n\nNo such user: '{address}'.\n".encode()


def fill(database: Database, address: str, audience_id: int, contact_id: int, prefix: str = "every") -> None:
    """Adds a row to every table but those of contacts, archives and audiences, which exist."""
    with database.transaction() as session:
        connection = session.connection()
        for table in metadata.sorted_tables:
            if table.name in ("alembic_version", "contact", "audience", "secret", "forgotten", "upload_part"):
                continue
            values = {column.name: _value(table, column.name, address, prefix) for column in table.columns}
            values |= {"audience_id": audience_id, "contact_id": contact_id, "job_id": f"{prefix}-job"}
            values |= {"old_contact_id": contact_id, "archive_id": f"{prefix}-{table.name}"}
            values |= {"id": f"{prefix}-job"} if table.name == "job" else {}
            values |= FIXED.get(table.name, {})
            if table.name == "refused_row":
                rows = [[2, "no-at", json.dumps(["Ann", address])], [3, "no-at", json.dumps(["Bob", "bob"])]]
                values["row"] = json.dumps(rows)
            own = {name: value for name, value in values.items() if name in table.columns}
            connection.execute(engines.insert(session, table).values(own).on_conflict_do_nothing())


def mentions(database: Database, text: str) -> list[str]:
    """The columns that have the text, in whatever case."""
    found = []
    with database.reading() as session:
        for table in metadata.sorted_tables:
            for row in session.connection().execute(select(table)).mappings():
                found += [
                    f"{table.name}.{name}"
                    for name, value in row.items()
                    if text.lower() in _plain(value).lower()
                ]
    return found


def bytes_of(database: Database) -> bytes:
    """All bytes of the files of a SQLite database."""
    return b"".join(path.read_bytes() for path in database.files if path.exists())


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        encoded = value.rpartition(b"\n")[2] if value.startswith(b"Subject:") else b""
        return f"{value!r}{base64.b64decode(encoded)!r}"
    return json.dumps(value, ensure_ascii=False, default=str)


def _value(table: Table, name: str, address: str, prefix: str) -> Any:
    column = table.columns[name]
    kind: Any = column.type
    is_text = isinstance(kind, String | AutoString)
    if column.primary_key and is_text:
        return f"{prefix}-{table.name}"
    if isinstance(kind, JSON):
        return {"text": [f"<{address.upper()}>"], address: 1}
    if isinstance(kind, LargeBinary):
        return message(address)
    if is_text:
        return address if name in ("address", "old_address") else f"mailto:{address}, said twice"
    times = {
        UTCDateTime: datetime(2026, 11, 24, 9, tzinfo=UTC),
        DateTime: datetime(2026, 11, 24, 9),  # noqa: DTZ001  as the Slack SDK stores it
        Date: date(2026, 11, 24),
    }
    return times[type(kind)] if type(kind) in times else kind.python_type(sum(map(ord, prefix)))


def rows_of(database: Database, table: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.connection().execute(select(metadata.tables[table])).mappings()]


def n_of(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as session:
        return {
            table.name: len(session.connection().execute(select(table)).all()) for table in traces.tables()
        }
