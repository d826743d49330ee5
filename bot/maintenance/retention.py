"""How long things are kept that name people, by the settings; deletes what is older."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.core.settings import Settings
from bot.maintenance.consistency import FORGET, RETENTION
from storage.audiences import journal
from storage.bounces import evidence, quarantine
from storage.contacts.reachable import reachable
from storage.core.database import Database, Session
from storage.exports import exports
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobKind

CORRECTIONS_KEPT = timedelta(days=30)  # jobs that hold what was typed; the consent stays
ROWS_AT_ONCE = 20_000
PERMANENT = (FORGET, "lift", RETENTION)  # lines of the journal: who was erased, and that lines are missing

Delete = Callable[[Session], int]


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days each is kept; None: bounces as long as their contact, the others for good."""

    bounces: int | None = None
    journal: int | None = None
    exports: int | None = None
    set_aside: int = 30

    @classmethod
    def of(cls, settings: Settings) -> "Retention":
        return cls(
            settings.keep_bounces, settings.keep_journal, settings.keep_exports, settings.keep_set_aside
        )


def delete_older(database: Database, retention: Retention, now: datetime) -> int:
    """Deletes what has been kept long enough, some rows in a transaction; returns how many rows."""
    audience_ids = [audience.id for audience in reachable(database)]
    n = 0
    for is_in_journal, delete in _deletions(retention, audience_ids, now):
        deleted = ROWS_AT_ONCE
        while deleted >= ROWS_AT_ONCE:
            with database.transaction() as session:
                deleted = delete(session)
                if deleted and is_in_journal:  # what is recorded can't be compared with the journal any more
                    journal.write(session, who="", what=RETENTION, at=now, n=deleted)
            n += deleted
    return n


def _deletions(retention: Retention, audience_ids: list[int], now: datetime) -> Iterator[tuple[bool, Delete]]:
    """Functions that delete at most ROWS_AT_ONCE rows, or all, and whether the journal tells of such rows."""

    def before(days: int | None) -> datetime:
        return now - timedelta(days=days or 0)

    for kind in (JobKind.ADD, JobKind.FIX):
        yield False, partial(job_rows.delete_told, kind=kind, before=now - CORRECTIONS_KEPT)
    yield False, partial(quarantine.delete_before, before=before(retention.set_aside))
    for audience_id in audience_ids:
        if retention.bounces:
            at = before(retention.bounces)
            yield (
                False,
                partial(evidence.delete_before, audience_id=audience_id, before=at, most=ROWS_AT_ONCE),
            )
        if retention.exports:
            at = before(retention.exports)
            yield (
                True,
                partial(exports.delete_before, audience_id=audience_id, before=at, most=ROWS_AT_ONCE),
            )
    if retention.journal:
        at = before(retention.journal)
        yield True, partial(journal.delete_before, before=at, most=ROWS_AT_ONCE, but=PERMANENT)
