"""Reviews: an operator has looked at contacts that were worth a look, and they stay cleaned.

A reviewed contact no longer counts as worth a look. The review is taken back at will; it ends by itself when the contact
becomes worth a look for another reason.
"""

from collections.abc import Collection
from datetime import datetime

from bot.audiences.audiences import require
from storage.audiences import journal
from storage.bounces import contacts as contact_rows
from storage.bounces.verdicts import verdicts
from storage.contacts import bulk
from storage.core.database import Database


def mark(
    database: Database, audience_id: int, contact_ids: Collection[int], *, by: str, now: datetime
) -> int:
    """Marks those of the contacts that are worth a look as reviewed; returns how many. Raises NoAudience."""
    return _change(database, audience_id, contact_ids, by, now, taken_back=False)


def take_back(
    database: Database, audience_id: int, contact_ids: Collection[int], *, by: str, now: datetime
) -> int:
    """Makes those of the contacts that were reviewed worth a look again; returns how many. Raises NoAudience."""
    return _change(database, audience_id, contact_ids, by, now, taken_back=True)


def _change(
    database: Database,
    audience_id: int,
    contact_ids: Collection[int],
    by: str,
    now: datetime,
    *,
    taken_back: bool,
) -> int:
    with database.transaction() as session:
        require(session, audience_id)
        revision = bulk.lock(session, audience_id).revision
        if taken_back:
            changed = verdicts.take_back_review(session, audience_id, contact_ids)
        else:
            changed = verdicts.review(session, audience_id, contact_ids, by, now)
        if changed:
            # Whoever counted them before does not act on them as they were.
            contact_rows.mark_changed(session, audience_id, changed, revision)
            what = "review-taken-back" if taken_back else "review"
            journal.write(session, who=by, what=what, at=now, n=len(changed), audience_id=audience_id)
        return len(changed)
