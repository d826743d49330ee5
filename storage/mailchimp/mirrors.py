"""Mirrored audiences: look-up, clean reasons, deletion of contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, literal_column, select, update
from sqlmodel import Session
from sqlmodel import select as select_model

from storage.audiences import audiences
from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, TABLE
from storage.contacts.figures import FigureChanges, FigureKey
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.api.values import member_hash
from storage.mailchimp.remote_state import RemoteState


class MirroredContact(NamedTuple):
    """A contact of a mirror. `remote_hash`: see `Contact`."""

    id: int
    address_key: str
    remote_hash: str | None

    @property
    def hash(self) -> str:
        """Its id in the paths of Mailchimp's API."""
        return member_hash(self.address_key, self.remote_hash)


def by_remote_id(session: Session, remote_id: str, *, lock: bool = False) -> AudienceRow | None:
    """The mirror of a Mailchimp audience; `lock` locks its row for this transaction."""
    query = select_model(AudienceRow).where(
        AudienceRow.source == AudienceSource.MAILCHIMP, AudienceRow.remote_id == remote_id
    )
    return session.exec(query.with_for_update() if lock else query).first()


def get_or_add(session: Session, remote_id: str, name: str, now: datetime) -> AudienceRow:
    """The mirror of a Mailchimp audience, renamed as it is there, with a suffix where another audience has the name."""
    mirror = by_remote_id(session, remote_id)
    name = _free_name(session, name.strip() or remote_id, mirror)
    audience = mirror or AudienceRow(
        source=AudienceSource.MAILCHIMP, remote_id=remote_id, created_at=now, name=name
    )
    audience.name = name
    session.add(audience)
    session.flush()
    return audience


def _free_name(session: Session, name: str, mirror: AudienceRow | None) -> str:
    """A name that no other audience has. Names at Mailchimp are not unique."""
    numbered = (f"{name} (Mailchimp {n})" for n in count(2))
    for candidate in chain((name, f"{name} (Mailchimp)"), numbered):
        other = audiences.by_name(session, candidate)
        if other is None or other is mirror:
            return candidate
    raise AssertionError  # `numbered` is endless


def set_webhook_secret(session: Session, audience_id: int, secret: str) -> None:
    audience = session.get_one(AudienceRow, audience_id)
    state = replace(RemoteState.from_json(audience.remote), webhook_secret=secret)
    audience.remote = state.to_json()
    session.add(audience)


def cleaned_without_reason(
    session: Session, audience_id: int, since: int, limit: int, *, skip: int
) -> Sequence[MirroredContact]:
    """Cleaned contacts without a reason, changed after the revision `since`.

    The last changed first, without the first `skip`: so all are read from one index, in its order, up to the limit.
    Mailchimp lists contacts in the order of their last change, so these are also the most recently cleaned.
    """
    query = (
        select(*_MIRRORED)
        .where(
            TABLE.c.audience_id == audience_id,
            IS_CLEANED,
            TABLE.c.clean_reason == literal_column("'unknown'"),
            TABLE.c.revision > since,
        )
        .order_by(TABLE.c.revision.desc(), TABLE.c.id.desc())
        .limit(limit)
        .offset(skip)
    )
    return [MirroredContact(*row) for row in session.connection().execute(query)]


def set_clean_reasons(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Updates contacts by rows of `id`, `clean_reason`, `clean_campaign_id`, `clean_campaign_title`, `revision`."""
    if not rows:
        return
    names = ("clean_reason", "clean_campaign_id", "clean_campaign_title", "revision")
    statement = (
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id == bindparam("contact_id"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement, [{"contact_id": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def contacts_after(session: Session, audience_id: int, after: int, limit: int) -> Sequence[MirroredContact]:
    """The next contacts with an id greater than `after`."""
    query = (
        select(*_MIRRORED)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id > after)
        .order_by(TABLE.c.id)
        .limit(limit)
    )
    return [MirroredContact(*row) for row in session.connection().execute(query)]


def delete_contacts(session: Session, audience_id: int, contact_ids: Sequence[int]) -> int:
    """Deletes contacts and updates the figures; returns how many. The caller holds the audience's lock."""
    if not contact_ids:
        return 0
    is_deleted = (TABLE.c.audience_id == audience_id) & TABLE.c.id.in_(contact_ids)
    query = select(TABLE.c.status, TABLE.c.clean_reason, TABLE.c.cleaned_at, TABLE.c.domain).where(is_deleted)
    tally = FigureChanges()
    for status, reason, cleaned_at, domain in session.connection().execute(query):
        tally[FigureKey(status, reason or "", figures.day_of(cleaned_at), domain)] -= 1
    figures.apply_changes(session, audience_id, tally)
    return session.connection().execute(delete(TABLE).where(is_deleted)).rowcount


_MIRRORED = [TABLE.c[name] for name in MirroredContact._fields]
