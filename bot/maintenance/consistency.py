"""Checking that all stored data agree with each other, down to the single contact, and correcting the figures.

No lock is held while checking, unless for a moment: other work goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from storage.audiences import audiences, journal
from storage.contacts import bulk
from storage.contacts.reachable import reachable, unreachable
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.maintenance import consistency, recounts
from storage.maintenance.recounts import Difference, Figure

STALLED_AFTER = timedelta(minutes=10)  # without progress, a job is taken for abandoned
MOST_DOMAINS = 20  # reported one by one
CORRECTED_AT_ONCE = 1_000  # figures in a transaction
CORRECTION = "mend"  # the journal's word for it
FORGET, RETENTION = "forget", "retention"  # the journal's words for rows that were deleted


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """One contradiction in the stored data: the key of a sentence that names it, and its values."""

    key: str
    values: dict[str, Any]
    is_figure: bool = False
    """Whether `correct_figures` corrects it."""


def find_inconsistencies(database: Database, now: datetime) -> Iterator[Inconsistency]:
    """Yields every contradiction, audience by audience, then the jobs that no process works on."""
    for audience in reachable(database):
        with recounts.reading_for_comparison(database) as session:
            yield from _figure_inconsistencies(audience, recounts.find_differences(session, audience.id))
        if difference := _worth_a_look(database, audience.id):
            yield _figure_inconsistency(audience, difference)
        yield from _archive_inconsistencies(database, audience)
    for audience in unreachable(database):
        yield Inconsistency("checks-unreachable", {"audience": audience.name})
    yield from _job_inconsistencies(database, now)


def correct_figures(database: Database, now: datetime, by: str) -> Iterator[Inconsistency]:
    """Corrects the stored figures; yields what each was.

    Skips the rest of an audience whose figures another process corrects at the same time.
    """
    for audience in reachable(database):
        yield from _figure_inconsistencies(audience, _correct(database, audience.id, now, by))


def _correct(database: Database, audience_id: int, now: datetime, by: str) -> Iterator[Difference]:
    with recounts.reading_for_comparison(database) as session:
        last_line = journal.newest_id(session, audience_id, CORRECTION)
        differences = recounts.find_differences(session, audience_id)
        while batch := list(islice(differences, CORRECTED_AT_ONCE)):
            with database.transaction() as writing:
                bulk.lock(writing, audience_id)
                if journal.newest_id(writing, audience_id, CORRECTION) != last_line:
                    return  # another process has added the same differences
                recounts.add_differences(writing, audience_id, batch)
                journal.write(writing, who=by, what=CORRECTION, at=now, n=len(batch), audience_id=audience_id)
                writing.flush()
                last_line = journal.newest_id(writing, audience_id, CORRECTION)
            yield from batch
    with database.transaction() as writing:
        audiences.lock(writing, audience_id)
        if difference := recounts.worth_a_look(writing, audience_id):
            recounts.add_differences(writing, audience_id, [difference])
            journal.write(writing, who=by, what=CORRECTION, at=now, n=1, audience_id=audience_id)
    if difference:
        yield difference


def _worth_a_look(database: Database, audience_id: int) -> Difference | None:
    """The difference of the contacts worth a look, which is certain only under the audience's lock."""
    with database.reading() as session:
        if not recounts.worth_a_look(session, audience_id):
            return None
    with database.transaction() as session:
        audiences.lock(session, audience_id)
        return recounts.worth_a_look(session, audience_id)


def _figure_inconsistencies(
    audience: AudienceRow, differences: Iterator[Difference]
) -> Iterator[Inconsistency]:
    """Yields one for each difference, and a single one for all domains beyond MOST_DOMAINS."""
    domains = 0
    for difference in differences:
        domains += difference.figure == Figure.DOMAIN
        if difference.figure != Figure.DOMAIN or domains <= MOST_DOMAINS:
            yield _figure_inconsistency(audience, difference)
    if domains > MOST_DOMAINS:
        values = {"audience": audience.name, "n": domains - MOST_DOMAINS}
        yield Inconsistency("checks-domains-more", values, is_figure=True)


