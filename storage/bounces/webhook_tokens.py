"""One-time tokens of signed webhooks: each is bound to the first body that came with it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, delete, select
from sqlmodel import Session, col

from storage.bounces.tables import WebhookToken
from storage.core.engines import Among, insert_into, is_sqlite

TABLE: Table = WebhookToken.__table__  # type: ignore[attr-defined]

_BOUND = select(TABLE.c.token, TABLE.c.body).where(Among(TABLE.c.token, "tokens"))


def claim(session: Session, bodies: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Binds each unused token to its body (token → body); returns the body that each token is bound to now."""
    rows: list[dict[str, Any]] = [
        {"token": token, "body": body, "at": now} for token, body in sorted(bodies.items())
    ]
    session.connection().execute(_add(for_sqlite=is_sqlite(session)), rows)
    return _bound_bodies(session, bodies)


def delete_before(session: Session, before: datetime) -> int:
    """Deletes the tokens first used before that; returns how many."""
    return session.connection().execute(delete(WebhookToken).where(col(WebhookToken.at) < before)).rowcount


@cache
def _add(*, for_sqlite: bool) -> Executable:
    return insert_into(TABLE, for_sqlite=for_sqlite).on_conflict_do_nothing()


def _bound_bodies(session: Session, tokens: Collection[str]) -> dict[str, str]:
    rows = session.connection().execute(_BOUND, {"tokens": tokens})
    return {row.token: row.body for row in rows}
