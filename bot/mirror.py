"""The mirror: a Mailchimp audience is copied here, whole the first time, then by what has changed.

Pages are fetched side by side and stored in their order, each with the place to carry on from, so that a process
that dies leaves a job for another. Offsets shift while contacts change: pages overlap, and so do the times of two syncs.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot import jobs, loads, mirror_rows
from bot.jobs import Clock
from bot.loads import Outcome
from storage import audiences, bounces, journal, loading, mirrors, tallies
from storage import jobs as job_rows
from storage.database import Database
from storage.mailchimp import MOST_ROWS, Client
from storage.mailchimp_values import Bounce, MemberPage, member_hash
from storage.tables import Audience, Job, Reason, Status
from storage.tallies import Cell, Tally

ROWS_OVERLAP = 25  # of a page and the one before
TIMES_OVERLAP = timedelta(minutes=10)  # clocks differ, and Mailchimp's counts lag
SIDE_BY_SIDE = 10  # calls: Mailchimp's own limit
MOST_EXPLAINED = 5_000  # contacts a sync: one call each
_STAGES = (None, Status.ARCHIVED)  # archived ones come only when asked for


def discover(database: Database, client: Client, now: datetime) -> Sequence[int]:
    """Every audience of the account has a mirror, with what Mailchimp says of it now; their ids."""
    found = []
    for each in client.audiences():
        fields = client.merge_fields(each.id)
        with database.transaction() as session:
            audience = mirrors.get_or_add(session, each.id, each.name, now)
            audience.remote = {
                "web_id": each.web_id,
                "double_optin": each.double_optin,
                "permissions": each.marketing_permissions,
                "fields": [asdict(field) for field in fields],
                "link": client.audience_link(each.web_id),
                "signup": each.signup_url,
            }
            audience.merge_labels = [field.name for field in fields]
            session.add(audience)
            found.append(audience.id or 0)
    return found


def request(
    database: Database, audience_id: int, *, by: str, now: datetime, notify: dict[str, Any] | None = None
) -> Job:
    """The job of bringing the mirror up to date: the one under way, or a new one.

    Who waits for one that tells nobody yet is told by it.
    """
    with database.transaction() as session:
        audience = loading.lock(session, audience_id)
        if job := mirrors.under_way(session, audience_id, jobs.SYNC):
            job.notify = job.notify or notify or {}
            session.add(job)
            return job
        since = audience.mirrored_until
        job = jobs.new(
            jobs.SYNC,
            by=by,
            now=now,
            audience_id=audience_id,
            notify=notify,
            since=since.isoformat() if since else None,
            revision=audience.revision,
        )
        return job_rows.add(session, job)


def work(client: Client, database: Database, job: Job, clock: Clock) -> Iterator[Job]:
    """Carries the sync on from where it is: a page a turn, then why contacts were cleaned, then its end.

    Raises MailchimpError.
    """
    latest = job
    if "started" not in latest.cursor:
        cursor = {"started": clock().isoformat(), "stage": 0, "offset": 0, "outcome": asdict(Outcome())}
        with database.transaction() as session:
            latest = jobs.step(session, latest, clock(), cursor=cursor)
    while latest.cursor["stage"] < len(_STAGES):
        for step in _members(client, database, latest, clock):
            yield (latest := step)
    if not latest.cursor.get("explained"):
        yield (latest := _explain(client, database, latest, clock))
    yield _finish(client, database, latest, clock())


def difference(database: Database, client: Client, audience_id: int) -> Mapping[str, int]:
    """How many more contacts Mailchimp counts than the mirror has, by status; only those that differ."""
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
        figures = tallies.by_status_and_reason(session, audience_id)
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


def _members(client: Client, database: Database, job: Job, clock: Clock) -> Iterator[Job]:
    """The rest of a stage."""
    with database.reading() as session:
        audience = audiences.get(session, job.audience_id or 0)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    since = datetime.fromisoformat(job.data["since"]) - TIMES_OVERLAP if job.data["since"] else None
    status = _STAGES[job.cursor["stage"]]
    fetch = partial(client.members, audience.remote_id, status=status, changed_since=since)
    # What was fetched before a stop may have shifted since: begin a page earlier.
    offset = max(0, job.cursor["offset"] - MOST_ROWS) if job.cursor["offset"] else 0
    for following, page in _pages(fetch, offset):
        job = _store(database, job, audience.remote, page, following, clock())
        yield job
    cursor = {**job.cursor, "stage": job.cursor["stage"] + 1, "offset": 0}
    with database.transaction() as session:
        yield jobs.step(session, job, clock(), cursor=cursor)


def _pages(fetch: Callable[[int], MemberPage], offset: int) -> Iterator[tuple[int, MemberPage]]:
    """Every page from there on, in order, and where the next begins; some are fetched ahead."""
    page = fetch(offset)
    following = offset + MOST_ROWS - ROWS_OVERLAP
    ahead: deque[tuple[int, Future[MemberPage]]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="mailchimp") as pool:
        try:
            while True:
                while following < page.total and len(ahead) < SIDE_BY_SIDE:
                    ahead.append((following, pool.submit(fetch, following)))
                    following += MOST_ROWS - ROWS_OVERLAP
                yield (ahead[0][0] if ahead else page.total), page
                if not ahead:
                    return
                page = ahead.popleft()[1].result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _store(
    database: Database, job: Job, remote: Mapping[str, Any], page: MemberPage, following: int, now: datetime
) -> Job:
    outcome = Outcome(**job.cursor["outcome"])
    labels = {field["tag"]: field["name"] for field in remote.get("fields", [])}
    with database.transaction() as session:
        audience = loading.lock(session, job.audience_id or 0)
        given = [mirror_rows.row(member, audience.id or 0, labels) for member in page.members]
        revision, at = audience.revision, loading.moment(now)
        loads.load(
            session,
            audience,
            given,
            lambda new, contact_id: mirror_rows.added(new, contact_id, revision, at),
            lambda old, new: mirror_rows.merged(old, new, revision, at),
            outcome,
        )
        outcome.refused += page.unreadable
        cursor = {**job.cursor, "offset": following, "outcome": asdict(outcome)}
        done = min(following, page.total) if job.cursor["stage"] == 0 else job.done
        total = page.total if job.cursor["stage"] == 0 else job.total
        return jobs.step(session, job, now, cursor=cursor, done=done, total=total)


def _explain(client: Client, database: Database, job: Job, clock: Clock) -> Job:
    """Asks why the newly cleaned were cleaned: who complained, and what bounced."""
    audience_id = job.audience_id or 0
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
        waiting = mirrors.unexplained(session, audience_id, job.data["revision"], MOST_EXPLAINED)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    remote_id = audience.remote_id
    abuse = _complaints(client, remote_id) if waiting else {}
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="mailchimp") as pool:
        hashes = [member_hash(key) for _, key in waiting]
        told = list(
            pool.map(lambda hash_: None if hash_ in abuse else _bounce(client, remote_id, hash_), hashes)
        )
    rows = []
    for (contact_id, _), hash_, bounce in zip(waiting, hashes, told, strict=True):
        if hash_ in abuse:
            rows.append(_explained(contact_id, Reason.ABUSE, abuse[hash_], ""))
        elif bounce:
            rows.append(_explained(contact_id, Reason(bounce.kind), bounce.campaign_id, bounce.campaign))
    with database.transaction() as session:
        _note_reasons(session, audience_id, rows)
        return jobs.step(session, job, clock(), cursor={**job.cursor, "explained": True})


def _note_reasons(session: Any, audience_id: int, rows: Sequence[dict[str, Any]]) -> None:
    revision = loading.lock(session, audience_id).revision
    tally = Tally()
    for row in rows:
        row["revision"] = revision
    before = bounces.by_ids(session, audience_id, [row["id"] for row in rows])
    changed = [row for row in rows if row["id"] in before and before[row["id"]].status == Status.CLEANED]
    for row in changed:
        old = before[row["id"]]
        day = tallies.day_of(old.cleaned_at)
        tally[Cell(old.status, old.clean_reason or "", day, old.domain)] -= 1
        tally[Cell(old.status, row["clean_reason"], day, old.domain)] += 1
    mirrors.explain(session, audience_id, changed)
    tallies.apply(session, audience_id, tally)


def _explained(contact_id: int, reason: Reason, campaign_id: str, campaign: str) -> dict[str, Any]:
    return {
        "id": contact_id,
        "clean_reason": str(reason),
        "clean_campaign_id": campaign_id or None,
        "clean_campaign_title": campaign or None,
    }


def _complaints(client: Client, remote_id: str) -> Mapping[str, str]:
    """Who reported a campaign as abuse: hash → campaign id."""
    found: dict[str, str] = {}
    offset = 0
    while True:
        page = client.abuse_reports(remote_id, offset)
        found.update((each.hash, each.campaign_id) for each in page.reports)
        offset += MOST_ROWS
        if offset >= page.total:
            return found


def _bounce(client: Client, remote_id: str, hash_: str) -> Bounce | None:
    """The bounce that cleaned it: a hard one, else the last."""
    told = client.bounces(remote_id, hash_)
    return next((each for each in told if each.kind == "hard"), told[0] if told else None)


def _finish(client: Client, database: Database, job: Job, now: datetime) -> Job:
    outcome = Outcome(**job.cursor["outcome"])
    differs = difference(database, client, job.audience_id or 0)
    with database.transaction() as session:
        audience = session.get(Audience, job.audience_id)
        assert audience is not None
        audience.mirrored_until = datetime.fromisoformat(job.cursor["started"])
        session.add(audience)
        if outcome.added + outcome.changed:
            journal.write(
                session,
                who=job.made_by,
                what="sync",
                at=now,
                n=outcome.added + outcome.changed,
                audience_id=job.audience_id,
                **asdict(outcome),
            )
        return jobs.finish(session, job, now, **asdict(outcome), difference=dict(differs))
