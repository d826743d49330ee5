"""Fetches all tags of contacts that have more than the 50 that a page holds, by a call for each contact."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.mailchimp.mirror import members
from bot.mailchimp.mirror.jobs import SyncJob
from bot.mailchimp.mirror.members import ContactPage
from bot.mailchimp.mirror.pages import call_pool, heartbeats
from storage.contacts import bulk
from storage.contacts.values import Row
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import NotFound
from storage.mailchimp.api.members import Member

MAX_CALLS_PER_SYNC = 5_000  # further contacts get the first 50 tags and those the mirror has


def has_more(member: Member) -> bool:
    """Whether the contact has more tags than the answer held."""
    return member.tag_count > len(member.tag_objects)


def with_all(client: Client, remote_id: str, member: Member) -> Member:
    """The contact with all its tags. Raises MailchimpError."""
    if not has_more(member):
        return member
    tags = _tags(client, remote_id, member.hash)
    return member if tags is None else member.with_tags(tags)


def complete(
    client: Client, database: Database, remote_id: str, job: SyncJob, clock: Clock, page: ContactPage
) -> Generator[SyncJob, None, tuple[SyncJob, ContactPage]]:
    """Returns the page with all tags of its contacts. The progress counts the calls of the sync.

    Yields the job while answers are awaited. Raises MailchimpError.
    """
    keys = (
        [key for key in map(members.key, page.rows) if key in page.truncated_tags]
        if page.truncated_tags
        else []
    )
    if not keys:
        return job, page
    calls = job.progress.tags_asked
    asked = keys[: max(MAX_CALLS_PER_SYNC - calls, 0)]
    progress = replace(job.progress, tags_asked=calls + len(asked))
    with call_pool() as pool:
        futures = {key: pool.submit(_tags, client, remote_id, page.truncated_tags[key]) for key in asked}
        for _ in heartbeats(list(futures.values())):
            with database.transaction() as session:
                job = jobs.step(session, job, clock(), progress=progress)
            yield job
    all_tags = {key: tags for key, future in futures.items() if (tags := future.result()) is not None}
    with database.transaction() as session:
        old_rows = bulk.find_by_address_keys(
            session, job.audience_id, [key for key in keys if key not in all_tags]
        )
        job = jobs.step(session, job, clock(), progress=progress)
    return job, replace(page, rows=[_completed(row, all_tags, old_rows) for row in page.rows])


def _completed(row: Row, all_tags: Mapping[str, Sequence[str]], old_rows: Mapping[str, Row]) -> Row:
    key = members.key(row)
    if key in all_tags:
        return members.with_tags(row, all_tags[key])
    return members.with_tags_of(row, old_rows[key]) if key in old_rows else row


def _tags(client: Client, remote_id: str, hash_: str) -> Sequence[str] | None:
    """None if the contact was deleted meanwhile."""
    try:
        return client.tags(remote_id, hash_)
    except NotFound:
        return None
