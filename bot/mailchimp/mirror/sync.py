"""Syncs a mirror with its Mailchimp audience: completely the first time, then contacts changed since the last sync.

Each page is stored in one transaction with the offset of the next, so that another process can continue the job after
a crash. The periods of two syncs overlap. A complete pass is repeated regularly, and sooner while the counts differ:
only that finds permanently deleted contacts.
"""

import logging
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.archives.jobs import RemoteJob
from bot.contacts import upsert
from bot.contacts.upsert import UpsertCounts
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Recipient
from bot.jobs.json_values import to_json
from bot.mailchimp.mirror import deletions, missing, pages, reasons, tags, totals
from bot.mailchimp.mirror import members as member_rows
from bot.mailchimp.mirror.deletions import SeenContacts
from bot.mailchimp.mirror.jobs import SYNC, SyncJob, SyncProgress, SyncResult, SyncTask
from bot.mailchimp.mirror.members import ContactPage
from bot.mailchimp.mirror.pages import FetchedPages
from bot.mailchimp.outbox import late_answers
from storage.audiences import audiences, journal
from storage.contacts import bulk
from storage.contacts.values import Row, Status
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobState
from storage.mailchimp import mirrors
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError
from storage.mailchimp.api.members import Member
from storage.mailchimp.remote_state import RemoteState, Trouble
from storage.privacy import forgotten

OVERLAP = timedelta(minutes=10)  # of the periods of two syncs: clocks differ, and Mailchimp's listings lag
COMPLETE_EVERY = timedelta(days=7)
COMPLETE_EVERY_WHILE_DIFFERENT = timedelta(days=1)
log = logging.getLogger(__name__)

STAGES = (None, Status.ARCHIVED)  # statuses listed: the default listing has no archived contacts


def discover(database: Database, client: Client, now: datetime) -> Sequence[int]:
    """Adds and updates the mirror of each audience of the account; returns the ids of those that can be synced.

    A mirror whose audience is missing, or that Mailchimp does not describe, is kept and marked (`Trouble`). Raises
    MailchimpError if the account can't be read.
    """
    audience_ids = []
    account_id, listed = client.account().id, client.audiences()
    with database.transaction() as session:
        missing.mark(session, account_id, {remote.id for remote in listed})
    for remote in listed:
        try:
            fields = client.merge_fields(remote.id)
        except MailchimpError as error:
            log.warning("the merge fields of an audience: %s", error)
            with database.transaction() as session:
                audience = mirrors.get_or_add(session, remote.id, remote.name, now)
                missing.set_trouble(session, audience, Trouble.UNREADABLE)
            continue
        with database.transaction() as session:
            audience = mirrors.get_or_add(session, remote.id, remote.name, now)
            before = RemoteState.from_json(audience.remote)
            state = replace(
                before,
                web_id=remote.web_id,
                double_optin=remote.double_optin,
                asks_permissions=remote.marketing_permissions,
                merge_fields=fields,
                link=client.audience_link(remote.web_id),
                signup_url=remote.signup_url,
                account_id=account_id,
                trouble=Trouble.NONE,
            )
            if _are_renamed(before.labels, state.labels):
                # Mailchimp lists no contact as changed by that, but values are kept under the fields' names.
                state = replace(state, whole_at=None)
            audience.remote = state.to_json()
            audience.merge_labels = list(dict.fromkeys(field.name for field in fields))
            session.add(audience)
            audience_ids.append(audience.id)
    return audience_ids


def request(
    database: Database, audience_id: int, *, by: str, now: datetime, recipient: Recipient | None = None
) -> SyncJob:
    """Returns the unfinished sync of the audience, or a new one.

    `recipient` is ignored if the unfinished one already has one.
    """
    with database.transaction() as session:
        audience = bulk.lock(session, audience_id)
        if unfinished := jobs.unfinished(session, SYNC, audience_id=audience_id):
            job = unfinished[0]
            if recipient and not job.recipient:
                job_rows.set_recipient(session, job.id, to_json(recipient))
                job = replace(job, recipient=recipient)
            return job
        return create(session, audience, by=by, now=now, recipient=recipient)


