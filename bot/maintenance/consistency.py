"""Whether everything kept agrees with everything else, to the last contact; and the figures put right.

What is found is a key and values, for a sentence. Nothing is held while it is looked for: others may go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from storage.contacts import bulk
from storage.core import audiences, journal
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.maintenance import consistency, recounts
from storage.maintenance.recounts import Difference, Figure

STILL = timedelta(minutes=10)  # work that stood still for so long has nobody
MOST_DOMAINS = 20  # told one by one
CORRECTED_AT_ONCE = 1_000  # figures a transaction
MEND = "mend"


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """One thing that does not agree. The values: for a sentence of that key."""

    key: str
    values: dict[str, Any]
    is_figure: bool = False
    """Whether `mend` puts it right."""


def faults(database: Database, now: datetime) -> Iterator[Inconsistency]:
    """All that does not agree, audience by audience, then the work that nobody carries on."""
    for audience in _audiences(database):
        with recounts.reading(database) as session:
            yield from _told(audience, recounts.differences(session, audience.id))
        yield from _relations(database, audience)
    yield from _jobs(database, now)


def mend(database: Database, now: datetime, by: str) -> Iterator[Inconsistency]:
    """Puts the kept figures right; gives what each was.

    A difference is found without a lock and added under it, by a thousand; another mend meanwhile makes this one stop.
    """
    for audience in _audiences(database):
        yield from _told(audience, _mended(database, audience, now, by))


def _mended(database: Database, audience: AudienceRow, now: datetime, by: str) -> Iterator[Difference]:
    audience_id = audience.id
    with recounts.reading(database) as session:
        before = journal.newest_of(session, audience_id, MEND)
        found = recounts.differences(session, audience_id)
        while some := list(islice(found, CORRECTED_AT_ONCE)):
            with database.transaction() as writing:
                bulk.lock(writing, audience_id)
                if journal.newest_of(writing, audience_id, MEND) != before:
                    return  # it has added the same already
                recounts.correct(writing, audience_id, some)
                journal.write(writing, who=by, what=MEND, at=now, n=len(some), audience_id=audience_id)
                writing.flush()
                before = journal.newest_of(writing, audience_id, MEND)
            yield from some


def _audiences(database: Database) -> Sequence[AudienceRow]:
    with database.reading() as session:
        return audiences.every(session)


def _told(audience: AudienceRow, found: Iterator[Difference]) -> Iterator[Inconsistency]:
    """A sentence for each, and one for the domains beyond the first."""
    domains = 0
    for each in found:
        domains += each.figure == Figure.DOMAIN
        if each.figure != Figure.DOMAIN or domains <= MOST_DOMAINS:
            yield _fault(audience, each)
    if domains > MOST_DOMAINS:
        values = {"audience": audience.name, "n": domains - MOST_DOMAINS}
        yield Inconsistency("checks-domains-more", values, is_figure=True)


def _fault(audience: AudienceRow, found: Difference) -> Inconsistency:
    values: dict[str, Any] = {"audience": audience.name, "counted": found.counted[0], "kept": found.kept[0]}
    match found.figure:
        case Figure.STATUS:
            values |= {"status": str(found.key[0]), "why": str(found.key[1])}
        case Figure.DAY:
            values |= {"day": str(found.key[0]), "why": str(found.key[1])}
        case Figure.DOMAIN:
            values |= {"domain": found.key[0], "cleaned": found.counted[1], "kept_cleaned": found.kept[1]}
        case Figure.WORTH_A_LOOK:
            pass
    return Inconsistency(f"checks-{found.figure}", values, is_figure=True)


def _relations(database: Database, audience: AudienceRow) -> Iterator[Inconsistency]:
    """Archives and their members, and the journal."""
    name, audience_id = audience.name, audience.id
    is_local = audience.source == AudienceSource.LOCAL
    with recounts.reading(database) as session:
        for id_, n, members, restored, back in consistency.archives(session, audience_id):
            figures = {"n": n, "members": members, "restored": restored, "back": back}
            yield Inconsistency("checks-archive", {"audience": name, "id": id_, **figures})
        if is_local:  # at Mailchimp's, others archive and bring back, too
            loose = consistency.archived_by_nobody(session, audience_id)
            if loose.n:
                yield Inconsistency(
                    "checks-no-archive", {"audience": name, "n": loose.n, "contact": str(loose.first)}
                )
            loose = consistency.held_and_not_archived(session, audience_id)
            if loose.n:
                yield Inconsistency(
                    "checks-not-archived", {"audience": name, "n": loose.n, "contact": str(loose.first)}
                )
        yield from _journal(session, audience)


def _journal(session: Session, audience: AudienceRow) -> Iterator[Inconsistency]:
    audience_id, is_local = audience.id, audience.source == AudienceSource.LOCAL
    for each in consistency.archives_not_told(session, audience):
        yield _untold(audience, "archive", each)
    if is_local and not consistency.is_at_work(session, audience_id, "restore"):
        for each in consistency.restores_not_told(session, audience_id):
            yield _untold(audience, "restore", each)
    for each in consistency.exports_not_told(session, audience_id):
        yield _untold(audience, "export", each)
    for what, sums in (
        ("import", consistency.imports(session, audience_id)),
        ("fix", consistency.corrections(session, audience_id)),
    ):
        if sums.said != sums.found:
            yield _untold(audience, what, sums)


def _untold(audience: AudienceRow, what: str, sums: consistency.Sums) -> Inconsistency:
    values = {"audience": audience.name, "id": sums.id, "n": sums.said, "told": sums.found}
    return Inconsistency(f"checks-journal-{what}", values)


def _jobs(database: Database, now: datetime) -> Iterator[Inconsistency]:
    with database.reading() as session:
        names = {each.id: each.name for each in audiences.every(session)}
        for key, found in (
            ("checks-still", consistency.standing_still(session, now - STILL)),
            ("checks-untold", consistency.untold(session, now - STILL)),
        ):
            for job in found:
                name = names.get(job.audience_id, "") if job.audience_id else ""
                values = {"what": job.kind, "audience": name, "id": job.id}
                yield Inconsistency(key, values | {"at": job.finished_at or job.made_at})
