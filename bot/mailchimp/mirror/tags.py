"""All tags of the contacts that have more than a page tells, which is 50: Mailchimp has to be asked, a call for each."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.mirror import members
from bot.mailchimp.mirror.members import ContactPage
from bot.mailchimp.mirror.pages import beats, side_by_side
from storage.contacts import bulk
from storage.contacts.values import Row
from storage.core.database import Database
from storage.core.tables import JobRow
from storage.mailchimp.client import Client
from storage.mailchimp.errors import NotFound
from storage.mailchimp.members import Member

MOST_ASKED = 5_000  # contacts a sync; the others have the first 50, and what was here before


def has_more(member: Member) -> bool:
    """Whether the contact has more tags than were told."""
    return member.tag_count > len(member.tag_objects)


def with_all(client: Client, remote_id: str, member: Member) -> Member:
    """The contact with all its tags. Raises MailchimpError."""
    if not has_more(member):
        return member
    tags = _tags(client, remote_id, member.hash)
    return member if tags is None else member.with_tags(tags)


def complete(
    client: Client, database: Database, remote_id: str, job: JobRow, clock: Clock, page: ContactPage
) -> Generator[JobRow, None, tuple[JobRow, ContactPage]]:
    """The page with all tags of its contacts. `tags_asked` in the cursor says of how many Mailchimp was asked.

    The job is given now and then while an answer is waited for. Raises MailchimpError.
    """
    keys = [key for key in map(members.key, page.rows) if key in page.short] if page.short else []
    if not keys:
        return job, page
    before = job.cursor.get("tags_asked", 0)
    short = keys[: max(MOST_ASKED - before, 0)]
    cursor = {**job.cursor, "tags_asked": before + len(short)}
    with side_by_side() as pool:
        asked = {key: pool.submit(_tags, client, remote_id, page.short[key]) for key in short}
        for _ in beats(list(asked.values())):
            with database.transaction() as session:
                job = jobs.step(session, job, clock(), cursor=cursor)
            yield job
    told = {key: tags for key, future in asked.items() if (tags := future.result()) is not None}
    with database.transaction() as session:
        here = bulk.existing(session, job.audience_id or 0, [key for key in keys if key not in told])
        job = jobs.step(session, job, clock(), cursor=cursor)
    return job, replace(page, rows=[_completed(row, told, here) for row in page.rows])


def _completed(row: Row, told: Mapping[str, Sequence[str]], here: Mapping[str, Row]) -> Row:
    key = members.key(row)
    if key in told:
        return members.with_tags(row, told[key])
    return members.with_tags_of(row, here[key]) if key in here else row


def _tags(client: Client, remote_id: str, hash_: str) -> Sequence[str] | None:
    """None: it has gone meanwhile."""
    try:
        return client.tags(remote_id, hash_)
    except NotFound:
        return None
