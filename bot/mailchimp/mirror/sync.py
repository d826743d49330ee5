"""The mirror: a Mailchimp audience is copied here, whole the first time, then by what has changed.

Pages are stored in their order, each with the place to carry on from, so that a process that dies leaves a job for
another. The times of two syncs overlap. A whole pass comes again when the counts differ, and now and then: it alone
finds who was deleted for good.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.contacts import upsert
from bot.contacts.upsert import UpsertCounts
from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.mirror import deletions, pages, reasons, tags
from bot.mailchimp.mirror import members as member_rows
from bot.mailchimp.mirror.deletions import SeenContacts
from bot.mailchimp.mirror.members import ContactPage
from bot.mailchimp.mirror.pages import FetchedPages
from bot.mailchimp.outbox import late_answers
from storage.contacts import bulk
from storage.contacts import figures as kept_figures
from storage.contacts.values import Row, Status
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, JobRow
from storage.mailchimp import mirrors
from storage.mailchimp.client import Client
from storage.mailchimp.errors import MailchimpError
from storage.mailchimp.members import Member
from storage.mailchimp.remote_state import RemoteState

TIMES_OVERLAP = timedelta(minutes=10)  # clocks differ, and Mailchimp's counts lag
WHOLE_AGAIN = timedelta(days=7)
WHOLE_AGAIN_WHEN_DIFFERENT = timedelta(days=1)
_START: Mapping[str, Any] = {"offset": 0, "tail": []}  # of a stage
STAGES = (None, Status.ARCHIVED)  # archived ones come only when asked for


def discover(database: Database, client: Client, now: datetime) -> Sequence[int]:
    """Every audience of the account has a mirror, with what Mailchimp says of it now; their ids."""
    found = []
    for each in client.audiences():
        fields = client.merge_fields(each.id)
        with database.transaction() as session:
            audience = mirrors.get_or_add(session, each.id, each.name, now)
            before = RemoteState.from_json(audience.remote)
            state = replace(
                before,
                web_id=each.web_id,
                double_optin=each.double_optin,
                asks_permissions=each.marketing_permissions,
                merge_fields=fields,
                link=client.audience_link(each.web_id),
                signup_url=each.signup_url,
            )
            if _are_renamed(before.labels, state.labels):
                # Mailchimp lists no contact as changed by that, but values are kept under the fields' names.
                state = replace(state, whole_at=None)
            audience.remote = state.to_json()
            audience.merge_labels = list(dict.fromkeys(field.name for field in fields))
            session.add(audience)
            found.append(audience.id)
    return found


def request(
    database: Database, audience_id: int, *, by: str, now: datetime, notify: dict[str, Any] | None = None
) -> JobRow:
    """The job of bringing the mirror up to date: the one under way, or a new one.

    Who waits for one that tells nobody yet is told by it.
    """
    with database.transaction() as session:
        audience = bulk.lock(session, audience_id)
        if job := mirrors.under_way(session, audience_id, jobs.SYNC):
            job.notify = job.notify or notify or {}
            session.add(job)
            return job
        return job_rows.add(session, new_job(audience, by=by, now=now, notify=notify))


def new_job(audience: AudienceRow, *, by: str, now: datetime, notify: dict[str, Any] | None = None) -> JobRow:
    """A sync of what has changed since the last one, or whole where that is due."""
    since = None if _is_whole_due(audience, now) else audience.mirrored_until
    return jobs.new(
        jobs.SYNC,
        by=by,
        now=now,
        audience_id=audience.id,
        notify=notify,
        since=since.isoformat() if since else None,
        look_for_gone=audience.mirrored_until is not None and since is None,
        revision=RemoteState.from_json(audience.remote).explained,
    )


def work(client: Client, database: Database, job: JobRow, clock: Clock) -> Generator[JobRow]:
    """Carries the sync on from where it is: a page a turn, who is gone, why contacts were cleaned, its end.

    Raises MailchimpError.
    """
    sync = _sync(client, database, job, clock)
    latest = _begin(sync, job)
    while latest.cursor["stage"] < len(STAGES):
        for step in _members(sync, latest):
            yield (latest := step)
    if sync.seen is not None:
        keep = partial(_keep, sync)
        for step in deletions.drop(client, database, sync.remote_id, latest, clock, sync.seen, keep):
            yield (latest := step)
    if not latest.cursor.get("explained"):
        for step in reasons.explain(client, database, sync.remote_id, latest, clock):
            yield (latest := step)
    for step in late_answers.settle(database, latest, clock):
        yield (latest := step)
    yield _finish(sync, latest)


def refresh(client: Client, database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Brings the audience of another job up to date before that goes on, and keeps its lease: a sync of its own.

    If the process dies, the sync too is carried on by whoever comes. Raises MailchimpError.
    """
    sync = _beside(database, job, clock())
    try:
        for step in work(client, database, sync, clock):
            sync = step
            with database.transaction() as session:
                job = jobs.step(session, job, clock())
            yield job
    except MailchimpError as error:
        sync = jobs.fail(database, sync, clock(), error.key, **error.values)
        raise
    finally:
        if sync.finished_at and not sync.notify:
            jobs.told(database, sync, clock())


