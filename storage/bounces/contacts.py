"""Contacts as bounces see them: found by address, cleaned, marked as changed. Figures are the caller's concern."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from storage.contacts.contacts import TABLE
from storage.contacts.values import Status
from storage.core.engines import Among


class ContactSummary(NamedTuple):
    """The columns of a contact that a verdict depends on or changes."""

    id: int
    address_key: str
    domain: str
    status: str
    cleaned_at: datetime | None
    clean_reason: str | None


SUMMARY_COLUMNS = [TABLE.c[name] for name in ContactSummary._fields]


_OF_AUDIENCE = TABLE.c.audience_id == bindparam("audience_id")
_BY_ADDRESS_KEYS = select(*SUMMARY_COLUMNS).where(_OF_AUDIENCE, Among(TABLE.c.address_key, "keys"))
_BY_IDS = select(*SUMMARY_COLUMNS).where(_OF_AUDIENCE, Among(TABLE.c.id, "ids"))
_HAVING = select(TABLE.c.address_key, TABLE.c.audience_id).where(
    TABLE.c.audience_id.in_(bindparam("audience_ids", expanding=True)), Among(TABLE.c.address_key, "keys")
)
_CLEANED = ("revision", "cleaned_at", "clean_reason", "clean_diagnostic", "clean_campaign_title")
_CLEAN = (
    update(TABLE)
    .where(TABLE.c.audience_id == bindparam("of_audience"), TABLE.c.id == bindparam("contact_id"))
    .values({"status": str(Status.CLEANED)} | {name: bindparam(f"new_{name}") for name in _CLEANED})
)


def by_address_keys(session: Session, audience_id: int, keys: Collection[str]) -> dict[str, ContactSummary]:
    """Returns the audience's contacts with these lower-case addresses: address → contact."""
    rows = session.connection().execute(_BY_ADDRESS_KEYS, {"audience_id": audience_id, "keys": keys})
    return {row.address_key: ContactSummary(*row) for row in rows}


def by_ids(session: Session, audience_id: int, ids: Collection[int]) -> dict[int, ContactSummary]:
    """Returns these contacts of the audience: id → contact."""
    rows = session.connection().execute(_BY_IDS, {"audience_id": audience_id, "ids": ids})
    return {row.id: ContactSummary(*row) for row in rows}


def audiences_having(
    session: Session, keys: Collection[str], audience_ids: Collection[int]
) -> dict[str, set[int]]:
    """Returns which of these audiences have these lower-case addresses: address → audience ids."""
    values = {"audience_ids": list(audience_ids), "keys": keys}
    having: dict[str, set[int]] = {}
    for key, audience_id in session.connection().execute(_HAVING, values):
        having.setdefault(key, set()).add(audience_id)
    return having


def cleaned_among(session: Session, audience_ids: Collection[int], keys: Collection[str]) -> set[str]:
    """Returns those of these lower-case addresses that are, or were when archived, cleaned in one of the audiences."""
    query = select(TABLE.c.address_key).where(
        TABLE.c.audience_id.in_(audience_ids), TABLE.c.address_key.in_(keys), TABLE.c.cleaned_at.is_not(None)
    )
    return set(session.connection().execute(query).scalars())


def domains(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, str]:
    """Returns the domains of these contacts: contact id → domain."""
    query = select(TABLE.c.id, TABLE.c.domain).where(
        TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids)
    )
    return {row.id: row.domain for row in session.connection().execute(query)}


def clean(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Cleans contacts: `id`, `revision`, `cleaned_at`, `clean_reason`, `clean_diagnostic`, `clean_campaign_title`.

    The caller holds the audience's lock.
    """
    if rows:
        values = [
            {"of_audience": audience_id, "contact_id": row["id"]}
            | {f"new_{name}": row[name] for name in _CLEANED}
            for row in rows
        ]
        session.connection().execute(_CLEAN, values)


def change_clean_reason(
    session: Session, audience_id: int, contact_id: int, reason: str, revision: int
) -> None:
    """Changes the clean reason of a contact that is cleaned, or was when it was archived."""
    session.connection().execute(
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id == contact_id)
        .values(clean_reason=reason, revision=revision)
    )


def mark_changed(session: Session, audience_id: int, contact_ids: Collection[int], revision: int) -> None:
    """Sets the revision of these contacts, so that plans made before do not include them."""
    if contact_ids:
        statement = update(TABLE).where(TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids))
        session.connection().execute(statement.values(revision=revision))