def create(
    session: Session, audience: AudienceRow, *, by: str, now: datetime, recipient: Recipient | None = None
) -> SyncJob:
    """Creates a sync of what has changed since the last one, or a complete one if that is due."""
    since = None if _is_complete_due(audience, now) else audience.mirrored_until
    task = SyncTask(
        since,
        look_for_gone=audience.mirrored_until is not None and since is None,
        revision=RemoteState.from_json(audience.remote).explained,
    )
    return jobs.create(session, SYNC, task, by=by, now=now, audience_id=audience.id, recipient=recipient)


def work(client: Client, database: Database, job: SyncJob, clock: Clock) -> Generator[SyncJob]:
    """Continues the sync, step by step: pages, deleted contacts, reasons of cleaned ones, its end.

    Waits as long as Mailchimp has no connection free: others with keys of the same user may take them all. Raises
    MailchimpError.
    """
    client = client.patient()
    context = _context(client, database, job, clock)
    latest = _begin(context, job)
    while latest.progress.stage < len(STAGES):
        for step in _members(context, latest):
            yield (latest := step)
    if context.seen is not None:
        keep = partial(_keep, context)
        for step in deletions.remove_deleted(
            client, database, context.remote_id, latest, clock, context.seen, keep
        ):
            yield (latest := step)
    if not latest.progress.explained:
        for step in reasons.explain(client, database, context.remote_id, latest, clock):
            yield (latest := step)
    for step in late_answers.settle(database, latest, clock):
        yield (latest := step)
    yield from _finish(context, latest)


def refresh(client: Client, database: Database, job: RemoteJob, clock: Clock) -> Iterator[RemoteJob]:
    """Syncs the audience of another job and meanwhile renews that job's lease.

    The sync is a job too, so that another process continues it after a crash. Raises MailchimpError.
    """
    sync = _start_for(database, job, clock())
    try:
        for step in work(client, database, sync, clock):
            sync = step
            yield (job := jobs.renew(database, job, clock()))
    except MailchimpError as error:
        sync = jobs.fail(database, sync, clock(), error.key, **error.values)
        raise
    finally:
        if sync.finished_at and not sync.recipient:
            jobs.mark_told(database, sync, clock())


