"""The one-time tokens of signed webhooks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select
from sqlmodel import Session, col

from storage.bounces.tables import WebhookToken
from storage.core.engines import insert

TABLE: Table = WebhookToken.__table__  # type: ignore[attr-defined]


def use(session: Session, bodies: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Keeps each token with its body, unless it came before; returns what each token came with first."""
    rows: list[dict[str, Any]] = [
        {"token": token, "body": body, "at": now} for token, body in sorted(bodies.items())
    ]
    session.connection().execute(insert(session, TABLE).on_conflict_do_nothing(), rows)
    return _first(session, bodies)


def forget(session: Session, before: datetime) -> int:
    """Drops those that came before; returns how many."""
    return session.connection().execute(delete(WebhookToken).where(col(WebhookToken.at) < before)).rowcount


def _first(session: Session, tokens: Collection[str]) -> dict[str, str]:
    found = select(TABLE.c.token, TABLE.c.body).where(TABLE.c.token.in_(tokens))
    return {row.token: row.body for row in session.connection().execute(found)}
