"""Compares how many contacts Mailchimp counts with how many the mirror has."""

from collections import Counter
from collections.abc import Mapping

from bot.mailchimp.mirror.jobs import SyncJob
from storage.audiences import audiences
from storage.contacts import figures as kept_figures
from storage.contacts.values import Status
from storage.core.database import Database
from storage.mailchimp.api.client import Client


def difference(database: Database, client: Client, audience_id: int) -> Mapping[str, int]:
    """How many more contacts Mailchimp counts than the mirror has, by status; without those that agree."""
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
        figures = kept_figures.by_status_and_reason(session, audience_id)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    remote = client.audience(audience.remote_id)
    remote_counts = {
        Status.SUBSCRIBED: remote.subscribed,
        Status.UNSUBSCRIBED: remote.unsubscribed,
        Status.CLEANED: remote.cleaned,
        Status.ARCHIVED: client.total(audience.remote_id, Status.ARCHIVED),
    }
    counts = Counter[str]()
    for (status, _), n in figures.items():
        counts[status] += n
    return {str(status): n - counts[status] for status, n in remote_counts.items() if n != counts[status]}


def without_forgotten(
    differs: Mapping[str, int], erased: Mapping[str, int], *, is_complete: bool
) -> Mapping[str, int]:
    """Returns what differs although people who were erased here are still counted at Mailchimp.

    A sync of what has changed does not know their statuses there, only how many they were.
    """
    left = sum(erased.values())
    unexplained = {}
    for status, n in differs.items():
        explained = min(max(n, 0), left, erased.get(status, 0) if is_complete else left)
        left -= explained
        if n != explained:
            unexplained[status] = n - explained
    return unexplained


def without_addressless(
    differs: Mapping[str, int], before: Mapping[str, int], job: SyncJob
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Returns what differs although contacts without an address are left out, and how many they are, by status.

    Whether Mailchimp's counts include them is not documented, so both are right. A sync of what has changed does not
    know how many there are, but by how many they can differ from those `before`.
    """
    met = job.progress.without_address
    is_whole = job.task.since is None
    without_address = dict(met if is_whole else before)
    margin = 0 if is_whole else sum(met.values())
    unexplained = {}
    for status, n in differs.items():
        if n > 0 and abs(n - without_address.get(status, 0)) <= margin:
            without_address[status] = n
        else:
            unexplained[status] = n
    return unexplained, without_address