def _figure_inconsistency(audience: AudienceRow, difference: Difference) -> Inconsistency:
    key, counted, stored = difference.key, difference.counted, difference.stored
    values: dict[str, Any] = {"audience": audience.name, "counted": counted[0], "kept": stored[0]}
    match difference.figure:
        case Figure.STATUS:
            values |= {"status": str(key[0]), "why": str(key[1])}
        case Figure.DAY:
            values |= {"day": str(key[0]), "why": str(key[1])}
        case Figure.DOMAIN:
            values |= {"domain": key[0], "cleaned": counted[1], "kept_cleaned": stored[1]}
        case Figure.WORTH_A_LOOK:
            pass
    return Inconsistency(f"checks-{difference.figure}", values, is_figure=True)


def _archive_inconsistencies(database: Database, audience: AudienceRow) -> Iterator[Inconsistency]:
    """Compares archives with their members and with the journal, and batches with their verdicts."""
    name, audience_id = audience.name, audience.id
    is_local = audience.source == AudienceSource.LOCAL
    with recounts.reading_for_comparison(database) as session:
        for id_, n, members, restored, restored_members in consistency.wrong_archives(session, audience_id):
            numbers = {"n": n, "members": members, "restored": restored, "back": restored_members}
            yield Inconsistency("checks-archive", {"audience": name, "id": id_, **numbers})
        for id_, n, n_reversed, verdicts in consistency.wrong_batches(session, audience_id):
            numbers = {"n": n, "reversed": n_reversed, "verdicts": verdicts}
            yield Inconsistency("checks-batch", {"audience": name, "id": id_, **numbers})
        if is_local:  # contacts of a mirrored audience are also archived and restored by others, at Mailchimp
            for key, contacts in (
                ("checks-no-archive", consistency.archived_without_archive(session, audience_id)),
                ("checks-not-archived", consistency.in_archive_but_not_archived(session, audience_id)),
            ):
                if contacts.n:
                    values = {"audience": name, "n": contacts.n, "contact": str(contacts.first)}
                    yield Inconsistency(key, values)
        yield from _journal_inconsistencies(session, audience)


def _journal_inconsistencies(session: Session, audience: AudienceRow) -> Iterator[Inconsistency]:
    """Compares with the journal, if all of it and of the exports is kept.

    What is recorded may be fewer than the journal says if a person was erased.
    """
    if journal.has(session, RETENTION):
        return
    may_be_fewer = journal.has(session, FORGET)
    for what, pair in _unlike_journal(session, audience):
        if not (may_be_fewer and pair.recorded < pair.journal and what in ("archive", "restore", "fix")):
            yield _journal_inconsistency(audience, what, pair)


def _unlike_journal(session: Session, audience: AudienceRow) -> Iterator[tuple[str, consistency.CountPair]]:
    audience_id, is_local = audience.id, audience.source == AudienceSource.LOCAL
    for pair in consistency.archives_unlike_journal(session, audience):
        yield "archive", pair
    if is_local and not consistency.has_unfinished_job(session, audience_id, "restore"):
        for pair in consistency.restores_unlike_journal(session, audience_id):
            yield "restore", pair
    for pair in consistency.exports_unlike_journal(session, audience_id):
        yield "export", pair
    for what, pair in (
        ("import", consistency.import_totals(session, audience_id)),
        ("fix", consistency.correction_totals(session, audience_id)),
    ):
        if pair.recorded != pair.journal:
            yield what, pair


def _journal_inconsistency(audience: AudienceRow, what: str, pair: consistency.CountPair) -> Inconsistency:
    values = {"audience": audience.name, "id": pair.id, "n": pair.recorded, "told": pair.journal}
    return Inconsistency(f"checks-journal-{what}", values)


def _job_inconsistencies(database: Database, now: datetime) -> Iterator[Inconsistency]:
    with database.reading() as session:
        names = {audience.id: audience.name for audience in audiences.list_all(session)}
        for key, jobs in (
            ("checks-still", consistency.stalled_jobs(session, now - STALLED_AFTER)),
            ("checks-untold", consistency.unreported_jobs(session, now - STALLED_AFTER)),
        ):
            for job in jobs:
                name = names.get(job.audience_id, "") if job.audience_id else ""
                values = {"what": job.kind, "audience": name, "id": job.id}
                yield Inconsistency(key, values | {"at": job.finished_at or job.made_at})
