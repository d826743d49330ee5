"""The two ways to archive a cleaned contact at Mailchimp, and what is known of them for an account.

The list's call answers 405 for cleaned contacts in some accounts. Then the contact's call of the Audiences API (beta)
is tried, where the account has it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.audiences import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.remote_state import RemoteState

ASK_AGAIN_AFTER = timedelta(days=7)  # whether an account without the Audiences API has it now


@dataclass(frozen=True, slots=True)
class Roads:
    """When each call last archived a contact of the accounts, and when one had no Audiences API. None: never."""

    by_list: datetime | None = None
    by_contact: datetime | None = None
    no_contact_api: datetime | None = None


def known(database: Database) -> Roads:
    """What is known of all mirrors."""
    with database.reading() as session:
        return _newest([RemoteState.from_json(row.remote) for row in audiences.list_all(session)])


def may_try_contact(session: Session, audience_id: int, now: datetime) -> bool:
    """Whether the contact's call is worth a try: not where the account was just found without it."""
    own = RemoteState.from_json(_row(session, audience_id).remote)
    mirrors = [row for row in audiences.list_all(session) if row.source == AudienceSource.MAILCHIMP]
    states = [RemoteState.from_json(row.remote) for row in mirrors]
    roads = _newest([state for state in states if state.account_id == own.account_id])
    if roads.no_contact_api is None or (roads.by_contact and roads.by_contact > roads.no_contact_api):
        return True
    return now - roads.no_contact_api >= ASK_AGAIN_AFTER


def note(
    session: Session,
    audience_id: int,
    *,
    by_list: datetime | None = None,
    by_contact: datetime | None = None,
    no_contact_api: datetime | None = None,
) -> None:
    """Stores the times that are given, for the account of the audience."""
    row = _row(session, audience_id)
    state = RemoteState.from_json(row.remote)
    row.remote = replace(
        state,
        archived_by_list=by_list or state.archived_by_list,
        archived_by_contact=by_contact or state.archived_by_contact,
        no_contact_api=no_contact_api or state.no_contact_api,
    ).to_json()
    session.add(row)


def _newest(states: list[RemoteState]) -> Roads:
    def newest(times: list[datetime | None]) -> datetime | None:
        return max((time for time in times if time), default=None)

    return Roads(
        newest([state.archived_by_list for state in states]),
        newest([state.archived_by_contact for state in states]),
        newest([state.no_contact_api for state in states]),
    )


def _row(session: Session, audience_id: int) -> AudienceRow:
    return session.get_one(AudienceRow, audience_id)