def difference(database: Database, client: Client, audience_id: int) -> Mapping[str, int]:
    """How many more contacts Mailchimp counts than the mirror has, by status; only those that differ."""
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
        figures = kept_figures.by_status_and_reason(session, audience_id)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    theirs = client.audience(audience.remote_id)
    told = {
        Status.SUBSCRIBED: theirs.subscribed,
        Status.UNSUBSCRIBED: theirs.unsubscribed,
        Status.CLEANED: theirs.cleaned,
        Status.ARCHIVED: client.total(audience.remote_id, Status.ARCHIVED),
    }
    ours = {status: sum(n for (of, _), n in figures.items() if of == status) for status in told}
    return {str(status): n - ours[status] for status, n in told.items() if n != ours[status]}


def _beside(database: Database, job: JobRow, now: datetime) -> JobRow:
    """A sync of what has changed, in the hands of who does the job."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id or 0)
        since = audience.mirrored_until
        sync = jobs.new(
            jobs.SYNC,
            by=job.made_by,
            now=now,
            audience_id=audience.id,
            since=since.isoformat() if since else None,
            look_for_gone=False,
            revision=RemoteState.from_json(audience.remote).explained,
        )
        sync.state, sync.owner, sync.lease_until = "running", job.owner, now + jobs.LEASE
        return job_rows.add(session, sync)


@dataclass(frozen=True, slots=True)
class _Sync:
    """What a process needs to carry a sync on. `seen`: whom the pass has met, if it looks for who is gone."""

    client: Client
    database: Database
    clock: Clock
    remote_id: str
    labels: Mapping[str, str]
    is_first: bool
    seen: SeenContacts | None


def _sync(client: Client, database: Database, job: JobRow, clock: Clock) -> _Sync:
    with database.reading() as session:
        audience = audiences.get(session, job.audience_id or 0)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    labels = RemoteState.from_json(audience.remote).labels
    seen = SeenContacts() if job.data["look_for_gone"] and not job.cursor.get("explained") else None
    is_first = audience.mirrored_until is None
    return _Sync(client, database, clock, audience.remote_id, labels, is_first, seen)


def _are_renamed(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return any(after.get(tag, name) != name for tag, name in before.items())


def _is_whole_due(audience: AudienceRow, now: datetime) -> bool:
    state = RemoteState.from_json(audience.remote)
    if state.whole_at is None or audience.mirrored_until is None:
        return True
    return now - state.whole_at >= (WHOLE_AGAIN_WHEN_DIFFERENT if state.differs else WHOLE_AGAIN)


def _begin(sync: _Sync, job: JobRow) -> JobRow:
    """The job with its cursor. A pass that marks whom it sees begins anew: the marks went with the process."""
    cursor = job.cursor or {
        "started": sync.clock().isoformat(),
        "stage": 0,
        "gone": 0,
        "outcome": asdict(UpsertCounts()),
        **_START,
    }
    if sync.seen is not None:
        cursor = {**cursor, "stage": 0, **_START}
    with sync.database.transaction() as session:
        return jobs.step(session, job, sync.clock(), cursor=cursor)


def _members(sync: _Sync, job: JobRow) -> Iterator[JobRow]:
    """The rest of a stage."""
    since = datetime.fromisoformat(job.data["since"]) - TIMES_OVERLAP if job.data["since"] else None
    status = STAGES[job.cursor["stage"]]
    read = partial(member_rows.page, audience_id=job.audience_id or 0, labels=sync.labels)
    fetch = partial(sync.client.page, read, sync.remote_id, status=status, changed_since=since)
    for turn in pages.pages(fetch, job.cursor["offset"], job.cursor["tail"]):
        if turn is None:
            with sync.database.transaction() as session:
                job = jobs.step(session, job, sync.clock())
        else:
            job, page = yield from tags.complete(
                sync.client, sync.database, sync.remote_id, job, sync.clock, turn.page
            )
            job = _store(sync, job, page, turn)
        yield job


def _keep(sync: _Sync, job: JobRow, members: Sequence[Member]) -> JobRow:
    rows = [member_rows.row(member, job.audience_id or 0, sync.labels) for member in members]
    return _store(sync, job, ContactPage(rows, len(rows), 0, ()))


def _store(sync: _Sync, job: JobRow, page: ContactPage, turn: FetchedPages | None = None) -> JobRow:
    """Takes a page in, in the transaction that says where the next begins."""
    outcome, now = UpsertCounts(**job.cursor["outcome"]), sync.clock()
    with sync.database.transaction() as session:
        audience = bulk.lock(session, job.audience_id or 0)
        moved = {} if sync.is_first else _moved(session, audience, page.rows)
        _load(session, sync, audience, page.rows, moved, outcome, bulk.moment(now))
        outcome.refused += page.unreadable
        cursor = {**job.cursor, "outcome": asdict(outcome)}
        if turn is None:
            return jobs.step(session, job, now, cursor=cursor)
        if turn.is_last:
            cursor |= {"stage": cursor["stage"] + 1, **_START}
        else:
            cursor |= {"offset": turn.following, "tail": list(turn.tail)}
        if job.cursor["stage"] > 0:
            return jobs.step(session, job, now, cursor=cursor)
        done = min(turn.following, page.total)
        return jobs.step(session, job, now, cursor=cursor, done=done, total=page.total)


def _load(
    session: Session,
    sync: _Sync,
    audience: AudienceRow,
    given: Sequence[Row],
    moved: Mapping[str, Row],
    outcome: UpsertCounts,
    at: str,
) -> None:
    revision, seen = audience.revision, sync.seen

    def add(new: Row, contact_id: int) -> Row:
        if seen is not None:
            seen.add(contact_id)
        return member_rows.added(new, contact_id, revision, at)

    def merge(old: Row, new: Row) -> Row:
        if seen is not None:
            seen.add(member_rows.contact_id(old))
        return member_rows.merged(old, new, revision, at)

    upsert.load(session, audience, given, add, merge, outcome, moved)


def _moved(session: Session, audience: AudienceRow, given: Sequence[Row]) -> Mapping[str, Row]:
    """Contacts that are here under another address: the new address → the contact as it was.

    Of two with one of Mailchimp's ids, the one whose address is not that contact's any more is taken out.
    """
    audience_id = audience.id
    addresses = {member_rows.remote_id(row): member_rows.key(row) for row in given}
    here = bulk.with_remote_ids(session, audience_id, addresses)
    told = set(addresses.values())
    known = {member_rows.key(row) for row in here}
    moved: dict[str, Row] = {}
    stale: list[int] = []
    for row in here:
        address = addresses[member_rows.remote_id(row)]
        if member_rows.key(row) in told:
            continue  # it is the one, or the page says whose the address is now
        if address in known or address in moved or bulk.existing(session, audience_id, [address]):
            stale.append(member_rows.contact_id(row))
        else:
            moved[address] = row
    mirrors.remove(session, audience_id, stale)
    return moved


def _finish(sync: _Sync, job: JobRow) -> JobRow:
    outcome, now, gone = UpsertCounts(**job.cursor["outcome"]), sync.clock(), job.cursor["gone"]
    differs = difference(sync.database, sync.client, job.audience_id or 0)
    with sync.database.transaction() as session:
        audience = session.get(AudienceRow, job.audience_id)
        assert audience is not None
        audience.mirrored_until = datetime.fromisoformat(job.cursor["started"])
        state = RemoteState.from_json(audience.remote)
        is_whole = not job.data["since"] and not _are_renamed(sync.labels, state.labels)
        audience.remote = replace(
            state,
            whole_at=audience.mirrored_until if is_whole else state.whole_at,
            differs=bool(differs),
            explained=audience.revision,
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
        return jobs.finish(session, job, now, gone=gone, **asdict(outcome), difference=dict(differs))
