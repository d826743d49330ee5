"""Mirrored audiences, and what of their contacts Mailchimp has to be asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, NEWEST_FIRST, TABLE
from storage.contacts.figures import Cell, Tally
from storage.core import audiences
from storage.core.tables import AudienceRow, AudienceSource, JobRow
from storage.mailchimp.remote_state import RemoteState


def of_remote(session: Session, remote_id: str, *, lock: bool = False) -> AudienceRow | None:
    """The mirror of that Mailchimp audience; `lock` holds it for this transaction."""
    query = select_model(AudienceRow).where(
        AudienceRow.source == AudienceSource.MAILCHIMP, AudienceRow.remote_id == remote_id
    )
    return session.exec(query.with_for_update() if lock else query).first()


def get_or_add(session: Session, remote_id: str, name: str, now: datetime) -> AudienceRow:
    """The mirror of that Mailchimp audience, named as it is there; where that is taken, it says where it is from."""
    found = of_remote(session, remote_id)
    name = _free(session, name.strip() or remote_id, found)
    audience = found or AudienceRow(
        source=AudienceSource.MAILCHIMP, remote_id=remote_id, created_at=now, name=name
    )
    audience.name = name
    session.add(audience)
    session.flush()
    return audience


def _free(session: Session, name: str, own: AudienceRow | None) -> str:
    """A name that no other audience has: at Mailchimp, several may be called the same."""
    more = (f"{name} (Mailchimp {n})" for n in count(2))
    for each in chain((name, f"{name} (Mailchimp)"), more):
        other = audiences.named(session, each)
        if other is None or other is own:
            return each
    raise AssertionError  # there is always another number


def every(session: Session) -> Sequence[AudienceRow]:
    return session.exec(
        select_model(AudienceRow)
        .where(AudienceRow.source == AudienceSource.MAILCHIMP)
        .order_by(col(AudienceRow.id))
    ).all()


def set_webhook_secret(session: Session, audience_id: int, secret: str) -> None:
    audience = session.get_one(AudienceRow, audience_id)
    state = replace(RemoteState.from_json(audience.remote), webhook_secret=secret)
    audience.remote = state.to_json()
    session.add(audience)


def under_way(
    session: Session, audience_id: int, kind: str, states: Sequence[str] = ("waiting", "running")
) -> JobRow | None:
    """The unfinished job of that kind on the audience."""
    return session.exec(
        select_model(JobRow).where(
            JobRow.kind == kind, JobRow.audience_id == audience_id, col(JobRow.state).in_(states)
        )
    ).first()


def unexplained(
    session: Session, audience_id: int, since: int, most: int, *, skip: int
) -> Sequence[tuple[int, str]]:
    """Cleaned contacts, changed since that revision, of which nobody has said why, without the newest `skip`.

    Each with its id and lower-case address.
    """
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
        .offset(skip)
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


def keys(session: Session, audience_id: int, after: int, most: int) -> Sequence[tuple[int, str]]:
    """The next contacts by their id: id, lower-case address."""
    query = (
        select(TABLE.c.id, TABLE.c.address_key)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id > after)
        .order_by(TABLE.c.id)
        .limit(most)
    )
    return [(id_, key) for id_, key in session.connection().execute(query)]


def remove(session: Session, audience_id: int, contact_ids: Sequence[int]) -> int:
    """Takes contacts out of the mirror, with the figures; how many. The audience is locked."""
    if not contact_ids:
        return 0
    mine = (TABLE.c.audience_id == audience_id) & TABLE.c.id.in_(contact_ids)
    query = select(TABLE.c.status, TABLE.c.clean_reason, TABLE.c.cleaned_at, TABLE.c.domain).where(mine)
    tally = Tally()
    for status, reason, cleaned_at, domain in session.connection().execute(query):
        tally[Cell(status, reason or "", figures.day_of(cleaned_at), domain)] -= 1
    figures.apply(session, audience_id, tally)
    return session.connection().execute(delete(TABLE).where(mine)).rowcount