def _start_for(database: Database, job: RemoteJob, now: datetime) -> SyncJob:
    """A sync of what has changed, leased by the owner of the job."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        revision = RemoteState.from_json(audience.remote).explained
        task = SyncTask(audience.mirrored_until, look_for_gone=False, revision=revision)
        return jobs.create(
            session,
            SYNC,
            task,
            by=job.made_by,
            now=now,
            audience_id=audience.id,
            state=JobState.RUNNING,
            lease=(job.owner or "", now + jobs.LEASE),
        )


@dataclass(frozen=True, slots=True)
class _Context:
    """What a running sync needs. `seen`: contacts that the pass has met, if it looks for deleted ones."""

    client: Client
    database: Database
    clock: Clock
    remote_id: str
    labels: Mapping[str, str]
    is_first: bool
    seen: SeenContacts | None


def _context(client: Client, database: Database, job: SyncJob, clock: Clock) -> _Context:
    with database.reading() as session:
        audience = audiences.get(session, job.audience_id)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    labels = RemoteState.from_json(audience.remote).labels
    seen = SeenContacts() if job.task.look_for_gone and not job.progress.explained else None
    is_first = audience.mirrored_until is None
    return _Context(client, database, clock, audience.remote_id, labels, is_first, seen)


def _are_renamed(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return any(after.get(tag, name) != name for tag, name in before.items())


def _is_complete_due(audience: AudienceRow, now: datetime) -> bool:
    state = RemoteState.from_json(audience.remote)
    if state.whole_at is None or audience.mirrored_until is None:
        return True
    return now - state.whole_at >= (COMPLETE_EVERY_WHILE_DIFFERENT if state.differs else COMPLETE_EVERY)


def _begin(context: _Context, job: SyncJob) -> SyncJob:
    """Notes the start. A pass that records the contacts it saw starts over: its record is in memory only."""
    now, progress = context.clock(), job.progress
    if progress.started is None:
        progress = replace(progress, started=now)
    if context.seen is not None:
        progress = replace(
            progress, stage=0, offset=0, tail=(), overstated=0, without_address={}, forgotten={}
        )
    return jobs.save_progress(context.database, job, now, progress)


def _members(context: _Context, job: SyncJob) -> Iterator[SyncJob]:
    """Stores the remaining pages of a stage."""
    since = job.task.since - OVERLAP if job.task.since else None
    status = STAGES[job.progress.stage]
    read = partial(member_rows.page, audience_id=job.audience_id, labels=context.labels)
    fetch = partial(context.client.page, read, context.remote_id, status=status, changed_since=since)
    for fetched in pages.pages(fetch, job.progress.offset, job.progress.tail):
        if fetched is None:
            job = jobs.renew(context.database, job, context.clock())
        else:
            job, page = yield from tags.complete(
                context.client, context.database, context.remote_id, job, context.clock, fetched.page
            )
            job = _store(context, job, page, fetched)
        yield job


def _keep(context: _Context, job: SyncJob, members: Sequence[Member]) -> SyncJob:
    rows = [member_rows.row(member, job.audience_id, context.labels) for member in members]
    return _store(context, job, ContactPage(rows, len(rows), 0, ()))


def _store(
    context: _Context, job: SyncJob, page: ContactPage, fetched: FetchedPages | None = None
) -> SyncJob:
    """Stores a page and the offset of the next, in one transaction."""
    progress, now = job.progress, context.clock()
    with context.database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        moved = None if context.is_first else _moved(session, audience, page.rows)
        erased = _leave_out_forgotten(session, job.audience_id, page.rows)
        outcome = _load(session, context, audience, page.rows, moved, progress.outcome)
        progress = replace(
            progress,
            outcome=outcome.with_refused(page.unreadable),
            forgotten=Counter(progress.forgotten) + erased,
        )
        if page.without_address:
            progress = _leave_out(session, job.audience_id, page.without_address, progress)
        if fetched is None:
            return jobs.step(session, job, now, progress=progress)
        progress = replace(progress, overstated=progress.overstated + fetched.overstated)
        if fetched.is_last:
            progress = replace(progress, stage=progress.stage + 1, offset=0, tail=())
        else:
            progress = replace(progress, offset=fetched.next_offset, tail=tuple(fetched.tail))
        if job.progress.stage > 0:
            return jobs.step(session, job, now, progress=progress)
        done = min(fetched.next_offset, page.total)
        return jobs.step(session, job, now, progress=progress, done=done, total=page.total)


def _leave_out(
    session: Session, audience_id: int, without_address: Mapping[int, Status], progress: SyncProgress
) -> SyncProgress:
    """Counts contacts that have no address, and deletes those that had one before."""
    rows = bulk.find_by_remote_ids(session, audience_id, without_address)
    gone = mirrors.delete_contacts(session, audience_id, [member_rows.contact_id(row) for row in rows])
    counts = Counter(progress.without_address) + Counter(map(str, without_address.values()))
    return replace(progress, gone=progress.gone + gone, without_address=counts)


def _leave_out_forgotten(session: Session, audience_id: int, rows: Sequence[Row]) -> Counter[str]:
    """Counts people who were erased, by status; deletes those whom the mirror has under another address."""
    erased = forgotten.load(session)
    theirs = [row for row in rows if member_rows.key(row) in erased] if erased else []
    if theirs:
        under_another = bulk.find_by_remote_ids(session, audience_id, map(member_rows.remote_id, theirs))
        mirrors.delete_contacts(session, audience_id, [member_rows.contact_id(row) for row in under_another])
    return Counter(str(member_rows.status(row)) for row in theirs)


def _load(
    session: Session,
    context: _Context,
    audience: AudienceRow,
    rows: Sequence[Row],
    moved: Mapping[str, Row] | None,
    outcome: UpsertCounts,
) -> UpsertCounts:
    revision, seen = audience.revision, context.seen
    # All rows of a first sync are new, until one meets a contact that is there.
    is_insert_only = context.is_first and not (outcome.changed or outcome.unchanged)
    if is_insert_only and upsert.add_new(session, audience, rows):
        return replace(outcome, added=outcome.added + len(rows))

    def add(new: Row, contact_id: int) -> Row:
        if seen is not None:
            seen.add(contact_id)
        return member_rows.added(new, contact_id, revision)

    def merge(old: Row, new: Row) -> Row:
        if seen is not None:
            seen.add(member_rows.contact_id(old))
        return member_rows.merged(old, new, revision)

    return upsert.upsert_rows(session, audience, rows, add, merge, outcome, moved)


def _moved(session: Session, audience: AudienceRow, rows: Sequence[Row]) -> Mapping[str, Row]:
    """Contacts whose address changed: the new address → the old row.

    If the mirror has another contact with the new address, the one with the old address is deleted.
    """
    audience_id = audience.id
    addresses = {member_rows.remote_id(row): member_rows.key(row) for row in rows}
    old_rows = bulk.find_by_remote_ids(session, audience_id, addresses)
    on_page = set(addresses.values())
    known = {member_rows.key(row) for row in old_rows}
    moved: dict[str, Row] = {}
    stale: list[int] = []
    for row in old_rows:
        address = addresses[member_rows.remote_id(row)]
        if member_rows.key(row) in on_page:
            continue  # unchanged, or the page has the contact that now has this address
        if address in known or address in moved or bulk.find_by_address_keys(session, audience_id, [address]):
            stale.append(member_rows.contact_id(row))
        else:
            moved[address] = row
    mirrors.delete_contacts(session, audience_id, stale)
    return moved


def _finish(context: _Context, job: SyncJob) -> Iterator[SyncJob]:
    compare = partial(totals.difference, context.database, context.client, job.audience_id)
    for differs in pages.call(compare):
        if differs is None:
            yield (job := jobs.renew(context.database, job, context.clock()))
        else:
            yield _end(context, job, differs)


def _end(context: _Context, job: SyncJob, differs: Mapping[str, int]) -> SyncJob:
    outcome, gone, now = job.progress.outcome, job.progress.gone, context.clock()
    if outcome.added + outcome.changed >= upsert.MANY:
        context.database.analyze("contact")
    with context.database.transaction() as session:
        audience = session.get(AudienceRow, job.audience_id)
        assert audience is not None
        audience.mirrored_until = job.progress.started
        state = RemoteState.from_json(audience.remote)
        is_whole = job.task.since is None and not _are_renamed(context.labels, state.labels)
        is_complete = job.task.since is None
        erased = job.progress.forgotten if is_complete else state.forgotten
        differs = totals.without_forgotten(differs, erased, is_complete=is_complete)
        differs, without_address = totals.without_addressless(differs, state.without_address, job)
        audience.remote = replace(
            state,
            whole_at=audience.mirrored_until if is_whole else state.whole_at,
            differs=bool(differs or job.progress.overstated),
            explained=audience.revision,
            without_address=without_address,
            forgotten=erased,
        ).to_json()
        session.add(audience)
        if n := outcome.added + outcome.changed + gone:
            journal.write(
                session,
                who=job.made_by,
                what="sync",
                at=now,
                n=n,
                audience_id=job.audience_id,
                gone=gone,
                **asdict(outcome),
            )
        result = SyncResult(
            **asdict(outcome) | {"forgotten": sum(erased.values())},
            gone=gone,
            difference=differs,
            overstated=job.progress.overstated,
            without_address=sum(without_address.values()),
        )
        return jobs.finish(session, job, now, result)
