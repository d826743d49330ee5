"""Mirrors whose audience the account does not list: it was deleted there, or the key is another account's."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.audiences.audiences import Audience
from storage.audiences import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.api.client import Client
from storage.mailchimp.remote_state import RemoteState, Trouble


def find(database: Database, client: Client) -> Sequence[Audience]:
    """Asks which mirrors are missing at Mailchimp, each with its `trouble`. Raises MailchimpError."""
    account_id, listed = client.account().id, {remote.id for remote in client.audiences()}
    with database.reading() as session:
        return [
            replace(Audience.of(row), trouble=trouble)
            for row, trouble in _missing(session, account_id, listed)
        ]


def mark(session: Session, account_id: str, listed: Collection[str]) -> None:
    """Marks the mirrors that are not among `listed`. They keep their contacts; `discover` takes the mark away."""
    for row, trouble in _missing(session, account_id, listed):
        set_trouble(session, row, trouble)


def set_trouble(session: Session, row: AudienceRow, trouble: Trouble) -> None:
    state = RemoteState.from_json(row.remote)
    if state.trouble != trouble:
        row.remote = replace(state, trouble=trouble).to_json()
        session.add(row)


def _missing(
    session: Session, account_id: str, listed: Collection[str]
) -> Sequence[tuple[AudienceRow, Trouble]]:
    missing = []
    for row in audiences.list_all(session):
        if row.source == AudienceSource.MAILCHIMP and row.remote_id not in listed:
            known = RemoteState.from_json(row.remote).account_id
            is_other = bool(known) and known != account_id
            missing.append((row, Trouble.OTHER_ACCOUNT if is_other else Trouble.GONE))
    return missing
