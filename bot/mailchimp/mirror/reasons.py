"""Finds out why contacts of a mirror were cleaned, by a call to Mailchimp for each contact."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bot.contacts.columns import LONGEST_TITLE
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.mailchimp.mirror.jobs import SyncJob
from bot.mailchimp.mirror.pages import call, call_pool, heartbeats
from storage.bounces import contacts as contact_rows
from storage.contacts import bulk, figures
from storage.contacts.figures import FigureChanges, FigureKey
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.mailchimp import mirrors
from storage.mailchimp.api.client import MAX_PAGE_SIZE, Client
from storage.mailchimp.api.errors import NotFound
from storage.mailchimp.api.values import Bounce

MAX_EXPLAINED = 5_000  # contacts per sync, the last changed
PER_STEP = 250  # contacts


def explain(
    client: Client, database: Database, remote_id: str, job: SyncJob, clock: Clock
) -> Iterator[SyncJob]:
    """Asks about newly cleaned contacts, PER_STEP at a time. The progress counts them."""
    abuse: Mapping[str, str] | None = None
    while job.progress.asked < MAX_EXPLAINED:
        limit = min(PER_STEP, MAX_EXPLAINED - job.progress.asked)
        with database.reading() as session:
            contacts = mirrors.cleaned_without_reason(
                session, job.audience_id, job.task.revision, limit, skip=job.progress.unknown
            )
        if not contacts:
            break
        if abuse is None:
            for reports in call(partial(_abuse_reports, client, remote_id)):
                abuse = reports
                if reports is None:
                    yield (job := jobs.renew(database, job, clock()))
        assert abuse is not None
        with call_pool() as pool:
            futures = [pool.submit(_reason, client, remote_id, abuse, contact.hash) for contact in contacts]
            for _ in heartbeats(futures):
                yield (job := jobs.renew(database, job, clock()))
        rows = [
            {"id": contact.id, **reason}
            for contact, future in zip(contacts, futures, strict=True)
            if (reason := future.result())
        ]
        progress = replace(
            job.progress,
            asked=job.progress.asked + len(contacts),
            unknown=job.progress.unknown + len(contacts) - len(rows),
        )
        with database.transaction() as session:
            _store(session, job.audience_id, rows)
            job = jobs.step(session, job, clock(), progress=progress)
        yield job
    yield jobs.save_progress(database, job, clock(), replace(job.progress, explained=True))


def _reason(client: Client, remote_id: str, abuse: Mapping[str, str], hash_: str) -> dict[str, Any] | None:
    """The columns of a contact that tell why it was cleaned; None if Mailchimp does not know."""
    if hash_ in abuse:
        return _columns(CleanReason.ABUSE, abuse[hash_], "")
    try:
        bounce = _bounce(client, remote_id, hash_)
    except NotFound:  # deleted meanwhile
        return None
    return _columns(CleanReason(bounce.kind), bounce.campaign_id, bounce.campaign) if bounce else None


def _bounce(client: Client, remote_id: str, hash_: str) -> Bounce | None:
    """The bounce that cleaned the contact: the latest hard one, otherwise the latest."""
    latest = client.bounces(remote_id, hash_)
    return next((bounce for bounce in latest if bounce.kind == "hard"), latest[0] if latest else None)


def _abuse_reports(client: Client, remote_id: str) -> Mapping[str, str]:
    """Contacts that reported a campaign as abuse: hash → campaign id."""
    campaigns: dict[str, str] = {}
    offset = 0
    while True:
        page = client.abuse_reports(remote_id, offset)
        campaigns.update((report.hash, report.campaign_id) for report in page.reports)
        offset += MAX_PAGE_SIZE
        if offset >= page.total or not page.reports:
            return campaigns


def _columns(reason: CleanReason, campaign_id: str, campaign: str) -> dict[str, Any]:
    return {
        "clean_reason": str(reason),
        "clean_campaign_id": campaign_id or None,
        "clean_campaign_title": campaign[:LONGEST_TITLE] or None,
    }


def _store(session: Session, audience_id: int, rows: Sequence[dict[str, Any]]) -> None:
    revision = bulk.lock(session, audience_id).revision
    before = contact_rows.by_ids(session, audience_id, [row["id"] for row in rows])
    changed = [
        {**row, "revision": revision}
        for row in rows
        if row["id"] in before and before[row["id"]].status == Status.CLEANED
    ]
    tally = FigureChanges()
    for row in changed:
        old = before[row["id"]]
        day = figures.day_of(old.cleaned_at)
        tally[FigureKey(old.status, old.clean_reason or "", day, old.domain)] -= 1
        tally[FigureKey(old.status, row["clean_reason"], day, old.domain)] += 1
    mirrors.set_clean_reasons(session, audience_id, changed)
    figures.apply_changes(session, audience_id, tally)
