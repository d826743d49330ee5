"""Removes contacts that were permanently deleted at Mailchimp, which no page lists.

A complete pass records which contacts it saw. Mailchimp is asked about each of the others; one that it does not have is
deleted here too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.mailchimp.mirror import tags
from bot.mailchimp.mirror.jobs import SyncJob
from bot.mailchimp.mirror.pages import call, call_pool, heartbeats
from storage.contacts import bulk
from storage.core.database import Database
from storage.mailchimp import mirrors
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import BadAnswer, NotFound
from storage.mailchimp.api.members import Member
from storage.mailchimp.mirrors import MirroredContact

PER_STEP = 250  # calls
_PER_QUERY = 10_000  # contacts

Keep = Callable[[SyncJob, Sequence[Member]], SyncJob]


class SeenContacts:
    """A set of contact ids, a bit for each id."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, contact_id: int) -> None:
        index, bit = divmod(contact_id, 8)
        if index >= len(self._bits):
            self._bits.extend(bytes(index + 1 - len(self._bits) + (1 << 12)))
        self._bits[index] |= 1 << bit

    def __contains__(self, contact_id: int) -> bool:
        index, bit = divmod(contact_id, 8)
        return index < len(self._bits) and bool(self._bits[index] & 1 << bit)


def remove_deleted(
    client: Client,
    database: Database,
    remote_id: str,
    job: SyncJob,
    clock: Clock,
    seen: SeenContacts,
    keep: Keep,
) -> Iterator[SyncJob]:
    """Deletes unseen contacts that Mailchimp does not have; stores the others, which the pages missed, by `keep`."""
    for contacts in _unseen(database, job.audience_id, seen):
        with call_pool() as pool:
            futures = [pool.submit(_member, client, remote_id, contact.hash) for contact in contacts]
            for _ in heartbeats(futures):
                yield (job := jobs.renew(database, job, clock()))
        members = [future.result() for future in futures]
        # Raises NotFound if the audience itself is gone, and with it all members.
        for audience in call(partial(client.audience, remote_id)):
            if audience is None:
                yield (job := jobs.renew(database, job, clock()))
        gone = [contact.id for contact, member in zip(contacts, members, strict=True) if member is None]
        job = keep(job, [member for member in members if isinstance(member, Member)])
        with database.transaction() as session:
            bulk.lock(session, job.audience_id)
            n = mirrors.delete_contacts(session, job.audience_id, gone)
            progress = replace(job.progress, gone=job.progress.gone + n)
            job = jobs.step(session, job, clock(), progress=progress)
        yield job


def _unseen(database: Database, audience_id: int, seen: SeenContacts) -> Iterator[Sequence[MirroredContact]]:
    """Contacts not seen, PER_STEP at a time."""
    after = 0
    unseen: list[MirroredContact] = []
    while True:
        with database.reading() as session:
            contacts = mirrors.contacts_after(session, audience_id, after, _PER_QUERY)
        unseen += [contact for contact in contacts if contact.id not in seen]
        while len(unseen) >= PER_STEP or (unseen and not contacts):
            yield unseen[:PER_STEP]
            del unseen[:PER_STEP]
        if not contacts:
            return
        after = contacts[-1].id


def _member(client: Client, remote_id: str, hash_: str) -> Member | BadAnswer | None:
    """None if Mailchimp does not have it; the error if it does, but unreadable."""
    try:
        return tags.with_all(client, remote_id, client.member(remote_id, hash_))
    except NotFound:
        return None
    except BadAnswer as error:
        return error
