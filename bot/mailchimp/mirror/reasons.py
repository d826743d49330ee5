"""Why contacts of a mirror were cleaned: Mailchimp has to be asked, a call for each."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from bot.contacts.rows import LONGEST_TITLE
from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.mirror.pages import beats, side_by_side
from storage.bounces import bounces
from storage.contacts import bulk, figures
from storage.contacts.figures import Cell, Tally
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.core.tables import JobRow
from storage.mailchimp import mirrors
from storage.mailchimp.client import MAX_PAGE_SIZE, Client
from storage.mailchimp.errors import NotFound
from storage.mailchimp.values import Bounce, member_hash

MOST_EXPLAINED = 5_000  # contacts a sync, the newest
AT_ONCE = 250  # contacts a step


def explain(
    client: Client, database: Database, remote_id: str, job: JobRow, clock: Clock
) -> Iterator[JobRow]:
    """Asks about the newly cleaned, some a step. `asked` and `unknown` in the cursor say how far it is."""
    cursor = {"asked": 0, "unknown": 0, **job.cursor}
    abuse: Mapping[str, str] | None = None
    while cursor["asked"] < MOST_EXPLAINED:
        most = min(AT_ONCE, MOST_EXPLAINED - cursor["asked"])
        with database.reading() as session:
            waiting = mirrors.unexplained(
                session, job.audience_id or 0, job.data["revision"], most, skip=cursor["unknown"]
            )
        if not waiting:
            break
        abuse = _complaints(client, remote_id) if abuse is None else abuse
        with side_by_side() as pool:
            asked = [pool.submit(_why, client, remote_id, abuse, key) for _, key in waiting]
            for _ in beats(asked):
                yield (job := _step(database, job, clock, cursor))
        rows = [row for (id_, _), future in zip(waiting, asked, strict=True) if (row := _row(id_, future))]
        cursor = {
            **cursor,
            "asked": cursor["asked"] + len(waiting),
            "unknown": cursor["unknown"] + len(waiting) - len(rows),
        }
        with database.transaction() as session:
            _note(session, job.audience_id or 0, rows)
            job = jobs.step(session, job, clock(), cursor=cursor)
        yield job
    yield _step(database, job, clock, {**cursor, "explained": True})


def _step(database: Database, job: JobRow, clock: Clock, cursor: dict[str, Any]) -> JobRow:
    with database.transaction() as session:
        return jobs.step(session, job, clock(), cursor=cursor)


def _why(client: Client, remote_id: str, abuse: Mapping[str, str], key: str) -> dict[str, Any] | None:
    """What is to be written of the contact; None where Mailchimp does not say."""
    hash_ = member_hash(key)
    if hash_ in abuse:
        return _reason(CleanReason.ABUSE, abuse[hash_], "")
    try:
        bounce = _bounce(client, remote_id, hash_)
    except NotFound:  # it has gone meanwhile
        return None
    return _reason(CleanReason(bounce.kind), bounce.campaign_id, bounce.campaign) if bounce else None


def _bounce(client: Client, remote_id: str, hash_: str) -> Bounce | None:
    """The bounce that cleaned it: a hard one, else the last."""
    told = client.bounces(remote_id, hash_)
    return next((each for each in told if each.kind == "hard"), told[0] if told else None)


def _complaints(client: Client, remote_id: str) -> Mapping[str, str]:
    """Who reported a campaign as abuse: hash → campaign id."""
    found: dict[str, str] = {}
    offset = 0
    while True:
        page = client.abuse_reports(remote_id, offset)
        found.update((each.hash, each.campaign_id) for each in page.reports)
        offset += MAX_PAGE_SIZE
        if offset >= page.total:
            return found


def _reason(reason: CleanReason, campaign_id: str, campaign: str) -> dict[str, Any]:
    return {
        "clean_reason": str(reason),
        "clean_campaign_id": campaign_id or None,
        "clean_campaign_title": campaign[:LONGEST_TITLE] or None,
    }


def _row(contact_id: int, asked: Future[dict[str, Any] | None]) -> dict[str, Any] | None:
    said = asked.result()
    return said and {"id": contact_id, **said}


def _note(session: Session, audience_id: int, rows: Sequence[dict[str, Any]]) -> None:
    revision = bulk.lock(session, audience_id).revision
    before = bounces.by_ids(session, audience_id, [row["id"] for row in rows])
    changed = [
        {**row, "revision": revision}
        for row in rows
        if row["id"] in before and before[row["id"]].status == Status.CLEANED
    ]
    tally = Tally()
    for row in changed:
        old = before[row["id"]]
        day = figures.day_of(old.cleaned_at)
        tally[Cell(old.status, old.clean_reason or "", day, old.domain)] -= 1
        tally[Cell(old.status, row["clean_reason"], day, old.domain)] += 1
    mirrors.explain(session, audience_id, changed)
    figures.apply(session, audience_id, tally)
