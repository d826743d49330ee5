"""All tags of the contacts that have more than a page tells, which is 50: Mailchimp has to be asked, a call for each."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot import jobs
from bot.jobs import Clock
from bot.mirror_pages import SIDE_BY_SIDE, beats
from storage.database import Database
from storage.mailchimp import Client
from storage.mailchimp_errors import NotFound
from storage.mailchimp_values import Member, MemberPage
from storage.tables import Job

MOST_ASKED = 5_000  # contacts a sync; the others have the first 50


def has_more(member: Member) -> bool:
    """Whether the contact has more tags than were told."""
    return member.tag_count > len(member.tags)


def with_all(client: Client, remote_id: str, member: Member) -> Member:
    """The contact with all its tags. Raises MailchimpError."""
    if not has_more(member):
        return member
    try:
        return replace(member, tags=client.tags(remote_id, member.hash))
    except NotFound:  # it has gone meanwhile
        return member


def complete(
    client: Client, database: Database, remote_id: str, job: Job, clock: Clock, page: MemberPage
) -> Generator[Job, None, tuple[Job, MemberPage]]:
    """The page with all tags of its contacts. `tags_asked` in the cursor says of how many Mailchimp was asked.

    The job is given now and then while an answer is waited for. Raises MailchimpError.
    """
    before = job.cursor.get("tags_asked", 0)
    short = [member for member in page.members if has_more(member)][: max(MOST_ASKED - before, 0)]
    if not short:
        return job, page
    cursor = {**job.cursor, "tags_asked": before + len(short)}
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="mailchimp") as pool:
        asked = {member.hash: pool.submit(with_all, client, remote_id, member) for member in short}
        for _ in beats(list(asked.values())):
            with database.transaction() as session:
                job = jobs.step(session, job, clock(), cursor=cursor)
            yield job
    whole = tuple(asked[each.hash].result() if each.hash in asked else each for each in page.members)
    with database.transaction() as session:
        job = jobs.step(session, job, clock(), cursor=cursor)
    return job, replace(page, members=whole)
