"""Contacts that Mailchimp has deleted for good: no page tells of them. A whole pass marks whom it saw; about each other
one Mailchimp is asked by name, and who is not there leaves the mirror too, as the person wished.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.mirror import tags
from bot.mailchimp.mirror.pages import beats, side_by_side
from storage.contacts import bulk
from storage.core.database import Database
from storage.core.tables import JobRow
from storage.mailchimp import mirrors
from storage.mailchimp.client import Client
from storage.mailchimp.errors import BadAnswer, NotFound
from storage.mailchimp.members import Member
from storage.mailchimp.values import member_hash

AT_ONCE = 250  # contacts asked for a step
_SCANNED = 10_000  # contacts read at once

Keep = Callable[[JobRow, Sequence[Member]], JobRow]


class SeenContacts:
    """Which contacts a pass has met, a bit for each id."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, contact_id: int) -> None:
        place, bit = divmod(contact_id, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + (1 << 12)))
        self._bits[place] |= 1 << bit

    def __contains__(self, contact_id: int) -> bool:
        place, bit = divmod(contact_id, 8)
        return place < len(self._bits) and bool(self._bits[place] & 1 << bit)


def drop(
    client: Client,
    database: Database,
    remote_id: str,
    job: JobRow,
    clock: Clock,
    seen: SeenContacts,
    keep: Keep,
) -> Iterator[JobRow]:
    """Takes out who is gone; whoever is there after all, and slipped through the pages, is given to `keep`."""
    for some in _unseen(database, job.audience_id or 0, seen):
        with side_by_side() as pool:
            asked = [pool.submit(_member, client, remote_id, key) for _, key in some]
            for _ in beats(asked):
                with database.transaction() as session:
                    job = jobs.step(session, job, clock())
                yield job
        found = [future.result() for future in asked]
        client.audience(remote_id)  # NotFound of everybody may mean that the audience itself is gone
        gone = [id_ for (id_, _), member in zip(some, found, strict=True) if member is None]
        there = [member for member in found if isinstance(member, Member)]
        job = keep(job, there)
        with database.transaction() as session:
            bulk.lock(session, job.audience_id or 0)
            n = mirrors.remove(session, job.audience_id or 0, gone)
            job = jobs.step(session, job, clock(), cursor={**job.cursor, "gone": job.cursor["gone"] + n})
        yield job


def _unseen(database: Database, audience_id: int, seen: SeenContacts) -> Iterator[Sequence[tuple[int, str]]]:
    after = 0
    waiting: list[tuple[int, str]] = []
    while True:
        with database.reading() as session:
            scanned = mirrors.keys(session, audience_id, after, _SCANNED)
        waiting += [each for each in scanned if each[0] not in seen]
        while len(waiting) >= AT_ONCE or (waiting and not scanned):
            yield waiting[:AT_ONCE]
            del waiting[:AT_ONCE]
        if not scanned:
            return
        after = scanned[-1][0]


def _member(client: Client, remote_id: str, key: str) -> Member | BadAnswer | None:
    """None: gone. What can't be read, such as a status that is new at Mailchimp, is there."""
    try:
        return tags.with_all(client, remote_id, client.member(remote_id, member_hash(key)))
    except NotFound:
        return None
    except BadAnswer as error:
        return error
