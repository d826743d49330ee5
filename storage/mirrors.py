"""Mirrored audiences, and what of their contacts Mailchimp has to be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage import audiences
from storage.contacts import IS_CLEANED, NEWEST_FIRST, TABLE
from storage.tables import Audience, Job, Source


def of_remote(session: Session, remote_id: str) -> Audience | None:
    """The mirror of that Mailchimp audience."""
    return session.exec(
        select_model(Audience).where(Audience.source == Source.MAILCHIMP, Audience.remote_id == remote_id)
    ).first()


def get_or_add(session: Session, remote_id: str, name: str, now: datetime) -> Audience:
    """The mirror of that Mailchimp audience; where its name is taken, the new one says where it is from."""
    if found := of_remote(session, remote_id):
        return found
    taken = audiences.named(session, name) is not None
    audience = Audience(
        name=f"{name} (Mailchimp)" if taken else name,
        source=Source.MAILCHIMP,
        remote_id=remote_id,
        created_at=now,
    )
    session.add(audience)
    session.flush()
    return audience


def every(session: Session) -> Sequence[Audience]:
    return session.exec(
        select_model(Audience).where(Audience.source == Source.MAILCHIMP).order_by(col(Audience.id))
    ).all()


def mirrored(session: Session, audience_id: int, until: datetime) -> None:
    """All that changed at Mailchimp before that moment is here."""
    where = col(Audience.id) == audience_id
    session.connection().execute(update(Audience).where(where).values(mirrored_until=until))


def under_way(session: Session, audience_id: int, kind: str) -> Job | None:
    """The unfinished job of that kind on the audience."""
    return session.exec(
        select_model(Job).where(
            Job.kind == kind, Job.audience_id == audience_id, col(Job.state).in_(("waiting", "running"))
        )
    ).first()


def unexplained(session: Session, audience_id: int, since: int, most: int) -> Sequence[tuple[int, str]]:
    """Cleaned contacts, changed since that revision, of which nobody has said why: id, lower-case address."""
    query = (
        select(TABLE.c.id, TABLE.c.address_key)
        .where(
            TABLE.c.audience_id == audience_id,
            IS_CLEANED,
            TABLE.c.clean_reason == literal_column("'unknown'"),
            TABLE.c.revision > since,
        )
        .order_by(*NEWEST_FIRST)
        .limit(most)
    )
    return [(id_, key) for id_, key in session.connection().execute(query)]


def explain(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Says of cleaned contacts (`id`) why: `clean_reason`, `clean_campaign_id`, `clean_campaign_title`, `revision`."""
    if not rows:
        return
    names = ("clean_reason", "clean_campaign_id", "clean_campaign_title", "revision")
    statement = (
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id == bindparam("of"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement, [{"of": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )
